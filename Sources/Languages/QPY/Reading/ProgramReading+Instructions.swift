import Circuits

// Instructions: what is no gate, and where gates go.
extension ProgramReading {
    mutating func append(_ record: InstructionRecord, to block: inout Block, _ scope: Scope) throws(QPYError) {
        let qubits = try operands(of: record, scope)
        switch record.name {
        case "IfElseOp", "WhileLoopOp", "ForLoopOp", "SwitchCaseOp", "BoxOp":
            block.append(try statement(record, on: qubits, scope))
            return
        case "BreakLoopOp": block.append(Instruction(.break))
        case "ContinueLoopOp": block.append(Instruction(.continue))
        case "Store": block.append(try assignment(record, scope))
        default:
            // What used to be `c_if`: the operation under a condition.
            guard let condition = try condition(record, scope) else {
                return try appendOperation(record, on: qubits, to: &block, scope)
            }
            var inner = Block()
            try appendOperation(record, on: qubits, to: &inner, scope)
            block.append(.branch(condition: condition, then: inner, otherwise: nil))
        }
    }

    private func operands(of record: InstructionRecord, _ scope: Scope) throws(QPYError) -> [Qubit] {
        var result: [Qubit] = []
        for index in record.qubits {
            guard index < scope.qubits.count else {
                throw record.place.fault("the \(record.name) acts on qubit \(index) of \(scope.qubits.count)")
            }
            result.append(scope.qubits[index])
        }
        guard Set(result).count == result.count else {
            throw record.place.fault("the \(record.name) acts on a qubit twice")
        }
        return result
    }

    private mutating func appendOperation(
        _ record: InstructionRecord, on qubits: [Qubit], to block: inout Block, _ scope: Scope
    ) throws(QPYError) {
        switch record.name {
        case "Measure":
            guard qubits.count == 1, record.bits.count == 1 else {
                throw record.place.fault("a measurement needs a qubit and a bit")
            }
            block.append(
                Instruction(.measure(into: try bit(record.bits[0], scope, at: record.place)), Operands(qubits)))
        case "Reset": block.append(Instruction(.reset, Operands(qubits)))
        case "Barrier": block.append(Instruction(.barrier, Operands(qubits)))
        case "Delay": block.append(try delay(record, on: qubits, scope))
        default:
            if let operation = scope.operations[record.name], operation.kind == .instruction {
                try inline(operation, record, on: qubits, to: &block, scope)
            } else if try appendSpecial(record, on: qubits, to: &block, scope) {
                return
            } else {
                let (gate, parameters) = try gate(of: record, scope)
                guard circuit.qubitCount(of: gate) == qubits.count else {
                    throw record.place.fault(
                        "the \(record.name) acts on \(circuit.qubitCount(of: gate)) qubits, not \(qubits.count)")
                }
                block.append(Instruction(.gate(gate), Operands(qubits), Parameters(parameters)))
            }
        }
    }

    private mutating func delay(
        _ record: InstructionRecord, on qubits: [Qubit], _ scope: Scope
    ) throws(QPYError) -> Instruction {
        guard let value = record.parameters.first, !qubits.isEmpty else {
            throw record.place.fault("a delay needs a length")
        }
        switch value.tag {
        case "i": return Instruction(.delay(.dt), Operands(qubits), [try number(value, scope, isArgument: true)])
        case "x":
            let (length, unit) = try delay(value, scope)
            return Instruction(.delay(unit), Operands(qubits), [length])
        default:
            // The format has no place for the unit; a number that is no whole one cannot be meant in samples.
            throw record.place.fault(
                "the length of a delay has no unit in a QPY file, unless it is a whole number of samples (dt)",
                cure: "write delay(expr.lift(Duration.ns(…)), qubit), or delays in dt")
        }
    }

    /// An instruction of the circuit's own, which may measure: its definition in its place.
    private mutating func inline(
        _ operation: CustomOperation, _ record: InstructionRecord, on qubits: [Qubit], to block: inout Block,
        _ scope: Scope
    ) throws(QPYError) {
        guard let definition = operation.definition else {
            throw record.place.fault("the instruction '\(operation.name)' has no definition", cure: "give it one")
        }
        var bits: [ClassicalBit] = []
        for index in record.bits { bits.append(try bit(index, scope, at: record.place)) }
        var inner = scope
        inner.registers = [:]
        block.append(contentsOf: try nested(definition, qubits: qubits, bits: bits, in: inner))
    }

