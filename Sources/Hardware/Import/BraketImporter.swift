import Circuits

/// Device capabilities of Amazon Braket (`GetDevice`), for gate-model machines.
///
/// Figures come from the part `standardized` (schemas 1 to 3) where there is one, else from `provider` (IonQ's means,
/// Rigetti's specs). Braket numbers qubits as the vendor does; sites are these numbers in ascending order.
enum BraketImporter {
    static func read(_ documents: [ForeignDocument]) throws(DeviceError) -> MachineRecord {
        try documents[0].reading { node throws(DeviceFileFault) in try machine(node, file: documents[0].name) }
    }

    private static func machine(_ node: JSONNode, file: String) throws(DeviceFileFault) -> MachineRecord {
        let schema = try node.required("braketSchemaHeader") { node throws(DeviceFileFault) in
            try node.required("name") { node throws(DeviceFileFault) in try node.text() }
        }
        let parts = schema.split(separator: ".").map(String.init)
        let vendor = parts.count > 2 ? parts[2] : "unknown"
        let numbers = try node.required("paradigm") { node throws(DeviceFileFault) in try QubitNumbers(node) }
        var record = MachineRecord(siteCount: numbers.list.count)
        let vendors = ["iqm": "IQM", "ionq": "IonQ", "rigetti": "Rigetti", "oqc": "OQC", "aqt": "AQT"]
        record.vendor = vendors[vendor] ?? vendor
        record.modality = ["ionq", "aqt"].contains(vendor) ? .trappedIon : .superconducting
        record.id = (file.split(separator: "/").last?.split(separator: ".").first).map(String.init) ?? vendor
        record.name = "\(record.vendor), \(numbers.list.count) qubits (Amazon Braket)"
        record.source =
            "Amazon Braket device capabilities, schema \(schema); "
            + (file.split(separator: "/").last.map(String.init) ?? file)
        if numbers.list != Array(0..<numbers.list.count) {
            record.source += "; site k is the k-th of the vendor's qubit numbers, which begin with \(numbers.list[0])"
        }
        record.couplings = numbers.couplings
        record.abilities = Abilities(
            midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: try maxShots(node))
        record.timestamp =
            try node.optional("service") { node throws(DeviceFileFault) in
                try node.optional("updatedAt") { node throws(DeviceFileFault) in try ForeignUnits.moment(node) }
            } ?? nil
        var figures = BraketFigures(numbers: numbers)
        try figures.read(node, into: &record)
        try addGates(node, figures, to: &record)
        return record
    }

    private static func maxShots(_ node: JSONNode) throws(DeviceFileFault) -> Int {
        let range =
            try node.optional("service") { node throws(DeviceFileFault) in
                try node.optional("shotsRange") { node throws(DeviceFileFault) in
                    try node.elements { node throws(DeviceFileFault) in try node.integer(in: 0...1 << 30) }
                }
            } ?? nil
        return max(1, range?.last ?? 10_000)
    }

    private static func addGates(
        _ node: JSONNode, _ figures: BraketFigures, to record: inout MachineRecord
    ) throws(DeviceFileFault) {
        let names = try node.required("paradigm") { node throws(DeviceFileFault) in
            try node.required("nativeGateSet") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try node.text() }
            }
        }
        var seen: Set<StandardGate> = []
        for name in names where !ForeignGates.statements.contains(name.lowercased()) {
            guard let meaning = ForeignGates.meaning(name), meaning.gate.qubitCount <= 2 else {
                record.warnings.append("the native gate \(name) is unknown and was left out")
                continue
            }
            guard seen.insert(meaning.gate).inserted else { continue }
            var native = MachineRecord.NativeFigures(gate: meaning.gate, angleRanges: meaning.angleRanges)
            native.isVirtual = meaning.gate == .rz || meaning.gate == .p
            if meaning.gate.qubitCount == 1 {
                native.places = figures.oneQubit
                native.common = figures.commonOneQubit
            } else {
                native.places = figures.places(of: meaning.gate, named: name)
                native.common = figures.commonTwoQubit
                if native.places.isEmpty, native.common == nil, !figures.twoQubit.isEmpty {
                    record.warnings.append("the native gate \(name) has no figures and was left out")
                    continue
                }
            }
            record.gates.append(native)
        }
        // Machines whose pulses have a phase turn the frame in software.
        if seen.contains(.r), !seen.contains(.rz) {
            record.gates.append(MachineRecord.NativeFigures(gate: .rz, isVirtual: true))
            record.assume("gates.rz", "a change of frame in software, as on every machine whose pulses have a phase")
        }
        guard !record.gates.isEmpty else {
            throw DeviceFileFault(
                "no native gate that Kelvin knows", cure: "a gate-model machine is needed",
                at: node.member("paradigm")?.offset)
        }
    }
}

/// The vendor's qubit numbers and what couples.
struct QubitNumbers {
    /// Ascending; the place is the site.
    let list: [Int]
    let couplings: [Coupling]?
    private let places: [Int: Site]

    func site(_ number: Int) -> Site? { places[number] }

    init(_ paradigm: JSONNode) throws(DeviceFileFault) {
        let count = try paradigm.required("qubitCount") { node throws(DeviceFileFault) in
            try node.integer(in: 1...DeviceFile.maximumSites)
        }
        let connectivity = try paradigm.required("connectivity") { node throws(DeviceFileFault) in node }
        let isFull = try connectivity.optional("fullyConnected") { node throws(DeviceFileFault) in try node.flag() }
        if isFull == true {
            list = Array(0..<count)
            places = Dictionary(uniqueKeysWithValues: list.map { ($0, Site($0)) })
            couplings = nil
            return
        }
        var pairs: [(Int, Int)] = []
        var numbers: Set<Int> = []
        _ = try connectivity.required("connectivityGraph") { node throws(DeviceFileFault) in
            try node.members { key, value throws(DeviceFileFault) in
                guard let first = Int(key) else {
                    throw DeviceFileFault("\"\(key)\" is no qubit number", cure: "correct it", at: value.offset)
                }
                numbers.insert(first)
                for second in try value.elements({ node throws(DeviceFileFault) in try Self.number(node) }) {
                    numbers.insert(second)
                    if first != second { pairs.append((first, second)) }
                }
            }
        }
        guard numbers.count <= count || numbers.count <= DeviceFile.maximumSites else {
            throw DeviceFileFault("\(numbers.count) qubits where \(count) belong", cure: "correct \"qubitCount\"")
        }
        // Isolated qubits do not stand in the graph.
        var next = 0
        while numbers.count < count {
            numbers.insert(next)
            next += 1
        }
        list = numbers.sorted()
        places = Dictionary(uniqueKeysWithValues: list.enumerated().map { ($1, Site($0)) })
        let table = places
        couplings = pairs.map { Coupling(table[$0.0]!, table[$0.1]!) }
    }

    static func number(_ node: JSONNode) throws(DeviceFileFault) -> Int {
        switch node.kind {
        case .string(let text):
            if let value = Int(text) { return value }
        case .number(let value):
            if let whole = Int(exactly: value) { return whole }
        default: break
        }
        throw node.mismatch("a qubit number")
    }
}
