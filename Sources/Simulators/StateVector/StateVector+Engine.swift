public import Circuits

extension StateVector: Engine {
    /// ⟨ψ|M|ψ⟩ of a hermitian matrix on a few qubits, through their reduced density matrix.
    func expectation(of matrix: Matrix, on qubits: [Int]) -> Double {
        if qubits.count == 1 && matrix.isDiagonal {
            let one = probabilityOfOne(qubits[0])
            return matrix[0, 0].re * (1 - one) + matrix[1, 1].re * one
        }
        let reduced = reducedDensity(qubits)
        var sum = 0.0
        for r in 0..<matrix.dimension { for c in 0..<matrix.dimension { sum += (matrix[r, c] * reduced[c, r]).re } }
        return sum
    }

    /// The reduced density matrix of a few qubits; the first is the least significant.
    public func reducedDensity(_ qubits: [Int]) -> Matrix {
        let size = 1 << qubits.count
        var result = Matrix(zero: size)
        let mask = qubits.reduce(0) { $0 | 1 << $1 }
        let offsets = (0..<size).map { row in
            qubits.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
        }
        for base in 0..<count where base & mask == 0 {
            for r in 0..<size {
                let a = self[base | offsets[r]]
                for c in 0...r { result[r, c] += a * self[base | offsets[c]].conjugate }
            }
        }
        for r in 0..<size { for c in r + 1..<max(size, r + 1) { result[r, c] = result[c, r].conjugate } }
        return result
    }

    func sample(_ qubits: [Int], _ uniforms: [Double]) -> [[UInt64]] {
        sample(uniforms).map { state in
            var outcome: UInt64 = 0
            for (k, qubit) in qubits.enumerated() { outcome |= (state >> UInt64(qubit) & 1) << UInt64(k) }
            return [outcome]
        }
    }

    func collapse(_ qubits: [Int], to outcome: [UInt64]) {
        var mask = 0, pattern = 0
        for (k, qubit) in qubits.enumerated() {
            mask |= 1 << qubit
            if outcome[0] >> UInt64(k) & 1 == 1 { pattern |= 1 << qubit }
        }
        collapse(mask: mask, pattern: pattern, probability: probability(mask: mask, pattern: pattern))
    }

    static var resetsExactly: Bool { false }
    func resetExactly(_ qubit: Int) { preconditionFailure("a pure state does not survive a reset") }
    func flip(_ qubit: Int) { apply(ElementaryGate(.x, targets: [Qubit(qubit)])) }
}
