import Circuits

/// Puts the tables of a circuit into the order in which a program is read that defines its gates first and declares its
/// variables before its statements, which is how the writer writes them: reading that text gives the same circuit.
///
/// Entries that nothing refers to any more are left out, except gates that the program names.
struct CanonicalOrder {
    private let old: Circuit
    private var new: Circuit
    private var variables: [Int: VariableID] = [:]
    private var gates: [Int: Gate] = [:]
    private var parameters: [Int: Parameter] = [:]

    init(_ circuit: Circuit) {
        old = circuit
        new = Circuit(name: circuit.name)
    }

    mutating func result() -> Circuit {
        for register in old.qubitRegisters { new.addQubitRegister(register.name, count: register.count) }
        for register in old.bitRegisters {
            new.addBitRegister(
                register.name, count: register.count, isInput: register.isInput, isTemporary: register.isTemporary)
        }
        let loops = old.body.loopVariables
        var place = 0
        var arrays = old.arrays[...]
        while place < old.variables.count {
            if let array = arrays.first, array.start == place {
                // Items stay together, whatever stands between them and their array in another order.
                let start = new.variables.count
                new.addArray(array.name, of: array.element, dimensions: array.dimensions, role: old.role(of: array))
                for item in 0..<array.count { variables[place + item] = VariableID(start + item) }
                place += array.count
                arrays = arrays.dropFirst()
                continue
            }
            if !loops.contains(place) { variables[place] = new.addVariable(old.variables[place]) }
            place += 1
        }
        new.externals = old.externals
        new.calibrations = old.calibrations
        for (place, definition) in old.gates.enumerated() {
            if case .modified = definition.implementation { continue }
            _ = gate(.defined(GateDefinitionID(place)))
        }
        new.pragmas = old.pragmas
        new.requests = old.requests
        new.globalPhase = parameter(old.globalPhase)
        new.body = block(old.body)
        new.declarationAnnotations = old.declarationAnnotations.compactMap { entry in
            renamed(entry.declaration).map { DeclarationAnnotation(entry.annotation, on: $0) }
        }
        new.sortDeclarationAnnotations()
        return new
    }

    /// Where a declaration lies now; nil for one that was left out.
    private func renamed(_ declaration: Declaration) -> Declaration? {
        switch declaration {
        case .qubits, .bits, .array, .external: return declaration
        case .variable(let place): return variables[place].map { .variable($0.index) }
        case .gate(let place):
            guard case .defined(let id)? = gates[place] else { return nil }
            return .gate(id.index)
        }
    }

    private mutating func gate(_ gate: Gate) -> Gate {
        guard case .defined(let id) = gate else { return gate }
        if let known = gates[id.index] { return known }
        var definition = old.gates[id.index]
        switch definition.implementation {
        case .body(let body): definition.implementation = .body(block(body))
        case .modified(let base, let modifiers):
            definition.implementation = .modified(base: self.gate(base), modifiers: modifiers)
        case .matrix, .opaque: break
        }
        let result = new.addGate(definition)
        gates[id.index] = result
        return result
    }

    private mutating func variable(_ id: VariableID) -> VariableID {
        if let known = variables[id.index] { return known }
        let result = new.addVariable(old.variables[id.index])
        variables[id.index] = result
        return result
    }

    private mutating func expression(_ expression: Expression) -> Expression {
        var mentioned: [VariableID] = []
        // Loop variables that are read before their loop was seen do not exist; all others have their places.
        expression.forEach { part in if case .variable(let id) = part.node { mentioned.append(id) } }
        for id in mentioned { _ = variable(id) }
        return Self.renamed(expression, variables)
    }

    private static func renamed(_ expression: Expression, _ places: [Int: VariableID]) -> Expression {
        expression.rewritten { part in
            guard case .variable(let id) = part.node, let place = places[id.index] else { return part }
            return Expression(.variable(place), type: part.type)
        }
    }

    private mutating func parameter(_ parameter: Parameter) -> Parameter {
        guard let id = parameter.expression else { return parameter }
        if let known = parameters[id.index] { return known }
        let result = new.addParameter(expression(old.expressions[id.index]))
        parameters[id.index] = result
        return result
    }

    private mutating func block(_ block: Block) -> Block {
        var result = Block()
        result.reserve(instructions: block.count, operands: block.count * 2, parameters: block.count)
        for position in block.indices {
            var instruction = block[position]
            switch instruction.operation {
            case .controlFlow(let place):
                result.append(statement(block.controlFlow[place]), location: instruction.location)
            case .assign(let place):
                var assignment = block.assignments[place]
                if case .variable(let id) = assignment.target {
                    assignment.target = .variable(variable(id))
                } else {
                    for index in assignment.target.indices { _ = expression(index) }
                    let places = variables
                    assignment.target = assignment.target.mapExpressions { Self.renamed($0, places) }
                }
                assignment.value = expression(assignment.value)
                result.append(assignment, location: instruction.location)
            default:
                if case .gate(let gate) = instruction.operation { instruction.operation = .gate(self.gate(gate)) }
                if !instruction.parameters.isEmpty {
                    var values: [Parameter] = []
                    for value in instruction.parameters { values.append(parameter(value)) }
                    instruction.parameters = Parameters(values)
                }
                result.append(instruction)
            }
            for annotation in block.annotations(at: position) { result.annotateLast(annotation) }
        }
        return result
    }

    private mutating func statement(_ statement: ControlFlow) -> ControlFlow {
        switch statement {
        case .branch(let condition, let then, let otherwise):
            let condition = expression(condition)
            let then = block(then)
            return .branch(condition: condition, then: then, otherwise: otherwise.map { block($0) })
        case .while(let condition, let body): return .while(condition: expression(condition), body: block(body))
        case .switch(let subject, let cases, let otherwise):
            let subject = expression(subject)
            let cases = cases.map { ControlFlow.SwitchCase(labels: $0.labels, body: block($0.body)) }
            return .switch(subject: subject, cases: cases, otherwise: otherwise.map { block($0) })
        case .for(let loop, let values, let body):
            let mapped: ControlFlow.LoopValues =
                switch values {
                case .range(let start, let step, let stop):
                    .range(start: expression(start), step: expression(step), stop: expression(stop))
                case .list(let list): .list(list.map { expression($0) })
                }
            return .for(variable: variable(loop), values: mapped, body: block(body))
        case .box(let length, let body):
            let mapped = length.map { (value: parameter($0.value), unit: $0.unit) }
            return .box(duration: mapped, body: block(body))
        }
    }
}
