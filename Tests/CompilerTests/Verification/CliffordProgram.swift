import Circuits

/// Wide Clifford programs, made at random.
enum CliffordProgram {
    /// Clifford gates of every kind, rotations by quarter turns and barriers; the pairs of a gate lie near each other in
    /// a random order of the qubits more often than not, as in programs that people write.
    static func random(qubits: Int, count: Int, seed: UInt64) -> Circuit {
        var generator = TestGenerator(seed)
        var circuit = Circuit(name: "clifford \(seed)", qubitCount: qubits)
        let order = generator.distinct(qubits, below: qubits)
        func quarter(_ generator: inout TestGenerator) -> Double { Double(generator.below(9) - 4) * .pi / 2 }
        let single: [StandardGate] = [.id, .x, .y, .z, .h, .s, .sdg, .sx, .sxdg, .rx, .ry, .rz, .p, .r, .u2, .u]
        let double: [StandardGate] = [
            .cx, .cy, .cz, .swap, .iswap, .ecr, .dcx, .rxx, .ryy, .rzz, .rzx, .cp, .cx, .cz,
        ]
        for _ in 0..<count {
            switch generator.below(12) {
            case 0..<5:
                let gate = single[generator.below(single.count)]
                circuit.append(
                    gate, [generator.below(qubits)], (0..<gate.parameterCount).map { _ in quarter(&generator) })
            case 11: circuit.barrier(generator.distinct(2, below: qubits))
            default:
                let gate = double[generator.below(double.count)]
                let first = generator.below(qubits)
                let step = generator.below(8) == 0 ? 1 + generator.below(qubits - 1) : 1 + generator.below(2)
                var pair = [order[first], order[(first + step) % qubits]]
                if generator.below(2) == 0 { pair.swapAt(0, 1) }
                // A controlled phase is Clifford at half turns alone.
                let parameters =
                    gate == .cp
                    ? [Double(generator.below(3) - 1) * .pi]
                    : (0..<gate.parameterCount).map { _ in quarter(&generator) }
                circuit.append(gate, pair, parameters)
            }
        }
        return circuit
    }
}
