import Circuits

// Multi-controlled phases, rotations about Z, and X.

extension Unroller {
    /// e^{iλ} where all qubits are 1.
    ///
    /// Up to eight qubits by the parities of all subsets in Gray code order (2ⁿ − 2 CX for n qubits); beyond, a rotation
    /// on the last and a phase on the others.
    mutating func phase(_ lambda: Parameter, where qubits: [Qubit]) {
        switch qubits.count {
        case 0: addPhase(lambda)
        case 1: emit(.p, qubits[0], lambda)
        case 2: emit(.cp, [qubits[0], qubits[1]], [lambda])
        case 3...8:
            // λ·Πxᵢ = λ/2ⁿ⁻¹ · Σ_S (−1)^{|S|+1} ⊕_{i∈S} xᵢ
            let part = arithmetic.scale(lambda, by: 1 / Double(1 << (qubits.count - 1)))
            let negative = arithmetic.negate(part)
            emit(.p, qubits[0], part)
            for top in 1..<qubits.count {
                let count = 1 << top
                for j in 0..<count {
                    let mask = j ^ (j >> 1), next = (j + 1) % count
                    emit(.p, qubits[top], mask.nonzeroBitCount & 1 == 0 ? part : negative)
                    cx(qubits[(mask ^ next ^ (next >> 1)).trailingZeroBitCount], qubits[top])
                }
            }
        default:
            // P(λ) = e^{iλ/2}·Rz(λ), and the phase belongs to the controls.
            let controls = Array(qubits.dropLast())
            rotateZ(lambda, qubits[qubits.count - 1], controls: controls)
            phase(arithmetic.scale(lambda, by: 0.5), where: controls)
        }
    }

    /// Rz(θ) on the target where all controls are 1.
    ///
    /// Up to four controls as a multiplexed rotation (2ⁿ CX); beyond, after Barenco et al. (PRA 52, 3457), lemma 7.9:
    /// the last control switches the half turns, and is idle while the others act.
    mutating func rotateZ(_ theta: Parameter, _ target: Qubit, controls: [Qubit]) {
        switch controls.count {
        case 0: emit(.rz, target, theta)
        case 1: emit(.crz, [controls[0], target], [theta])
        case 2...4:
            let count = 1 << controls.count
            let part = arithmetic.scale(theta, by: 1 / Double(count))
            let negative = arithmetic.negate(part)
            for j in 0..<count {
                let mask = j ^ (j >> 1), next = (j + 1) % count
                emit(.rz, target, mask.nonzeroBitCount & 1 == 0 ? part : negative)
                cx(controls[(mask ^ next ^ (next >> 1)).trailingZeroBitCount], target)
            }
        default:
            let last = controls[controls.count - 1], others = Array(controls.dropLast())
            let half = arithmetic.scale(theta, by: 0.5)
            emit(.crz, [last, target], [half])
            flip(target, controls: others, idle: [last])
            emit(.crz, [last, target], [arithmetic.negate(half)])
            flip(target, controls: others, idle: [last])
        }
    }

    /// X on the target where all controls are 1.
    ///
    /// - Parameter idle: qubits in any state that may be used on the way and come back as they were.
    mutating func flip(_ target: Qubit, controls: [Qubit], idle: [Qubit] = []) {
        let n = controls.count
        if n == 0 { return emit(.x, [target]) }
        if n == 1 { return cx(controls[0], target) }
        let gray = n < 40 ? (1 << (n + 1)) - 2 : Int.max
        let ladder = idle.count >= n - 2 ? 12 * n - 18 : Int.max
        if n >= 4 && ladder < gray {
            flipByLadder(target, controls: controls, idle: Array(idle.prefix(n - 2)))
        } else if n >= 6, let borrowed = idle.first {
            // Barenco et al., lemma 7.3: half of the controls at a time, the other half being idle.
            let first = Array(controls.prefix((n + 1) / 2)),
                second = Array(controls.dropFirst((n + 1) / 2)) + [borrowed]
            for _ in 0..<2 {
                flip(borrowed, controls: first, idle: second.dropLast() + [target])
                flip(target, controls: second, idle: first)
            }
        } else {
            emit(.h, [target])
            phase(Parameter(.pi), where: controls + [target])
            emit(.h, [target])
        }
    }

    /// Barenco et al., lemma 7.2: a ladder of Toffolis over n − 2 idle qubits; all but the two on the target come in
    /// pairs that undo each other's phases, so relative-phase Toffolis do for them (Maslov, PRA 93, 022311).
    private mutating func flipByLadder(_ target: Qubit, controls: [Qubit], idle: [Qubit]) {
        let n = controls.count
        for _ in 0..<2 {
            flip(target, controls: [controls[n - 1], idle[n - 3]])
            for rung in stride(from: n - 3, through: 1, by: -1) {
                relativeFlip(idle[rung], controls[rung + 1], idle[rung - 1])
            }
            relativeFlip(idle[0], controls[0], controls[1])
            for rung in stride(from: 1, through: n - 3, by: 1) {
                relativeFlip(idle[rung], controls[rung + 1], idle[rung - 1])
            }
        }
    }

    /// `rccx`, its own inverse.
    mutating func relativeFlip(_ target: Qubit, _ first: Qubit, _ second: Qubit) {
        emit(.h, [target])
        emit(.t, [target])
        cx(second, target)
        emit(.tdg, [target])
        cx(first, target)
        emit(.t, [target])
        cx(second, target)
        emit(.tdg, [target])
        emit(.h, [target])
    }
}
