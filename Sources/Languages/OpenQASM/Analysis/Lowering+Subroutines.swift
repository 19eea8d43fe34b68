import Circuits

extension Lowering {
    /// Calls within one another; recursion would never end, since each call is written out.
    private static let callDepthLimit = 64

    /// Writes a subroutine's body out in place of its call. Gives its value, nil for one that returns nothing.
    mutating func inline(
        _ symbol: Symbol, arguments: ListID, operands: ListID, at id: NodeID
    ) throws(SemanticFailure) -> Expression? {
        let node = tree[symbol.a]
        let name = text(symbol.name)
        // Errors in its body were reported at the first call.
        if brokenSubroutines.contains(symbol.a) { throw SemanticFailure() }
        if let callBan {
            throw unsupported(
                "a call of subroutine '\(name)' in this place", at: id, cause: callBan,
                cure: "call it before and keep the value in a variable")
        }
        if calls.contains(where: { $0.node == symbol.a }) || calls.count > Self.callDepthLimit {
            throw unsupported(
                "a subroutine that calls itself", at: id, cause: "calls are written out before the program runs")
        }
        let given = Array(tree.items(arguments)) + Array(tree.items(operands))
        let needed = tree.count(node.b)
        if given.count != needed {
            throw fail(
                .arity, "subroutine '\(name)' takes \(needed) argument\(needed == 1 ? "" : "s"), not \(given.count)",
                at: id,
                related: declaration(symbol))
        }
        // Arguments belong to the caller's scope, all of them are evaluated before any is bound.
        var values: [Argument] = []
        for (k, item) in given.enumerated() { values.append(try argument(item, for: tree.item(node.b, k))) }

        let outerBase = bodyBase
        let outerLoops = loops
        bodyBase = symbols.count
        loops = []
        openScope()
        let depth = calls.count
        calls.append(Call(node: symbol.a))
        defer {
            calls.removeLast(calls.count - depth)
            closeScope()
            bodyBase = outerBase
            loops = outerLoops
        }
        let errors = parser.errorCount
        for (k, value) in values.enumerated() { try bind(value, to: tree.item(node.b, k), in: node.d) }
        let statements = Array(tree.items(tree[node.d].b))
        for (k, statement) in statements.enumerated() {
            if tree[statement].kind == .return && k + 1 < statements.count {
                warn(.ignored, "statements behind 'return' are never executed", at: place(statements[k + 1]))
            }
            lowerReporting(statement)
            if calls[depth].hasReturned { break }
        }
        let call = calls[depth]
        if parser.errorCount > errors {
            brokenSubroutines.insert(symbol.a)
            throw SemanticFailure()
        }
        guard node.c >= 0 else { return nil }
        guard var result = call.result else {
            throw fail(
                .type, "subroutine '\(name)' ends without returning a value", at: id, related: declaration(symbol),
                cause: "a 'return' must be its last statement")
        }
        result = try convert(result, to: try classicalType(node.c), at: id)
        return result
    }

    private enum Argument {
        case qubits(OperandSet)
        case value(Expression)
    }

    private mutating func argument(_ id: NodeID, for parameter: NodeID) throws(SemanticFailure) -> Argument {
        let type = tree[tree[parameter].a]
        switch type.kind {
        case .qubitType:
            let set = try qubits(id)
            let count = type.a < 0 ? 1 : try size(type.a, "a register")
            if set.list.count != count || (type.a < 0 && !set.single) {
                throw fail(
                    .operandCount,
                    "\(type.a < 0 ? "a single qubit is" : "\(count) qubits are") expected, not \(set.list.count)",
                    at: id,
                    related: [.init(tree[parameter].range, label: "the parameter")])
            }
            return .qubits(set)
        case .scalarType:
            return .value(try convert(try expression(id), to: try classicalType(tree[parameter].a), at: id))
        case .registerType:
            let count = type.a < 0 ? 1 : try size(type.a, "a register")
            return .value(try convert(try expression(id), to: .bits(count), at: id))
        default: throw unsupported("arrays", at: parameter)
        }
    }

    private mutating func bind(_ value: Argument, to parameter: NodeID, in body: NodeID) throws(SemanticFailure) {
        let name = tree[parameter].b
        switch value {
        case .qubits(let set):
            aliases.append(set.list)
            try declare(
                name, Symbol(kind: .qubitAlias, a: Int32(aliases.count - 1), b: set.single ? 1 : 0), at: parameter)
        case .value(let value):
            let scan = LoopScan(name: name, lowering: parser.tree, isCall: [])
            if let literal = value.literal, !scan.assigns(body), !scan.measures(body) {
                try declare(name, Symbol(kind: .constant, a: add(literal)), at: parameter)
                return
            }
            switch value.type {
            case .bits(let count):
                let register = try declareBits(name, count: count, parameter)
                block.append(Assignment(target: .register(register), value: value), location: location(parameter))
            case .bool where tree[tree[parameter].a].detail == TypeKind.bit.rawValue:
                try declareBits(name, count: nil, parameter)
                block.append(
                    Assignment(target: .bit(ClassicalBit(circuit.bitCount - 1)), value: value),
                    location: location(parameter))
            default:
                let variable = newVariable(text(name), value.type)
                try declare(name, Symbol(kind: .variable, a: Int32(variable.index)), at: parameter)
                block.append(Assignment(target: .variable(variable), value: value), location: location(parameter))
            }
        }
    }

    mutating func returnStatement(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        guard let call = calls.last else { throw fail(.misplaced, "'return' outside a subroutine", at: id) }
        // Inside a branch or a loop, what follows would have to be skipped.
        if tree.items(tree[tree[call.node].d].b).last != id && !tree.items(tree[tree[call.node].d].b).contains(id) {
            throw unsupported(
                "'return' inside another statement", at: id, cause: "calls are written out before the program runs",
                cure: "assign to a variable and return it at the end")
        }
        var result: Expression?
        if node.a >= 0 {
            if tree[tree[call.node].c < 0 ? node.a : tree[call.node].c].kind != .scalarType {
                throw fail(
                    .type, "a value is returned from a subroutine without a return type", at: id,
                    cure: "declare the type: 'def f(…) -> bit'")
            }
            switch try source(node.a) {
            case .expression(let value): result = value
            case .measurement(let operand, _): result = try measured(operand, at: id)
            }
        }
        calls[calls.count - 1].result = result
        calls[calls.count - 1].hasReturned = true
    }
}

extension LoopScan {
    /// Whether the body measures into the name.
    func measures(_ id: NodeID) -> Bool {
        let node = tree[id]
        if node.kind == .measureInto && node.b >= 0 {
            var target = node.b
            while tree[target].kind == .index { target = tree[target].a }
            if tree[target].a == name { return true }
        }
        return children(node).contains { measures($0) }
    }
}
