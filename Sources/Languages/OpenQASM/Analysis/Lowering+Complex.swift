import Circuits

// Complex numbers: pairs of floats, whose arithmetic is written out.
extension Lowering {
    /// The type of the parts that a `complex[…]` type node asks for.
    mutating func componentType(_ id: NodeID) throws(SemanticFailure) -> ClassicalType {
        let part = tree[id].a
        if part < 0 { return .float(64) }
        guard tree[part].detail == TypeKind.float.rawValue else {
            throw fail(.type, "the parts of a complex number are floats", at: part, cure: "write 'complex[float[64]]'")
        }
        return try classicalType(part)
    }

    func isComplexType(_ id: NodeID) -> Bool {
        id >= 0 && tree[id].kind == .scalarType && tree[id].detail == TypeKind.complex.rawValue
    }

    /// Whether an expression is complex, by its syntax and the names in it.
    func isComplex(_ id: NodeID) -> Bool {
        guard parser.hasComplex else { return false }
        let node = tree[id]
        switch node.kind {
        case .imaginary: return true
        case .identifier:
            guard let symbol = lookup(node.a) else { return false }
            switch symbol.kind {
            case .complex, .complexConstant: return true
            case .array: return views[Int(symbol.a)].imaginary != nil
            default: return false
            }
        case .index: return isComplex(node.a)
        case .unary: return isComplex(node.a)
        case .binary:
            switch SyntaxOperator(rawValue: node.detail) {
            case .add, .subtract, .multiply, .divide, .power: return isComplex(node.a) || isComplex(node.b)
            default: return false
            }
        case .cast: return isComplexType(node.a)
        case .call, .quantumCall:
            if let symbol = lookup(node.a) {
                return symbol.kind == .subroutine && isComplexType(tree[symbol.a].c)
            }
            switch text(node.a) {
            case "exp", "sqrt", "pow": return tree.items(node.b).contains { isComplex($0) }
            default: return false
            }
        default: return false
        }
    }

    /// An expression as a complex number with parts of a type; real numbers have no imaginary part.
    mutating func complex(_ id: NodeID, component: ClassicalType) throws(SemanticFailure) -> ComplexPair {
        let pair = try complex(id)
        return ComplexPair(
            real: try convert(pair.real, to: component, at: id),
            imaginary: try convert(pair.imaginary, to: component, at: id)
        )
    }

    mutating func complex(_ id: NodeID) throws(SemanticFailure) -> ComplexPair {
        let node = tree[id]
        guard isComplex(id) else {
            let value = try expression(id)
            switch value.type {
            case .int, .uint, .float, .bool: break
            default: throw fail(.type, "\(value.type) does not become complex by itself", at: id)
            }
            let real: Expression
            if case .float = value.type { real = value } else { real = try convert(value, to: .float(64), at: id) }
            return ComplexPair(real: real, imaginary: folded(Expression(.cast(.float(0)), type: real.type), at: id))
        }
        switch node.kind {
        case .imaginary: return ComplexPair(real: .float(0), imaginary: .float(node.number))
        case .identifier, .index:
            if let view = try viewIfAny(id) {
                guard view.dimensions.isEmpty else {
                    throw fail(.type, "an array where a single value is expected", at: id)
                }
                let view = frozen(view, at: id)
                return ComplexPair(real: item(view), imaginary: item(view, imaginary: true))
            }
            if node.kind == .index { throw fail(.type, "a complex number has no elements", at: id) }
            let symbol = try symbol(node.a, at: id)
            if symbol.kind == .complexConstant {
                return ComplexPair(
                    real: .literal(constants[Int(symbol.a)]), imaginary: .literal(constants[Int(symbol.b)]))
            }
            func part(_ place: Int32) -> Expression {
                Expression(.variable(VariableID(Int(place))), type: circuit.variables[Int(place)].type)
            }
            return ComplexPair(real: part(symbol.a), imaginary: part(symbol.b))
        case .unary:
            guard node.detail == SyntaxOperator.negate.rawValue else {
                throw fail(.type, "this operator is not defined for complex numbers", at: id)
            }
            let value = try complex(node.a)
            return ComplexPair(real: negated(value.real), imaginary: negated(value.imaginary))
        case .binary:
            let left = try complex(node.a)
            let right = try complex(node.b)
            return try combine(SyntaxOperator(rawValue: node.detail) ?? .add, left, right, at: id)
        case .cast: return try complex(node.b, component: try componentType(node.a))
        default: return try complexCall(node, id)
        }
    }

