public import ArgumentParser
import Client
import Console
public import Kernel

struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "jobs", abstract: "List jobs, the newest first.")

    @OptionGroup var service: ServiceOption

    @Option(help: "Only jobs in this state; repeatable.")
    var state: [JobState] = []

    @Option(help: "Only jobs of this account, on this computer.")
    var account: String?

    @Option(help: "Only jobs of this project of a service: ORGANISATION/PROJECT.")
    var project: String?

    @Option(help: "Only jobs with this tag.")
    var tag: String?

    @Option(help: "Only jobs for this device.")
    var device: String?

    @Option(help: "Only jobs of this session or batch, as ses-1.")
    var session: SessionIndex?

    @Option(help: "How many at most.")
    var limit = 20

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func validate() throws { if limit < 1 { throw ValidationError("--limit must be at least 1") } }

    func run() async throws {
        try await format.reporting {
            let jobs = try await service.place.jobs(
                JobQuery(
                    states: state, account: account, project: project, tag: tag, device: device, session: session,
                    limit: limit))
            switch format {
            case .json: Terminal.write(JSON.text(jobs) + "\n")
            case .text: Terminal.write(JobTable(jobs).text)
            }
        }
    }
}

struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show one job and what happened to it.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "The job: job-17 or 17.")
    var job: String

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let document = try await service.place.job(JobID(named: job), detail: true)
            switch format {
            case .json: Terminal.write(JSON.text(document) + "\n")
            case .text: Terminal.write(JobReport(document).text)
            }
        }
    }
}

struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what happened to a job, a line an event.",
        discussion: "With --follow it goes on until the job is over. As JSON each line is an object of its own.")

    @OptionGroup var service: ServiceOption

    @Argument(help: "The job: job-17 or 17.")
    var job: String

    @Flag(name: .shortAndLong, help: "Go on as it happens, until the job is over.")
    var follow = false

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let place = try service.place, id = try JobID(named: job), format = format
            if follow {
                try await place.follow(id) { Self.print($0, format) }
            } else {
                for event in try await place.job(id, detail: true).history ?? [] { Self.print(event, format) }
            }
        }
    }

    private static func print(_ event: JobEventDocument, _ format: OutputFormat) {
        switch format {
        case .text: Terminal.write(JobReport.line(event) + "\n")
        case .json: Terminal.write(String(decoding: DocumentCoding.encode(event), as: UTF8.self) + "\n")
        }
    }
}

extension JobState: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }
    public static var allValueStrings: [String] { allCases.map(\.description) }
}
