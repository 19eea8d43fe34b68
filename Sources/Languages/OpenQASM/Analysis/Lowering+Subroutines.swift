import Circuits

extension Lowering {
    /// Calls within one another; recursion would never end, since each call is written out.
    private static let callDepthLimit = 64

    /// Writes a subroutine's body out in place of its call. Gives its value, nil for one that returns nothing.
    mutating func inline(
        _ symbol: Symbol, arguments: ListID, at id: NodeID
    ) throws(SemanticFailure) -> CallResult? {
        let node = tree[symbol.a]
        let name = text(symbol.name)
        // Errors in its body were reported at its definition.
        if brokenSubroutines.contains(symbol.a) { throw SemanticFailure() }
        if calls.contains(where: { $0.node == symbol.a }) || calls.count > Self.callDepthLimit {
            throw unsupported(
                "a call of subroutine '\(name)' within itself", at: id,
                cause: "calls are written out before the program runs",
                cure: "write a loop")
        }
        let given = Array(tree.items(arguments))
        let needed = tree.count(node.b)
        if given.count != needed {
            throw fail(
                .arity, "subroutine '\(name)' takes \(needed) argument\(needed == 1 ? "" : "s"), not \(given.count)",
                at: id, related: declaration(symbol))
        }
        // Arguments belong to the caller's scope, all of them are evaluated before any is bound.
        var values: [Argument] = []
        for (k, item) in given.enumerated() { values.append(try argument(item, for: tree.item(node.b, k))) }
        try checkDistinct(values, given)
        if isChecking { return try unknownResult(of: node, at: id) }
        let errors = parser.errorCount
        let outer = (isRepeating, bodyBase, loops)
        isRepeating = true
        enterBody(of: symbol.a)
        defer {
            leaveBody()
            (isRepeating, bodyBase, loops) = outer
        }
        for (k, value) in values.enumerated() { try bind(value, to: tree.item(node.b, k), in: node.d) }
        try lowerBody(ofCall: node, at: id)
        if parser.errorCount > errors {
            brokenSubroutines.insert(symbol.a)
            throw SemanticFailure()
        }
        return try result(of: node, name, symbol, at: id)
    }

    private mutating func enterBody(of definition: NodeID) {
        bodyBase = symbols.count
        loops = []
        openScope()
        calls.append(Call(node: definition))
    }

    private mutating func leaveBody() {
        calls.removeLast()
        closeScope()
    }

    private mutating func lowerBody(ofCall node: SyntaxTree.Node, at id: NodeID) throws(SemanticFailure) {
        let depth = calls.count - 1
        let statements = Array(tree.items(tree[node.d].b))
        let scan = LoopScan(name: -1, lowering: parser.tree, isCall: [])
        calls[depth].returnsEarly = statements.contains { tree[$0].kind != .return && scan.returns($0) }
        guard calls[depth].returnsEarly else { return lower(statements) }
        if node.c >= 0 { calls[depth].target = try resultVariable(node.c) }
        if statements.contains(where: { scan.returnsFromLoop($0) }) {
            let flag = newVariable("hasReturned", .bool)
            block.append(Assignment(target: .variable(flag), value: .bool(false)), location: location(id))
            calls[depth].flag = flag
        }
        // A loop of one turn, which 'return' leaves.
        let body = building { $0.lower(statements) }
        appendOnce(body, id)
    }

    private mutating func lower(_ statements: [NodeID]) {
        for (k, statement) in statements.enumerated() {
            if tree[statement].kind == .return && k + 1 < statements.count {
                warn(.ignored, "statements behind 'return' are never executed", at: place(statements[k + 1]))
            }
            lowerReporting(statement)
            if calls[calls.count - 1].hasReturned { break }
        }
    }

    private mutating func resultVariable(_ type: NodeID) throws(SemanticFailure) -> Symbol {
        if isComplexType(type) {
            let part = try componentType(type)
            return Symbol(
                kind: .complex, a: Int32(newVariable("result_real", part).index),
                b: Int32(newVariable("result_imag", part).index))
        }
        return Symbol(kind: .variable, a: Int32(newVariable("result", try classicalType(type)).index))
    }

    private func value(of symbol: Symbol) -> CallResult {
        func part(_ place: Int32) -> Expression {
            Expression(.variable(VariableID(Int(place))), type: circuit.variables[Int(place)].type)
        }
        return symbol.kind == .complex
            ? .complex(ComplexPair(real: part(symbol.a), imaginary: part(symbol.b))) : .real(part(symbol.a))
    }

