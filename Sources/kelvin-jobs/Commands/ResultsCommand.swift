import ArgumentParser
import Console
import Kernel

struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Print the result of a job.",
        discussion: "A failed job's failure is printed as the command that ran it would have.")

    @Argument(help: "The job: job-17 or 17.")
    var job: String

    @Flag(help: "Wait for the job's end.")
    var wait = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    @Flag(help: "Leave the times out of the JSON, so that equal seeds give equal bytes.")
    var noTiming = false

    @Option(help: "Write all that is kept of the job into this new file instead: `kelvin verify` checks it.")
    var bundle: String?

    func run() async throws {
        try await format.reporting {
            let store = try JobStore()
            var summary = try store.job(job)
            if wait, summary.state?.isFinal != true {
                // Someone must be at work on it.
                try store.startWorker()
                while summary.state?.isFinal != true {
                    if summary.state == .paused { break }
                    try await Task.sleep(for: .milliseconds(50))
                    summary = try store.job(job)
                }
            }
            if let bundle { return try store.writeBundle(of: summary.job, to: bundle) }
            try store.printResult(of: summary.job, format, includesTiming: !noTiming)
        }
    }
}

extension JobStore {
    /// Prints what a job gave.
    ///
    /// - Throws: its failure, or that it is not over.
    func printResult(of id: JobID, _ format: OutputFormat, includesTiming: Bool) throws(CommandFailure) {
        let summary = try job(id.description)
        switch summary.state {
        case .completed: break
        case .failed:
            let bytes = try read { store throws(KernelError) in try store.document(.failure, of: id, number: 0) }
            let failure = try read { _ throws(KernelError) -> KernelError? in
                guard let bytes else { return nil }
                return try FailureDocument(bytes: bytes).error
            }
            throw CommandFailure(
                failure
                    ?? KernelError(
                        .system, code: "kernel.gave-up", "\(id) was given up: too many workers died over it",
                        cure: "`kelvin job \(id)` tells its history; submit it again"), source: nil)
        case .cancelled:
            throw CommandFailure(KernelError(.cancelled, code: "cancelled", "\(id) was cancelled"), source: nil)
        case .paused:
            throw CommandFailure(
                KernelError(
                    .program, code: "paused",
                    "\(id) is paused after \(summary.finishedParts) of \(summary.parts) parts",
                    cure: "`kelvin resume \(id)` lets it go on; if its budget is used up, raise that first"),
                source: nil)
        default:
            throw CommandFailure(
                KernelError(
                    .system, code: "unfinished", "\(id) is \(summary.state.map { "\($0)" } ?? "new")",
                    cure: "`kelvin results --wait \(id)` waits for it"), source: nil)
        }
        let bytes = try read { store throws(KernelError) in try store.document(.result, of: id, number: 0) ?? [] }
        var document = try read { _ throws(KernelError) -> ResultDocument in try DocumentCoding.decode(bytes) }
        switch format {
        case .text: Terminal.write(ResultReport(document).text)
        case .json:
            if !includesTiming { document.timing = nil }
            Terminal.write(JSON.text(document) + "\n")
        }
    }

    /// Whether there are jobs on their way besides this one.
    func hasOthers(than id: JobID) throws(KernelError) -> Bool {
        let states: [JobState] = [.created, .validated, .queued, .compiling, .running, .mitigating]
        let live = try storage.exclusively { store throws(KernelError) in
            try store.summaries(JobFilter(states: states, limit: 2))
        }
        return live.contains { $0.job != id }
    }
}
