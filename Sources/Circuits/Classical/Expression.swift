/// A typed classical expression; the languages insert every conversion, so that evaluation never guesses.
public struct Expression: Hashable, Sendable {
    public var node: Node
    /// The type of the value.
    public var type: ClassicalType

    public init(_ node: Node, type: ClassicalType) {
        self.node = node
        self.type = type
    }

    public indirect enum Node: Hashable, Sendable {
        case literal(ClassicalValue)
        case variable(VariableID)
        /// Parameter of the enclosing gate definition, by position; a `float[64]`.
        case formal(Int)
        /// One classical bit; a `bool`.
        case bit(ClassicalBit)
        /// A whole register; `bits`.
        case register(RegisterID)
        /// The bit of `bits`, `int`, `uint` or `angle` at an index; a `bool`.
        case element(Expression, index: Expression)
        /// The item of an array at indices computed at run time, one a dimension; of the array's element type.
        case item(ArrayID, [Expression])
        /// A function that the program declares `extern`: nothing here can call it.
        case external(ExternalID, [Expression])
        /// How long the block takes on the machine that runs it; a `duration`.
        case durationOf(Block)
        case unary(UnaryOperator, Expression)
        /// Both sides have the same type, shifts and powers excepted; comparisons and logic give `bool`.
        case binary(BinaryOperator, Expression, Expression)
        case call(BuiltinFunction, [Expression])
        /// Conversion to the expression's type.
        case cast(Expression)
    }

    public static func literal(_ value: ClassicalValue) -> Expression { Expression(.literal(value), type: value.type) }
    public static func bool(_ value: Bool) -> Expression { .literal(.bool(value)) }
    public static func int(_ value: Int64, width: Int = 64) -> Expression { .literal(.int(value, width: width)) }
    public static func float(_ value: Double) -> Expression { .literal(.float(value, width: 64)) }
    public static func bit(_ bit: ClassicalBit) -> Expression { Expression(.bit(bit), type: .bool) }

    public var literal: ClassicalValue? {
        if case .literal(let value) = node { value } else { nil }
    }
}

public enum UnaryOperator: String, Hashable, Sendable {
    case negate = "-"
    /// `!`
    case not = "!"
    /// `~`
    case complement = "~"
}

public enum BinaryOperator: String, Hashable, Sendable, CaseIterable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case power = "**"
    case shiftLeft = "<<"
    case shiftRight = ">>"
    case bitAnd = "&"
    case bitOr = "|"
    case bitXor = "^"
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and = "&&"
    case or = "||"

    public var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    public var isLogical: Bool { self == .and || self == .or }
}

/// OpenQASM 3's built-in functions, "Built-in constant expression functions".
public enum BuiltinFunction: String, Hashable, Sendable, CaseIterable {
    case arccos, arcsin, arctan, ceiling, cos, exp, floor, log, mod, popcount, pow, rotl, rotr, sin, sqrt, tan
}

extension Expression {
    /// Calls `visit` for this expression and all below it, outermost first.
    public func forEach(_ visit: (Expression) -> Void) {
        visit(self)
        switch node {
        case .literal, .variable, .formal, .bit, .register, .durationOf: break
        case .element(let base, let index):
            base.forEach(visit)
            index.forEach(visit)
        case .item(_, let parts), .external(_, let parts): for part in parts { part.forEach(visit) }
        case .unary(_, let operand), .cast(let operand): operand.forEach(visit)
        case .binary(_, let left, let right):
            left.forEach(visit)
            right.forEach(visit)
        case .call(_, let arguments): for argument in arguments { argument.forEach(visit) }
        }
    }

    /// Rebuilt from the leaves up; `transform` sees each expression after its operands were rebuilt.
    public func rewritten(_ transform: (Expression) -> Expression) -> Expression {
        var result = self
        switch node {
        case .literal, .variable, .formal, .bit, .register, .durationOf: break
        case .item(let array, let indices): result.node = .item(array, indices.map { $0.rewritten(transform) })
        case .external(let id, let arguments):
            result.node = .external(id, arguments.map { $0.rewritten(transform) })
        case .element(let base, let index):
            result.node = .element(base.rewritten(transform), index: index.rewritten(transform))
        case .unary(let op, let operand): result.node = .unary(op, operand.rewritten(transform))
        case .cast(let operand): result.node = .cast(operand.rewritten(transform))
        case .binary(let op, let left, let right):
            result.node = .binary(op, left.rewritten(transform), right.rewritten(transform))
        case .call(let function, let arguments):
            result.node = .call(function, arguments.map { $0.rewritten(transform) })
        }
        return transform(result)
    }

    public var usesFormals: Bool {
        var found = false
        forEach { if case .formal = $0.node { found = true } }
        return found
    }

    /// Whether this is an operation on literals alone, so that it has a value before the program runs.
    public var operandsAreLiteral: Bool {
        switch node {
        case .literal, .variable, .formal, .bit, .register, .item, .external, .durationOf: false
        case .element(let base, let index): base.literal != nil && index.literal != nil
        case .unary(_, let operand), .cast(let operand): operand.literal != nil
        case .binary(_, let left, let right): left.literal != nil && right.literal != nil
        case .call(_, let arguments): arguments.allSatisfy { $0.literal != nil }
        }
    }
}