    private mutating func result(
        of node: SyntaxTree.Node, _ name: String, _ symbol: Symbol, at id: NodeID
    ) throws(SemanticFailure) -> CallResult? {
        guard node.c >= 0, let call = calls.last else { return nil }
        if let target = call.target { return value(of: target) }
        switch call.result {
        case .real(let value): return .real(try convert(value, to: try classicalType(node.c), at: id, isAssigned: true))
        case .complex(let pair):
            let type = try componentType(node.c)
            return .complex(
                ComplexPair(
                    real: try convert(pair.real, to: type, at: id),
                    imaginary: try convert(pair.imaginary, to: type, at: id)))
        case nil:
            throw fail(
                .type, "subroutine '\(name)' ends without returning a value", at: id, related: declaration(symbol),
                cure: "end it with 'return …;'")
        }
    }

    mutating func returnStatement(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        guard let call = calls.last else { throw fail(.misplaced, "'return' outside a subroutine", at: id) }
        let type = tree[call.node].c
        var result: CallResult?
        if node.a >= 0 {
            if type < 0 {
                throw fail(
                    .type, "a value is returned from a subroutine without a return type", at: id,
                    cure: "declare the type: 'def f(…) -> bit'")
            }
            if isComplexType(type) {
                result = .complex(try complex(node.a))
            } else {
                let value = try value(try source(node.a), at: id)
                result = .real(try convert(value, to: try classicalType(type), at: node.a, isAssigned: true))
            }
        } else if type >= 0 {
            throw fail(.type, "'return' without a value in a subroutine that returns one", at: id)
        }
        guard call.returnsEarly else {
            calls[calls.count - 1].result = result
            calls[calls.count - 1].hasReturned = true
            return
        }
        switch (result, call.target) {
        case (.real(let value), let target?):
            block.append(
                Assignment(target: .variable(VariableID(Int(target.a))), value: value), location: location(id))
        case (.complex(let pair), let target?): try assign(pair, to: target, at: id)
        default: break
        }
        if let flag = call.flag {
            block.append(Assignment(target: .variable(flag), value: .bool(true)), location: location(id))
        }
        block.append(Instruction(.break, location: location(id)))
    }
}

// The definition: its body is looked through once, whether anyone calls it or not.
extension Lowering {
    mutating func subroutineDefinition(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        hasSubroutines = true
        try declare(node.a, Symbol(kind: .subroutine, a: id), at: id)
        let errors = parser.errorCount
        let outer = (bodyBase, loops)
        checking { lowering in
            lowering.enterBody(of: id)
            do throws(SemanticFailure) { try lowering.checkBody(node, id) } catch {}
            lowering.leaveBody()
        }
        (bodyBase, loops) = outer
        if parser.errorCount > errors { brokenSubroutines.insert(id) }
    }

    /// Lowers something for its errors alone; what it did to the circuit is undone.
    mutating func checking(_ body: (inout Lowering) -> Void) {
        let saved = (
            circuit, block, globalPhase, usedNames, nameNumbers, expressionPlaces, modified, durations, loopVariables
        )
        let counts = (gates.count, constants.count, aliases.count, views.count, itemCount, work, nesting)
        let flags = (needsCanonicalOrder, usesTables, highestHardwareQubit, isChecking)
        let call = calls.last
        isChecking = true
        block = Block()
        body(&self)
        (circuit, block, globalPhase, usedNames, nameNumbers, expressionPlaces, modified, durations, loopVariables) =
            saved
        (needsCanonicalOrder, usesTables, highestHardwareQubit, isChecking) = flags
        if let call { calls[calls.count - 1] = call }
        gates.removeLast(gates.count - counts.0)
        constants.removeLast(constants.count - counts.1)
        aliases.removeLast(aliases.count - counts.2)
        views.removeLast(views.count - counts.3)
        (itemCount, work, nesting) = (counts.4, counts.5, counts.6)
    }

    private mutating func checkBody(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var next = Int32(circuit.qubitCount)
        for parameter in tree.items(node.b) {
            do throws(SemanticFailure) {
                try bind(try unknownArgument(for: parameter, &next), to: parameter, in: node.d)
            } catch {
                declareBroken(tree[parameter].b)
            }
        }
        if node.c >= 0, !isComplexType(node.c) { _ = try classicalType(node.c) }
        if node.c >= 0, !LoopScan(name: -1, lowering: parser.tree, isCall: []).returns(node.d) {
            throw fail(
                .type, "subroutine '\(text(node.a))' has a return type and no 'return'", at: node.c,
                cure: "end it with 'return …;', or leave the type out")
        }
        nesting += 1
        try lowerBody(ofCall: node, at: id)
    }

    private mutating func unknownResult(
        of node: SyntaxTree.Node, at id: NodeID
    ) throws(SemanticFailure) -> CallResult? {
        node.c < 0 ? nil : value(of: try resultVariable(node.c))
    }
}
