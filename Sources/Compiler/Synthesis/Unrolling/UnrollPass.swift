public import Circuits

/// Takes all gates apart into standard gates on one and two qubits.
///
/// Exact, phases included: they go to the circuit's global phase. Under classical control a global phase has no meaning
/// and is dropped.
public struct UnrollPass: Pass {
    public let name = "gates of one and two qubits"

    public init() {}

    public func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        unit.circuit = try unit.circuit.unrolled()
    }
}

extension Circuit {
    /// The circuit with every gate taken apart into standard gates on one and two qubits.
    ///
    /// - Throws: `CompilerError` with code `.unsupportedGate` for gates without a definition, fractional powers of
    ///   unknown angles, and matrices beyond six qubits.
    public func unrolled() throws(CompilerError) -> Circuit {
        if body.isUnrolled { return self }
        var unroller = Unroller(self)
        let result = try unroller.unrolled(body)
        var circuit = unroller.circuit
        circuit.body = result
        circuit.addGlobalPhase(unroller.accumulatedPhase, &unroller.arithmetic)
        return circuit
    }
}

extension Block {
    fileprivate var isUnrolled: Bool {
        for position in indices {
            guard case .gate(let gate) = operation(at: position) else { continue }
            guard case .standard(let standard) = gate, standard != .gphase, standard.qubitCount <= 2 else {
                return false
            }
        }
        return controlFlow.allSatisfy { $0.blocks.allSatisfy(\.isUnrolled) }
    }
}

extension Unroller {
    /// The block with its gates taken apart; adds to `accumulatedPhase` what stands outside of classical control.
    mutating func unrolled(_ block: Block) throws(CompilerError) -> Block {
        let outer = output
        output = Block()
        output.reserve(instructions: block.count, operands: 2 * block.count, parameters: block.count)
        for position in block.indices {
            switch block.operation(at: position) {
            case .gate(let gate):
                location = block.location(at: position)
                try unroll(gate, block.qubits(at: position), block.parameters(at: position))
            case .controlFlow(let place):
                try unroll(block.controlFlow[place], location: block.location(at: position))
                for annotation in block.annotations(at: position) { output.annotateLast(annotation) }
            default: output.append(from: block, at: position)
            }
        }
        let result = output
        output = outer
        return result
    }

    private mutating func unroll(_ statement: ControlFlow, location: SourceLocation) throws(CompilerError) {
        if case .box(let duration, let body) = statement {
            let inner = try unrolled(body)
            return output.append(.box(duration: duration, body: inner), location: location)
        }
        let before = accumulatedPhase
        let mapped = try statement.mapBlocks { (block) throws(CompilerError) -> Block in try unrolled(block) }
        accumulatedPhase = before
        output.append(mapped, location: location)
    }
}

extension Circuit {
    /// Multiplies the program by e^{iφ}. A phase that depends on values that change while the program runs has no
    /// meaning for the whole, and no effect; it is dropped.
    mutating func addGlobalPhase(_ angle: Parameter, _ arithmetic: inout ParameterArithmetic) {
        if angle.constant == 0 { return }
        if angle.expression != nil {
            let writes = ClassicalAccess.of(body, in: self).writes
            var isFixed = true
            expression(of: angle).forEach {
                switch $0.node {
                case .bit, .register: isFixed = false
                case .variable(let id):
                    if variables[id.index].role != .input || writes.contains(bitCount + id.index) { isFixed = false }
                default: break
                }
            }
            guard isFixed else { return }
        }
        let body = body
        arithmetic.circuit = self
        let sum = arithmetic.add(globalPhase, angle)
        self = arithmetic.circuit
        self.body = body
        globalPhase = sum.constant.map { Parameter(EulerAngles.wrapped($0)) } ?? sum
    }
}
