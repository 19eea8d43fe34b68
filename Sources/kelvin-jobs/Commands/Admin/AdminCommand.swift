import ArgumentParser
import Client
import Console
import Kernel

struct AdminCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "admin",
        abstract: "Look after a service: organisations, projects, users, tokens, budgets, the audit trail, machines.",
        subcommands: [
            OrganisationsCommand.self, ProjectsCommand.self, UsersCommand.self, TokensCommand.self,
            BudgetCommand.self, AuditCommand.self, DrainCommand.self, ResumeMachineCommand.self,
        ])

    /// Asks the service that is chosen; what it refuses is the command's failure.
    static func asking<Value>(
        _ service: ServiceOption, _ body: (ServiceClient) throws(KernelError) -> Value
    ) throws(CommandFailure) -> Value {
        let client = try service.requiredClient
        do { return try body(client) } catch { throw CommandFailure(error, source: nil) }
    }

    /// Shows documents as columns, or as JSON.
    static func show<Document: Encodable>(
        _ documents: [Document], _ format: OutputFormat, _ headings: [String], _ row: (Document) -> [String]
    ) {
        switch format {
        case .json: Terminal.write(JSON.text(documents) + "\n")
        case .text:
            Terminal.write(documents.isEmpty ? "none\n" : Columns(headings, documents.map(row)).text)
        }
    }

    struct DrainCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "drain", abstract: "Let a machine take no new jobs; those that run are finished.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "The device's id.")
        var device: String

        @Option(help: "What those are told who ask for it.")
        var reason = "drained by its operator"

        func run() throws {
            try asking(service) { client throws(KernelError) in try client.drain(device, reason: reason) }
            Terminal.write("\(device) takes no new jobs: \(reason)\n")
        }
    }

    struct ResumeMachineCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "resume", abstract: "Let a drained machine take jobs again.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "The device's id.")
        var device: String

        func run() throws {
            try asking(service) { client throws(KernelError) in try client.resume(device) }
            Terminal.write("\(device) takes jobs\n")
        }
    }
}
