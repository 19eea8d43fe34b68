import Circuits

/// Up to three uses of one entangler with one-qubit unitaries before, between and after.
struct EntanglerSequence: Sendable, BitwiseCopyable {
    var count = 0
    /// The angles of a continuous gate, in time order.
    var angles = SIMD4<Double>()
    /// Local layers in time order; `count + 1` of them are used.
    var locals: (LocalPair, LocalPair, LocalPair, LocalPair) = (.identity, .identity, .identity, .identity)
    /// The unitary is e^{i·phase} times the product.
    var phase = 0.0

    subscript(layer: Int) -> LocalPair {
        get {
            switch layer {
            case 0: locals.0
            case 1: locals.1
            case 2: locals.2
            default: locals.3
            }
        }
        set {
            switch layer {
            case 0: locals.0 = newValue
            case 1: locals.1 = newValue
            case 2: locals.2 = newValue
            default: locals.3 = newValue
            }
        }
    }

    /// Applies a local layer after all there is.
    mutating func append(_ local: LocalPair) { self[count] = local * self[count] }

    mutating func appendEntangler(_ angle: Double = 0) {
        angles[count] = angle
        count += 1
    }

    /// The product without the phase.
    func product(with entangler: Entangler) -> Unitary4 {
        var result = locals.0.unitary
        for k in 0..<count { result = self[k + 1].unitary * (entangler.unitary(angles[k]) * result) }
        return result
    }
}

extension Entangler {
    /// How often the gate is needed for a unitary of this class; nil if it cannot make it.
    func uses(for weyl: WeylDecomposition) -> Int? {
        let tolerance = Self.tolerance
        if weyl.a < tolerance { return 0 }
        let own = SIMD3(weyl.a, weyl.b, weyl.c)
        switch kind {
        case .controlled, .exchanging:
            if Self.matches(own, coordinates) { return 1 }
            return abs(weyl.c) < tolerance ? 2 : 3
        case .single: return Self.matches(own, coordinates) ? 1 : nil
        case .continuous:
            var count = 0
            for k in 0..<3 where abs(own[k]) >= tolerance {
                if angle(for: own[k]) == nil { return nil }
                count += 1
            }
            return count
        }
    }

    /// The unitary as a sequence of this gate; nil if it cannot make it. Exact including the phase.
    ///
    /// For three CX: Vatan and Williams, "Optimal quantum circuits for general two-qubit gates" (PRA 69, 032315).
    func sequence(for unitary: Unitary4, _ weyl: WeylDecomposition) -> EntanglerSequence? {
        guard let count = uses(for: weyl) else { return nil }
        var result = EntanglerSequence()
        if case .continuous = kind {
            result.append(weyl.right)
            let frames: [Unitary2] = [.identity, WeylDecomposition.exchangeXY, Self.exchangeXZ]
            for (k, x) in [weyl.a, weyl.b, weyl.c].enumerated() where abs(x) >= Self.tolerance {
                let frame = LocalPair(high: frames[k], low: frames[k])
                result.append(frame)
                appendRotation(x, to: &result)
                result.append(frame)
            }
            result.append(weyl.left)
        } else {
            switch count {
            case 0: result.append(weyl.left * weyl.right)
            case 1:
                result.append(right * weyl.right)
                result.appendEntangler()
                result.append(weyl.left * left)
            case 2: appendTwo(weyl, to: &result)
            default: appendThree(unitary, weyl, to: &result)
            }
        }
        result.phase = unitary.phase(relativeTo: result.product(with: self))
        return result
    }

    /// N(a, b, 0): between two CX, XX turns into X on the control and ZZ into Z on the target.
    private func appendTwo(_ weyl: WeylDecomposition, to result: inout EntanglerSequence) {
        let frame = LocalPair(high: WeylDecomposition.exchangeYZ, low: WeylDecomposition.exchangeYZ)
        let middle = LocalPair(high: .rz(-2 * weyl.b), low: .rx(-2 * weyl.a))
        var first = cxRight, between = middle * cxLeft
        if case .exchanging = kind {
            // CX = cxLeft · G · cxRight · SWAP: the two SWAPs meet and vanish, what stood between them turns round.
            (first, between) = (first.exchanged, between.exchanged)
        }
        result.append(first * frame * weyl.right)
        result.appendEntangler()
        result.append(cxRight * between)
        result.appendEntangler()
        result.append(weyl.left * frame * cxLeft)
    }

