import Circuits

extension Lowering {
    mutating func gateCall(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        if node.d < 0, let symbol = lookup(node.a), symbol.kind == .gate {
            let entry = gates[Int(symbol.a)]
            if entry.rule == .plain && fastCall(entry, node) {
                work += 1
                if work > Self.workLimit { try spend(0, at: id) }
                return
            }
        }
        try fullCall(node, id)
    }

    /// A call with constant parameters on single, distinct qubits goes straight into the block.
    private mutating func fastCall(_ entry: GateEntry, _ node: SyntaxTree.Node) -> Bool {
        let count = tree.count(node.c)
        guard count == entry.qubitCount && tree.count(node.b) == entry.parameterCount else { return false }
        qubitScratch.removeAll(keepingCapacity: true)
        for k in 0..<count {
            let qubit = fastQubit(tree.item(node.c, k))
            if qubit < 0 { return false }
            for other in qubitScratch where other.rawValue == UInt32(qubit) { return false }
            qubitScratch.append(Qubit(rawValue: UInt32(qubit)))
        }
        parameterScratch.removeAll(keepingCapacity: true)
        for k in 0..<entry.parameterCount {
            guard let value = fastConstant(tree.item(node.b, k)), value.real.isFinite else { return false }
            parameterScratch.append(Parameter(value.real))
        }
        block.append(
            Instruction(
                .gate(entry.gate), qubitScratch.withUnsafeBufferPointer { Operands($0) },
                parameterScratch.withUnsafeBufferPointer { Parameters($0) },
                location: SourceLocation(offset: node.start)))
        return true
    }

    private mutating func fullCall(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        if parser.version == 2 { try checkCallOfVersion2(node) }
        let isPhase = node.a == Keyword.gphase.rawValue
        var entry = GateEntry(.gphase)
        if !isPhase {
            guard let symbol = try calledSymbol(node.a, at: id) else {
                throw unknown(node.a, at: nameOfCall(node, id), isGate: true)
            }
            switch symbol.kind {
            case .gate:
                entry = gates[Int(symbol.a)]
                if entry.rule == .byDefinition {
                    entry = adopted(text(node.a))
                    gates[Int(symbol.a)] = entry
                }
            case .subroutine:
                if node.d >= 0 { throw fail(.wrongKind, "modifiers apply to gates, not to subroutines", at: id) }
                if isInsideGate { throw fail(.misplaced, "a subroutine is called inside a gate", at: id) }
                throw calledLikeGate(node, at: id)
            case .external:
                _ = try callExternal(symbol, node, at: id)
                return
            default:
                throw fail(
                    .wrongKind, "'\(text(node.a))' is \(symbol.description), not a gate", at: nameOfCall(node, id),
                    related: declaration(symbol))
            }
        }
        if node.d >= 0 && tree.item(node.d, 1) >= 0 {
            return try timedCall(node, id)
        }
        let name = text(node.a)
        let parameters = try self.parameters(node.b, count: entry.parameterCount, gate: name, at: id)
        var call = GateCall(entry: entry, parameters: parameters)
        if node.d >= 0 { try modify(&call, by: tree.item(node.d, 0)) }
        guard let turns = call.turns else { return try emit(&call, operands: node.c, name: name, at: id) }
        call.turns = nil
        let whole = call
        try repeated(turns, at: id) { (lowering, inverted) throws(SemanticFailure) in
            var call = whole
            if inverted { lowering.invert(&call) }
            try lowering.emit(&call, operands: node.c, name: name, at: id)
        }
    }

    /// What a call's name stands for; nil for an unknown one. In version 2 the operands and parameters of a gate are
    /// names of their own, which hide no gates.
    private mutating func calledSymbol(_ name: Int32, at id: NodeID) throws(SemanticFailure) -> Symbol? {
        guard let found = lookup(name) else { return nil }
        if parser.version == 2, found.kind == .formalQubit || found.kind == .formalParameter, global[Int(name)] >= 0 {
            return symbols[Int(global[Int(name)])]
        }
        return try symbol(name, at: id)
    }

    /// The call of a subroutine in the syntax of gates, which drafts of OpenQASM 3 had.
    mutating func calledLikeGate(_ node: SyntaxTree.Node, at id: NodeID) -> SemanticFailure {
        let arguments = (Array(tree.items(node.b)) + Array(tree.items(node.c))).map { item in
            parser.text(tree[item].start..<tree[item].end)
        }
        let call = "\(text(node.a))(\(arguments.joined(separator: ", ")))"
        return fail(
            .wrongKind, "subroutine '\(text(node.a))' is called like a gate", at: nameOfCall(node, id),
            related: lookup(node.a).map { declaration($0) } ?? [],
            cause: "all arguments of a subroutine stand in parentheses, qubits too",
            cure: call.utf8.count < 80 ? "write '\(call)'" : "put the qubits into the parentheses")
    }

