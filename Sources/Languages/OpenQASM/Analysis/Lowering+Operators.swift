import Circuits

extension Lowering {
    mutating func unary(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let operand = try expression(node.a)
        guard let operation = SyntaxOperator(rawValue: node.detail) else { preconditionFailure("no operator") }
        switch operation {
        case .not:
            return folded(Expression(.unary(.not, try truth(of: operand, at: node.a)), type: .bool), at: id)
        case .complement:
            switch operand.type {
            case .bits, .int, .uint, .angle, .bool:
                return folded(Expression(.unary(.complement, operand), type: operand.type), at: id)
            default: throw undefined(operation, operand.type, at: id)
            }
        default:
            if tree[node.a].kind == .integer, let literal = operand.literal, let number = negated(literal) {
                return .literal(number)
            }
            switch operand.type {
            case .int, .uint, .float, .angle, .duration:
                return folded(Expression(.unary(.negate, operand), type: operand.type), at: id)
            case .bool:
                let value = try convert(operand, to: .int(64), at: node.a)
                return folded(Expression(.unary(.negate, value), type: .int(64)), at: id)
            case .bits: throw undefined(operation, operand.type, at: id)
            }
        }
    }

    /// The number that a sign in front of an unsigned literal makes: `-9223372036854775808` is the lowest `int[64]`, and
    /// what is lower takes another word.
    private func negated(_ literal: ClassicalValue) -> ClassicalValue? {
        guard case .uint(let width) = literal.type, let pattern = literal.pattern else { return nil }
        let wide = ClassicalValue(.int, pattern: pattern.resized(to: width + 64))
        let opposite = Expression(.unary(.negate, .literal(wide)), type: wide.type).folded.literal
        return opposite.flatMap { $0.fits(.int(width)) ? try? $0.converted(to: .int(width)) : $0 }
    }

    private mutating func undefined(
        _ operation: SyntaxOperator, _ type: ClassicalType, _ other: ClassicalType? = nil, at id: NodeID
    ) -> SemanticFailure {
        var cure: String?
        for case .bits(let n)? in [type, other] where n <= ClassicalType.widthLimit {
            cure = "convert the bits: 'uint[\(n)](…)'"
        }
        let between = other.map { "between \(type) and \($0)" } ?? "for \(type)"
        return fail(.type, "'\(operation.text)' is not defined \(between)", at: id, cure: cure)
    }

    mutating func binary(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        guard let syntax = SyntaxOperator(rawValue: node.detail), let operation = BinaryOperator(rawValue: syntax.text)
        else { preconditionFailure("no binary operator") }
        if operation.isLogical {
            let left = try condition(node.a)
            var right = Expression.bool(false)
            var failed = false
            let before = building { lowering in
                do throws(SemanticFailure) { right = try lowering.condition(node.b) } catch { failed = true }
            }
            if failed { throw SemanticFailure() }
            if !before.isEmpty { return settled(operation, left, right, before, at: id) }
            return folded(Expression(.binary(operation, left, right), type: .bool), at: id)
        }
        if operation.isComparison, isComplex(node.a) || isComplex(node.b) { return try complexComparison(node, id) }
        if isComplex(id) {
            throw fail(
                .type, "a complex number where a real value is expected", at: id,
                cure: "take 'real(…)' or 'imag(…)' of it")
        }
        var left = try expression(node.a)
        var right = Expression.bool(false)
        if !hasSubroutines || left.literal != nil {
            right = try expression(node.b)
        } else {
            // A call on the right may change what the left side reads.
            var failed = false
            let before = building { lowering in
                do throws(SemanticFailure) { right = try lowering.expression(node.b) } catch { failed = true }
            }
            if failed { throw SemanticFailure() }
            if !before.isEmpty {
                let copy = newVariable("left", left.type)
                block.append(Assignment(target: .variable(copy), value: left), location: location(id))
                left = Expression(.variable(copy), type: left.type)
                block.append(contentsOf: before)
            }
        }
        if operation.isComparison { return try comparison(operation, syntax, left, right, node, id) }
        return try arithmetic(operation, syntax, left, right, node, id)
    }

