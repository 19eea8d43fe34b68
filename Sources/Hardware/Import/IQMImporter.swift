import Circuits

/// An IQM machine: its dynamic quantum architecture (`GET calibration-sets/{machine}/default/dynamic-quantum-architecture`)
/// and, where there are any, its quality metrics (`…/metrics`). Site k is the k-th of the listed qubits.
enum IQMImporter {
    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        guard let architecture = documents.first(where: { $0.json?.has("gates") == true }) else {
            throw DeviceError(
                .invalidFile, "\(documents[0].name): no dynamic quantum architecture (\"gates\")",
                cure: "give the answer of …/dynamic-quantum-architecture")
        }
        let metrics = documents.first { $0.json?.has("observations") == true }
        let figures = try metrics?.reading { node throws(DeviceFileFault) in try Metrics(node) } ?? Metrics()
        return try architecture.reading { node throws(DeviceFileFault) in
            try machine(node, figures, name: architecture.name)
        }
    }

    private static func machine(
        _ node: JSONNode, _ metrics: Metrics, name: String
    ) throws(DeviceFileFault) -> MachineRecord {
        let qubits = try node.required("qubits") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in try node.text() }
        }
        guard (1...DeviceFile.maximumSites).contains(qubits.count), Set(qubits).count == qubits.count else {
            throw DeviceFileFault("\(qubits.count) qubits, or one twice", cure: "give the whole architecture")
        }
        let place = Dictionary(uniqueKeysWithValues: qubits.enumerated().map { ($1, Site($0)) })
        var record = MachineRecord(siteCount: qubits.count)
        record.id = name
        record.name = "IQM \(name), \(qubits.count) qubits"
        record.vendor = "IQM"
        let set = try node.optional("calibration_set_id") { node throws(DeviceFileFault) in try node.text() }
        record.source = "IQM's interface, calibration set \(set ?? "unknown"); site k is \(qubits[0])…\(qubits.last!)"
        record.timestamp = metrics.timestamp
        record.abilities = Abilities(midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: 20_000)
        let gates = try node.required("gates") { node throws(DeviceFileFault) in node }
        let rotations = try loci("prx", gates, place), entanglers = try loci("cz", gates, place)
        let readable = Set(try loci("measure", gates, place).compactMap(\.first))
        guard !rotations.isEmpty else {
            throw DeviceFileFault("no qubit has the gate prx", cure: "machines with prx can be used", at: gates.offset)
        }
        var rotation = MachineRecord.NativeFigures(gate: .r), entangler = MachineRecord.NativeFigures(gate: .cz)
        for sites in rotations where sites.count == 1 {
            rotation.places.append((sites, .init(error: metrics.rotation[qubits[sites[0].index]], duration: nil)))
        }
        var couplings: Set<Coupling> = [], seen: Set<[Site]> = []
        for pair in entanglers where pair.count == 2 && pair[0] != pair[1] {
            let names = [qubits[pair[0].index], qubits[pair[1].index]]
            let error = metrics.entangler[names] ?? metrics.entangler[names.reversed()]
            for sites in [pair, pair.reversed()] where seen.insert(sites).inserted {
                couplings.insert(Coupling(sites[0], sites[1]))
                entangler.places.append((sites, .init(error: error, duration: nil)))
            }
        }
        record.gates = entangler.places.isEmpty ? [rotation] : [rotation, entangler]
        record.couplings = Array(couplings)
        for (k, name) in qubits.enumerated() {
            record.sites[k].t1 = metrics.t1[name]
            record.sites[k].t2 = metrics.t2[name]
            (record.sites[k].falseOne, record.sites[k].falseZero) = (metrics.falseOne[name], metrics.falseZero[name])
            record.sites[k].isOperational = readable.contains(Site(k))
        }
        return record
    }

    /// Where a gate works, whatever its implementation.
    private static func loci(
        _ gate: String, _ gates: JSONNode, _ place: [String: Site]
    ) throws(DeviceFileFault) -> [[Site]] {
        var result: [[Site]] = []
        _ = try gates.optional(gate) { node throws(DeviceFileFault) in
            try node.required("implementations") { node throws(DeviceFileFault) in
                try node.members { _, node throws(DeviceFileFault) in
                    try node.required("loci") { node throws(DeviceFileFault) in
                        try node.elements { node throws(DeviceFileFault) in
                            let names = try node.elements { node throws(DeviceFileFault) in try node.text() }
                            // Resonators are no qubits: gates on them are left out.
                            let sites = names.compactMap { place[$0] }
                            if sites.count == names.count, !result.contains(sites) { result.append(sites) }
                        }
                    }
                }
            }
        }
        return result
    }

    /// Observations of the quality metric set, by the names of IQM's calibration (`metrics.rb.prx.….QB1.fidelity`).
    private struct Metrics {
        var t1: [String: Double] = [:]
        var t2: [String: Double] = [:]
        var falseOne: [String: Double] = [:]
        var falseZero: [String: Double] = [:]
        var rotation: [String: Double] = [:]
        var entangler: [[String]: Double] = [:]
        var timestamp: Double?

        init() {}

        init(_ node: JSONNode) throws(DeviceFileFault) {
            timestamp = try node.optional("end_timestamp") { node throws(DeviceFileFault) in
                try ForeignUnits.moment(node)
            }
            _ = try node.required("observations") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in
                    guard case .string(let name)? = (node.member("dut_field") ?? node.member("name"))?.kind,
                        case .number(let value)? = node.member("value")?.kind
                    else { return }
                    let parts = name.split(separator: ".").map(String.init)
                    guard let locus = parts.first(where: { $0.hasPrefix("QB") }) else { return }
                    let isProbability = value >= 0 && value <= 1
                    switch parts.last {
                    case "t1_time" where value > 0: t1[locus] = value
                    case "t2_time" where value > 0, "t2_echo_time" where value > 0: t2[locus] = t2[locus] ?? value
                    case "error_0_to_1" where isProbability: falseOne[locus] = value
                    case "error_1_to_0" where isProbability: falseZero[locus] = value
                    default:
                        guard isProbability, parts.contains("fidelity") || parts.last?.hasPrefix("fidelity") == true
                        else { return }
                        if parts.contains("cz") {
                            entangler[
                                locus.split(separator: "_").joined(separator: "-").split(separator: "-").map(
                                    String.init)] = 1 - value
                        } else if parts.contains("prx") {
                            rotation[locus] = 1 - value
                        }
                    }
                }
            }
        }
    }
}
