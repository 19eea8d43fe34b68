public import ArgumentParser
import Console
public import Kernel

struct JobsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "jobs", abstract: "List jobs, the newest first.")

    @Option(help: "Only jobs in this state; repeatable.")
    var state: [JobState] = []

    @Option(help: "Only jobs of this account.")
    var account: String?

    @Option(help: "How many at most.")
    var limit = 20

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func validate() throws { if limit < 1 { throw ValidationError("--limit must be at least 1") } }

    func run() throws {
        let filter = JobFilter(states: state.isEmpty ? nil : state, account: account, limit: limit)
        let store = try JobStore()
        let jobs = try store.read { store throws(KernelError) in try store.summaries(filter) }
            .map(JobDocument.init(ofStore:))
        switch format {
        case .json: Terminal.write(JSON.text(jobs) + "\n")
        case .text: Terminal.write(JobTable(jobs).text)
        }
    }
}

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show one job and what happened to it.")

    @Argument(help: "The job: job-17 or 17.")
    var job: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let store = try JobStore()
            let summary = try store.job(job)
            let history = try store.read { store throws(KernelError) in try store.history(of: summary.job) }
            var document = JobDocument(ofStore: summary)
            document.history = history.enumerated().map { JobEventDocument($1, number: $0 + 1) }
            if summary.state?.isFinal != true {
                let runtime = try store.runtime()
                let outlook = try await asking { () throws(KernelError) in try await runtime.outlook(of: summary.job) }
                if let outlook { document.foresee(outlook) }
            }
            switch format {
            case .json: Terminal.write(JSON.text(document) + "\n")
            case .text: Terminal.write(JobReport(document).text)
            }
        }
    }
}

extension JobState: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }
    public static var allValueStrings: [String] { allCases.map(\.description) }
}
