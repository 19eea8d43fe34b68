extension Circuit {
    /// An `input` of the program.
    public struct Input: Hashable, Sendable {
        public var name: String
        public var type: ClassicalType
    }

    /// The inputs the program declares: variables, then bit registers, each in declaration order.
    public var inputs: [Input] {
        variables.filter { $0.role == .input }.map { Input(name: $0.name, type: $0.type) }
            + bitRegisters.filter(\.isInput).map { Input(name: $0.name, type: .bits($0.count)) }
    }

    /// The program with its inputs set: they become constants, and expressions that depend on nothing else numbers.
    ///
    /// An input that the program itself assigns to keeps its place and is set before the first instruction.
    ///
    /// - Throws: `InputError` for a missing, unknown or unfitting value.
    public func binding(_ values: [(name: String, value: InputValue)]) throws(InputError) -> Circuit {
        let declared = inputs
        for (name, _) in values where !declared.contains(where: { $0.name == name }) {
            throw .unknown(name: name, known: declared.map(\.name))
        }
        if declared.isEmpty { return self }
        func value(of name: String, _ type: ClassicalType) throws(InputError) -> ClassicalValue {
            guard let given = values.last(where: { $0.name == name }) else { throw .missing(name: name, type: type) }
            return try given.value.fitted(to: type, name: name)
        }
        let assigned = body.assignedTargets
        // Items that an index of run time may reach cannot be constants.
        let dynamic = arrays.map { $0.start..<$0.start + $0.count }
        var constants: [VariableID: ClassicalValue] = [:]
        var prologue = Block()
        var result = self
        for (place, variable) in variables.enumerated() where variable.role == .input {
            let bound = try value(of: variable.name, variable.type)
            result.setRole(.local, of: VariableID(place))
            if assigned.contains(.variable(VariableID(place))) || dynamic.contains(where: { $0.contains(place) }) {
                prologue.append(Assignment(target: .variable(VariableID(place)), value: .literal(bound)))
            } else {
                constants[VariableID(place)] = bound
            }
        }
        for (place, register) in bitRegisters.enumerated() where register.isInput {
            let bound = try value(of: register.name, .bits(register.count))
            prologue.append(Assignment(target: .register(RegisterID(place)), value: .literal(bound)))
        }
        return try result.substituting(constants, prologue: prologue)
    }

    private func substituting(
        _ constants: [VariableID: ClassicalValue], prologue: Block
    ) throws(InputError) -> Circuit {
        func fold(_ expression: Expression) -> Expression {
            expression.rewritten { part in
                if case .variable(let id) = part.node, let value = constants[id] { return .literal(value) }
                return part.operandsAreLiteral ? part.folded : part
            }
        }
        var folded: [Parameter] = []
        for (place, expression) in expressions.enumerated() {
            let value = fold(expression)
            guard let literal = value.literal else {
                folded.append(Parameter(ExpressionID(place)))
                continue
            }
            guard literal.real.isFinite else { throw .notFinite(reason: "a gate parameter becomes \(literal.real)") }
            folded.append(Parameter(literal.real))
        }
        var result = self
        result.mapExpressions(fold)
        result.globalPhase = globalPhase.substituted(folded)
        result.body = prologue
        result.body.append(contentsOf: body.rewriting(parameters: { $0.substituted(folded) }, expressions: fold))
        return result
    }
}

extension Parameter {
    fileprivate func substituted(_ folded: [Parameter]) -> Parameter {
        if let id = expression { folded[id.index] } else { self }
    }
}

extension Block {
    /// What the block and the blocks inside assign to.
    var assignedTargets: Set<Assignment.Target> {
        var targets = Set(assignments.map(\.target))
        for statement in controlFlow {
            if case .for(let variable, _, _) = statement { targets.insert(.variable(variable)) }
            for block in statement.blocks { targets.formUnion(block.assignedTargets) }
        }
        return targets
    }

    /// The block with each parameter and each expression of its statements replaced, nested blocks included.
    public func rewriting(
        parameters: (Parameter) -> Parameter, expressions: (Expression) -> Expression
    ) -> Block {
        var result = Block()
        result.reserve(instructions: count, operands: count * 2, parameters: count)
        for position in indices {
            var instruction = self[position]
            switch instruction.operation {
            case .controlFlow(let place):
                let statement = controlFlow[place].mapBlocks {
                    $0.rewriting(parameters: parameters, expressions: expressions)
                }
                result.append(statement.mapExpressions(expressions, parameters), location: instruction.location)
            case .assign(let place):
                var assignment = assignments[place]
                assignment.value = expressions(assignment.value)
                assignment.target = assignment.target.mapExpressions(expressions)
                result.append(assignment, location: instruction.location)
            default:
                if !instruction.parameters.isEmpty {
                    instruction.parameters = Parameters(instruction.parameters.lazy.map(parameters))
                }
                result.append(instruction)
            }
            for annotation in annotations(at: position) { result.annotateLast(annotation) }
        }
        return result
    }
}

extension Assignment.Target {
    /// Expressions that say which bit or item is meant.
    public var indices: [Expression] {
        switch self {
        case .element(_, let index): [index]
        case .item(_, let indices): indices
        case .variable, .register, .bit, .discard: []
        }
    }

    /// The target with its indices replaced.
    public func mapExpressions(_ transform: (Expression) -> Expression) -> Assignment.Target {
        switch self {
        case .element(let register, let index): .element(register, index: transform(index))
        case .item(let array, let indices): .item(array, indices.map(transform))
        case .variable, .register, .bit, .discard: self
        }
    }
}

extension ControlFlow {
    func mapExpressions(_ transform: (Expression) -> Expression, _ parameters: (Parameter) -> Parameter) -> ControlFlow
    {
        switch self {
        case .branch(let condition, let then, let otherwise):
            .branch(condition: transform(condition), then: then, otherwise: otherwise)
        case .switch(let subject, let cases, let otherwise):
            .switch(subject: transform(subject), cases: cases, otherwise: otherwise)
        case .for(let variable, .range(let start, let step, let stop), let body):
            .for(
                variable: variable,
                values: .range(start: transform(start), step: transform(step), stop: transform(stop)),
                body: body)
        case .for(let variable, .list(let values), let body):
            .for(variable: variable, values: .list(values.map(transform)), body: body)
        case .while(let condition, let body): .while(condition: transform(condition), body: body)
        case .box(let duration, let body):
            .box(duration: duration.map { (parameters($0.value), $0.unit) }, body: body)
        }
    }
}
