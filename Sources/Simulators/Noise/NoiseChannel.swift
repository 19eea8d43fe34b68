#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import Circuits

/// What noise does to a few qubits: a completely positive, trace-preserving map.
public struct NoiseChannel: Hashable, Sendable {
    public enum Form: Hashable, Sendable {
        /// Pauli errors by probability; the index has two bits an operand, operand 0 least significant:
        /// 0 identity, 1 X, 2 Y, 3 Z.
        case pauli([Double])
        /// One qubit: the excited state decays with probability `decay`, coherence shrinks by `coherence`.
        case relaxation(decay: Double, coherence: Double)
        /// Two qubits: exp(−iθ/2·ZZ), a coupling that is no gate of the program. Parts of a program that only such
        /// couplings join may be simulated apart, each with the Pauli twirl of the coupling.
        case coupling(Double)
        /// Any map, by its Kraus operators; the first is the one nearest to the identity.
        case kraus([Matrix])
    }

    public let form: Form
    public let qubitCount: Int

    private init(_ form: Form, qubitCount: Int) {
        self.form = form
        self.qubitCount = qubitCount
    }
}

extension NoiseChannel {
    /// Pauli errors with these probabilities: 4^k of them, two bits an operand (0 identity, 1 X, 2 Y, 3 Z).
    ///
    /// - Precondition: probabilities that are not negative and add up to one.
    public static func pauli(_ probabilities: [Double]) -> NoiseChannel {
        let qubits = probabilities.count.trailingZeroBitCount / 2
        precondition(probabilities.count == 1 << (2 * qubits), "4^k probabilities")
        precondition(probabilities.allSatisfy { $0 >= -1e-12 }, "a negative probability")
        precondition(abs(probabilities.reduce(0, +) - 1) < 1e-9, "probabilities that do not add up to one")
        return NoiseChannel(.pauli(probabilities.map { max($0, 0) }), qubitCount: qubits)
    }

    /// ρ → (1 − λ)·ρ + λ·(maximally mixed on the operands).
    ///
    /// - Precondition: `strength` λ in 0...4^k/(4^k − 1), the range in which the map is physical.
    public static func depolarizing(_ strength: Double, qubits: Int) -> NoiseChannel {
        let count = 1 << (2 * qubits)
        let each = strength / Double(count)
        precondition(each >= 0 && each * Double(count - 1) <= 1 + 1e-12, "depolarizing strength \(strength)")
        var probabilities = [Double](repeating: each, count: count)
        probabilities[0] = 1 - each * Double(count - 1)
        return pauli(probabilities)
    }

    /// Energy relaxation and dephasing over a time, seconds; T1 and T2 in seconds, infinite for none.
    ///
    /// Towards the ground state. T2 beyond 2·T1 is outside physics and taken as 2·T1.
    ///
    /// - Precondition: `time` ≥ 0, T1 and T2 > 0.
    public static func relaxation(time: Double, t1: Double, t2: Double) -> NoiseChannel {
        precondition(time >= 0 && t1 > 0 && t2 > 0, "relaxation over \(time) s with T1 \(t1) s and T2 \(t2) s")
        return NoiseChannel(
            .relaxation(decay: -expm1(-time / t1), coherence: exp(-time / min(t2, 2 * t1))), qubitCount: 1)
    }

    /// exp(−iθ/2·ZZ) of two neighbours that nobody asked to interact, θ in radians.
    public static func coupling(_ angle: Double) -> NoiseChannel {
        precondition(angle.isFinite, "a coupling by \(angle) rad")
        return NoiseChannel(.coupling(angle), qubitCount: 2)
    }

    /// Any map, by its Kraus operators K (each `2^k` squared, operand 0 least significant), Σ K†K = 1.
    ///
    /// - Precondition: the operators have one size and are complete within 1e-8.
    public static func kraus(_ operators: [Matrix]) -> NoiseChannel {
        precondition(!operators.isEmpty, "a map without operators")
        let dimension = operators[0].dimension
        var sum = Matrix(zero: dimension)
        for matrix in operators { sum = sum + matrix.adjoint * matrix }
        precondition(sum.distance(to: Matrix(identity: dimension)) < 1e-8, "Kraus operators that lose probability")
        let ordered = operators.sorted { $0.trace.norm > $1.trace.norm }
        return NoiseChannel(.kraus(ordered), qubitCount: dimension.trailingZeroBitCount)
    }

    /// The depolarizing channel that, after `relaxation` of each operand, gives a gate this average infidelity.
    ///
    /// Nil where relaxation alone explains it all; then the gate is as good as relaxation lets it be.
    ///
    /// Entanglement fidelities multiply over operands, and depolarizing mixes them with 1/d²; F_avg = (d·F_e + 1)/(d + 1)
    /// (Nielsen, Phys. Lett. A 303, 249 (2002)).
    ///
    /// - Precondition: `averageInfidelity` in 0...1; at most one channel for each of `qubits` operands.
    public static func depolarizing(
        completing relaxation: [NoiseChannel], toAverageInfidelity averageInfidelity: Double, qubits: Int
    ) -> NoiseChannel? {
        precondition(averageInfidelity >= 0 && averageInfidelity <= 1, "an infidelity of \(averageInfidelity)")
        let d = Double(1 << qubits)
        let relaxed = relaxation.reduce(1) { $0 * $1.entanglementFidelity }
        let wanted = ((d + 1) * (1 - averageInfidelity) - 1) / d
        let strength = (relaxed - wanted) / (relaxed - 1 / (d * d))
        guard strength > 0 else { return nil }
        return depolarizing(min(strength, d * d / (d * d - 1)), qubits: qubits)
    }
}

