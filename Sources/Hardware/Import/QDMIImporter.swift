package import Circuits

/// A device as a QDMI library describes it, in the form in which Kelvin's QDMI driver writes it down
/// (`kelvin-qdmi-snapshot`, version 1).
package enum QDMIImporter {
    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        try documents[0].reading { node throws(DeviceFileFault) in try machine(node) }
    }

    private static func machine(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord {
        let entries = try node.required("sites") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in node }
        }
        guard (1...DeviceFile.maximumSites).contains(entries.count) else {
            throw DeviceFileFault("\(entries.count) sites", cure: "1…\(DeviceFile.maximumSites) are possible")
        }
        var record = MachineRecord(siteCount: entries.count)
        func text(_ key: String) throws(DeviceFileFault) -> String? {
            try node.optional(key) { node throws(DeviceFileFault) in try node.text() }
        }
        record.name = try text("name") ?? "QDMI device"
        record.id = record.name
        record.vendor = record.name.split(separator: " ").first.map(String.init) ?? "unknown"
        record.source =
            "QDMI library: \(record.name)\(try text("deviceVersion").map { " \($0)" } ?? ""), "
            + "QDMI \(try text("libraryVersion") ?? "of unknown version")"
        if let reported = try node.optional("reportedSites", { node throws(DeviceFileFault) in try node.number() }),
            Int(exactly: reported) != entries.count
        {
            record.source += "; it reports \(DeviceFileWriter.number(reported)) sites, of which these are the first"
        }
        let unit = try unit(node)
        for (k, entry) in entries.enumerated() {
            do throws(DeviceFileFault) {
                record.sites[k].t1 = try entry.optional("t1") { node throws(DeviceFileFault) in try node.number() }
                    .flatMap { raw in unit.flatMap { raw > 0 ? MQTImporter.product(raw, $0) : nil } }
                record.sites[k].t2 = try entry.optional("t2") { node throws(DeviceFileFault) in try node.number() }
                    .flatMap { raw in unit.flatMap { raw > 0 ? MQTImporter.product(raw, $0) : nil } }
            } catch { throw error.inside(k).inside("sites") }
        }
        let count = entries.count
        record.couplings = try node.optional("couplings") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let pair = try DeviceFileReader.sites(node, count: 2, siteCount: count)
                return Coupling(pair[0], pair[1])
            }
        }
        record.abilities = Abilities(
            midCircuitMeasurement: record.couplings == nil, feedForward: false, reset: false, maxShots: 1_000_000)
        _ = try node.required("operations") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in try operation(node, unit: unit, into: &record) }
        }
        if let pairs = record.couplings,
            record.gates.contains(where: { $0.gate.qubitCount == 2 && $0.gate.isSymmetric })
        {
            record.couplings = pairs + pairs.map(\.reversed)
        }
        guard !record.gates.isEmpty else {
            throw DeviceFileFault(
                "the device has no operation that Kelvin knows", cure: "gate-model devices can be used")
        }
        return record
    }

    /// Seconds of a raw duration; nil where the device names no unit.
    private static func unit(_ node: JSONNode) throws(DeviceFileFault) -> Double? {
        guard let unit = node.member("durationUnit") else { return nil }
        let scale = try node.optional("durationScale") { node throws(DeviceFileFault) in
            try node.number(in: Double.leastNormalMagnitude...1e12, "a scale")
        }
        if case .string("") = unit.kind { return nil }
        return try ForeignUnits.scaled(scale ?? 1, unit: unit)
    }

    private static func operation(
        _ node: JSONNode, unit: Double?, into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        let name = try node.required("name") { node throws(DeviceFileFault) in try node.text() }
        func figure(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord.Figure {
            MachineRecord.Figure(
                error: try node.optional("fidelity") { node throws(DeviceFileFault) in 1 - (try node.probability()) },
                duration: try node.optional("duration") { node throws(DeviceFileFault) in try node.number() }
                    .flatMap { raw in unit.flatMap { raw > 0 ? MQTImporter.product(raw, $0) : nil } })
        }
        let count = record.sites.count
        let common = try figure(node)
        let places = try node.optional("places") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let sites = try node.required("sites") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in
                        try DeviceFileReader.site(node, siteCount: count)
                    }
                }
                return (sites: sites, figure: try figure(node))
            }
        }
        switch name.lowercased() {
        case "measure", "m", "mz", "readout":
            for k in record.sites.indices {
                let own = places?.first { $0.sites == [Site(k)] }?.figure
                let error = own?.error ?? common.error
                (record.sites[k].falseOne, record.sites[k].falseZero) = (error, error)
                record.sites[k].readoutDuration = own?.duration ?? common.duration
            }
        case "reset": record.abilities.reset = true
        default: try gate(name, node, common, places ?? [], into: &record)
        }
    }

    private static func gate(
        _ name: String, _ node: JSONNode, _ common: MachineRecord.Figure,
        _ places: [(sites: [Site], figure: MachineRecord.Figure)], into record: inout MachineRecord
    ) throws(DeviceFileFault) {
        guard !ForeignGates.statements.contains(name), let meaning = ForeignGates.meaning(name),
            meaning.gate.qubitCount <= 3, !record.gates.contains(where: { $0.gate == meaning.gate })
        else { return }
        func count(_ key: String) throws(DeviceFileFault) -> Int? {
            try node.optional(key) { node throws(DeviceFileFault) in try node.integer(in: 0...64) }
        }
        // A name that means something else there is no gate of ours.
        if let qubits = try count("qubits"), qubits != meaning.gate.qubitCount { return }
        if let parameters = try count("parameters"), parameters != meaning.gate.parameterCount { return }
        var native = MachineRecord.NativeFigures(gate: meaning.gate, angleRanges: meaning.angleRanges)
        if places.contains(where: { $0.sites.count != meaning.gate.qubitCount || Set($0.sites).count != $0.sites.count }
        ) {
            throw DeviceFileFault("\(name) has figures on other than \(meaning.gate.qubitCount) sites", cure: "")
        }
        let isBare = common.error == nil && common.duration == nil
        native.isVirtual = (meaning.gate == .rz || meaning.gate == .p) && isBare && record.couplings != nil
        if !isBare { native.common = common }
        var seen: Set<[Site]> = []
        let couplings = record.couplings.map { Set($0) }
        for place in places {
            if seen.insert(place.sites).inserted { native.places.append(place) }
        }
        if meaning.gate.qubitCount == 2, meaning.gate.isSymmetric {
            for place in native.places where seen.insert(place.sites.reversed()).inserted {
                native.places.append((place.sites.reversed(), place.figure))
            }
        } else if meaning.gate.qubitCount == 2, let couplings {
            native.places.removeAll { !couplings.contains(Coupling($0.sites[0], $0.sites[1])) }
        }
        record.gates.append(native)
    }

    /// What the device calls its gates.
    package static func names(in snapshot: JSONNode) -> [StandardGate: String] {
        var result: [StandardGate: String] = [:]
        guard let operations = snapshot.member("operations"), case .array(let list) = operations.kind else {
            return [:]
        }
        for operation in list {
            guard case .string(let name)? = operation.member("name")?.kind, let meaning = ForeignGates.meaning(name),
                result[meaning.gate] == nil
            else { continue }
            result[meaning.gate] = name
        }
        return result
    }
}
