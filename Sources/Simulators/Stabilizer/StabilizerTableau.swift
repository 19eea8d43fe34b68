/// A stabilizer state of n qubits as a tableau of destabilizers and stabilizers.
///
/// Aaronson and Gottesman, "Improved simulation of stabilizer circuits", quant-ph/0406196. Kept by columns: for each qubit
/// the bits of all rows side by side, so that a gate is a few operations on words and a measurement multiplies all rows
/// at once. Rows 0..<n are destabilizers, each half padded to whole words.
///
/// - Warning: one thread at a time; that is what the unchecked conformance asks of its users.
public final class StabilizerTableau: @unchecked Sendable {
    public let qubitCount: Int
    /// Words of one half.
    let half: Int
    /// Words of a column: both halves.
    let words: Int
    /// Column x of qubit k at 2k, z at 2k + 1; after the last, the signs and three columns of scratch.
    let columns: UnsafeMutablePointer<UInt64>
    private let total: Int

    /// |0…0⟩.
    public init(qubitCount: Int) {
        precondition(qubitCount >= 0, "a negative number of qubits")
        self.qubitCount = qubitCount
        half = max(1, (qubitCount + 63) / 64)
        words = 2 * half
        total = (2 * qubitCount + 4) * words
        columns = .allocate(capacity: total)
        columns.initialize(repeating: 0, count: total)
        for qubit in 0..<qubitCount {
            x(qubit)[qubit >> 6] |= 1 << UInt64(qubit & 63)
            z(qubit)[half + qubit >> 6] |= 1 << UInt64(qubit & 63)
        }
    }

    private init(copying other: StabilizerTableau) {
        qubitCount = other.qubitCount
        half = other.half
        words = other.words
        total = other.total
        columns = .allocate(capacity: total)
        columns.initialize(from: other.columns, count: total)
    }

    deinit { columns.deallocate() }

    public func copy() -> StabilizerTableau { StabilizerTableau(copying: self) }

    @inline(__always) func x(_ qubit: Int) -> UnsafeMutablePointer<UInt64> { columns + 2 * qubit * words }
    @inline(__always) func z(_ qubit: Int) -> UnsafeMutablePointer<UInt64> { columns + (2 * qubit + 1) * words }
    @inline(__always) var signs: UnsafeMutablePointer<UInt64> { columns + 2 * qubitCount * words }
    @inline(__always) func scratch(_ k: Int) -> UnsafeMutablePointer<UInt64> {
        columns + (2 * qubitCount + 1 + k) * words
    }

    var byteCount: Int { 8 * total }

    func apply(_ step: CliffordStep) {
        let signs = signs
        switch step {
        case .h(let a):
            let (x, z) = (x(a), z(a))
            for k in 0..<words {
                signs[k] ^= x[k] & z[k]
                (x[k], z[k]) = (z[k], x[k])
            }
        case .s(let a):
            let (x, z) = (x(a), z(a))
            for k in 0..<words {
                signs[k] ^= x[k] & z[k]
                z[k] ^= x[k]
            }
        case .cx(let a, let b):
            let (xa, za, xb, zb) = (x(a), z(a), x(b), z(b))
            for k in 0..<words {
                signs[k] ^= xa[k] & zb[k] & ~(xb[k] ^ za[k])
                xb[k] ^= xa[k]
                za[k] ^= zb[k]
            }
        case .x(let a):
            let z = z(a)
            for k in 0..<words { signs[k] ^= z[k] }
        case .z(let a):
            let x = x(a)
            for k in 0..<words { signs[k] ^= x[k] }
        }
    }
}
