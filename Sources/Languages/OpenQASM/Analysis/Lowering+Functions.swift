import Circuits

extension Lowering {
    /// A call of a built-in function or a subroutine in an expression.
    mutating func call(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        if let symbol = lookup(node.a) {
            switch symbol.kind {
            case .subroutine:
                if node.kind == .quantumCall { throw calledLikeGate(node, at: id) }
                switch try inline(symbol, arguments: node.b, at: id) {
                case .real(let value): return value
                case .complex:
                    throw fail(
                        .type, "subroutine '\(text(node.a))' returns a complex number where a real value is expected",
                        at: id, related: declaration(symbol), cure: "take 'real(…)' or 'imag(…)' of it")
                case nil:
                    throw fail(
                        .type, "subroutine '\(text(node.a))' returns nothing", at: id, related: declaration(symbol))
                }
            case .external:
                guard let value = try callExternal(symbol, node, at: id) else {
                    throw fail(.type, "extern '\(text(node.a))' returns nothing", at: id, related: declaration(symbol))
                }
                return value
            case .broken: throw SemanticFailure()
            case .gate:
                throw fail(.wrongKind, "'\(text(node.a))' is a gate; it has no value", at: id)
            default:
                throw fail(
                    .wrongKind, "'\(text(node.a))' is \(symbol.description); it cannot be called", at: id,
                    related: declaration(symbol))
            }
        }
        let name = text(node.a)
        guard let function = builtin(name) else {
            switch name {
            case "real" where parser.version != 2, "imag" where parser.version != 2: return try part(name, node, id)
            case "sizeof" where parser.version != 2: return try sizeOf(node, id)
            default: throw unknown(node.a, at: id)
            }
        }
        if node.kind == .quantumCall {
            throw fail(.wrongKind, "function '\(name)' acts on numbers, not on qubits", at: id)
        }
        var arguments: [Expression] = []
        for k in 0..<tree.count(node.b) { arguments.append(try expression(tree.item(node.b, k))) }
        guard arguments.count == function.argumentCount else {
            throw fail(
                .arity,
                "'\(name)' takes \(function.argumentCount) argument\(function.argumentCount == 1 ? "" : "s"), not \(arguments.count)",
                at: id)
        }
        return try apply(function, arguments, node, id)
    }

    private func builtin(_ name: String) -> BuiltinFunction? {
        if parser.version == 2 {
            switch name {
            case "ln": return .log
            case "sin", "cos", "tan", "exp", "sqrt": return BuiltinFunction(rawValue: name)
            case "asin": return .arcsin
            case "acos": return .arccos
            case "atan": return .arctan
            default: return nil
            }
        }
        return BuiltinFunction(rawValue: name)
    }

    private mutating func apply(
        _ function: BuiltinFunction, _ given: [Expression], _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        var arguments = given
        let type: ClassicalType
        switch function {
        case .popcount:
            switch arguments[0].type {
            case .bits, .uint, .angle: type = .uint(64)
            default: throw fail(.type, "popcount counts bits, not \(arguments[0].type)", at: tree.item(node.b, 0))
            }
        case .rotl, .rotr:
            switch arguments[0].type {
            case .bits, .uint, .angle: type = arguments[0].type
            default: throw fail(.type, "\(function) turns bits, not \(arguments[0].type)", at: tree.item(node.b, 0))
            }
            arguments[1] = try narrow(arguments[1], "the places to turn by", at: tree.item(node.b, 1))
        case .mod:
            // The first of the overloads (int, int) and (float, float) that the operands convert to by themselves.
            let hasFloat = arguments.contains { if case .float = $0.type { true } else { false } }
            type = hasFloat ? .float(64) : .int(arguments.reduce(64) { max($0, $1.type.integerWidth) })
            for k in 0..<2 {
                switch arguments[k].type {
                case .int where !hasFloat, .uint where !hasFloat: break
                default: arguments[k] = try convert(arguments[k], to: type, at: tree.item(node.b, k))
                }
            }
        case .pow:
            return try compound(
                .power, arguments[0], arguments[1], target: tree.item(node.b, 0), value: tree.item(node.b, 1), at: id)
        case .sin, .cos, .tan:
            if case .angle = arguments[0].type {
            } else {
                arguments[0] = try convert(arguments[0], to: .float(64), at: tree.item(node.b, 0))
            }
            type = .float(64)
        default:
            arguments[0] = try convert(arguments[0], to: .float(64), at: tree.item(node.b, 0))
            type = .float(64)
        }
        return try foldedChecked(Expression(.call(function, arguments), type: type), at: id)
    }
}