    private func appendThree(_ unitary: Unitary4, _ weyl: WeylDecomposition, to result: inout EntanglerSequence) {
        var layers: (LocalPair, LocalPair, LocalPair, LocalPair)
        if case .exchanging = kind {
            // Three SWAPs of three CX leave one: make U·SWAP instead.
            let l = Self.threeCX(WeylDecomposition(unitary * Unitary4(.swap, (0, 0, 0, 0))))
            layers.0 = cxRight * l.0.exchanged
            layers.1 = cxRight.exchanged * l.1 * cxLeft
            layers.2 = cxRight * (l.2 * cxLeft).exchanged
            layers.3 = l.3 * cxLeft
        } else {
            let l = Self.threeCX(weyl)
            layers = (cxRight * l.0, cxRight * l.1 * cxLeft, cxRight * l.2 * cxLeft, l.3 * cxLeft)
        }
        result.append(layers.0)
        result.appendEntangler()
        result.append(layers.1)
        result.appendEntangler()
        result.append(layers.2)
        result.appendEntangler()
        result.append(layers.3)
    }

    /// The local layers, in time order, of a unitary as three CX from operand 0 to operand 1.
    private static func threeCX(_ weyl: WeylDecomposition) -> (LocalPair, LocalPair, LocalPair, LocalPair) {
        let turn = LocalPair(high: .h, low: .h)
        let quarter = Double.pi / 2
        return (
            turn * LocalPair(high: .rz(-quarter), low: .identity) * weyl.right,
            LocalPair(high: .ry(2 * weyl.a - quarter), low: .rz(quarter - 2 * weyl.c)) * turn,
            turn * LocalPair(high: .ry(quarter - 2 * weyl.b), low: .identity),
            weyl.left * LocalPair(high: .identity, low: .rz(quarter)) * turn
        )
    }

    /// Exchanges the X and Z axes.
    private static let exchangeXZ = Unitary2.h

    /// The angle θ in range for exp(ixXX), how many quarter turns y differs from ±x, and the sign; nil if none fits.
    private func angle(for x: Double) -> (angle: Double, isOdd: Bool, isNegated: Bool)? {
        guard case .continuous(let scale, let range) = kind else { return nil }
        guard let range else { return (x / scale, false, false) }
        var best: (angle: Double, isOdd: Bool, isNegated: Bool)?
        for sign in [1.0, -1.0] {
            for quarter in [0.0, 1, -1, 2, -2] {
                var candidate = (sign * x + quarter * .pi / 2) / scale
                // A bound of the range is reached by rounding.
                if abs(candidate - range.lowerBound) < 1e-12 { candidate = range.lowerBound }
                if abs(candidate - range.upperBound) < 1e-12 { candidate = range.upperBound }
                guard range.contains(candidate) else { continue }
                if best == nil || abs(candidate) < abs(best!.angle) - 1e-12 {
                    best = (candidate, quarter.magnitude == 1, sign < 0)
                }
            }
        }
        return best
    }

    /// exp(ixXX) from one use of a continuous gate.
    private func appendRotation(_ x: Double, to result: inout EntanglerSequence) {
        guard let (angle, isOdd, isNegated) = angle(for: x) else {
            preconditionFailure("uses(for:) has checked the range")
        }
        let flip = LocalPair(high: .identity, low: isNegated ? .z : .identity)
        result.append(right * flip)
        result.appendEntangler(angle)
        result.append(locals(at: angle).adjoint)
        result.append(left)
        if isOdd { result.append(LocalPair(high: .x, low: .x)) }
        result.append(flip)
    }
}
