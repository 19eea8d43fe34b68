import Circuits
import Hardware

/// Puts numbers in the place of what only the machine knows: `durationof` and stretches.
///
/// A block lasts as long as its gates do one by one, translated on the sites where its qubits start. The schedule rounds
/// lengths up to the machine's grid; lengths with stretches are rounded down before, so that nothing ends later for them.
struct MachineTimes {
    /// The program as it was written, whose tables the blocks of `durationof` refer to.
    let program: Circuit
    let layout: Layout
    let context: CompilationContext

    /// The placed circuit with its lengths as numbers; itself where it asks for no such time.
    func resolved(_ circuit: Circuit) throws(CompilerError) -> Circuit {
        var circuit = circuit
        let blocks = circuit.blocksWithDuration
        if !blocks.isEmpty {
            var times: [Block: Double] = [:]
            for block in blocks { times[block] = try duration(of: block) }
            circuit = circuit.substituting { part in
                if case .durationOf(let block) = part.node { times[block].map { .duration($0) } } else { nil }
            }
        }
        if circuit.usesStretches {
            let scheduler = Scheduler(circuit, for: context.target)
            let lengths = try StretchProblem(circuit, scheduler).solution()
            circuit.body = settled(circuit.body, in: circuit, lengths)
            circuit = circuit.substituting { part in
                if case .variable(let id) = part.node { lengths[id].map { .duration($0) } } else { nil }
            }
        }
        try checkLengths(circuit.body)
        return circuit
    }

    /// How long a block of the program takes by itself; seconds.
    private func duration(of block: Block) throws(CompilerError) -> Double {
        let dt = context.target.description.timing.dt.value
        // A time in the machine's own unit.
        if block.count == 1, case .delay(.dt) = block.operation(at: 0), block.qubits(at: 0).isEmpty {
            return (block.parameters(at: 0)[0].constant ?? 0) * dt
        }
        var part = program
        part.body = block
        part.requests = []
        let boxes = try VerbatimBoxes(part, on: context.target)
        var options = context.options
        options.initialLayout = layout.initial
        options.rewriting = context.options.rewriting.keepsGates ? .verbatim : .experiment
        var unit = CompilationUnit(boxes.circuit)
        let passes: [any Pass] =
            context.target.takesEveryGate
            ? [LayoutPass()]
            : [
                UnrollPass(), LayoutPass(), RoutingPass(),
                TranslationPass(keepsGates: context.options.rewriting.keepsGates),
            ]
        _ = try Pipeline(passes).run(
            &unit, in: CompilationContext(context, options: options))
        unit.circuit.body = boxes.restored(in: unit.circuit.body)
        if unit.circuit.usesStretches {
            throw CompilerError(
                .unsupportedInstruction, "durationof a block whose own length depends on a stretch",
                cure: "write the length that the stretch shall have",
                location: block.isEmpty ? .none : block.location(at: 0))
        }
        let circuit = try resolved(unit.circuit)
        return Scheduler(circuit, for: context.target).schedule(circuit.body, .asap).duration
    }

    /// The block with the lengths of its stretchy delays as numbers, on the machine's grid.
    private func settled(_ block: Block, in circuit: Circuit, _ lengths: [VariableID: Double]) -> Block {
        let timing = context.target.description.timing
        let grid = timing.dt.value * Double(max(1, timing.granularity))
        var result = Block()
        result.reserve(instructions: block.count, operands: 2 * block.count, parameters: block.count)
        for position in block.indices {
            switch block.operation(at: position) {
            case .delay(let unit):
                var instruction = block[position]
                let length = StretchyLength(circuit.expression(of: instruction.parameters[0]), in: circuit)
                guard let length, length.isStretchy else {
                    result.append(from: block, at: position)
                    continue
                }
                var seconds = length.value(lengths) * (unit == .dt ? timing.dt.value : 1)
                if grid > 0 { seconds = Scheduler.down(seconds, to: grid) }
                instruction.operation = .delay(.seconds)
                instruction.parameters = [Parameter(max(0, seconds))]
                result.append(instruction)
                for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
            case .controlFlow(let place):
                result.append(
                    block.controlFlow[place].mapBlocks { settled($0, in: circuit, lengths) },
                    location: block.location(at: position))
                for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
            default: result.append(from: block, at: position)
            }
        }
        return result
    }

    private func checkLengths(_ block: Block) throws(CompilerError) {
        for position in block.indices {
            var length: Parameter?
            switch block.operation(at: position) {
            case .delay: length = block.parameters(at: position).first
            case .controlFlow(let place):
                if case .box(let given?, _) = block.controlFlow[place] { length = given.value }
                for inner in block.controlFlow[place].blocks { try checkLengths(inner) }
            default: continue
            }
            guard let seconds = length?.constant, seconds < -1e-15 else { continue }
            throw CompilerError(
                .unsupportedInstruction, "a length of \((seconds * 1e12).rounded() / 1e3) ns",
                cure: "lengths are not negative: subtract less", location: block.location(at: position))
        }
    }
}

extension StretchyLength {
    fileprivate func value(_ lengths: [VariableID: Double]) -> Double {
        coefficients.sorted { $0.key.index < $1.key.index }.reduce(constant) { $0 + $1.value * (lengths[$1.key] ?? 0) }
    }
}

extension Circuit {
    /// The blocks whose duration is asked for, each once.
    fileprivate var blocksWithDuration: [Block] {
        var seen: Set<Block> = []
        var result: [Block] = []
        forEachExpression { expression in
            expression.forEach { part in
                if case .durationOf(let block) = part.node, seen.insert(block).inserted { result.append(block) }
            }
        }
        return result
    }

    fileprivate var usesStretches: Bool {
        var found = false
        forEachExpression { expression in
            expression.forEach { part in
                if case .variable(let id) = part.node, variables[id.index].role == .stretch { found = true }
            }
        }
        return found
    }

    /// Visits what parameters, assignments and statements of the body compute.
    private func forEachExpression(_ visit: (Expression) -> Void) {
        func visitParameter(_ parameter: Parameter) -> Parameter {
            if parameter.expression != nil { visit(expression(of: parameter)) }
            return parameter
        }
        func visitExpression(_ expression: Expression) -> Expression {
            visit(expression)
            return expression
        }
        _ = body.rewriting(parameters: visitParameter, expressions: visitExpression)
        _ = visitParameter(globalPhase)
    }

    /// The circuit with parts of its expressions as values, and what became constant computed.
    fileprivate func substituting(_ value: (Expression) -> ClassicalValue?) -> Circuit {
        func fold(_ expression: Expression) -> Expression {
            expression.rewritten { part in
                value(part).map { .literal($0) } ?? (part.operandsAreLiteral ? part.folded : part)
            }
        }
        var result = self
        var known: [Parameter: Parameter] = [:]
        func substituted(_ parameter: Parameter) -> Parameter {
            if parameter.expression == nil { return parameter }
            if let done = known[parameter] { return done }
            let old = expression(of: parameter)
            let new = fold(old)
            let replacement = new == old ? parameter : result.addParameter(new)
            known[parameter] = replacement
            return replacement
        }
        let body = body.rewriting(parameters: substituted, expressions: fold)
        result.globalPhase = substituted(globalPhase)
        result.body = body
        return result
    }
}
