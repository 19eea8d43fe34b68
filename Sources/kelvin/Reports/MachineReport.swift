import Circuits
import Hardware

/// What is special about a machine whose carriers move, leak, get lost or disturb each other, as people read it.
struct MachineReport {
    let description: DeviceDescription
    let environment: EnvironmentFigures
    let readouts: [ReadoutCalibration]

    init(_ description: DeviceDescription, _ calibration: Calibration) {
        self.description = description
        environment = calibration.environment
        readouts = calibration.sites.compactMap(\.readout)
    }

    var lines: [String] { machine + figures }

    private var machine: [String] {
        var lines = description.zones.map { zone in
            var parts = ["zone \(zone.name) (\(zone.purpose.rawValue))"]
            if !zone.sites.isEmpty { parts.append("rest of \(zone.sites.count) sites") }
            if !zone.places.isEmpty { parts.append("\(zone.places.count) places for a pair") }
            return "  " + parts.joined(separator: ", ")
        }
        if let transport = description.transport {
            var text = "  carriers are brought together for a gate: \(DeviceReport.time(transport.overhead)) a move"
            if transport.speed.isFinite { text += ", and \(transport.speed) m/s" }
            if transport.cools { text += ", cooled on arrival" }
            lines.append(text)
        }
        if let radius = description.geometry.blockadeRadius {
            lines.append("  blockade radius \((radius * 1e8).rounded() / 100) µm")
        }
        var limits: [String] = []
        if let count = description.concurrency.oneQubitGates {
            limits.append("\(count) one-qubit gate\(count == 1 ? "" : "s")")
        }
        if let count = description.concurrency.twoQubitGates {
            limits.append("\(count) two-qubit gate\(count == 1 ? "" : "s")")
        }
        if !limits.isEmpty { lines.append("  at once: at most \(limits.joined(separator: ", "))") }
        if !description.concurrency.sharedPulses.isEmpty {
            let names = description.concurrency.sharedPulses.map(\.name).joined(separator: ", ")
            lines.append("  one pulse for all pairs: \(names)")
        }
        if !description.pulseChannels.isEmpty {
            lines.append("  \(description.pulseChannels.count) pulse channels")
        }
        return lines
    }

    private var figures: [String] {
        var lines: [String] = []
        let rates = environment.crosstalk.map { abs($0.zz) }.sorted()
        if let rate = rates.isEmpty ? environment.crosstalkDefault : rates[rates.count / 2] {
            lines.append(
                "  ZZ of driven neighbours \((rate / 10).rounded() / 100) kHz\(rates.isEmpty ? "" : " (median)")")
        }
        if let heating = environment.heating {
            lines.append(
                "  heating \(heating.rate) quanta a second, \(DeviceReport.percent(heating.errorPerQuantum)) error a quantum"
            )
        }
        if let transport = environment.transport {
            lines.append(
                "  a move: error \(DeviceReport.percent(transport.paulis.total)), loss \(DeviceReport.percent(transport.loss))"
                    + (transport.quanta > 0 ? ", \(transport.quanta) quanta" : ""))
        }
        if let absence = environment.absence {
            lines.append(
                absence.isHeralded
                    ? "  lost carriers are noticed: such shots are lost and counted"
                    : "  lost carriers read 1 with \(DeviceReport.percent(absence.lostReadsOne)), leaked ones with "
                        + DeviceReport.percent(absence.leakedReadsOne))
        }
        if let readout = readouts.first(where: { $0.efficiency < 1 || $0.darkCounts > 0 }) {
            lines.append(
                "  detectors see \(DeviceReport.percent(readout.efficiency)) of the photons, dark counts \(readout.darkCounts) a readout"
            )
        }
        return lines
    }
}
