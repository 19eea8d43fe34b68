import Circuits

extension FlatProgram {
    /// The program in OpenQASM under a device's own gate names, one register of qubits `q` and one of bits `c`, bit k of
    /// `c` being the k-th of `measuredBits`. No definitions: interfaces that take native programs know their gates.
    ///
    /// - Parameters:
    ///   - places: the qubit of each site; sites without one are not used.
    ///   - names: what the device calls its gates.
    func openQASM(
        version: Int, qubitCount: Int, places: [Int: Int], names: [StandardGate: String]
    ) -> String {
        let bits = measuredBits
        let bitPlace = Dictionary(uniqueKeysWithValues: bits.enumerated().map { ($1, $0) })
        var lines: [String] = []
        if version == 3 {
            lines = [
                "OPENQASM 3.0;", "include \"stdgates.inc\";", "qubit[\(qubitCount)] q;", "bit[\(bits.count)] c;",
            ]
        } else {
            lines = ["OPENQASM 2.0;", "include \"qelib1.inc\";", "qreg q[\(qubitCount)];", "creg c[\(bits.count)];"]
        }
        func qubit(_ site: Int) -> String { "q[\(places[site] ?? site)]" }
        for step in steps {
            switch step {
            case .gate(let gate, let angles, let sites):
                let formal = angles.isEmpty ? "" : "(\(angles.map(Self.decimal).joined(separator: ", ")))"
                let operands = sites.map(qubit).joined(separator: ", ")
                lines.append("\(names[gate] ?? gate.name)\(formal) \(operands);")
            case .measure(let site, let bit):
                let target = "c[\(bitPlace[bit] ?? 0)]"
                lines.append(
                    version == 3 ? "\(target) = measure \(qubit(site));" : "measure \(qubit(site)) -> \(target);")
            case .reset(let site): lines.append("reset \(qubit(site));")
            case .barrier(let sites):
                let named = sites.filter { places[$0] != nil }
                if !named.isEmpty { lines.append("barrier \(named.map(qubit).joined(separator: ", "));") }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A number that every grammar of the family reads; small ones with an exponent lose nothing.
    private static func decimal(_ value: Double) -> String { "\(value)" }
}
