import Circuits
import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A native two-qubit gate on one pair, as the resource from which other two-qubit unitaries are made.
struct Entangler: Sendable {
    /// What the gate can do for others.
    enum Kind: Sendable {
        /// Locally equivalent to CX: any unitary with at most three.
        case controlled
        /// Locally equivalent to iSWAP: any unitary with at most three (it is a CX times a SWAP); symmetric.
        case exchanging
        /// exp(iyXX) up to locals, y = `scale`·θ for θ in `range`: any unitary with at most three.
        case continuous(scale: Double, range: ClosedRange<Double>?)
        /// Good for its own class of unitaries alone.
        case single
    }

    let gate: StandardGate
    /// Whether the gate's operand 0 stands on the pair's operand 1.
    let isReversed: Bool
    /// What one use costs.
    let cost: Double
    let kind: Kind
    /// Coordinates of a gate without parameters.
    let coordinates: SIMD3<Double>
    /// A fixed gate's class representative: N(coordinates) = left · G · right up to a phase. For a continuous gate,
    /// exp(iyXX) = left · (its locals at θ) · G(θ) · right with constant frames.
    let left: LocalPair
    let right: LocalPair
    /// CX from operand 0 to operand 1 from a `controlled` gate; CX·SWAP from an `exchanging` one.
    let cxLeft: LocalPair
    let cxRight: LocalPair

    /// - Returns: nil for a gate that cannot serve (parameters other than one angle of a rotation).
    init?(_ native: NativeGate, isReversed: Bool = false, error: Double = 0) {
        let gate = native.gate
        guard gate.qubitCount == 2 else { return nil }
        self.gate = gate
        self.isReversed = isReversed
        cost = Self.cost(ofError: error)
        if gate.parameterCount == 0 {
            let matrix = Self.oriented(Unitary4(gate, (0, 0, 0, 0)), isReversed)
            let own = WeylDecomposition(matrix)
            coordinates = SIMD3(own.a, own.b, own.c)
            left = own.left.adjoint
            right = own.right.adjoint
            let isControlled = Self.matches(coordinates, SIMD3(.pi / 4, 0, 0))
            let isExchanging = gate.isSymmetric && Self.matches(coordinates, SIMD3(.pi / 4, .pi / 4, 0))
            if isControlled || isExchanging {
                let cx = Unitary4(.cx, (0, 0, 0, 0)), swap = Unitary4(.swap, (0, 0, 0, 0))
                let model = WeylDecomposition(isControlled ? cx : cx * swap)
                cxLeft = model.left * left
                cxRight = right * model.right
                kind = isControlled ? .controlled : .exchanging
            } else {
                (cxLeft, cxRight) = (.identity, .identity)
                kind = .single
            }
            return
        }
        guard gate.parameterCount == 1 else { return nil }
        let frame: LocalPair
        let scale: Double
        let h = Unitary2.h, toY = Unitary2(.s, (0, 0, 0))
        // G(θ) = locals(θ) · exp(iy·QP), Q = F X F† on operand 1, P on operand 0.
        switch gate {
        case .rxx: (frame, scale) = (.identity, -0.5)
        case .ryy: (frame, scale) = (LocalPair(high: toY, low: toY), -0.5)
        case .rzz: (frame, scale) = (LocalPair(high: h, low: h), -0.5)
        case .rzx: (frame, scale) = (LocalPair(high: .identity, low: h), -0.5)
        case .cp, .crz: (frame, scale) = (LocalPair(high: h, low: h), 0.25)
        case .crx: (frame, scale) = (LocalPair(high: .identity, low: h), 0.25)
        case .cry: (frame, scale) = (LocalPair(high: toY, low: h), 0.25)
        default: return nil
        }
        let oriented = isReversed ? frame.exchanged : frame
        left = oriented.adjoint
        right = oriented
        coordinates = SIMD3(0, 0, 0)
        (cxLeft, cxRight) = (.identity, .identity)
        kind = .continuous(scale: scale, range: native.angleRanges[0])
    }

    /// −log(1 − error), at least a little, so that fewer gates are better where all are perfect.
    static func cost(ofError error: Double) -> Double { max(-log1p(-min(error, 1 - 1e-12)), 1e-9) }

    static func oriented(_ matrix: Unitary4, _ isReversed: Bool) -> Unitary4 {
        isReversed ? matrix.exchanged : matrix
    }

    static func matches(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool {
        let d = a - b
        return (d * d).sum() < tolerance * tolerance
    }

    /// Coordinates closer than this are the same.
    static let tolerance = 1e-10

    /// The gate at an angle, as seen from the pair.
    func unitary(_ angle: Double) -> Unitary4 { Self.oriented(Unitary4(gate, (angle, 0, 0, 0)), isReversed) }

    /// The locals in G(θ) = locals(θ) · exp(iy·QP), as seen from the pair.
    func locals(at angle: Double) -> LocalPair {
        let pair: LocalPair
        switch gate {
        case .cp: pair = LocalPair(high: .rz(angle / 2), low: .rz(angle / 2))
        case .crz: pair = LocalPair(high: .rz(angle / 2), low: .identity)
        case .crx: pair = LocalPair(high: .rx(angle / 2), low: .identity)
        case .cry: pair = LocalPair(high: .ry(angle / 2), low: .identity)
        default: return .identity
        }
        return isReversed ? pair.exchanged : pair
    }
}