    private mutating func assignment(_ record: InstructionRecord, _ scope: Scope) throws(QPYError) -> Assignment {
        guard record.parameters.count == 2, record.parameters.allSatisfy({ $0.tag == "x" }) else {
            throw record.place.fault("a Store needs a target and a value")
        }
        var left = record.parameters[0].content, right = record.parameters[1].content
        var target = try expression(&left, scope)
        let value = try expression(&right, scope)
        if case .cast(let inner) = target.node { target = inner }
        switch target.node {
        case .variable(let id): return Assignment(target: .variable(id), value: value)
        case .bit(let bit): return Assignment(target: .bit(bit), value: value)
        case .register(let id):
            return Assignment(
                target: .register(id),
                value: value.type == target.type ? value : Expression(.cast(value), type: target.type))
        case .element(let base, let index):
            var base = base
            if case .cast(let inner) = base.node { base = inner }
            if case .register(let id) = base.node {
                return Assignment(target: .element(id, index: index), value: value)
            }
        default: break
        }
        throw record.place.fault(
            "a Store writes to what is no variable, bit or register",
            cure: "assign the whole variable instead of one bit")
    }

    // MARK: Statements

    private mutating func statement(
        _ record: InstructionRecord, on qubits: [Qubit], _ scope: Scope
    ) throws(QPYError) -> ControlFlow {
        var bits: [ClassicalBit] = []
        for index in record.bits { bits.append(try bit(index, scope, at: record.place)) }
        let parameters = record.parameters
        func lacks(_ what: String) -> QPYError { record.place.fault("the \(record.name) lacks \(what)") }
        switch record.name {
        case "IfElseOp":
            guard let condition = try condition(record, scope), let first = parameters.first, first.tag == "q" else {
                throw lacks("its condition or body")
            }
            let then = try nested(first.content, qubits: qubits, bits: bits, in: scope)
            var otherwise: Block?
            if parameters.count > 1, !parameters[1].isNull {
                otherwise = try nested(parameters[1].content, qubits: qubits, bits: bits, in: scope)
            }
            return .branch(condition: condition, then: then, otherwise: otherwise)
        case "WhileLoopOp":
            guard let condition = try condition(record, scope), let body = parameters.first, body.tag == "q" else {
                throw lacks("its condition or body")
            }
            return .while(condition: condition, body: try nested(body.content, qubits: qubits, bits: bits, in: scope))
        case "ForLoopOp":
            guard parameters.count == 3, parameters[2].tag == "q" else { throw lacks("its values or body") }
            let counter = circuit.addVariable(Variable(name: "i", type: .int(64)))
            if !parameters[1].isNull {
                let value = Expression(.cast(Expression(.variable(counter), type: .int(64))), type: .float(64))
                try bind(parameters[1], to: value, scope)
            }
            return .for(
                variable: counter, values: try loopValues(parameters[0]),
                body: try nested(parameters[2].content, qubits: qubits, bits: bits, in: scope))
        case "SwitchCaseOp": return try selection(record, qubits, bits, scope)
        default:
            guard let body = parameters.first, body.tag == "q" else { throw lacks("its body") }
            return .box(
                duration: try boxLength(record, scope),
                body: try nested(body.content, qubits: qubits, bits: bits, in: scope))
        }
    }

    private func loopValues(_ value: TaggedValue) throws(QPYError) -> ControlFlow.LoopValues {
        var content = value.content
        switch value.tag {
        case "r":
            let start = try content.integer(Int64.self), stop = try content.integer(Int64.self)
            let step = try content.integer(Int64.self)
            guard step != 0, let distance = stop.subtractingChecked(start), step != .min else {
                throw content.fault("a loop counts in steps of \(step) from \(start) to \(stop)")
            }
            // Python leaves the end out.
            let turns = step > 0 ? (distance + step - 1) / step : (distance + step + 1) / step
            guard turns > 0 else { return .list([]) }
            return .range(start: .int(start), step: .int(step), stop: .int(start + (turns - 1) * step))
        case "t":
            var list: [Expression] = []
            for item in try tuple(value) { list.append(.int(try integer(item))) }
            return .list(list)
        default: throw content.fault("a loop runs over a value of kind '\(value.tag)', not over numbers")
        }
    }

