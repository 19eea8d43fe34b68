import Circuits
import Hardware

// Gates whose angles are not known before the run.

extension NativeWriter {
    /// Writes the pending rotation about Z by an unknown angle.
    mutating func settleTail(_ qubit: Int, isDiscarded: Bool = false) {
        guard let tail = pending[qubit].tail else { return }
        pending[qubit].tail = nil
        if isDiscarded { return }
        if pending[qubit].count > 0 { flush(qubit) }
        writeZ(tail, qubit)
    }

    /// Writes all pending rotations by unknown angles: the values they depend on may change next.
    mutating func settleTails() {
        for qubit in tailed { if pending[qubit].tail != nil { flush(qubit) } }
        tailed.removeAll(keepingCapacity: true)
    }

    mutating func addSymbolicPhase(_ angle: Parameter, times factor: Double, plus constant: Double = 0) {
        phase += constant
        if let value = angle.constant {
            phase += factor * value
        } else {
            symbolicPhase = arithmetic.combine(1, symbolicPhase, factor, angle)
        }
    }

    private mutating func writeZ(_ angle: Parameter, _ qubit: Int) {
        if let value = angle.constant, EulerAngles.wrapped(value) == 0 {
            // A whole number of turns; an odd one is a sign.
            phase += -value / 2
            return
        }
        guard let basis else { return output.append(.rz, [Qubit(qubit)], [angle], location: location) }
        switch basis.plan {
        case .u:
            output.append(.u, [Qubit(qubit)], [0, 0, angle], location: location)
            addSymbolicPhase(angle, times: -0.5)
        case .rr:
            // Rz(δ) = −R(π, δ/2)·R(π, 0)
            output.append(.r, [Qubit(qubit)], [Parameter(.pi), 0], location: location)
            output.append(
                .r, [Qubit(qubit)], [Parameter(.pi), arithmetic.scale(angle, by: 0.5)], location: location)
            phase += .pi
        default:
            output.append(basis.z, [Qubit(qubit)], [angle], location: location)
            if basis.z == .p { addSymbolicPhase(angle, times: -0.5) }
        }
    }

    /// Rz by an unknown angle: waits for its like.
    private mutating func addZ(_ angle: Parameter, _ qubit: Int) {
        if let tail = pending[qubit].tail {
            pending[qubit].tail = arithmetic.add(tail, angle)
        } else {
            pending[qubit].tail = angle
            tailed.append(qubit)
        }
    }

    private mutating func addKnown(_ gate: StandardGate, _ qubit: Int, _ angle: Double = 0) throws(CompilerError) {
        try add(gate, gate.parameterCount == 0 ? [] : [Parameter(angle)], (angle, 0, 0), qubit)
    }

    /// Adds a one-qubit gate with parameters of any kind.
    mutating func addSymbolic(_ gate: StandardGate, _ p: Parameters, _ qubit: Int) throws(CompilerError) {
        guard let basis else {
            guard target.supports(gate, parameters: p) else { throw unsupported(gate) }
            return output.append(gate, [Qubit(qubit)], p, location: location)
        }
        switch gate {
        case .rz: return addZ(p[0], qubit)
        case .p:
            addSymbolicPhase(p[0], times: 0.5)
            return addZ(p[0], qubit)
        default: break
        }
        if basis.isNative(gate, p) {
            flush(qubit)
            return output.append(gate, [Qubit(qubit)], p, location: location)
        }
        let half = Double.pi / 2
        switch gate {
        case .rx: try addEuler(p[0], Parameter(-half), Parameter(half), qubit)
        case .ry: try addEuler(p[0], 0, 0, qubit)
        case .r:
            try addEuler(
                p[0], arithmetic.combine(1, p[1], plus: -half), arithmetic.combine(-1, p[1], plus: half), qubit)
        case .u2:
            try addEuler(Parameter(half), p[0], p[1], qubit)
            addSymbolicPhase(p[0], times: 0.5)
            addSymbolicPhase(p[1], times: 0.5)
        case .u:
            try addEuler(p[0], p[1], p[2], qubit)
            addSymbolicPhase(p[1], times: 0.5)
            addSymbolicPhase(p[2], times: 0.5)
        default: preconditionFailure("\(gate.name) has no parameters")
        }
    }