    /// `&&` and `||` whose right side does something: it is done only where the left side leaves the matter open.
    private mutating func settled(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ before: Block, at id: NodeID
    ) -> Expression {
        let variable = newVariable("truth", .bool)
        let result = Expression(.variable(variable), type: .bool)
        block.append(Assignment(target: .variable(variable), value: left), location: location(id))
        var rest = before
        rest.append(Assignment(target: .variable(variable), value: right), location: location(id))
        let isOpen = operation == .and ? result : Expression(.unary(.not, result), type: .bool)
        block.append(.branch(condition: isOpen, then: rest, otherwise: nil), location: location(id))
        return result
    }

    /// `left op right` for the operator of a compound assignment.
    mutating func compound(
        _ syntax: SyntaxOperator, _ left: Expression, _ right: Expression, target: NodeID, value: NodeID, at id: NodeID
    ) throws(SemanticFailure) -> Expression {
        guard let operation = BinaryOperator(rawValue: syntax.text) else { preconditionFailure("no binary operator") }
        let node = SyntaxTree.Node(kind: .binary, start: 0, end: 0, a: target, b: value)
        return try arithmetic(operation, syntax, left, right, node, id)
    }

    private mutating func comparison(
        _ operation: BinaryOperator, _ syntax: SyntaxOperator, _ left: Expression, _ right: Expression,
        _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        var (a, b) = (left, right)
        switch (a.type, b.type) {
        case (.bits(let n), .bits(let m)):
            if n != m { throw undefined(syntax, a.type, b.type, at: id) }
        case (.bits(let n), _) where isInteger(b):
            if let pattern = try pattern(b, count: n, operation, at: node.b) {
                b = pattern
            } else {
                a = try uint(a, n, at: node.a)
            }
        case (_, .bits(let n)) where isInteger(a):
            if let pattern = try pattern(a, count: n, operation, at: node.a) {
                a = pattern
            } else {
                b = try uint(b, n, at: node.b)
            }
        case (.bits(1), .bool): a = try convert(a, to: .bool, at: node.a)
        case (.bool, .bits(1)): b = try convert(b, to: .bool, at: node.b)
        case (.bool, .bool): break
        case (.bool, _) where isTruthLiteral(b): b = .bool(b.literal?.real == 1)
        case (_, .bool) where isTruthLiteral(a): a = .bool(a.literal?.real == 1)
        case (.duration, .duration): break
        default: break
        }
        if a.type != b.type { (a, b) = try usual(syntax, a, b, node, id) }
        return folded(Expression(.binary(operation, a, b), type: .bool), at: id)
    }

    private func isInteger(_ value: Expression) -> Bool {
        switch value.type {
        case .int, .uint: true
        case .float: parser.version == 2 && value.literal.map { $0.real == $0.real.rounded() } ?? false
        default: false
        }
    }

    private func isTruthLiteral(_ value: Expression) -> Bool {
        guard isInteger(value), let literal = value.literal else { return false }
        return literal.real == 0 || literal.real == 1
    }

    /// A constant that is compared for equality with `count` bits, as bits; nil where the comparison is one of numbers.
    private mutating func pattern(
        _ value: Expression, count: Int, _ operation: BinaryOperator, at id: NodeID
    ) throws(SemanticFailure) -> Expression? {
        guard var literal = value.literal, operation == .equal || operation == .notEqual else { return nil }
        if case .float(let value, _) = literal {
            guard value >= 0 && value < 0x1p63 else { return nil }
            literal = .uint(UInt64(value), width: 64)
        }
        if literal.real < 0 { return nil }
        guard literal.fits(.bits(count)), let bits = try? literal.converted(to: .bits(count)) else {
            if parser.version == 2 || count > 0 {
                warn(
                    .alwaysFalse,
                    "\(literal) does not fit \(count) bit\(count == 1 ? "" : "s"), so the two are never equal",
                    at: place(id))
            }
            return nil
        }
        return .literal(bits)
    }

    private mutating func uint(_ value: Expression, _ count: Int, at id: NodeID) throws(SemanticFailure) -> Expression {
        let limit = ClassicalType.widthLimit
        guard count <= limit else {
            throw fail(
                .width, "\(count) bits cannot be compared as a number of at most \(limit)", at: id,
                cure: "compare slices")
        }
        return folded(Expression(.cast(value), type: .uint(count)), at: id)
    }

