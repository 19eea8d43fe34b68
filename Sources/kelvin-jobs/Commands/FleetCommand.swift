import ArgumentParser
import Console
import Kernel

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Show the machines that jobs were submitted for: health, jobs, sites in use, leases, reservations.")

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let runtime = try JobStore().runtime()
            let machines = try await asking { () throws(KernelError) in try await runtime.fleet() }
                .map(MachineDocument.init)
            switch format {
            case .json: Terminal.write(JSON.text(machines) + "\n")
            case .text: Terminal.write(FleetReport(machines).text)
            }
        }
    }
}
