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

    /// The value of an integer expression that must be known now; `what` names it in the report, `cure` what helps where
    /// the program computes it.
    mutating func constantInteger(
        _ node: NodeID, _ what: String,
        cure: String = "use const values, and loop variables whose ranges are constant"
    ) throws(SemanticFailure) -> Int {
        if tree[node].kind == .integer && tree[node].detail == 0 && tree[node].value < 1 << 62 {
            return Int(tree[node].value)
        }
        let value = try expression(node)
        guard let literal = value.literal else {
            throw fail(
                .notConstant, "\(what) must be known before the program runs", at: node,
                cause: "it depends on a value of run time", cure: cure)
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

    /// The value of an integer expression of a `const` type.
    mutating func constInteger(_ node: NodeID, _ what: String) throws(SemanticFailure) -> Int {
        try requireConstant(node, what)
        return try constantInteger(node, what, cure: "declare what it depends on 'const', with a value")
    }

    /// Refuses what is never of a `const` type, even where Kelvin could compute it now: calls of subroutines and externs,
    /// and sizes of arrays of open shape ("Compile-time constants" and "Arrays in subroutines" of the specification).
    mutating func requireConstant(_ id: NodeID, _ what: String) throws(SemanticFailure) {
        if !hasSubroutines && circuit.externals.isEmpty { return }
        let node = tree[id]
        switch node.kind {
        case .unary: try requireConstant(node.a, what)
        case .cast: try requireConstant(node.b, what)
        case .binary, .concatenation:
            try requireConstant(node.a, what)
            try requireConstant(node.b, what)
        case .index:
            try requireConstant(node.a, what)
            for item in tree.items(node.b) { try requireConstant(item, what) }
        case .call:
            let symbol = lookup(node.a)
            if let symbol, symbol.kind == .subroutine || symbol.kind == .external {
                throw fail(
                    .notConstant, "\(what) must be known before the program runs", at: id,
                    cause: "what \(symbol.description) returns is no const", cure: "leave out 'const', or compute it")
            }
            if symbol == nil, text(node.a) == "sizeof", let item = tree.items(node.b).first,
                let array = rootSymbol(of: item), array.kind == .array, views[Int(array.a)].isOpen
            {
                throw fail(
                    .notConstant, "\(what) must be known before the program runs", at: id,
                    related: declaration(array),
                    cause: "the sizes of an array declared with '#dim' are its caller's",
                    cure: "leave out 'const', or declare the dimensions")
            }
            for item in tree.items(node.b) { try requireConstant(item, what) }
        default: break
        }
    }

    private func rootSymbol(of id: NodeID) -> Symbol? {
        var node = tree[id]
        while node.kind == .index { node = tree[node.a] }
        return node.kind == .identifier ? lookup(node.a) : nil
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
