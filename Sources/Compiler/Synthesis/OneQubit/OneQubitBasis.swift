import Circuits
import Hardware

/// The native one-qubit gates of a device, and the shortest way to make any one-qubit unitary with them.
struct OneQubitBasis: Sendable {
    /// Which gates carry the work.
    enum Plan: Sendable, Equatable {
        /// One `u` does all.
        case u
        /// Rotations about Z and a phased X rotation: Rz · R.
        case zr
        /// Phased X rotations alone: two of them.
        case rr
        /// Rotations about Z, X and no √X: Rz · Rx · Rz.
        case zx
        /// Rz · Ry · Rz.
        case zy
        /// Rz · R · R with quarter turns alone (GPI2 of trapped ions).
        case quarter
        /// Rz · √X · Rz · √X · Rz, shorter with X and Rx where they are native.
        case zsx
    }

    let plan: Plan
    /// The diagonal gate, `rz` or `p`.
    let z: StandardGate
    let hasX: Bool
    /// Whether `rx` is native besides √X, and its range.
    let hasRX: Bool
    let rxRange: ClosedRange<Double>?
    /// The range of the plan's own rotation (`rx`, `ry`, `r` or `u`).
    let range: ClosedRange<Double>?
    /// By `rawValue`.
    private let native: [NativeGate?]

    /// - Returns: nil if the gates cannot make every one-qubit unitary.
    init?(_ gates: [NativeGate]) {
        var native: [NativeGate?] = Array(repeating: nil, count: StandardGate.allCases.count)
        for gate in gates where gate.gate.qubitCount == 1 { native[Int(gate.gate.rawValue)] = gate }
        func entry(_ gate: StandardGate) -> NativeGate? { native[Int(gate.rawValue)] }
        func isFree(_ gate: StandardGate) -> Bool { entry(gate)?.angleRanges.allSatisfy { $0 == nil } ?? false }
        self.native = native
        let diagonal: StandardGate? = isFree(.rz) ? .rz : isFree(.p) ? .p : nil
        z = diagonal ?? .rz
        hasX = entry(.x) != nil
        hasRX = entry(.rx) != nil
        rxRange = entry(.rx)?.angleRanges[0]
        func fits(_ range: ClosedRange<Double>?) -> Bool {
            // Halves of a turn have to be reachable, by two pulses if need be.
            guard let range else { return true }
            return range.contains(.pi / 2) && range.lowerBound <= 0
        }
        let hasAxis = entry(.r).map { $0.angleRanges[1] == nil && fits($0.angleRanges[0]) } ?? false
        if isFree(.u), diagonal.map({ entry($0)?.isVirtual == false }) ?? true {
            (plan, range) = (.u, nil)
        } else if diagonal != nil, hasAxis, let r = entry(.r) {
            (plan, range) = (.zr, r.angleRanges[0])
        } else if diagonal != nil, let r = entry(.r), r.angleRanges[1] == nil,
            r.angleRanges[0] == (.pi / 2)...(.pi / 2)
        {
            (plan, range) = (.quarter, r.angleRanges[0])
        } else if diagonal != nil, entry(.sx) != nil {
            (plan, range) = (.zsx, nil)
        } else if diagonal != nil, let rx = entry(.rx), fits(rx.angleRanges[0]) {
            (plan, range) = (.zx, rx.angleRanges[0])
        } else if diagonal != nil, let ry = entry(.ry), fits(ry.angleRanges[0]) {
            (plan, range) = (.zy, ry.angleRanges[0])
        } else if isFree(.u) {
            (plan, range) = (.u, nil)
        } else if hasAxis, let r = entry(.r) {
            (plan, range) = (.rr, r.angleRanges[0])
        } else {
            return nil
        }
    }

    /// Whether rotations about Z cost nothing extra where they are merged.
    var hasDiagonal: Bool { plan != .u && plan != .rr }

    /// Whether the gate may stand as it is.
    func isNative(_ gate: StandardGate, _ parameters: Parameters) -> Bool {
        guard let entry = native[Int(gate.rawValue)] else { return false }
        for (k, range) in entry.angleRanges.enumerated() {
            guard let range else { continue }
            guard let value = parameters[k].constant, range.contains(value) else { return false }
        }
        return true
    }
}

/// A native one-qubit gate in a sequence.
struct OneQubitStep: Sendable, BitwiseCopyable {
    var gate: StandardGate
    var angles: (Double, Double, Double)

    init(_ gate: StandardGate, _ first: Double = 0, _ second: Double = 0, _ third: Double = 0) {
        self.gate = gate
        angles = (first, second, third)
    }

    var unitary: Unitary2 { Unitary2(gate, angles) }
    var parameters: Parameters {
        switch gate.parameterCount {
        case 0: []
        case 1: [Parameter(angles.0)]
        case 2: [Parameter(angles.0), Parameter(angles.1)]
        default: [Parameter(angles.0), Parameter(angles.1), Parameter(angles.2)]
        }
    }
}

extension OneQubitBasis {
    /// Appends the shortest sequence for `u` in time order.
    ///
    /// - Parameter deferringZ: leave the last rotation about Z out and return its angle; for a place where it commutes
    ///   onwards. Honoured where the basis has a diagonal gate.
    /// - Returns: the phase φ with u = e^{iφ} · Rz(deferred) · (the steps), and the deferred angle.
    func append(_ u: Unitary2, deferringZ: Bool = false, to steps: inout [OneQubitStep]) -> (phase: Double, z: Double) {
        let first = steps.count
        let euler = EulerAngles(u)
        var last = appendTurns(euler, to: &steps)
        if hasDiagonal {
            last = EulerAngles.wrapped(last)
            if !deferringZ {
                appendZ(last, to: &steps)
                last = 0
            }
        }
        var product = Unitary2.identity
        for k in first..<steps.count { product = steps[k].unitary * product }
        if last != 0 { product = .rz(last) * product }
        return (u.phase(relativeTo: product), last)
    }