    private func tuple(_ value: TaggedValue) throws(QPYError) -> [TaggedValue] {
        guard value.tag == "t" else {
            throw value.content.fault("a value of kind '\(value.tag)' stands where a list belongs")
        }
        var content = value.content
        var items: [TaggedValue] = []
        for _ in 0..<(try content.count(UInt64.self, atLeast: 9, "values")) { items.append(try TaggedValue(&content)) }
        return items
    }

    private func integer(_ value: TaggedValue) throws(QPYError) -> Int64 {
        guard value.tag == "i" else {
            throw value.content.fault("a value of kind '\(value.tag)' stands where a whole number belongs")
        }
        var content = value.content
        return try content.integer(Int64.self, isLittleEndian: version < 18)
    }

    private mutating func selection(
        _ record: InstructionRecord, _ qubits: [Qubit], _ bits: [ClassicalBit], _ scope: Scope
    ) throws(QPYError) -> ControlFlow {
        guard record.parameters.count == 2 else { throw record.place.fault("a switch needs a target and its cases") }
        var content = record.parameters[0].content
        var subject: Expression
        switch record.parameters[0].tag {
        case "R": subject = try target(try content.take(content.remaining), scope)
        case "x": subject = try expression(&content, scope)
        case let tag: throw content.fault("a switch looks at a value of kind '\(tag)'")
        }
        if case .bits(let count) = subject.type {
            guard count <= 64 else {
                throw content.fault("a switch looks at a register of \(count) bits, more than 64")
            }
            subject = Expression(.cast(subject), type: .uint(count))
        }
        // What OpenQASM makes of every subject, so that the text of the circuit says the same.
        if subject.type == .bool { subject = Expression(.cast(subject), type: .uint(1)) }
        subject = Expression(.cast(subject), type: .int(64))
        var cases: [ControlFlow.SwitchCase] = []
        var otherwise: Block?
        for item in try tuple(record.parameters[1]) {
            let pair = try tuple(item)
            guard pair.count == 2, pair[1].tag == "q" else {
                throw record.place.fault("a case of a switch lacks its body")
            }
            guard otherwise == nil else { throw record.place.fault("a case follows the default of a switch") }
            let body = try nested(pair[1].content, qubits: qubits, bits: bits, in: scope)
            var labels: [Int64] = []
            for label in try tuple(pair[0]) {
                if label.tag == "d" { otherwise = body } else { labels.append(try integer(label)) }
            }
            // Labels beside the default need no case of their own.
            if otherwise == nil { cases.append(ControlFlow.SwitchCase(labels: labels, body: body)) }
        }
        return .switch(subject: subject, cases: cases, otherwise: otherwise)
    }

    private mutating func boxLength(
        _ record: InstructionRecord, _ scope: Scope
    ) throws(QPYError) -> (value: Parameter, unit: DelayUnit)? {
        guard record.parameters.count == 3, !record.parameters[1].isNull else { return nil }
        let value = record.parameters[1]
        if value.tag == "x" { return try delay(value, scope) }
        let length = try number(value, scope, isArgument: true)
        var unit = record.parameters[2].content
        let scales = ["dt": 1, "s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12]
        let name = record.parameters[2].isNull ? "dt" : try unit.text(unit.remaining)
        guard let scale = scales[name], let constant = length.constant else {
            throw record.place.fault("a box of \(name) has no length")
        }
        return (Parameter(constant * scale), name == "dt" ? .dt : .seconds)
    }
}

extension Int64 {
    fileprivate func subtractingChecked(_ other: Int64) -> Int64? {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow || Swift.abs(difference) > Int64.max / 4 ? nil : difference
    }
}
