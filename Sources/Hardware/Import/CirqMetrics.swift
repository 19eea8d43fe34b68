/// A place on Google's square grid; text is `row_column`, with or without a `q` in front.
struct GridQubit: Hashable, Comparable {
    var row: Int
    var column: Int

    init?(_ text: String) {
        let parts = (text.hasPrefix("q") ? text.dropFirst() : text[...]).split(separator: "_")
        guard parts.count == 2, let row = Int(parts[0]), let column = Int(parts[1]), abs(row) < 1 << 20,
            abs(column) < 1 << 20
        else { return nil }
        self.row = row
        self.column = column
    }

    static func < (a: GridQubit, b: GridQubit) -> Bool { (a.row, a.column) < (b.row, b.column) }
}

struct GridPair: Hashable, Comparable {
    var first: GridQubit
    var second: GridQubit

    static func < (a: GridPair, b: GridPair) -> Bool { (a.first, a.second) < (b.first, b.second) }
}

extension CirqImporter {
    /// A `MetricsSnapshot`: named figures of qubits and of pairs.
    struct Metrics {
        var single: [String: [GridQubit: Double]] = [:]
        var pairs: [String: [GridPair: Double]] = [:]
        /// Seconds since 1970.
        var timestamp: Double?
        var qubits: Set<GridQubit> = []

        init(_ node: JSONNode) throws(DeviceFileFault) {
            // Cirq's own JSON wraps the snapshot once more.
            let snapshot = node.member("metrics")?.has("metrics") == true ? node.member("metrics")! : node
            if let stamp = snapshot.member("timestampMs") ?? snapshot.member("timestamp_ms") {
                switch stamp.kind {
                case .number(let value): timestamp = value / 1_000
                case .string(let text): timestamp = Double(text).map { $0 / 1_000 }
                default: break
                }
                if let value = timestamp, !(value >= 0 && value < 2.5e11) { timestamp = nil }
            }
            let entries = try snapshot.required("metrics") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in try Self.entry(node) }
            }
            for entry in entries {
                guard let value = entry.value else { continue }
                switch entry.targets.count {
                case 1:
                    single[entry.name, default: [:]][entry.targets[0]] = value
                    qubits.insert(entry.targets[0])
                case 2:
                    let pair = GridPair(first: entry.targets[0], second: entry.targets[1])
                    pairs[entry.name, default: [:]][pair] = value
                    qubits.formUnion(entry.targets)
                default: break
                }
            }
            for key in single.keys where key.contains("error") {
                for (qubit, value) in single[key]! where !(value >= 0 && value <= 1) {
                    throw DeviceFileFault(
                        "\(key) of \(qubit.row)_\(qubit.column) is \(value)", cure: "an error is a probability")
                }
            }
        }

        /// The average infidelity of a one-qubit gate.
        func oneQubitError(of qubit: GridQubit) -> Double? {
            if let average = single["single_qubit_rb_average_error_per_gate"]?[qubit] { return average }
            return single["single_qubit_rb_pauli_error_per_gate"]?[qubit].map { $0 / 1.5 }
        }

        private static func entry(
            _ node: JSONNode
        ) throws(DeviceFileFault) -> (name: String, targets: [GridQubit], value: Double?) {
            let name = try node.required("name") { node throws(DeviceFileFault) in try node.text() }
            let targets = try node.optional("targets") { node throws(DeviceFileFault) in
                try node.elements { node throws(DeviceFileFault) in GridQubit(try node.text()) }
            }
            let value = try node.optional("values") { node throws(DeviceFileFault) -> Double? in
                try node.elements { node throws(DeviceFileFault) -> Double? in
                    guard let number = node.member("doubleVal") ?? node.member("double_val") else { return nil }
                    return try number.number()
                }.first ?? nil
            }
            return (name, (targets ?? []).compactMap { $0 }, value ?? nil)
        }
    }

    /// A `DeviceSpecification` for grid devices.
    struct GridSpecification {
        var qubits: [GridQubit]
        var targets: [GridPair] = []
        /// Seconds, by gate: cz, meas, phased_xz, reset, sqrt_iswap, …
        var durations: [String: Double] = [:]

        init(_ text: ProtocolText) {
            qubits = text.all("valid_qubits").compactMap { $0.value.flatMap(GridQubit.init) }
            for target in text.all("valid_targets").flatMap({ $0.all("targets") }) {
                let ids = target.all("ids").compactMap { $0.value.flatMap(GridQubit.init) }
                if ids.count == 2 { targets.append(GridPair(first: ids[0], second: ids[1])) }
            }
            for gate in text.all("valid_gates") {
                guard let picoseconds = gate.first("gate_duration_picos")?.value.flatMap(Double.init), picoseconds > 0,
                    let name = gate.fields.first(where: { $0.value == nil })?.name
                else { continue }
                durations[name] = ForeignUnits.scaled(picoseconds, exponent: -12)
            }
        }
    }
}