    private func appendZ(_ angle: Double, to steps: inout [OneQubitStep]) {
        let angle = EulerAngles.wrapped(angle)
        if angle != 0 { steps.append(OneQubitStep(z, angle)) }
    }

    /// All but the last rotation about Z, whose angle is returned.
    private func appendTurns(_ e: EulerAngles, to steps: inout [OneQubitStep]) -> Double {
        let half = Double.pi / 2
        switch plan {
        case .u:
            let sum = EulerAngles.wrapped(e.phi + e.lambda)
            if e.theta == 0 {
                if sum != 0 { steps.append(OneQubitStep(.u, 0, 0, sum)) }
            } else {
                steps.append(
                    OneQubitStep(.u, e.theta, EulerAngles.wrapped(e.phi), EulerAngles.wrapped(e.lambda)))
            }
            return 0
        case .zr:
            if e.theta == 0 { return e.phi + e.lambda }
            appendRotation(.r, e.theta, axis: half - e.lambda, to: &steps)
            return e.phi + e.lambda
        case .quarter:
            if e.theta == 0 { return e.phi + e.lambda }
            let axis = half - e.lambda
            func pulse(_ axis: Double) { steps.append(OneQubitStep(.r, half, EulerAngles.wrapped(axis))) }
            if abs(e.theta - half) < EulerAngles.tolerance {
                pulse(axis)
            } else if e.theta == .pi {
                pulse(axis)
                pulse(axis)
            } else {
                // √X · Rz(θ + π) · √X with the rotations about Z taken to the end.
                pulse(-e.lambda)
                pulse(-e.lambda - e.theta - .pi)
            }
            return e.phi + e.lambda + (abs(e.theta - half) < EulerAngles.tolerance || e.theta == .pi ? 0 : e.theta)
        case .rr:
            let z = EulerAngles.wrapped(e.phi + e.lambda), axis = half - e.lambda
            if z == 0 {
                if e.theta != 0 { appendRotation(.r, e.theta, axis: axis, to: &steps) }
            } else {
                // Rz(z) = −R(π, z/2 + χ) · R(π, χ), the second merged with the rotation.
                appendRotation(.r, e.theta + .pi, axis: axis, to: &steps)
                appendRotation(.r, .pi, axis: axis + z / 2, to: &steps)
            }
            return 0
        case .zx, .zy:
            if e.theta == 0 { return e.phi + e.lambda }
            let shift = plan == .zx ? half : 0
            let gate: StandardGate = plan == .zx ? .rx : .ry
            if e.theta == .pi {
                // A half turn carries the first rotation to the other side.
                appendRotation(gate, .pi, axis: 0, to: &steps)
                return e.phi - e.lambda + 2 * shift
            }
            appendZ(e.lambda - shift, to: &steps)
            appendRotation(gate, e.theta, axis: 0, to: &steps)
            return e.phi + shift
        case .zsx:
            if e.theta == 0 { return e.phi + e.lambda }
            if e.theta == .pi, hasX {
                steps.append(OneQubitStep(.x))
                return e.phi - e.lambda + .pi
            }
            if abs(e.theta - half) < EulerAngles.tolerance {
                appendZ(e.lambda - half, to: &steps)
                steps.append(OneQubitStep(.sx))
                return e.phi + half
            }
            if hasRX {
                for (angle, shift) in [(e.theta, half), (-e.theta, -half)] where rxRange?.contains(angle) ?? true {
                    appendZ(e.lambda - shift, to: &steps)
                    steps.append(OneQubitStep(.rx, angle))
                    return e.phi + shift
                }
            }
            if e.theta == .pi {
                steps.append(OneQubitStep(.sx))
                steps.append(OneQubitStep(.sx))
                return e.phi - e.lambda + .pi
            }
            appendZ(e.lambda, to: &steps)
            steps.append(OneQubitStep(.sx))
            appendZ(e.theta + .pi, to: &steps)
            steps.append(OneQubitStep(.sx))
            return e.phi + .pi
        }
    }

    /// A rotation by any angle as pulses within the range.
    private func appendRotation(_ gate: StandardGate, _ angle: Double, axis: Double, to steps: inout [OneQubitStep]) {
        let angle = EulerAngles.wrapped(angle)
        if angle == 0 { return }
        func pulse(_ angle: Double, _ axis: Double) {
            steps.append(gate == .r ? OneQubitStep(.r, angle, EulerAngles.wrapped(axis)) : OneQubitStep(gate, angle))
        }
        guard let range else { return pulse(angle, axis) }
        if range.contains(angle) { return pulse(angle, axis) }
        if gate == .r, range.contains(-angle) { return pulse(-angle, axis + .pi) }
        // Positive, then in equal parts; the range holds a quarter turn.
        let (turn, direction) = gate == .r && angle < 0 ? (-angle, axis + .pi) : (angle, axis)
        let positive = turn < 0 ? turn + 2 * .pi : turn
        var parts = 1.0
        while positive / parts > range.upperBound + 1e-12 { parts += 1 }
        for _ in 0..<Int(parts) { pulse(min(positive / parts, range.upperBound), direction) }
    }
}
