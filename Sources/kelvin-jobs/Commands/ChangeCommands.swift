import ArgumentParser
import Console
import Kernel

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stop jobs wherever they are; a finished job stays as it is.")

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws { try await change(jobs, "cancelled") { try await $0.cancel($1) } }
}

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let jobs stand aside after the batch of shots that runs; what ran is kept.")

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws { try await change(jobs, "asked to pause") { try await $0.pause($1) } }
}

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let paused jobs go on from where they were, in the background.")

    @Argument(help: "Jobs: job-17 or 17.")
    var jobs: [String]

    func run() async throws {
        try await change(jobs, "resumed") { try await $0.resume($1) }
        try JobStore().startWorker()
    }
}

extension AsyncParsableCommand {
    /// Asks for a change of each job and says what came of it.
    fileprivate func change(
        _ names: [String], _ word: String, _ ask: (Runtime, JobID) async throws -> Void
    ) async throws {
        let store = try JobStore()
        let jobs = try names.map { name in try store.job(name) }
        let runtime = try store.runtime()
        for job in jobs {
            do { try await ask(runtime, job.job) } catch let error as KernelError {
                throw CommandFailure(error, source: nil)
            }
            let now = try store.job(job.job.description)
            let state = now.state.map { "\($0)" } ?? "unknown"
            Terminal.write(
                now.state == job.state && job.state?.isFinal == true
                    ? "\(job.job) was \(state) already\n" : "\(job.job) \(word), now \(state)\n")
        }
    }
}