    private mutating func arithmetic(
        _ operation: BinaryOperator, _ syntax: SyntaxOperator, _ left: Expression, _ right: Expression,
        _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        func result(_ a: Expression, _ b: Expression, _ type: ClassicalType) -> Expression {
            Expression(.binary(operation, a, b), type: type)
        }
        let isShift = operation == .shiftLeft || operation == .shiftRight
        switch (left.type, right.type) {
        case (.bits, _) where isShift, (.int, _) where isShift, (.uint, _) where isShift, (.angle, _) where isShift:
            let amount = try shiftAmount(right, node.b)
            return try foldedChecked(result(left, amount, left.type), at: id)
        case (.bits(let n), .bits(let m)) where isBitwise(operation):
            if n != m { throw undefined(syntax, left.type, right.type, at: id) }
            return folded(result(left, right, left.type), at: id)
        case (.bits(let n), _) where isBitwise(operation) && right.literal != nil && isInteger(right):
            let pattern = try convert(right, to: .bits(n), at: node.b)
            return folded(result(left, pattern, left.type), at: id)
        case (.bool, .bool) where isBitwise(operation): return folded(result(left, right, .bool), at: id)
        case (.bool, .bits(1)) where isBitwise(operation), (.bits(1), .bool) where isBitwise(operation):
            return folded(
                result(try convert(left, to: .bool, at: node.a), try convert(right, to: .bool, at: node.b), .bool),
                at: id)
        case (.bits, _), (_, .bits): throw undefined(syntax, left.type, right.type, at: id)
        case (.duration, .duration):
            switch operation {
            case .add, .subtract: return folded(result(left, right, .duration), at: id)
            case .divide: return try foldedChecked(result(left, right, .float(64)), at: id)
            default: throw undefined(syntax, left.type, right.type, at: id)
            }
        case (.duration, .int), (.duration, .uint), (.duration, .float):
            guard operation == .multiply || operation == .divide else {
                throw undefined(syntax, left.type, right.type, at: id)
            }
            return try foldedChecked(result(left, right, .duration), at: id)
        case (.int, .duration), (.uint, .duration), (.float, .duration):
            guard operation == .multiply else { throw undefined(syntax, left.type, right.type, at: id) }
            return folded(result(left, right, .duration), at: id)
        case (.duration, _), (_, .duration): throw undefined(syntax, left.type, right.type, at: id)
        case (.angle, _), (_, .angle): return try angles(operation, syntax, left, right, node, id)
        default: break
        }
        if isShift { throw undefined(syntax, left.type, right.type, at: id) }
        var (a, b) = try usual(syntax, left, right, node, id)
        if operation == .power, b.type == .int(64), let literal = b.literal, literal.real < 0 {
            // `2 ** -1` is a fraction; an `int` that turns out negative when the program runs is a fault that says so.
            (a, b) = (try convert(a, to: .float(64), at: node.a), try convert(b, to: .float(64), at: node.b))
        }
        if operation == .power, case .int(let width) = a.type.signed, width > 64 {
            // Some thousand bits take a thousand products of some thousand words.
            try spend((width >> 6) * (width >> 6), at: id)
        }
        if case .float = a.type, isBitwise(operation) { throw undefined(syntax, left.type, right.type, at: id) }
        return try foldedChecked(result(a, b, a.type), at: id)
    }

    private func isBitwise(_ operation: BinaryOperator) -> Bool {
        operation == .bitAnd || operation == .bitOr || operation == .bitXor
    }

    private mutating func shiftAmount(_ value: Expression, _ id: NodeID) throws(SemanticFailure) -> Expression {
        switch value.type {
        case .int, .uint: return value
        case .bool: return try convert(value, to: .uint(64), at: id)
        case .bits(let n) where n <= ClassicalType.widthLimit:
            return folded(Expression(.cast(value), type: .uint(n)), at: id)
        default: throw fail(.type, "a shift goes by an integer, not \(value.type)", at: id)
        }
    }