    mutating func combine(
        _ operation: SyntaxOperator, _ left: ComplexPair, _ right: ComplexPair, at id: NodeID
    ) throws(SemanticFailure) -> ComplexPair {
        switch operation {
        case .add, .subtract:
            let word: BinaryOperator = operation == .add ? .add : .subtract
            return ComplexPair(
                real: try float(word, left.real, right.real, id),
                imaginary: try float(word, left.imaginary, right.imaginary, id))
        case .multiply: return try product(kept(left, at: id), kept(right, at: id), id)
        case .divide:
            let (a, b) = (kept(left, at: id), kept(right, at: id))
            let norm = kept(
                try float(
                    .add, try float(.multiply, b.real, b.real, id),
                    try float(.multiply, b.imaginary, b.imaginary, id), id), "norm", at: id)
            let above = try product(a, ComplexPair(real: b.real, imaginary: negated(b.imaginary)), id)
            return ComplexPair(
                real: try float(.divide, above.real, norm, id), imaginary: try float(.divide, above.imaginary, norm, id)
            )
        case .power: return try power(left, right, at: id)
        default: throw fail(.type, "'\(operation.text)' is not defined for complex numbers", at: id)
        }
    }

    private mutating func product(
        _ a: ComplexPair, _ b: ComplexPair, _ id: NodeID
    ) throws(SemanticFailure) -> ComplexPair {
        ComplexPair(
            real: try float(
                .subtract, try float(.multiply, a.real, b.real, id),
                try float(.multiply, a.imaginary, b.imaginary, id), id),
            imaginary: try float(
                .add, try float(.multiply, a.real, b.imaginary, id),
                try float(.multiply, a.imaginary, b.real, id), id))
    }

    private mutating func power(
        _ base: ComplexPair, _ exponent: ComplexPair, at id: NodeID
    ) throws(SemanticFailure) -> ComplexPair {
        if let real = exponent.real.literal?.real, exponent.imaginary.literal?.real == 0, real == real.rounded(),
            abs(real) <= 64
        {
            let base = kept(base, at: id)
            var result = ComplexPair(real: .float(1), imaginary: .float(0))
            for _ in 0..<Int(abs(real)) { result = kept(try product(result, base, id), at: id) }
            if real >= 0 { return result }
            return try combine(.divide, ComplexPair(real: .float(1), imaginary: .float(0)), result, at: id)
        }
        // z^w = exp(w·log z) on the principal branch.
        let z = kept(base, at: id)
        let size = kept(try modulus(z, id), "modulus", at: id)
        let logarithm = ComplexPair(real: try call(.log, size, id), imaginary: try argument(z, size, at: id))
        return try exponential(try product(kept(exponent, at: id), kept(logarithm, at: id), id), at: id)
    }

    private mutating func modulus(_ z: ComplexPair, _ id: NodeID) throws(SemanticFailure) -> Expression {
        try call(
            .sqrt,
            try float(
                .add, try float(.multiply, z.real, z.real, id),
                try float(.multiply, z.imaginary, z.imaginary, id), id), id)
    }

    /// The angle of a number in (−π, π]: 2·arctan(y / (r + x)), and π where x is negative and y is 0.
    private mutating func argument(
        _ z: ComplexPair, _ size: Expression, at id: NodeID
    ) throws(SemanticFailure) -> Expression {
        let below = kept(try float(.add, size, z.real, id), "below", at: id)
        let isOnCut = folded(Expression(.binary(.equal, below, .float(0)), type: .bool), at: id)
        func half(_ lowering: inout Lowering) throws(SemanticFailure) -> Expression {
            try lowering.float(
                .multiply, .float(2),
                try lowering.call(.arctan, try lowering.float(.divide, z.imaginary, below, id), id), id)
        }
        if let literal = isOnCut.literal { return literal == .bool(true) ? .float(.pi) : try half(&self) }
        let result = newVariable("argument", .float(64))
        let target = Assignment.Target.variable(result)
        var (then, otherwise) = (Block(), Block())
        then.append(Assignment(target: target, value: .float(.pi)), location: location(id))
        otherwise.append(Assignment(target: target, value: try half(&self)), location: location(id))
        block.append(.branch(condition: isOnCut, then: then, otherwise: otherwise), location: location(id))
        return Expression(.variable(result), type: .float(64))
    }

    private mutating func exponential(_ z: ComplexPair, at id: NodeID) throws(SemanticFailure) -> ComplexPair {
        let z = kept(z, at: id)
        let size = kept(try call(.exp, z.real, id), "size", at: id)
        return ComplexPair(
            real: try float(.multiply, size, try call(.cos, z.imaginary, id), id),
            imaginary: try float(.multiply, size, try call(.sin, z.imaginary, id), id))
    }

    private mutating func squareRoot(_ z: ComplexPair, at id: NodeID) throws(SemanticFailure) -> ComplexPair {
        let z = kept(z, at: id)
        let size = kept(try modulus(z, id), "modulus", at: id)
        let half = Expression.float(0.5)
        let real = try call(.sqrt, try float(.multiply, half, try float(.add, size, z.real, id), id), id)
        let height = try call(.sqrt, try float(.multiply, half, try float(.subtract, size, z.real, id), id), id)
        let isBelow = folded(Expression(.binary(.less, z.imaginary, .float(0)), type: .bool), at: id)
        let sign = try float(
            .subtract, .float(1),
            try float(.multiply, .float(2), folded(Expression(.cast(isBelow), type: .float(64)), at: id), id), id)
        return ComplexPair(real: real, imaginary: try float(.multiply, sign, height, id))
    }