    /// Rz(φ)·Ry(θ)·Rz(λ).
    private mutating func addEuler(
        _ theta: Parameter, _ phi: Parameter, _ lambda: Parameter, _ qubit: Int
    ) throws(CompilerError) {
        guard let basis else { return }
        let half = Double.pi / 2
        func isFree(_ gate: StandardGate) -> Bool {
            target.nativeGate(gate)?.angleRanges.allSatisfy { $0 == nil } ?? false
        }
        func write(_ gate: StandardGate, _ parameters: Parameters) {
            flush(qubit)
            output.append(gate, [Qubit(qubit)], parameters, location: location)
        }
        if basis.plan == .u {
            write(.u, [theta, phi, lambda])
            addSymbolicPhase(phi, times: -0.5)
            addSymbolicPhase(lambda, times: -0.5)
        } else if isFree(.rx), basis.hasDiagonal {
            addZ(arithmetic.combine(1, lambda, plus: -half), qubit)
            write(.rx, [theta])
            addZ(arithmetic.combine(1, phi, plus: half), qubit)
        } else if isFree(.ry), basis.hasDiagonal {
            addZ(lambda, qubit)
            write(.ry, [theta])
            addZ(phi, qubit)
        } else if isFree(.r), basis.hasDiagonal {
            // Rz(φ+λ)·R(θ, π/2 − λ)
            write(.r, [theta, arithmetic.combine(-1, lambda, plus: half)])
            addZ(arithmetic.add(phi, lambda), qubit)
        } else if isFree(.r) {
            // −R(π, ψ + δ/2)·R(π + θ, ψ) with ψ = π/2 − λ, δ = φ + λ
            write(.r, [arithmetic.combine(1, theta, plus: .pi), arithmetic.combine(-1, lambda, plus: half)])
            write(.r, [Parameter(.pi), arithmetic.combine(0.5, phi, -0.5, lambda, plus: half)])
            phase += .pi
        } else if basis.hasDiagonal {
            // −i·Rz(φ + π)·√X·Rz(θ + π)·√X·Rz(λ), with whatever the machine has for √X.
            addZ(lambda, qubit)
            settleTail(qubit)
            try addKnown(.sx, qubit)
            addZ(arithmetic.combine(1, theta, plus: .pi), qubit)
            settleTail(qubit)
            try addKnown(.sx, qubit)
            addZ(arithmetic.combine(1, phi, plus: .pi), qubit)
            phase += half
        } else {
            throw CompilerError(
                .unsupportedGate,
                "\(target.description.id) cannot turn a qubit by an angle that is only known at run time",
                cure: "set the inputs at compile time", location: location)
        }
    }

