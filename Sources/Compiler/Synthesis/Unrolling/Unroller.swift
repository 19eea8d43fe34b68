import Circuits
import Hardware

/// Takes gates apart into standard gates on one and two qubits, exactly, phases included.
///
/// Numeric parameters and expressions go the same way: every rule is written over `ParameterArithmetic`. CX counts for a
/// gate with n controls: a phase 2ⁿ⁺¹ − 2 up to seven controls, a rotation 2ⁿ up to four, quadratic beyond, and linear for
/// X with an idle qubit at hand; k-qubit matrices by the quantum Shannon decomposition.
struct Unroller {
    var arithmetic: ParameterArithmetic
    /// What has been emitted.
    var output = Block()
    /// The phase of what has been emitted.
    var accumulatedPhase: Parameter = 0
    var location = SourceLocation.none

    init(_ circuit: Circuit) { arithmetic = ParameterArithmetic(circuit) }

    var circuit: Circuit { arithmetic.circuit }

    // MARK: Emission

    mutating func emit(_ gate: StandardGate, _ qubits: Operands, _ parameters: Parameters = []) {
        output.append(gate, qubits, parameters, location: location)
    }

    mutating func emit(_ gate: StandardGate, _ qubit: Qubit, _ parameter: Parameter) {
        if parameter.constant == 0 { return }
        output.append(gate, [qubit], [parameter], location: location)
    }

    mutating func cx(_ control: Qubit, _ target: Qubit) { emit(.cx, [control, target]) }

    mutating func addPhase(_ angle: Parameter) { accumulatedPhase = arithmetic.add(accumulatedPhase, angle) }

    /// Emits one gate call.
    ///
    /// - Throws: `GateExpansionError` for opaque gates, powers without a meaning for unknown angles, and expansions
    ///   without bound.
    mutating func unroll(_ gate: Gate, _ qubits: Operands, _ parameters: Parameters) throws(CompilerError) {
        if case .standard(let standard) = gate, standard.qubitCount <= 2 {
            if standard == .gphase { addPhase(parameters[0]) } else { emit(standard, qubits, parameters) }
            return
        }
        for term in try terms(gate, Array(parameters), Array(qubits)) { try emit(term) }
    }

    /// Emits one term of a flattened gate.
    mutating func emit(_ term: GateTerm) throws(CompilerError) {
        var term = term
        term.absorbControls()
        let flipped = zip(term.controls, term.values).filter { !$0.1 }.map(\.0)
        for qubit in flipped { emit(.x, [qubit]) }
        if term.controls.isEmpty {
            try emitPlain(term)
        } else {
            try emitControlled(term)
        }
        for qubit in flipped { emit(.x, [qubit]) }
    }

    private mutating func emitPlain(_ term: GateTerm) throws(CompilerError) {
        switch term.kernel {
        case .standard(.gphase, let parameters): addPhase(parameters[0])
        case .standard(let gate, let parameters):
            if gate.qubitCount <= 2 {
                emit(gate, Operands(term.targets), Parameters(parameters))
            } else {
                try emitBody(gate, parameters, term.targets, [])
            }
        case .matrix(let matrix): try emit(matrix, term.targets)
        }
    }

    /// A matrix of any size without controls.
    mutating func emit(_ matrix: Matrix, _ targets: [Qubit]) throws(CompilerError) {
        switch targets.count {
        case 0: addPhase(Parameter(matrix[0, 0].phase))
        case 1: emit(Unitary2(matrix), targets[0])
        case 2: emit(Unitary4(matrix), targets[0], targets[1])
        case 3...Circuit.powerQubitLimit:
            for step in QuantumShannonDecomposition(matrix).steps {
                switch step {
                case .rotation(let gate, let angle, let qubit): emit(gate, [targets[qubit]], [Parameter(angle)])
                case .cx(let control, let target): cx(targets[control], targets[target])
                case .cz(let a, let b): emit(.cz, [targets[a], targets[b]])
                case .block(let block): emit(block, targets[0], targets[1])
                }
            }
        default:
            throw CompilerError(
                .unsupportedGate,
                "an explicit unitary on \(targets.count) qubits; at most \(Circuit.powerQubitLimit) can be synthesised",
                cure: "write the gate as a body of smaller gates", location: location)
        }
    }

    private static let cxEntangler = Entangler(.init(gate: .cx))!

    /// A two-qubit unitary as at most three CX.
    mutating func emit(_ unitary: Unitary4, _ q0: Qubit, _ q1: Qubit) {
        let weyl = WeylDecomposition(unitary)
        guard let sequence = Self.cxEntangler.sequence(for: unitary, weyl) else {
            preconditionFailure("CX makes every two-qubit unitary")
        }
        for layer in 0...sequence.count {
            emit(sequence[layer].low, q0)
            emit(sequence[layer].high, q1)
            if layer < sequence.count { cx(q0, q1) }
        }
        addPhase(Parameter(sequence.phase))
    }

    /// A one-qubit unitary as `u`, or nothing where it is a phase.
    mutating func emit(_ unitary: Unitary2, _ qubit: Qubit) {
        let e = EulerAngles(unitary)
        // u(0, φ, λ) has 1 in its upper left corner.
        addPhase(Parameter(e.phase - (e.phi + e.lambda) / 2))
        if e.theta == 0, EulerAngles.wrapped(e.phi + e.lambda) == 0 { return }
        emit(.u, [qubit], [Parameter(e.theta), Parameter(e.phi), Parameter(e.lambda)])
    }
}
