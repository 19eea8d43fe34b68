import ArgumentParser
import Client
import Console
import Kernel

struct ResultsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results", abstract: "Print the result of a job.",
        discussion: "A failed job's failure is printed as the command that ran it would have.")

    @OptionGroup var service: ServiceOption

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
            let place = try service.place, id = try JobID(named: job)
            if wait { try await place.settle(id) }
            if let bundle { return try await place.bundle(of: id).write(to: bundle) }
            try await place.printResult(of: id, format, includesTiming: !noTiming)
        }
    }
}