    /// Adds a two-qubit gate with parameters of any kind.
    mutating func addSymbolic(_ gate: StandardGate, _ p: Parameters, _ q0: Qubit, _ q1: Qubit) throws(CompilerError) {
        let place = table.place(min(q0, q1), max(q0, q1))
        if entangleNatively(gate, p, q0, q1, place) { return }
        let (c, t) = (q0.index, q1.index)
        let half = Double.pi / 2
        switch gate {
        case .rzz: try addZZ(p[0], q0, q1)
        case .rxx:
            for q in [c, t] { try addKnown(.h, q) }
            try addZZ(p[0], q0, q1)
            for q in [c, t] { try addKnown(.h, q) }
        case .ryy:
            for q in [c, t] { try addKnown(.sx, q) }
            try addZZ(p[0], q0, q1)
            for q in [c, t] { try addKnown(.sxdg, q) }
        case .rzx:
            try addKnown(.h, t)
            try addZZ(p[0], q0, q1)
            try addKnown(.h, t)
        case .cp:
            let part = arithmetic.scale(p[0], by: 0.5)
            addZ(part, c)
            addZ(part, t)
            try addZZ(arithmetic.scale(p[0], by: -0.5), q0, q1)
            addSymbolicPhase(p[0], times: 0.25)
        case .crz:
            addZ(arithmetic.scale(p[0], by: 0.5), t)
            try addZZ(arithmetic.scale(p[0], by: -0.5), q0, q1)
        case .crx:
            try addKnown(.h, t)
            try addSymbolic(.crz, p, q0, q1)
            try addKnown(.h, t)
        case .cry:
            try addKnown(.rx, t, half)
            try addSymbolic(.crz, p, q0, q1)
            try addKnown(.rx, t, -half)
        case .cu:
            // As cu3 of qelib1.inc, and the phase on the control.
            try addSymbolic(.p, [arithmetic.combine(1, p[3], 1, arithmetic.combine(0.5, p[1], 0.5, p[2]))], c)
            try addSymbolic(.p, [arithmetic.combine(0.5, p[2], -0.5, p[1])], t)
            try addCX(q0, q1)
            try addSymbolic(
                .u, [arithmetic.scale(p[0], by: -0.5), 0, arithmetic.combine(-0.5, p[1], -0.5, p[2])], t)
            try addCX(q0, q1)
            try addSymbolic(.u, [arithmetic.scale(p[0], by: 0.5), p[1], 0], t)
        case .xxPlusYY, .xxMinusYY:
            // YY turned to ZZ; between two CX, XX is X on operand 0 and ZZ is Z on operand 1.
            let sign = gate == .xxPlusYY ? 1.0 : -1.0
            let part = arithmetic.scale(p[0], by: 0.5)
            try addSymbolic(.rz, [arithmetic.scale(p[1], by: sign)], c)
            for q in [c, t] { try addKnown(.rx, q, half) }
            try addCX(q0, q1)
            try addSymbolic(.rx, [part], c)
            try addSymbolic(.rz, [arithmetic.scale(part, by: sign)], t)
            try addCX(q0, q1)
            for q in [c, t] { try addKnown(.rx, q, -half) }
            try addSymbolic(.rz, [arithmetic.scale(p[1], by: -sign)], c)
        default: preconditionFailure("\(gate.name) has no parameters")
        }
    }

    private mutating func addCX(_ q0: Qubit, _ q1: Qubit) throws(CompilerError) {
        try add(.cx, [], (0, 0, 0, 0), q0, q1)
    }

    /// exp(−iθ/2·ZZ): one native rotation of any angle in a suitable frame, or two CX.
    private mutating func addZZ(_ theta: Parameter, _ q0: Qubit, _ q1: Qubit) throws(CompilerError) {
        let place = table.place(min(q0, q1), max(q0, q1))
        for entangler in table.pairs[place].entanglers {
            guard case .continuous(_, nil) = entangler.kind else { continue }
            let frames: (StandardGate?, StandardGate?)
            switch entangler.gate {
            case .rzz: frames = (nil, nil)
            case .rxx: frames = (.h, .h)
            case .rzx: frames = (nil, .h)
            default: continue
            }
            let isReversed = entangler.isReversed != (q1 < q0)
            let (first, second) = isReversed ? (q1, q0) : (q0, q1)
            if let frame = frames.0 { try addKnown(frame, first.index) }
            if let frame = frames.1 { try addKnown(frame, second.index) }
            entangle(entangler.gate, first, second, [theta])
            if let frame = frames.0 { try addKnown(frame, first.index) }
            if let frame = frames.1 { try addKnown(frame, second.index) }
            return
        }
        try addCX(q0, q1)
        addZ(theta, q1.index)
        try addCX(q0, q1)
    }
}
