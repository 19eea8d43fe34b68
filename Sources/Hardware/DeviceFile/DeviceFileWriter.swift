import Circuits

/// From a `DeviceFile` to text: keys in a fixed order, one figure a line, so that versions can be compared line by line.
struct DeviceFileWriter {
    var lines: [String] = []
    let file: DeviceFile

    static func text(of file: DeviceFile) -> String {
        var writer = DeviceFileWriter(file: file)
        writer.description()
        writer.calibration()
        writer.lines.append("}")
        return writer.lines.joined(separator: "\n") + "\n"
    }

    private init(file: DeviceFile) { self.file = file }

    /// The shortest decimal that reads back as the same number; whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        return "\(value)"
    }

    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    static func object(_ members: [(String, String)]) -> String {
        "{" + members.map { "\(quoted($0)): \($1)" }.joined(separator: ", ") + "}"
    }

    static func list(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }

    /// `key: [ … ],` over several lines; an empty list on one.
    mutating func block(_ key: String, _ rows: [String], indent: String, last: Bool = false) {
        let end = last ? "]" : "],"
        guard !rows.isEmpty else { return lines.append("\(indent)\"\(key)\": [\(end)") }
        lines.append("\(indent)\"\(key)\": [")
        for (k, row) in rows.enumerated() { lines.append("\(indent)  \(row)\(k + 1 < rows.count ? "," : "")") }
        lines.append(indent + end)
    }

    /// Eight pairs a line.
    static func grouped(_ pairs: [String]) -> [String] {
        stride(from: 0, to: pairs.count, by: 8).map { pairs[$0..<min($0 + 8, pairs.count)].joined(separator: ", ") }
    }

    private mutating func description() {
        let d = file.description
        lines.append("{")
        lines.append("  \"format\": \(Self.quoted(DeviceFile.format)),")
        lines.append("  \"version\": \(file.writtenVersion),")
        lines.append("  \"units\": {\"time\": \"s\", \"frequency\": \"Hz\", \"angle\": \"rad\"},")
        for (key, value) in [
            ("id", d.id), ("name", d.name), ("vendor", d.vendor), ("modality", d.modality.rawValue),
            ("driver", "emulated"),
        ] { lines.append("  \"\(key)\": \(Self.quoted(value)),") }
        lines.append("  \"source\": {")
        lines.append("    \"text\": \(Self.quoted(d.source)),")
        block(
            "figures",
            d.figureSources.map {
                Self.object([("figure", Self.quoted($0.figure)), ("source", Self.quoted($0.source))])
            }, indent: "    ", last: true)
        lines.append("  },")
        lines.append("  \"siteCount\": \(d.siteCount),")
        if !d.coordinates.isEmpty {
            let pairs = d.coordinates.map { Self.list([Self.number($0.row), Self.number($0.column)]) }
            block("coordinates", Self.grouped(pairs), indent: "  ")
        }
        block("gates", d.nativeGates.map(Self.nativeGate), indent: "  ")
        switch d.connectivity {
        case .all: lines.append("  \"connectivity\": \"all\",")
        case .couplings(let couplings):
            let pairs = couplings.map { "[\($0.first.index), \($0.second.index)]" }
            block("connectivity", Self.grouped(pairs), indent: "  ")
        }
        machine()
        let timing = Self.object([
            ("dt", Self.number(d.timing.dt.value)), ("granularity", "\(d.timing.granularity)"),
            ("acquireAlignment", "\(d.timing.acquireAlignment)"),
            ("feedbackLatency", Self.number(d.timing.feedbackLatency.value)),
            ("repetitionDelay", Self.number(d.timing.repetitionDelay.value)),
        ])
        lines.append("  \"timing\": \(timing),")
        var abilities = [
            ("midCircuitMeasurement", "\(d.abilities.midCircuitMeasurement)"),
            ("feedForward", "\(d.abilities.feedForward)"), ("reset", "\(d.abilities.reset)"),
            ("maxShots", "\(d.abilities.maxShots)"),
        ]
        if let limit = d.abilities.maxInstructions { abilities.append(("maxInstructions", "\(limit)")) }
        lines.append("  \"abilities\": \(Self.object(abilities)),")
    }

    private static func nativeGate(_ native: NativeGate) -> String {
        var members = [("gate", quoted(native.gate.name))]
        if native.angleRanges.contains(where: { $0 != nil }) {
            let ranges = native.angleRanges.map { range in
                range.map { list([number($0.lowerBound), number($0.upperBound)]) } ?? "null"
            }
            members.append(("angles", list(ranges)))
        }
        if native.isVirtual { members.append(("virtual", "true")) }
        return object(members)
    }

    private mutating func calibration() {
        let c = file.calibration
        lines.append("  \"calibration\": {")
        lines.append("    \"timestamp\": \(Self.quoted(c.timestampText)),")
        let implied = DeviceFileReader.sitesWithoutLivingGate(file.description, c.gates, c.defaults)
        block(
            "sites", c.sites.enumerated().map { Self.site($0, $1, deadByGates: implied[$0]) }, indent: "    ")
        lines.append("    \"gates\": [")
        let gates = file.description.nativeGates.filter { !$0.isVirtual }.map(\.gate)
        for (k, gate) in gates.enumerated() {
            let standard = c.defaults.first { $0.gate == gate }
            let rows = c.gates.filter { $0.gate == gate }.map { Self.object([Self.sites($0)] + Self.figures($0)) }
            lines.append("      {")
            lines.append("        \"gate\": \(Self.quoted(gate.name)),")
            if let standard { lines.append("        \"default\": \(Self.object(Self.figures(standard))),") }
            if let global = c.globals.first(where: { $0.gate == gate }) {
                lines.append("        \"global\": \(Self.object(Self.figures(global))),")
            }
            block("figures", rows, indent: "        ", last: true)
            lines.append(k + 1 < gates.count ? "      }," : "      }")
        }
        let environment = Self.environment(c.environment)
        lines.append(environment.isEmpty ? "    ]" : "    ],")
        if !environment.isEmpty {
            lines.append("    \"environment\": {")
            lines += environment.joined(separator: ",\n").split(separator: "\n", omittingEmptySubsequences: false)
                .map { $0.hasPrefix(" ") ? String($0) : "      " + $0 }
            lines.append("    }")
        }
        lines.append("  }")
    }

    private static func sites(_ entry: GateCalibration) -> (String, String) {
        ("sites", list(entry.sites.map { "\($0.index)" }))
    }

    private static func figures(_ entry: GateCalibration) -> [(String, String)] {
        [("error", number(entry.error)), ("duration", number(entry.duration.value))] + faults(entry.faults)
    }

    private static func site(_ index: Int, _ site: SiteCalibration, deadByGates: Bool) -> String {
        var members = [("site", "\(index)")]
        if let t1 = site.t1 { members.append(("t1", number(t1.value))) }
        if let t2 = site.t2 { members.append(("t2", number(t2.value))) }
        if let frequency = site.frequency { members.append(("frequency", number(frequency))) }
        if let readout = site.readout {
            var figures = [
                ("falseOne", number(readout.falseOne)), ("falseZero", number(readout.falseZero)),
                ("duration", number(readout.duration.value)),
            ]
            if readout.efficiency != 1 { figures.append(("efficiency", number(readout.efficiency))) }
            if readout.darkCounts != 0 { figures.append(("darkCounts", number(readout.darkCounts))) }
            members.append(("readout", object(figures)))
        }
        if let duration = site.resetDuration {
            var figures = [("duration", number(duration.value))]
            if let error = site.resetError { figures.insert(("error", number(error)), at: 0) }
            members.append(("reset", object(figures)))
        }
        if !site.isOperational, !deadByGates, (site.readout?.error ?? 0) < 1 {
            members.append(("operational", "false"))
        }
        return object(members)
    }
}
