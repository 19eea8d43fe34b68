import Circuits

/// IBM's backend configuration and backend properties, as qiskit-ibm-runtime ships them for its snapshots and as the
/// cloud sends them (`GET /backends/{name}/configuration` and `/properties`).
enum IBMImporter {
    /// Native only when asked for; the machine takes rzz(θ) for 0 ≤ θ ≤ π/2 and rx for any θ (IBM's documentation of
    /// fractional gates).
    private static let fractional: [(gate: StandardGate, ranges: [ClosedRange<Double>?])] = [
        (.rx, [nil]), (.rzz, [0...(.pi / 2)]),
    ]

    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        guard let configuration = documents.first(where: { $0.json?.has("n_qubits") == true }) else {
            throw DeviceError(
                .invalidFile, "\(documents[0].name): the backend configuration is missing (no \"n_qubits\")",
                cure: "give the configuration and the properties, conf_….json and props_….json")
        }
        let properties = documents.first {
            $0.json?.has("qubits") == true && $0.json?.has("gates") == true
                && $0.json?.has("n_qubits") == false
        }
        guard let properties else {
            throw DeviceError(
                .invalidFile, "\(configuration.name): the backend properties are missing: no error, no time is known",
                cure: "give both files, conf_….json and props_….json")
        }
        var record = try configuration.reading { node throws(DeviceFileFault) in try self.configuration(node) }
        let published = try properties.reading { node throws(DeviceFileFault) in try Published(node, of: record) }
        let (basis, frequencies) = try configuration.reading { node throws(DeviceFileFault) in
            (try basisGates(node), try self.frequencies(node, count: record.sites.count))
        }
        record.timestamp = published.timestamp
        record.warnings += published.warnings
        for k in record.sites.indices {
            record.sites[k] = published.sites[k]
            if let frequencies { record.sites[k].frequency = frequencies[k] }
        }
        record.source =
            "\(record.name), snapshot of \(Timestamp.text(from: published.timestamp)); "
            + "\(fileName(configuration.name)) and \(fileName(properties.name))"
        if frequencies != nil {
            record.assume(
                "calibration.sites.frequency", "middle of qubit_lo_range in \(fileName(configuration.name))")
        }
        addGates(basis, published, to: &record)
        return record
    }

    private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    private static func configuration(_ node: JSONNode) throws(DeviceFileFault) -> MachineRecord {
        let count = try node.required("n_qubits") { node throws(DeviceFileFault) in
            try node.integer(in: 1...DeviceFile.maximumSites)
        }
        var record = MachineRecord(siteCount: count)
        let backend = try node.required("backend_name") { node throws(DeviceFileFault) in try node.text() }
        let version = try node.optional("backend_version") { node throws(DeviceFileFault) in try node.text() }
        record.id = backend
        record.vendor = "IBM"
        var family = "IBM"
        if let type = node.member("processor_type"), let name = type.member("family") {
            family += " \(try name.text())"
            if let revision = type.member("revision") {
                switch revision.kind {
                case .string(let text): family += " r\(text)"
                case .number(let value): family += " r\(DeviceFileWriter.number(value))"
                default: break
                }
            }
        }
        record.name = "\(family), \(count) qubits (\(backend)\(version.map { " \($0)" } ?? ""))"
        let couplings = try node.optional("coupling_map") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                let pair = try DeviceFileReader.sites(node, count: 2, siteCount: count)
                return Coupling(pair[0], pair[1])
            }
        }
        record.couplings = couplings ?? []
        record.coordinates = try coordinates(node, count: count)
        try timing(node, into: &record)
        let supported = try node.optional("supported_instructions") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in try node.text() }
        }
        let basis = try basisGates(node)
        let words = Set((supported ?? []) + basis)
        record.abilities = Abilities(
            midCircuitMeasurement: true, feedForward: words.contains("if_else"),
            reset: supported == nil || words.contains("reset"),
            maxShots: try node.optional("max_shots") { node throws(DeviceFileFault) in
                try node.integer(in: 1...1 << 30)
            } ?? 100_000)
        record.assume(
            "timing.feedbackLatency",
            "assumed: not published in the snapshot; of the order reported for dynamic circuits on machines of this "
                + "kind")
        return record
    }

    private static func basisGates(_ node: JSONNode) throws(DeviceFileFault) -> [String] {
        try node.required("basis_gates") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in try node.text() }
        }
    }

    /// IBM writes (column, row), counted from 0 or 1.
    private static func coordinates(_ node: JSONNode, count: Int) throws(DeviceFileFault) -> [SiteCoordinate] {
        guard let list = node.member("coords") else { return [] }
        let pairs: [[Double]]
        do throws(DeviceFileFault) {
            pairs = try list.elements { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try node.number() }
            }
        } catch { throw error.inside("coords") }
        guard pairs.count == count, pairs.allSatisfy({ $0.count == 2 }) else { return [] }
        let left = pairs.map { $0[0] }.min() ?? 0, top = pairs.map { $0[1] }.min() ?? 0
        return pairs.map { SiteCoordinate(row: $0[1] - top, column: $0[0] - left) }
    }

    private static func timing(_ node: JSONNode, into record: inout MachineRecord) throws(DeviceFileFault) {
        var dt = 0.0
        if let value = try node.optional("dt", { node throws(DeviceFileFault) in try node.timeOrZero().value }) {
            // The interface says nanoseconds; some old snapshots hold seconds.
            dt = value < 1e-6 ? value : ForeignUnits.scaled(value, exponent: -9)
        }
        let constraints = node.member("timing_constraints")
        func count(_ key: String) throws(DeviceFileFault) -> Int {
            try constraints?.optional(key) { node throws(DeviceFileFault) in try node.integer(in: 1...1 << 20) } ?? 1
        }
        let delay = try node.optional("default_rep_delay") { node throws(DeviceFileFault) in
            ForeignUnits.scaled(try node.timeOrZero().value, exponent: -6)
        }
        record.timing = TimingConstraints(
            dt: Seconds(dt), granularity: try count("granularity"), acquireAlignment: try count("acquire_alignment"),
            feedbackLatency: Seconds(6.5e-7), repetitionDelay: Seconds(delay ?? 0))
    }

    /// The middle of each qubit's range of drive frequencies.
    private static func frequencies(_ node: JSONNode, count: Int) throws(DeviceFileFault) -> [Double]? {
        let ranges = try node.optional("qubit_lo_range") { node throws(DeviceFileFault) in
            try node.elements { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try node.number() }
            }
        }
        guard let ranges, ranges.count == count, ranges.allSatisfy({ $0.count == 2 }) else { return nil }
        return ranges.map { range in
            ForeignUnits.scaled(((range[0] + range[1]) / 2 * 1e9).rounded() / 1e9, exponent: 9)
        }
    }

    private static func addGates(_ basis: [String], _ published: Published, to record: inout MachineRecord) {
        var offered: [StandardGate: [ClosedRange<Double>?]?] = [:]
        for name in basis where !ForeignGates.statements.contains(name) {
            guard let meaning = ForeignGates.meaning(name) else {
                record.warnings.append("the basis gate \(name) is unknown and was left out")
                continue
            }
            offered[meaning.gate] = .some(nil)
        }
        // A machine has all fractional gates or none of them.
        let living = fractional.allSatisfy { entry in
            published.gates[entry.gate]?.contains { ($0.figure.error ?? 1) < 1 } == true
        }
        for entry in fractional {
            let isInBasis = offered[entry.gate] != nil
            if living || isInBasis { offered[entry.gate] = .some(entry.ranges) }
        }
        if offered[.rzz] != nil {
            record.assume(
                "gates.rzz.angles", "IBM documentation of fractional gates: rzz(θ) for 0 ≤ θ ≤ π/2; rx for any angle")
        }
        for (gate, ranges) in offered.sorted(by: { $0.key.name < $1.key.name }) {
            var native = MachineRecord.NativeFigures(gate: gate, angleRanges: ranges)
            native.isVirtual = gate == .rz || gate == .p
            native.places = published.gates[gate] ?? []
            if native.places.isEmpty, !native.isVirtual {
                record.warnings.append("the basis gate \(gate.name) has no figures and was left out")
                continue
            }
            record.gates.append(native)
        }
    }
}
