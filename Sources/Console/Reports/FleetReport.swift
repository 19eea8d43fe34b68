package import Kernel

/// Machines as operators read them.
package struct FleetReport {
    private let machines: [MachineDocument]

    package init(_ machines: [MachineDocument]) { self.machines = machines }

    package var text: String { machines.isEmpty ? "no machines\n" : machines.map(Self.text).joined() }

    private static func text(_ machine: MachineDocument) -> String {
        var lines = [
            "\(machine.device)  \(machine.status)" + (machine.reason.map { ": \($0)" } ?? ""),
            "  jobs      \(machine.running) on it, \(machine.waiting) waiting for it, "
                + "\(machine.sitesInUse) of \(machine.sites) sites in use",
        ]
        if let token = machine.leaseToken { lines.append("  lease     held by one worker, token \(token)") }
        if !machine.calibration.isEmpty { lines.append("  record    \(machine.calibration)") }
        for reserved in machine.reservations {
            lines.append(
                "  reserved  \(reserved.start) to \(reserved.end) for \(reserved.account)"
                    + (reserved.recurrence.map { ", \($0)" } ?? ""))
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
