import Circuits

// Gates under controls that must all be 1.

extension Unroller {
    /// Emits a term with at least one control; control values have been taken care of.
    mutating func emitControlled(_ term: GateTerm) throws(CompilerError) {
        let controls = term.controls
        switch term.kernel {
        case .matrix(let matrix): try emitControlled(matrix, term.targets, controls)
        case .standard(let gate, let p):
            switch gate.qubitCount {
            case 0: phase(p[0], where: controls)
            case 1: emitControlled(gate, p, term.targets[0], controls)
            default: try emitBody(gate, p, term.targets, controls)
            }
        }
    }

    /// A one-qubit standard gate under controls.
    private mutating func emitControlled(_ gate: StandardGate, _ p: [Parameter], _ target: Qubit, _ controls: [Qubit]) {
        if controls.count == 1, emitSingle(gate, p, target, controls[0]) { return }
        let all = controls + [target]
        switch gate {
        case .id: break
        case .x: flip(target, controls: controls, idle: idleQubits(besides: all, count: controls.count - 2))
        case .y:
            emit(.sdg, [target])
            emitControlled(.x, [], target, controls)
            emit(.s, [target])
        case .z: phase(Parameter(.pi), where: all)
        case .s: phase(Parameter(.pi / 2), where: all)
        case .sdg: phase(Parameter(-.pi / 2), where: all)
        case .t: phase(Parameter(.pi / 4), where: all)
        case .tdg: phase(Parameter(-.pi / 4), where: all)
        case .p: phase(p[0], where: all)
        case .h:
            // H = Ry(π/4)·Z·Ry(−π/4)
            emit(.ry, target, Parameter(-.pi / 4))
            phase(Parameter(.pi), where: all)
            emit(.ry, target, Parameter(.pi / 4))
        case .sx, .sxdg:
            emit(.h, [target])
            phase(Parameter(gate == .sx ? .pi / 2 : -.pi / 2), where: all)
            emit(.h, [target])
        case .rz: rotateZ(p[0], target, controls: controls)
        case .rx:
            emit(.h, [target])
            rotateZ(p[0], target, controls: controls)
            emit(.h, [target])
        case .ry:
            emit(.rx, target, Parameter(.pi / 2))
            rotateZ(p[0], target, controls: controls)
            emit(.rx, target, Parameter(-.pi / 2))
        case .r:
            emit(.rz, target, arithmetic.negate(p[1]))
            emitControlled(.rx, [p[0]], target, controls)
            emit(.rz, target, p[1])
        case .u2: emitControlled(.u, [Parameter(.pi / 2), p[0], p[1]], target, controls)
        case .u:
            if let values = Parameters(p).constants {
                return emitControlled(Unitary2(.u, (values[0], values[1], values[2])), target, controls)
            }
            // u = e^{i(φ+λ)/2}·Rz(φ)·Ry(θ)·Rz(λ)
            phase(arithmetic.combine(0.5, p[1], 0.5, p[2]), where: controls)
            rotateZ(p[2], target, controls: controls)
            emitControlled(.ry, [p[0]], target, controls)
            rotateZ(p[1], target, controls: controls)
        default: preconditionFailure("\(gate.name) is no one-qubit gate")
        }
    }

    /// One control: the standard gate of two qubits that does it. False where there is none.
    private mutating func emitSingle(_ gate: StandardGate, _ p: [Parameter], _ target: Qubit, _ control: Qubit) -> Bool
    {
        let pair: Operands = [control, target]
        switch gate {
        case .x: emit(.cx, pair)
        case .y: emit(.cy, pair)
        case .z: emit(.cz, pair)
        case .h: emit(.ch, pair)
        case .s: emit(.cs, pair)
        case .sdg: emit(.csdg, pair)
        case .sx: emit(.csx, pair)
        case .t: emit(.cp, pair, [Parameter(.pi / 4)])
        case .tdg: emit(.cp, pair, [Parameter(-.pi / 4)])
        case .p: emit(.cp, pair, [p[0]])
        case .rx: emit(.crx, pair, [p[0]])
        case .ry: emit(.cry, pair, [p[0]])
        case .rz: emit(.crz, pair, [p[0]])
        case .u: emit(.cu, pair, [p[0], p[1], p[2], 0])
        case .u2: emit(.cu, pair, [Parameter(.pi / 2), p[0], p[1], 0])
        default: return false
        }
        return true
    }

    /// A one-qubit unitary under controls: a phase on the controls and a rotation about its own axis.
    mutating func emitControlled(_ unitary: Unitary2, _ target: Qubit, _ controls: [Qubit]) {
        if controls.count == 1 {
            let e = EulerAngles(unitary)
            let gamma = e.phase - (e.phi + e.lambda) / 2
            return emit(
                .cu, [controls[0], target], [e.theta, e.phi, e.lambda, gamma].map { Parameter($0) }.parameters)
        }
        let (phases, vectors) = unitary.matrix.unitarySpectrum()
        let mean = (phases[0] + phases[1]) / 2, spread = phases[1] - phases[0]
        if abs(mean) > 1e-14 { phase(Parameter(mean), where: controls) }
        if abs(spread) < 1e-14 { return }
        let frame = Unitary2(vectors)
        emit(frame.adjoint, target)
        rotateZ(Parameter(spread), target, controls: controls)
        emit(frame, target)
    }

