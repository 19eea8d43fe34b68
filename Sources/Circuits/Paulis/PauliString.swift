/// One of the four Pauli matrices.
public enum Pauli: UInt8, Hashable, Sendable, CaseIterable {
    case i, x, y, z

    public var character: Character {
        switch self {
        case .i: "I"
        case .x: "X"
        case .y: "Y"
        case .z: "Z"
        }
    }
}

/// A tensor product of Pauli matrices with a phase i^k.
///
/// Bits say where an X and where a Z stands; Y has both, and the operator is i^phase · Π (Hermitian Paulis), so that a
/// string of letters has phase 0. Qubit 0 is the rightmost letter in text.
public struct PauliString: Hashable, Sendable {
    public let count: Int
    /// 64 qubits a word.
    @usableFromInline var xWords: [UInt64]
    @usableFromInline var zWords: [UInt64]
    /// The power of i in front, 0...3.
    public var phase: UInt8

    public init(identity count: Int) {
        precondition(count >= 0, "a negative number of qubits")
        self.count = count
        xWords = Array(repeating: 0, count: (count + 63) / 64)
        zWords = xWords
        phase = 0
    }

    /// Letters I, X, Y, Z, qubit 0 last; nil for anything else or for nothing.
    public init?(_ letters: some StringProtocol) {
        guard !letters.isEmpty else { return nil }
        self.init(identity: letters.utf8.count)
        for (k, letter) in letters.utf8.reversed().enumerated() {
            switch letter {
            case UInt8(ascii: "I"): break
            case UInt8(ascii: "X"): self[k] = .x
            case UInt8(ascii: "Y"): self[k] = .y
            case UInt8(ascii: "Z"): self[k] = .z
            default: return nil
            }
        }
    }

    public subscript(qubit: Int) -> Pauli {
        get {
            precondition(qubit >= 0 && qubit < count, "qubit \(qubit) of a Pauli string on \(count)")
            let shift = UInt64(qubit & 63)
            let x = xWords[qubit >> 6] >> shift & 1 == 1, z = zWords[qubit >> 6] >> shift & 1 == 1
            return x ? (z ? .y : .x) : (z ? .z : .i)
        }
        set {
            precondition(qubit >= 0 && qubit < count, "qubit \(qubit) of a Pauli string on \(count)")
            let bit: UInt64 = 1 << UInt64(qubit & 63)
            let word = qubit >> 6
            xWords[word] = newValue == .x || newValue == .y ? xWords[word] | bit : xWords[word] & ~bit
            zWords[word] = newValue == .z || newValue == .y ? zWords[word] | bit : zWords[word] & ~bit
        }
    }

    /// Qubits with a letter other than I, ascending.
    public var support: [Int] { (0..<count).filter { self[$0] != .i } }

    /// The number of letters other than I.
    public var weight: Int { zip(xWords, zWords).reduce(0) { $0 + ($1.0 | $1.1).nonzeroBitCount } }
}

extension PauliString {
    public func commutes(with other: PauliString) -> Bool {
        precondition(count == other.count, "Pauli strings on different numbers of qubits")
        var parity = 0
        for word in xWords.indices {
            parity += ((xWords[word] & other.zWords[word]) ^ (zWords[word] & other.xWords[word])).nonzeroBitCount
        }
        return parity & 1 == 0
    }

    /// Whether the letters agree on each qubit where neither is I: both can be measured in one basis of single qubits.
    public func commutesQubitWise(with other: PauliString) -> Bool {
        precondition(count == other.count, "Pauli strings on different numbers of qubits")
        return xWords.indices.allSatisfy { word in
            let both = (xWords[word] | zWords[word]) & (other.xWords[word] | other.zWords[word])
            return both & ((xWords[word] ^ other.xWords[word]) | (zWords[word] ^ other.zWords[word])) == 0
        }
    }

    public static func * (a: PauliString, b: PauliString) -> PauliString {
        precondition(a.count == b.count, "Pauli strings on different numbers of qubits")
        var result = a
        // With Y = i·XZ, the power of i of a product letter by letter: moving Z past X costs −1, and the count of Ys
        // changes the reading of the bits.
        var power = Int(a.phase) + Int(b.phase)
        for word in a.xWords.indices {
            let x = a.xWords[word] ^ b.xWords[word], z = a.zWords[word] ^ b.zWords[word]
            power +=
                (a.xWords[word] & a.zWords[word]).nonzeroBitCount + (b.xWords[word] & b.zWords[word]).nonzeroBitCount
            power += 2 * (a.zWords[word] & b.xWords[word]).nonzeroBitCount
            power -= (x & z).nonzeroBitCount
            result.xWords[word] = x
            result.zWords[word] = z
        }
        result.phase = UInt8(truncatingIfNeeded: power & 3)
        return result
    }

    /// The matrix, qubit 0 least significant; for checks on few qubits.
    public var matrix: Matrix {
        var result = Matrix(identity: 1)
        for qubit in (0..<count).reversed() {
            let gate: StandardGate =
                switch self[qubit] {
                case .i: .id
                case .x: .x
                case .y: .y
                case .z: .z
                }
            result = result.kronecker(gate.matrix())
        }
        let phases: [Complex] = [.one, .i, Complex(-1), Complex(0, -1)]
        return phases[Int(phase)] * result
    }
}

extension PauliString: CustomStringConvertible {
    /// Phase, then letters with qubit 0 last.
    public var description: String {
        ["", "i", "-", "-i"][Int(phase)] + String((0..<count).reversed().map { self[$0].character })
    }
}
