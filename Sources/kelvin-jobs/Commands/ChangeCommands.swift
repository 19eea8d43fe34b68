import ArgumentParser
import Client
import Console
import Kernel

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop jobs wherever they are; a finished job stays as it is.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws { try await service.place.change(jobs, .cancel, "cancelled") }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let jobs stand aside after the batch of shots that runs; what ran is kept.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws { try await service.place.change(jobs, .pause, "asked to pause") }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused jobs go on from where they were, in the background.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws { try await service.place.change(jobs, .resume, "resumed") }
}

extension JobPlace {
    /// Asks for a change of each job and says what came of it.
    fileprivate func change(_ names: [String], _ change: JobChange, _ word: String) async throws(CommandFailure) {
        var jobs: [JobDocument] = []
        for name in names { jobs.append(try await job(JobID(named: name), detail: false)) }
        for job in jobs {
            let now = try await self.change(job.id, change)
            if change == .resume, now.state == .paused {
                let paused = try await self.job(job.id, detail: true)
                if let refusal = refusal(paused) { throw CommandFailure(refusal, source: nil) }
            }
            Terminal.write(
                now.state == job.state && job.state?.isFinal == true
                    ? "\(job.id) was \(now.status) already\n" : "\(job.id) \(word), now \(now.status)\n")
        }
    }
}