    private mutating func nameOfCall(_ node: SyntaxTree.Node, _ id: NodeID) -> NodeID {
        parser.tree.add(
            .init(
                kind: .identifier, start: tree[id].start, end: tree[id].start + UInt32(text(node.a).utf8.count),
                a: node.a))
    }

    /// The parameters of a call as expressions: numbers, or what is known when the program runs.
    private mutating func parameters(
        _ list: ListID, count: Int, gate: String, at id: NodeID
    ) throws(SemanticFailure) -> [Expression] {
        var result: [Expression] = []
        for k in 0..<tree.count(list) {
            let item = tree.item(list, k)
            var value = try expression(item)
            switch value.type {
            case .float, .angle: break
            case .int, .uint: value = try convert(value, to: .float(64), at: item)
            default:
                throw fail(.type, "a parameter of a gate is an angle or a number, not \(value.type)", at: item)
            }
            if let literal = value.literal {
                guard literal.real.isFinite else {
                    throw fail(.value, "a parameter of a gate is \(literal.real)", at: item, cause: "it must be finite")
                }
                value = .float(literal.real)
            }
            result.append(value)
        }
        if result.count != count {
            throw fail(
                .arity, "gate '\(gate)' takes \(count) parameter\(count == 1 ? "" : "s"), not \(result.count)", at: id)
        }
        return result
    }

    /// Broadcasts the call over its operands and appends it.
    private mutating func emit(
        _ call: inout GateCall, operands list: ListID, name: String, at id: NodeID
    ) throws(SemanticFailure) {
        var operands: [OperandSet] = []
        for k in 0..<tree.count(list) { operands.append(try qubits(tree.item(list, k))) }
        let needed = call.qubitCount
        if operands.count != needed {
            let what = call.isModified ? "with its modifiers gate '\(name)' acts" : "gate '\(name)' acts"
            throw fail(
                .operandCount,
                "\(what) on \(needed) qubit\(needed == 1 ? "" : "s"), not \(operands.count)", at: id)
        }
        var count: Int?
        for (k, operand) in operands.enumerated() where !operand.single {
            if let count, count != operand.list.count {
                throw fail(
                    .broadcast, "registers of \(count) and \(operand.list.count) qubits in one gate call",
                    at: tree.item(list, k), cause: "a call on registers is one call for each of their qubits in turn",
                    cure: "use registers or slices of one length")
            }
            count = operand.list.count
        }
        try spend(count ?? 1, at: id)
        let lowered = try lowered(&call, at: id)
        for turn in 0..<(count ?? 1) {
            let qubits = operands.map { Qubit(rawValue: UInt32($0.list[$0.single ? 0 : turn])) }
            if let twice = firstDuplicate(qubits) {
                throw fail(
                    .duplicateQubit, "gate '\(name)' acts on \(describe(twice.qubit)) twice",
                    at: tree.item(list, twice.second),
                    related: [.init(tree[tree.item(list, twice.first)].range, label: "it is an operand here already")],
                    cause: "the operands of a gate are distinct qubits")
            }
            if let phase = lowered.phase { try appendPhase(phase, at: id) }
            guard let gate = lowered.gate else { continue }
            block.append(
                Instruction(.gate(gate), Operands(qubits), Parameters(lowered.parameters), location: location(id)))
        }
    }

    func firstDuplicate(_ qubits: [Qubit]) -> (qubit: Qubit, first: Int, second: Int)? {
        if qubits.count > 16 && Set(qubits).count == qubits.count { return nil }
        for second in qubits.indices {
            for first in 0..<second where qubits[first] == qubits[second] { return (qubits[first], first, second) }
        }
        return nil
    }

    /// A qubit as the program writes it.
    private func describe(_ qubit: Qubit) -> String {
        if highestHardwareQubit >= 0 { return "$\(qubit.index)" }
        for register in circuit.qubitRegisters
        where qubit.index >= register.start && qubit.index < register.start + register.count {
            return "\(register.name)[\(qubit.index - register.start)]"
        }
        return "a qubit"
    }

    /// A phase of the program, or of the block or gate being built.
    mutating func appendPhase(_ phase: Expression, at id: NodeID) throws(SemanticFailure) {
        if let value = phase.literal?.real {
            if value == 0 { return }
            if nesting == 0 && !isInsideGate {
                globalPhase += value
                return
            }
        }
        block.append(
            Instruction(.gphase, [], [parameter(phase)], location: location(id)))
    }

    /// The parameter of a value; equal expressions share one place in the table.
    mutating func parameter(_ value: Expression) -> Parameter {
        if value.literal != nil { return circuit.addParameter(value) }
        if let known = expressionPlaces[value] { return known }
        usesTables = true
        let result = circuit.addParameter(value)
        expressionPlaces[value] = result
        return result
    }
}
