import Circuits

extension Writing {
    mutating func block(_ block: Block) throws(OpenQASMWriterError) {
        for position in block.indices {
            if isVersion2, let channel = block.noise(at: position) {
                throw refusal("the noise channel \(channel)", at: block.location(at: position))
            }
            let calibration = block.calibration(at: position)
            for annotation in block.annotations(at: position) where annotation.keyword != Annotation.calibrationKeyword
            {
                try self.annotation(annotation, at: block.location(at: position))
            }
            if let calibration {
                if isVersion2 { throw refusal("a calibration", at: block.location(at: position)) }
                line(calibration)
                continue
            }
            try instruction(block[position], in: block)
        }
    }

    mutating func annotation(
        _ annotation: Annotation, at location: SourceLocation = .none
    ) throws(OpenQASMWriterError) {
        if isVersion2 { throw refusal("the annotation '@\(annotation.keyword)'", at: location) }
        line("@\(annotation.keyword)\(annotation.content.isEmpty ? "" : " " + annotation.content)")
    }

    /// What stands in front of a declaration.
    mutating func annotations(of declaration: Declaration) throws(OpenQASMWriterError) {
        for annotation in circuit.annotations(of: declaration) { try self.annotation(annotation) }
    }

    private func operands(_ qubits: Operands) -> String { qubits.map { qubitNames[$0.index] }.joined(separator: ", ") }

    private mutating func instruction(_ instruction: Instruction, in block: Block) throws(OpenQASMWriterError) {
        let location = instruction.location
        switch instruction.operation {
        case .gate(let gate):
            if isVersion2 && gate == .standard(.gphase) {
                throw refusal("a global phase inside the program", at: location)
            }
            if let pragma = unitaryPragma(gate, instruction.qubits) { return line(pragma) }
            var call = name(of: gate)
            if !instruction.parameters.isEmpty {
                var values: [String] = []
                for value in instruction.parameters { values.append(try parameter(value)) }
                call += "(\(values.joined(separator: ", ")))"
            }
            line(instruction.qubits.isEmpty ? "\(call);" : "\(call) \(operands(instruction.qubits));")
        case .measure(let bit):
            let qubit = operands(instruction.qubits)
            guard let bit else {
                if isVersion2 { throw refusal("a measurement whose outcome is discarded", at: location) }
                return line("measure \(qubit);")
            }
            line(
                isVersion2
                    ? "measure \(qubit) -> \(bitNames[bit.index]);" : "\(bitNames[bit.index]) = measure \(qubit);")
        case .reset: line("reset \(operands(instruction.qubits));")
        case .barrier:
            // Without operands it would mean all qubits.
            if !instruction.qubits.isEmpty { line("barrier \(operands(instruction.qubits));") }
        case .delay(let unit):
            if isVersion2 { throw refusal("a delay", at: location) }
            let length = try duration(instruction.parameters[0], unit)
            if !instruction.qubits.isEmpty { line("delay[\(length)] \(operands(instruction.qubits));") }
        case .assign(let place): try assignment(block.assignments[place], location)
        case .controlFlow(let place): try statement(block.controlFlow[place], location)
        case .break: line("break;")
        case .continue: line("continue;")
        case .end:
            if isVersion2 { throw refusal("an early end", at: location) }
            line("end;")
        }
    }

    private mutating func assignment(_ assignment: Assignment, _ location: SourceLocation) throws(OpenQASMWriterError) {
        if isVersion2 { throw refusal("an assignment", at: location) }
        let target: String
        switch assignment.target {
        case .variable(let id): target = variableNames[id.index]
        case .register(let id): target = registerNames[id.index]
        case .bit(let bit): target = bitNames[bit.index]
        case .element(let id, let index): target = "\(registerNames[id.index])[\(try expression(index))]"
        case .item(let id, let indices): target = try item(id, indices)
        case .discard: return line("\(try expression(assignment.value));")
        }
        line("\(target) = \(try expression(assignment.value));")
    }

    private mutating func statement(_ statement: ControlFlow, _ location: SourceLocation) throws(OpenQASMWriterError) {
        if isVersion2 { return try conditional(statement, location) }
        switch statement {
        case .branch(let condition, let then, let otherwise):
            line("if (\(try expression(condition))) {")
            try body(then)
            if let otherwise {
                line("} else {")
                try body(otherwise)
            }
            line("}")
        case .while(let condition, let body):
            line("while (\(try expression(condition))) {")
            try self.body(body)
            line("}")
        case .for(let variable, let values, let body):
            let range: String
            switch values {
            case .range(let start, let step, let stop):
                let middle = step == .int(1) ? "" : try expression(step) + ":"
                range = "[\(try expression(start)):\(middle)\(try expression(stop))]"
            case .list(let list):
                if list.isEmpty { return }
                var texts: [String] = []
                for value in list { texts.append(try expression(value)) }
                range = "{\(texts.joined(separator: ", "))}"
            }
            spelling(of: variableNames[variable.index])
            line("for \(circuit.variables[variable.index].type) \(variableNames[variable.index]) in \(range) {")
            try self.body(body)
            line("}")
        case .switch(let subject, let cases, let otherwise):
            line("switch (\(try expression(subject))) {")
            try indented { writing throws(OpenQASMWriterError) in
                for item in cases {
                    writing.line("case \(item.labels.map(String.init).joined(separator: ", ")) {")
                    try writing.body(item.body)
                    writing.line("}")
                }
                if let otherwise {
                    writing.line("default {")
                    try writing.body(otherwise)
                    writing.line("}")
                }
            }
            line("}")
        case .box(let length, let body):
            line(length == nil ? "box {" : "box[\(try duration(length!.value, length!.unit))] {")
            try self.body(body)
            line("}")
        }
    }

    private mutating func body(_ block: Block) throws(OpenQASMWriterError) {
        try indented { writing throws(OpenQASMWriterError) in try writing.block(block) }
    }

    /// `if (c == n) …;` of version 2: one statement each, none of which changes the register.
    private mutating func conditional(_ statement: ControlFlow, _ location: SourceLocation) throws(OpenQASMWriterError)
    {
        guard case .branch(let condition, let then, nil) = statement else {
            switch statement {
            case .branch: throw refusal("an 'else'", at: location)
            case .while: throw refusal("a while loop", at: location)
            case .for: throw refusal("a for loop", at: location)
            case .switch: throw refusal("a switch", at: location)
            case .box: throw refusal("a box", at: location)
            }
        }
        guard case .binary(.equal, let left, let right) = condition.node, case .register(let id) = left.node,
            case .bits(let value)? = right.literal, let number = value.unsigned, number < 1 << 63
        else { throw refusal("a condition other than 'register == number'", at: location) }
        let register = circuit.bitRegisters[id.index]
        let prefix = "if(\(registerNames[id.index])==\(number)) "
        for position in then.indices {
            switch then.operation(at: position) {
            case .gate, .reset: break
            case .measure(let bit):
                let changes =
                    bit.map { $0.index >= register.start && $0.index < register.start + register.count } ?? false
                if changes && position + 1 < then.count {
                    throw refusal("a condition on a register that its statements change", at: location)
                }
            default: throw refusal("this statement under a condition", at: then.location(at: position))
            }
            let outer = indentation
            indentation += prefix
            try instruction(then[position], in: then)
            indentation = outer
        }
    }
}