    /// A matrix under controls, through its spectrum: only the phases of its eigenvalues are controlled.
    private mutating func emitControlled(
        _ matrix: Matrix, _ targets: [Qubit], _ controls: [Qubit]
    ) throws(CompilerError) {
        if targets.isEmpty { return phase(Parameter(matrix[0, 0].phase), where: controls) }
        if targets.count == 1 { return emitControlled(Unitary2(matrix), targets[0], controls) }
        guard targets.count <= Circuit.powerQubitLimit else { return try emit(matrix, targets) }
        var (phases, vectors) = matrix.unitarySpectrum()
        try emit(vectors.adjoint, targets)
        // Phases as a polynomial in ANDs of the targets (Möbius transform over subsets).
        for bit in 0..<targets.count {
            for k in 0..<phases.count where k >> bit & 1 == 1 { phases[k] -= phases[k ^ (1 << bit)] }
        }
        for k in 0..<phases.count where abs(phases[k]) > 1e-14 {
            let chosen = targets.indices.filter { k >> $0 & 1 == 1 }.map { targets[$0] }
            phase(Parameter(phases[k]), where: controls + chosen)
        }
        try emit(vectors, targets)
    }

    /// A standard gate of two and more qubits under controls, or of three and more without: its frame uncontrolled,
    /// its core under the controls.
    mutating func emitBody(
        _ gate: StandardGate, _ p: [Parameter], _ q: [Qubit], _ controls: [Qubit]
    ) throws(CompilerError) {
        func core(_ gate: StandardGate, _ p: [Parameter], _ targets: [Qubit], _ more: [Qubit] = []) -> GateTerm {
            var term = GateTerm(gate, p, targets)
            term.controls = controls + more
            term.values = Array(repeating: true, count: term.controls.count)
            return term
        }
        switch gate {
        case .swap:
            cx(q[1], q[0])
            try emitControlled(core(.x, [], [q[1]], [q[0]]))
            cx(q[1], q[0])
        case .cu:
            try emitControlled(core(.p, [p[3]], [q[0]]))
            try emitControlled(core(.u, Array(p.prefix(3)), [q[1]], [q[0]]))
        case .dcx:
            try emitControlled(core(.x, [], [q[1]], [q[0]]))
            try emitControlled(core(.x, [], [q[0]], [q[1]]))
        case .iswap: try emitBody(.xxPlusYY, [Parameter(-.pi), 0], q, controls)
        case .ecr:
            try emitBody(.rzx, [Parameter(.pi / 2)], q, controls)
            try emitControlled(core(.x, [], [q[0]]))
        case .rzz, .rxx, .ryy, .rzx:
            let frames: [(StandardGate, StandardGate)?] =
                switch gate {
                case .rxx: [(.h, .h), (.h, .h)]
                case .ryy: [(.sx, .sxdg), (.sx, .sxdg)]
                case .rzx: [nil, (.h, .h)]
                default: [nil, nil]
                }
            for k in 0..<2 { if let frame = frames[k] { emit(frame.0, [q[k]]) } }
            cx(q[0], q[1])
            try emitControlled(core(.rz, [p[0]], [q[1]]))
            cx(q[0], q[1])
            for k in 0..<2 { if let frame = frames[k] { emit(frame.1, [q[k]]) } }
        case .xxPlusYY, .xxMinusYY:
            // Under CX, XX ± YY becomes X₀(1 ∓ Z₁): a rotation about X controlled by operand 1.
            let frame = gate == .xxPlusYY ? p[1] : arithmetic.negate(p[1])
            emit(.rz, q[0], frame)
            if gate == .xxMinusYY { emit(.x, [q[1]]) }
            cx(q[0], q[1])
            try emitControlled(core(.rx, [p[0]], [q[0]], [q[1]]))
            cx(q[0], q[1])
            if gate == .xxMinusYY { emit(.x, [q[1]]) }
            emit(.rz, q[0], arithmetic.negate(frame))
        case .rccx:
            if controls.isEmpty { return relativeFlip(q[2], q[0], q[1]) }
            try emitControlled(gate.matrix(), q, controls)
        case .rc3x:
            if !controls.isEmpty { return try emitControlled(gate.matrix(), q, controls) }
            let t = q[3]
            func half() {
                emit(.h, [t])
                emit(.t, [t])
                cx(q[2], t)
                emit(.tdg, [t])
                emit(.h, [t])
            }
            half()
            for (control, gate) in [(0, StandardGate.t), (1, .tdg), (0, .t), (1, .tdg)] {
                cx(q[control], t)
                emit(gate, [t])
            }
            half()
        default: preconditionFailure("\(gate.name) has its controls taken away before")
        }
    }

    /// Qubits of the circuit that a gate leaves alone, for use as borrowed ones.
    private func idleQubits(besides used: [Qubit], count: Int) -> [Qubit] {
        guard count > 1 else { return [] }
        var isUsed = Array(repeating: false, count: circuit.qubitCount)
        for qubit in used { isUsed[qubit.index] = true }
        return Array((0..<circuit.qubitCount).lazy.filter { !isUsed[$0] }.prefix(count).map { Qubit($0) })
    }
}

extension [Parameter] {
    var parameters: Parameters { Parameters(self) }
}