    private mutating func complexCall(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> ComplexPair {
        if let symbol = lookup(node.a), symbol.kind == .subroutine {
            if node.kind == .quantumCall { throw calledLikeGate(node, at: id) }
            guard case .complex(let pair)? = try inline(symbol, arguments: node.b, at: id) else {
                throw SemanticFailure()
            }
            return pair
        }
        let name = text(node.a)
        let needed = name == "pow" ? 2 : 1
        guard tree.count(node.b) == needed else {
            throw fail(
                .arity, "'\(name)' takes \(needed) argument\(needed == 1 ? "" : "s"), not \(tree.count(node.b))", at: id
            )
        }
        let first = try complex(tree.item(node.b, 0))
        switch name {
        case "exp": return try exponential(first, at: id)
        case "sqrt": return try squareRoot(first, at: id)
        default: return try power(first, try complex(tree.item(node.b, 1)), at: id)
        }
    }

    /// `a == b` and `a != b`, where one side is complex.
    mutating func complexComparison(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let operation = SyntaxOperator(rawValue: node.detail)
        guard operation == .equal || operation == .notEqual else {
            throw fail(
                .type, "'\(operation?.text ?? "")' is not defined for complex numbers", at: id,
                cause: "complex numbers have no order")
        }
        let (left, right) = (try complex(node.a), try complex(node.b))
        let equal = folded(
            Expression(
                .binary(
                    .and, try equality(left.real, right.real, id), try equality(left.imaginary, right.imaginary, id)),
                type: .bool), at: id)
        return operation == .equal ? equal : folded(Expression(.unary(.not, equal), type: .bool), at: id)
    }

    private mutating func equality(
        _ a: Expression, _ b: Expression, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        let type = Self.wider(a.type, b.type)
        return folded(
            Expression(
                .binary(.equal, try convert(a, to: type, at: id), try convert(b, to: type, at: id)), type: .bool),
            at: id)
    }

    /// `real(z)`, `imag(z)`
    mutating func part(_ name: String, _ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        guard tree.count(node.b) == 1 else {
            throw fail(.arity, "'\(name)' takes 1 argument, not \(tree.count(node.b))", at: id)
        }
        let pair = try complex(tree.item(node.b, 0))
        return name == "real" ? pair.real : pair.imaginary
    }

    /// Assigns to a complex variable.
    mutating func assign(_ pair: ComplexPair, to symbol: Symbol, at id: NodeID) throws(SemanticFailure) {
        let (real, imaginary) = (VariableID(Int(symbol.a)), VariableID(Int(symbol.b)))
        let type = circuit.variables[real.index].type
        // The real part may be read by the value of the imaginary one.
        let first = try convert(pair.real, to: type, at: id)
        let second = kept(try convert(pair.imaginary, to: type, at: id), "part", at: id)
        block.append(Assignment(target: .variable(real), value: first), location: location(id))
        block.append(Assignment(target: .variable(imaginary), value: second), location: location(id))
    }

    /// A complex variable of the circuit under a name.
    mutating func newComplex(_ name: Int32, _ type: ClassicalType, role: Variable.Role = .local) -> Symbol {
        let real = newVariable(text(name) + "_real", type, role: role)
        let imaginary = newVariable(text(name) + "_imag", type, role: role)
        return Symbol(kind: .complex, a: Int32(real.index), b: Int32(imaginary.index))
    }
}

// Arithmetic on the parts.
extension Lowering {
    private static func wider(_ a: ClassicalType, _ b: ClassicalType) -> ClassicalType {
        guard case .float(let n) = a, case .float(let m) = b else { return .float(64) }
        return .float(max(n, m))
    }

    private mutating func float(
        _ operation: BinaryOperator, _ a: Expression, _ b: Expression, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        let type = Self.wider(a.type, b.type)
        let value = Expression(
            .binary(operation, try convert(a, to: type, at: id), try convert(b, to: type, at: id)), type: type)
        return try foldedChecked(value, at: id)
    }

    private mutating func call(
        _ function: BuiltinFunction, _ value: Expression, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        try foldedChecked(
            Expression(.call(function, [try convert(value, to: .float(64), at: id)]), type: .float(64)), at: id)
    }

    private func negated(_ value: Expression) -> Expression {
        folded(Expression(.unary(.negate, value), type: value.type), at: 0)
    }

    /// Parts that are used several times, computed once.
    private mutating func kept(_ pair: ComplexPair, at id: NodeID) -> ComplexPair {
        ComplexPair(real: kept(pair.real, "part", at: id), imaginary: kept(pair.imaginary, "part", at: id))
    }
}
