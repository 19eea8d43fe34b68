import ArgumentParser
import Console
import Hardware
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
            case .text: Terminal.write(machines.isEmpty ? "no machines\n" : machines.map(\.text).joined())
            }
        }
    }
}

/// A machine as the command line prints it.
private struct MachineDocument: Encodable {
    var device: String
    var status: String
    var reason: String?
    var takesJobs: Bool
    var running: Int
    var waiting: Int
    var sitesInUse: Int
    var sites: Int
    var calibration: String
    /// Fencing token of the lease; grows with each.
    var leaseToken: UInt64?
    var reservations: [Reserved]

    struct Reserved: Encodable {
        var account: String
        var start: String
        var end: String
    }

    init(_ machine: MachineOutlook) {
        device = machine.name
        status = machine.status.name
        reason = machine.status.reason
        takesJobs = machine.takesJobs
        running = machine.running
        waiting = machine.waiting
        sitesInUse = machine.sitesInUse
        sites = machine.sites
        calibration = machine.calibration
        leaseToken = machine.holder?.token.value
        reservations = machine.reservations.map {
            Reserved(account: $0.account, start: Timestamp.text(from: $0.start), end: Timestamp.text(from: $0.end))
        }
    }

    var text: String {
        var lines = [
            "\(device)  \(status)" + (reason.map { ": \($0)" } ?? ""),
            "  jobs      \(running) on it, \(waiting) waiting for it, \(sitesInUse) of \(sites) sites in use",
        ]
        if let leaseToken { lines.append("  lease     held by one worker, token \(leaseToken)") }
        if !calibration.isEmpty { lines.append("  record    \(calibration)") }
        for reserved in reservations {
            lines.append("  reserved  \(reserved.start) to \(reserved.end) for \(reserved.account)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