    private mutating func angles(
        _ operation: BinaryOperator, _ syntax: SyntaxOperator, _ left: Expression, _ right: Expression,
        _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> Expression {
        func result(_ a: Expression, _ b: Expression, _ type: ClassicalType) -> Expression {
            Expression(.binary(operation, a, b), type: type)
        }
        switch (left.type, right.type) {
        case (.angle, .angle), (.angle, .float), (.float, .angle):
            let isScale = operation == .multiply || (operation == .divide && left.type != right.type)
            if isScale || operation == .remainder || operation == .power {
                var isMixed = true
                if case .angle = left.type, case .angle = right.type { isMixed = false }
                if !isMixed && operation == .divide { break }
                throw fail(
                    .type, "'\(syntax.text)' is not defined between \(left.type) and \(right.type)", at: id,
                    cause: "angles are multiplied and divided by unsigned integers only",
                    cure: "compute in float and assign the result to the angle")
            }
            break
        case (.angle(let n), .int), (.angle(let n), .uint):
            guard operation == .multiply || operation == .divide else { break }
            // The divisor keeps its own width: cut to the angle's it would be another number.
            let factor = operation == .divide ? right : try factor(right, n, node.b)
            return try foldedChecked(result(left, factor, left.type), at: id)
        case (.int, .angle(let n)), (.uint, .angle(let n)):
            guard operation == .multiply else { break }
            return folded(result(try factor(left, n, node.a), right, right.type), at: id)
        default: break
        }
        let (a, b) = try usual(syntax, left, right, node, id)
        switch operation {
        case .add, .subtract, .bitAnd, .bitOr, .bitXor: return folded(result(a, b, a.type), at: id)
        case .divide:
            guard case .angle(let n) = a.type else { throw undefined(syntax, left.type, right.type, at: id) }
            return try foldedChecked(result(a, b, .uint(n)), at: id)
        default: throw undefined(syntax, left.type, right.type, at: id)
        }
    }

    /// An integer that multiplies an angle of n bits, as `uint[n]`: modulo 2π a signed factor is the same.
    private mutating func factor(_ value: Expression, _ n: Int, _ id: NodeID) throws(SemanticFailure) -> Expression {
        value.type == .uint(n) ? value : try foldedChecked(Expression(.cast(value), type: .uint(n)), at: id)
    }

    /// Both sides in the type that C's usual arithmetic conversions give, angles among them.
    private mutating func usual(
        _ syntax: SyntaxOperator, _ left: Expression, _ right: Expression, _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> (Expression, Expression) {
        let type: ClassicalType
        switch (promoted(left.type), promoted(right.type)) {
        case (.angle(let n), .angle(let m)): type = .angle(max(n, m))
        case (.angle(let n), .float), (.float, .angle(let n)): type = .angle(n)
        case (.angle(let n), .int), (.int, .angle(let n)), (.angle(let n), .uint), (.uint, .angle(let n)):
            type = .angle(n)
        case (.float(let n), .float(let m)): type = .float(max(n, m))
        case (.float(let n), .int), (.float(let n), .uint), (.int, .float(let n)), (.uint, .float(let n)):
            type = .float(n)
        case (.int(let n), .int(let m)): type = .int(max(n, m))
        case (.uint(let n), .uint(let m)): type = .uint(max(n, m))
        case (.int(let n), .uint(let m)), (.uint(let m), .int(let n)): type = n > m ? .int(n) : .uint(m)
        default: throw undefined(syntax, left.type, right.type, at: id)
        }
        return (try adapt(left, to: type, at: node.a), try adapt(right, to: type, at: node.b))
    }

    /// Inside an operation conversions wrap around as in C: nothing is checked but that they exist.
    private mutating func adapt(_ value: Expression, to type: ClassicalType, at id: NodeID) throws(SemanticFailure)
        -> Expression
    {
        if value.type == type { return value }
        if case .angle = type { return try convert(value, to: type, at: id) }
        return try foldedChecked(Expression(.cast(value), type: type), at: id)
    }

    private func promoted(_ type: ClassicalType) -> ClassicalType { type == .bool ? .int(64) : type }
}

extension ClassicalType {
    /// The signed integer as wide as this one; other types as they are.
    fileprivate var signed: ClassicalType { if case .uint(let width) = self { .int(width) } else { self } }
}
