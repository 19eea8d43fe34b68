/// A type as far as the syntax tells: enough to see a value lose its upper bits.
enum StaticType: Equatable {
    /// Nothing is known, or nothing that matters here.
    case unknown
    /// Constants: they fit wherever their values fit, which is checked elsewhere.
    case constant
    case int(Int), uint(Int), angle(Int), float(Int)

    static func isShift(_ operation: UInt8) -> Bool {
        operation == SyntaxOperator.shiftLeft.rawValue || operation == SyntaxOperator.shiftRight.rawValue
    }

    /// The type of an arithmetic result.
    static func combined(_ a: StaticType, _ b: StaticType) -> StaticType {
        switch (a, b) {
        case (.constant, let other), (let other, .constant): other
        case (.int(let n), .int(let m)): .int(max(n, m))
        case (.uint(let n), .uint(let m)): .uint(max(n, m))
        case (.angle(let n), .angle(let m)): .angle(max(n, m))
        case (.float(let n), .float(let m)): .float(max(n, m))
        case (.float(let n), .int), (.float(let n), .uint), (.int, .float(let n)), (.uint, .float(let n)): .float(n)
        default: .unknown
        }
    }

    /// Whether a value of this type loses bits in another one without being asked.
    func narrows(to target: StaticType) -> Bool {
        switch (self, target) {
        case (.int(let n), .int(let m)), (.uint(let n), .uint(let m)), (.uint(let n), .int(let m)),
            (.int(let n), .uint(let m)), (.angle(let n), .angle(let m)), (.float(let n), .float(let m)):
            n > m
        case (.float, .int), (.float, .uint): true
        default: false
        }
    }

    var description: String {
        switch self {
        case .unknown, .constant: "a value"
        case .int(let n): "int[\(n)]"
        case .uint(let n): "uint[\(n)]"
        case .angle(let n): "angle[\(n)]"
        case .float(let n): "float[\(n)]"
        }
    }

    /// The integers of the type.
    var range: ClosedRange<Int64>? {
        switch self {
        case .int(let n) where n >= 1 && n <= 63: -(1 << Int64(n - 1))...(1 << Int64(n - 1)) - 1
        case .uint(let n) where n >= 1 && n <= 62: 0...(1 << Int64(n)) - 1
        case .uint: 0...Int64.max
        default: nil
        }
    }
}

extension Outlining {
    /// A declared type, where its width is a literal or a constant that is one.
    func type(_ id: NodeID) -> StaticType {
        if id < 0 || tree[id].kind != .scalarType { return .unknown }
        let node = tree[id]
        let width: Int
        if node.a >= 0 {
            guard let given = integer(node.a), given >= 1, given <= 1 << 20 else { return .unknown }
            width = Int(given)
        } else {
            width = 64
        }
        switch TypeKind(rawValue: node.detail) {
        case .int: return .int(width)
        case .uint: return .uint(width)
        case .angle: return .angle(width)
        case .float: return .float(width)
        default: return .unknown
        }
    }

    /// The type of an expression.
    func typeOfValue(_ id: NodeID) -> StaticType {
        if id < 0 { return .unknown }
        let node = tree[id]
        switch node.kind {
        case .integer, .float: return .constant
        case .identifier:
            guard let place = lookup(node.a) else { return .unknown }
            return outline.declarations[place].kind == .constant ? .constant : outline.declarations[place].type
        case .unary: return node.detail == SyntaxOperator.not.rawValue ? .unknown : typeOfValue(node.a)
        case .binary:
            switch SyntaxOperator(rawValue: node.detail) {
            case .add, .subtract, .multiply, .divide, .remainder, .bitAnd, .bitOr, .bitXor:
                return .combined(typeOfValue(node.a), typeOfValue(node.b))
            case .shiftLeft, .shiftRight: return typeOfValue(node.a)
            default: return .unknown
            }
        case .cast: return type(node.a)
        case .call:
            guard let place = lookup(node.a), outline.declarations[place].kind == .subroutine else { return .unknown }
            return outline.declarations[place].type
        default: return .unknown
        }
    }

    mutating func warnAboutNarrowing(_ id: NodeID, to target: StaticType) {
        if id < 0 || target == .unknown { return }
        let value = typeOfValue(id)
        guard value.narrows(to: target) else { return }
        warn(
            .narrowing, "\(value.description) is stored in \(target.description)", at: tree[id].range,
            cause: "what does not fit is dropped when the program runs",
            cure: "write '\(target.description)(…)' if that is meant")
    }

    /// Reports comparisons whose result is known from the type.
    mutating func warnAboutComparison(_ node: SyntaxTree.Node, _ id: NodeID) {
        guard let operation = SyntaxOperator(rawValue: node.detail), let order = Self.order(operation) else { return }
        if tree[node.a].kind == .identifier, tree[node.b].kind == .identifier, tree[node.a].a == tree[node.b].a {
            guard let place = lookup(tree[node.a].a), outline.declarations[place].type.range != nil else { return }
            return constant(order(0, 0), node)
        }
        var (variable, literal, isSwapped) = (node.a, node.b, false)
        if tree[variable].kind != .identifier { (variable, literal, isSwapped) = (literal, variable, true) }
        guard tree[variable].kind == .identifier, let place = lookup(tree[variable].a), let value = integer(literal),
            outline.declarations[place].kind != .constant, let range = outline.declarations[place].type.range
        else { return }
        // At the ends of the range and next to the value, a comparison with a constant takes all results that it can.
        var samples = [range.lowerBound, range.upperBound]
        if range.contains(value) {
            samples.append(value)
            if value > range.lowerBound { samples.append(value - 1) }
            if value < range.upperBound { samples.append(value + 1) }
        }
        let results = Set(samples.map { isSwapped ? order(value, $0) : order($0, value) })
        if results.count == 1 { constant(results.first!, node, outline.declarations[place]) }
    }

    private mutating func constant(
        _ result: Bool, _ node: SyntaxTree.Node, _ declaration: ProgramOutline.Declaration? = nil
    ) {
        warn(
            .alwaysFalse, "this comparison is always \(result)", at: node.range,
            related: declaration.map { [.init($0.nameRange, label: "declared as \($0.type.description)")] } ?? [],
            cause: declaration.flatMap { declaration in
                declaration.type.range.map {
                    "values of \(declaration.type.description) go from \($0.lowerBound) to \(Self.upper($0, declaration.type))"
                }
            } ?? "both sides are the same")
    }

    private static func upper(_ range: ClosedRange<Int64>, _ type: StaticType) -> String {
        if case .uint(let n) = type, n > 62 { return n == 64 ? "18446744073709551615" : "2**\(n) - 1" }
        return "\(range.upperBound)"
    }

    private static func order(_ operation: SyntaxOperator) -> ((Int64, Int64) -> Bool)? {
        switch operation {
        case .equal: { $0 == $1 }
        case .notEqual: { $0 != $1 }
        case .less: { $0 < $1 }
        case .lessOrEqual: { $0 <= $1 }
        case .greater: { $0 > $1 }
        case .greaterOrEqual: { $0 >= $1 }
        default: nil
        }
    }
}
