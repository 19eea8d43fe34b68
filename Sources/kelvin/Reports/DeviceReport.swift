import Circuits
import Hardware

/// A device as people read it.
struct DeviceReport {
    let description: DeviceDescription
    let calibration: Calibration

    init(_ description: DeviceDescription, _ calibration: Calibration) {
        self.description = description
        self.calibration = calibration
    }

    /// One line a device.
    static func table(_ devices: [DeviceDocument]) -> String {
        let header = ["device", "sites", "what it is", "2q error", "readout", "calibrated", "status"]
        let rows = devices.map { device -> [String] in
            let pairs = device.nativeGates.filter { StandardGate(name: $0.name)?.qubitCount == 2 }
            return [
                device.id + (device.isDefault ? " *" : ""), "\(device.sites)",
                device.emulated && device.modality != .simulator ? "emulated \(device.name)" : device.name,
                pairs.compactMap(\.medianError).min().map(percent) ?? "–",
                device.medianReadoutError.map(percent) ?? "–",
                device.calibrationTime.map { String($0.prefix(10)) } ?? "–",
                device.status + (device.statusReason.map { ": \($0)" } ?? ""),
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = zip(cells, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(
                separator: "  ")
            while text.last == " " { text.removeLast() }
            return text + "\n"
        }
        return Style.bold(String(line(header).dropLast())) + "\n" + rows.map(line).joined()
            + Style.dim("* runs when no --device is given; `kelvin devices show DEVICE` shows one\n")
    }

    var text: String {
        var lines = [
            Style.bold(description.id) + "  " + (description.isEmulated ? "emulated " : "") + description.name,
            "  \(description.siteCount) sites, \(description.modality.rawValue), \(description.vendor)",
            "  figures: \(description.source)",
        ]
        if description.modality != .simulator {
            lines.append("  calibration \(calibration.id) of \(calibration.timestampText)")
        }
        lines.append("")
        lines += figures
        lines.append("")
        lines +=
            CouplingMapDrawing(description: description, calibration: calibration).lines() ?? [
                description.connectivity == .all
                    ? "  any two sites interact" : "  no coordinates are published: no map can be drawn"
            ]
        if !description.figureSources.isEmpty {
            lines.append("")
            lines.append("  figures from elsewhere:")
            lines += description.figureSources.map { "    \($0.figure): \($0.source)" }
        }
        if !calibration.warnings.isEmpty {
            lines.append("")
            lines += calibration.warnings.map { "  warning: \($0)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private var figures: [String] {
        var lines: [String] = []
        for gate in description.nativeGates {
            // A simulator takes every gate there is; a list of them would say nothing.
            if description.modality == .simulator { break }
            var text = "  \(gate.gate.name)" + String(repeating: " ", count: max(1, 8 - gate.gate.name.count))
            if gate.isVirtual {
                text += "virtual"
            } else {
                text += "median error \(calibration.medianError(of: gate.gate).map(Self.percent) ?? "–")"
                if let time = calibration.medianDuration(of: gate.gate) { text += ", \(Self.time(time))" }
            }
            text += Self.faults(of: gate.gate, in: calibration)
            for range in gate.angleRanges.compactMap({ $0 }) {
                text += ", angle \(Self.angle(range.lowerBound)) to \(Self.angle(range.upperBound))"
            }
            lines.append(text)
        }
        if let readout = calibration.medianReadoutError {
            lines.append("  readout median error \(Self.percent(readout))")
        }
        if let t1 = calibration.medianT1, let t2 = calibration.medianEffectiveT2 {
            lines.append("  median T1 \(Self.time(t1)), T2 \(Self.time(t2))")
        }
        lines += MachineReport(description, calibration).lines
        let abilities = description.abilities
        let can = [
            (abilities.midCircuitMeasurement, "mid-circuit measurement"), (abilities.feedForward, "feed-forward"),
            (abilities.reset, "reset"),
        ]
        lines.append(
            "  can: " + (can.filter(\.0).map(\.1) + ["up to \(abilities.maxShots) shots"]).joined(separator: ", "))
        return lines
    }

    /// How a gate errs beyond the size of its error.
    private static func faults(of gate: StandardGate, in calibration: Calibration) -> String {
        guard
            let figures = calibration.ranking(of: gate).first ?? calibration.defaults.first(where: { $0.gate == gate })
        else { return "" }
        var text = ""
        if figures.faults.success < 1 { text += ", succeeds \(percent(figures.faults.success))" }
        if figures.faults.loss > 0 { text += ", loss \(percent(figures.faults.loss)) an operand" }
        if figures.faults.leakage > 0 { text += ", leakage \(percent(figures.faults.leakage)) an operand" }
        if let global = calibration.globals.first(where: { $0.gate == gate }) {
            text += ", \(percent(global.error)) by one pulse on all"
        }
        return text
    }

    static func percent(_ share: Double) -> String {
        if share == 0 { return "0 %" }
        // Two digits that say something, also of small figures.
        return share < 1e-3 ? "\((share * 1e6).rounded() / 1e4) %" : "\((share * 1e4).rounded() / 100) %"
    }

    static func time(_ time: Seconds) -> String {
        switch time.value {
        case ..<1e-6: "\((time.value * 1e10).rounded() / 10) ns"
        case ..<1e-2: "\((time.value * 1e7).rounded() / 10) µs"
        case ..<1: "\((time.value * 1e4).rounded() / 10) ms"
        default: "\((time.value * 10).rounded() / 10) s"
        }
    }

    private static func angle(_ radians: Double) -> String {
        let share = radians / .pi
        if share == 0 { return "0" }
        return share == 1 ? "π" : share == 0.5 ? "π/2" : share == -1 ? "-π" : "\((radians * 1e6).rounded() / 1e6)"
    }
}
