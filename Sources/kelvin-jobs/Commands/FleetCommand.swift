import ArgumentParser
import Client
import Console
import Kernel

struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "Show the machines that jobs were submitted for: health, jobs, sites in use, leases, reservations.")

    @OptionGroup var service: ServiceOption

    @Option(help: "text or json.")
    var format = OutputFormat.text

    func run() async throws {
        try await format.reporting {
            let machines = try await service.place.machines()
            switch format {
            case .json: Terminal.write(JSON.text(machines) + "\n")
            case .text: Terminal.write(FleetReport(machines).text)
            }
        }
    }
}