extension NoiseChannel {
    /// Σ |tr K|² / d².
    public var entanglementFidelity: Double {
        switch form {
        case .pauli(let probabilities): return probabilities[0]
        case .relaxation(let decay, let coherence): return (2 - decay + 2 * coherence) / 4
        case .coupling(let angle): return cos(angle / 2) * cos(angle / 2)
        case .kraus(let operators):
            let d = Double(operators[0].dimension)
            return operators.reduce(0) { $0 + $1.trace.norm } / (d * d)
        }
    }

    /// 1 − the average fidelity over all pure states.
    public var averageInfidelity: Double {
        let d = Double(1 << qubitCount)
        return 1 - (d * entanglementFidelity + 1) / (d + 1)
    }

    /// Whether the channel does nothing.
    public var isIdentity: Bool { entanglementFidelity >= 1 }

    /// How likely a trajectory is to meet one of the channel's events.
    var eventProbability: Double { unitary == nil ? 1 - entanglementFidelity : 0 }

    /// The channel as a gate, where it is one.
    var unitary: Matrix? {
        guard case .coupling(let angle) = form else { return nil }
        let even = Complex(cos(angle / 2), -sin(angle / 2)), odd = even.conjugate
        return Matrix(diagonal: [even, odd, odd, even])
    }

    /// Operators K with ρ → Σ KρK†.
    public var krausOperators: [Matrix] {
        switch form {
        case .kraus(let operators): return operators
        case .coupling: return unitary.map { [$0] } ?? []
        case .pauli(let probabilities):
            return probabilities.indices.filter { probabilities[$0] > 0 }.map {
                Complex(probabilities[$0].squareRoot()) * Self.pauliMatrix($0, qubits: qubitCount)
            }
        case .relaxation(let decay, let coherence):
            // Amplitude damping, then a phase flip that takes the coherence down the rest of the way.
            let damped = (1 - decay).squareRoot()
            let flip = damped > 0 ? max(0, (1 - coherence / damped) / 2) : 0
            let keep = (1 - flip).squareRoot(), turn = flip.squareRoot()
            let down = Matrix(dimension: 2, elements: [.zero, Complex(decay.squareRoot()), .zero, .zero])
            let all = [
                Matrix(diagonal: [Complex(keep), Complex(keep * damped)]), down,
                Matrix(diagonal: [Complex(turn), Complex(-turn * damped)]),
            ]
            return all.filter { $0 != Matrix(zero: 2) }
        }
    }

    /// The matrix of the Pauli operator with this index; two bits an operand.
    static func pauliMatrix(_ index: Int, qubits: Int) -> Matrix {
        let single: [Matrix] = [StandardGate.id, .x, .y, .z].map { $0.matrix() }
        var result = Matrix(identity: 1)
        for k in 0..<qubits { result = single[index >> (2 * k) & 3].kronecker(result) }
        return result
    }

    /// The probabilities of the channel's Pauli twirl: |tr(P K)|²/d² summed over the Kraus operators.
    public var pauliTwirl: [Double] {
        switch form {
        case .pauli(let probabilities): return probabilities
        case .relaxation(let decay, let coherence):
            return [(2 - decay + 2 * coherence) / 4, decay / 4, decay / 4, max(0, (2 - decay - 2 * coherence) / 4)]
        case .coupling(let angle):
            var probabilities = [Double](repeating: 0, count: 16)
            probabilities[15] = sin(angle / 2) * sin(angle / 2)
            probabilities[0] = 1 - probabilities[15]
            return probabilities
        case .kraus(let operators):
            let d = Double(operators[0].dimension)
            return (0..<1 << (2 * qubitCount)).map { index in
                let pauli = Self.pauliMatrix(index, qubits: qubitCount)
                return operators.reduce(0) { $0 + (pauli * $1).trace.norm } / (d * d)
            }
        }
    }
}

/// A channel on qubits of the program.
public struct LocatedChannel: Hashable, Sendable {
    public var channel: NoiseChannel
    public var qubits: [Qubit]

    public init(_ channel: NoiseChannel, on qubits: [Qubit]) {
        precondition(qubits.count == channel.qubitCount, "an operand for each qubit of the channel")
        self.channel = channel
        self.qubits = qubits
    }
}

/// How often a readout tells the wrong value.
public struct ReadoutConfusion: Hashable, Sendable {
    /// P(read 1 | state 0).
    public var oneGivenZero: Double
    /// P(read 0 | state 1).
    public var zeroGivenOne: Double
    /// How it sees carriers that are not there; nil: as if a lost or leaked one were in |1⟩.
    public var detection: Detection?

    public init(oneGivenZero: Double, zeroGivenOne: Double, detection: Detection? = nil) {
        self.oneGivenZero = oneGivenZero
        self.zeroGivenOne = zeroGivenOne
        self.detection = detection
    }
}
