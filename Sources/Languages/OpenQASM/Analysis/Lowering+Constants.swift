import Circuits

/// A number as the fast path computes with it.
struct FastNumber {
    var isInteger: Bool
    var integer: Int64
    var real: Double

    init(_ real: Double) {
        isInteger = false
        integer = 0
        self.real = real
    }

    init(integer: Int64) {
        isInteger = true
        self.integer = integer
        real = Double(integer)
    }
}

extension Lowering {
    /// The value of a plain numeric expression (literals, constants, `+ − * /` and signs), or nil where the full
    /// analysis has to look.
    func fastConstant(_ id: NodeID) -> FastNumber? {
        let node = tree[id]
        switch node.kind {
        case .float: return FastNumber(node.number)
        case .integer:
            if node.detail == 1 || node.value > UInt64(Int64.max) { return nil }
            return parser.version == 2
                ? FastNumber(Double(node.value)) : FastNumber(integer: Int64(node.value))
        case .identifier:
            guard let symbol = lookup(node.a), symbol.kind == .constant else { return nil }
            if case .float(let value, 64) = constants[Int(symbol.a)] { return FastNumber(value) }
            if case .int(let value, 64) = constants[Int(symbol.a)] { return FastNumber(integer: value) }
            return nil
        case .unary:
            guard node.detail == SyntaxOperator.negate.rawValue, let value = fastConstant(node.a) else { return nil }
            if !value.isInteger { return FastNumber(-value.real) }
            return value.integer == .min ? nil : FastNumber(integer: -value.integer)
        case .binary:
            guard let left = fastConstant(node.a), let right = fastConstant(node.b) else { return nil }
            if left.isInteger && right.isInteger { return Self.integers(node.detail, left.integer, right.integer) }
            let value: Double
            switch SyntaxOperator(rawValue: node.detail) {
            case .add: value = left.real + right.real
            case .subtract: value = left.real - right.real
            case .multiply: value = left.real * right.real
            case .divide: value = left.real / right.real
            default: return nil
            }
            return value.isFinite ? FastNumber(value) : nil
        default: return nil
        }
    }

    private static func integers(_ operation: UInt8, _ left: Int64, _ right: Int64) -> FastNumber? {
        let (value, overflow): (Int64, Bool)
        switch SyntaxOperator(rawValue: operation) {
        case .add: (value, overflow) = left.addingReportingOverflow(right)
        case .subtract: (value, overflow) = left.subtractingReportingOverflow(right)
        case .multiply: (value, overflow) = left.multipliedReportingOverflow(by: right)
        default: return nil
        }
        return overflow ? nil : FastNumber(integer: value)
    }

    /// The value of an integer expression that must be known now; `what` names it in the report.
    mutating func constantInteger(_ node: NodeID, _ what: String) throws(SemanticFailure) -> Int {
        if tree[node].kind == .integer && tree[node].detail == 0 && tree[node].value < 1 << 62 {
            return Int(tree[node].value)
        }
        let value = try expression(node)
        guard let literal = value.literal else {
            throw fail(
                .notConstant, "\(what) must be known before the program runs", at: node,
                cause: "it depends on a value of run time",
                cure: "use const values, and loop variables whose ranges are constant")
        }
        switch literal {
        case .int(let value, _): return Int(value)
        case .uint(let value, _): return Int(clamping: value)
        case .wide(let number) where number.kind != .angle: return number.clamped(from: 0)
        case .float(let value, _) where parser.version == 2 && value == value.rounded() && abs(value) < 1e15:
            return Int(value)
        default:
            throw fail(.type, "\(what) is an integer, not \(literal.type)", at: node)
        }
    }

    /// The value of an expression that must be known now.
    mutating func constant(_ node: NodeID, _ what: String) throws(SemanticFailure) -> ClassicalValue {
        let value = try expression(node)
        guard let literal = value.literal else {
            throw fail(
                .notConstant, "\(what) must be known before the program runs", at: node,
                cause: "it depends on a value of run time")
        }
        return literal
    }
}
