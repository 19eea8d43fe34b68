/// i^phase · X^x · Z^z on up to 64 qubits: all X to the left of all Z.
struct PauliOperator: Hashable, Sendable {
    var x: UInt64
    var z: UInt64
    /// Power of i, modulo 4.
    var phase: UInt8

    init(x: UInt64 = 0, z: UInt64 = 0, phase: UInt8 = 0) {
        self.x = x
        self.z = z
        self.phase = phase & 3
    }

    /// The Hermitian operator with these parts and the sign +: Y = i·X·Z.
    init(hermitianX x: UInt64, z: UInt64) {
        self.init(x: x, z: z, phase: UInt8((x & z).nonzeroBitCount & 3))
    }

    static func * (a: PauliOperator, b: PauliOperator) -> PauliOperator {
        // Z past X gives a sign.
        let sign = UInt8(((a.z & b.x).nonzeroBitCount & 1) * 2)
        return PauliOperator(x: a.x ^ b.x, z: a.z ^ b.z, phase: a.phase &+ b.phase &+ sign)
    }

    /// Whether a Hermitian operator has the sign −.
    var isNegative: Bool { (Int(phase) - (x & z).nonzeroBitCount) & 3 == 2 }

    var negated: PauliOperator { PauliOperator(x: x, z: z, phase: phase &+ 2) }
}
