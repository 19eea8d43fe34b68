import Circuits

/// A Clifford operation by what it does to Pauli operators: P → C·P·C†. Global phases do not exist here.
///
/// Aaronson, Gottesman, Phys. Rev. A 70, 052328 (2004).
struct CliffordMap: Hashable, Sendable {
    /// Where X of each qubit goes.
    private(set) var xImages: [PauliOperator]
    /// Where Z of each qubit goes.
    private(set) var zImages: [PauliOperator]

    var qubitCount: Int { xImages.count }

    /// The identity.
    init(qubitCount: Int) {
        precondition(qubitCount <= 64, "\(qubitCount) qubits")
        xImages = (0..<qubitCount).map { PauliOperator(x: 1 << UInt64($0)) }
        zImages = (0..<qubitCount).map { PauliOperator(z: 1 << UInt64($0)) }
    }

    /// A gate of one or two qubits; nil if it is no Clifford operation at these angles.
    init?(_ gate: StandardGate, _ parameters: [Double] = []) {
        let n = gate.qubitCount
        guard n == 1 || n == 2 else { return nil }
        let unitary = gate.matrix(parameters)
        self.init(qubitCount: n)
        for k in 0..<n {
            guard let x = Self.decode(unitary * Self.matrix(xImages[k], n) * unitary.adjoint, n),
                let z = Self.decode(unitary * Self.matrix(zImages[k], n) * unitary.adjoint, n)
            else { return nil }
            xImages[k] = x
            zImages[k] = z
        }
    }

    func callAsFunction(_ operand: PauliOperator) -> PauliOperator {
        var result = PauliOperator(phase: operand.phase)
        for k in 0..<qubitCount where operand.x >> UInt64(k) & 1 == 1 { result = result * xImages[k] }
        for k in 0..<qubitCount where operand.z >> UInt64(k) & 1 == 1 { result = result * zImages[k] }
        return result
    }

    /// This operation, then another.
    func then(_ next: CliffordMap) -> CliffordMap {
        var result = self
        for k in 0..<qubitCount {
            result.xImages[k] = next(xImages[k])
            result.zImages[k] = next(zImages[k])
        }
        return result
    }

    /// This operation, then one on some of its qubits: operand j of `next` is qubit `qubits[j]`.
    func then(_ next: CliffordMap, on qubits: [Int]) -> CliffordMap {
        var wide = CliffordMap(qubitCount: qubitCount)
        func spread(_ operand: PauliOperator) -> PauliOperator {
            var result = PauliOperator(phase: operand.phase)
            for (j, qubit) in qubits.enumerated() {
                result.x |= (operand.x >> UInt64(j) & 1) << UInt64(qubit)
                result.z |= (operand.z >> UInt64(j) & 1) << UInt64(qubit)
            }
            return result
        }
        for (j, qubit) in qubits.enumerated() {
            wide.xImages[qubit] = spread(next.xImages[j])
            wide.zImages[qubit] = spread(next.zImages[j])
        }
        return then(wide)
    }

    var inverse: CliffordMap {
        var result = self
        for q in 0..<qubitCount {
            result.xImages[q] = preimage(of: PauliOperator(x: 1 << UInt64(q)))
            result.zImages[q] = preimage(of: PauliOperator(z: 1 << UInt64(q)))
        }
        return result
    }

    /// The Pauli operator that goes to `target`: it holds X where it anticommutes with Z, as their images do.
    private func preimage(of target: PauliOperator) -> PauliOperator {
        func anticommutes(_ a: PauliOperator) -> Bool {
            ((a.x & target.z).nonzeroBitCount + (a.z & target.x).nonzeroBitCount) & 1 == 1
        }
        var x: UInt64 = 0, z: UInt64 = 0
        for k in 0..<qubitCount {
            if anticommutes(zImages[k]) { x |= 1 << UInt64(k) }
            if anticommutes(xImages[k]) { z |= 1 << UInt64(k) }
        }
        let candidate = PauliOperator(hermitianX: x, z: z)
        return self(candidate).isNegative ? candidate.negated : candidate
    }

    // Matrices, for gates of one and two qubits.

    private static func matrix(_ operand: PauliOperator, _ n: Int) -> Matrix {
        var result = Matrix(identity: 1)
        for k in 0..<n {
            var single = Matrix(identity: 2)
            if operand.x >> UInt64(k) & 1 == 1 { single = single * StandardGate.x.matrix() }
            if operand.z >> UInt64(k) & 1 == 1 { single = single * StandardGate.z.matrix() }
            result = single.kronecker(result)
        }
        let phases: [Complex] = [.one, .i, Complex(-1), Complex(0, -1)]
        return phases[Int(operand.phase)] * result
    }

    private static func decode(_ image: Matrix, _ n: Int) -> PauliOperator? {
        for x in 0..<UInt64(1 << n) {
            for z in 0..<UInt64(1 << n) {
                let candidate = PauliOperator(hermitianX: x, z: z)
                let overlap = (matrix(candidate, n) * image).trace.re / Double(1 << n)
                if abs(overlap) > 1 - 1e-6 { return overlap > 0 ? candidate : candidate.negated }
            }
        }
        return nil
    }
}
