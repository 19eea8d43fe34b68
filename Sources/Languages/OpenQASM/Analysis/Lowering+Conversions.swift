import Circuits

extension Lowering {
    /// The value converted to a type as assignments and operands do it without being asked.
    ///
    /// After "Casting specifics": the standard types convert among one another as in C, floats become angles; what
    /// would lose a constant's value is refused and wants an explicit cast. Where something is assigned, a float becomes
    /// an integer too, cut towards zero as in C; as an operand, an index or a constant it does not.
    mutating func convert(
        _ value: Expression, to type: ClassicalType, at id: NodeID, isAssigned: Bool = false
    ) throws(SemanticFailure) -> Expression {
        if value.type == type { return value }
        switch (value.type, type) {
        case (.bool, .int), (.bool, .uint), (.bool, .float): break
        case (.bool, .bits(1)), (.bits(1), .bool): break
        case (.int, .bool), (.uint, .bool), (.float, .bool), (.angle, .bool): break
        case (.int, .int), (.uint, .uint), (.int, .uint), (.uint, .int):
            if let literal = value.literal { try checkFits(literal, type, at: id) }
        case (.int, .float), (.uint, .float), (.float, .float): break
        case (.float, .angle), (.angle, .angle): break
        case (.int, .angle), (.uint, .angle):
            if value.literal == nil { throw needsCast(value.type, type, at: id, cure: "write 'angle(float(…))'") }
        case (.bits(let count), .uint(64)) where count <= 64, (.bits(let count), .int(64)) where count <= 64: break
        case (.int, .bits), (.uint, .bits):
            guard let literal = value.literal else { throw needsCast(value.type, type, at: id) }
            guard literal.fits(type) else {
                throw fail(.value, "\(literal) does not fit \(type)", at: id)
            }
        case (.float(let width), .int), (.float(let width), .uint):
            if isAssigned { break }
            if parser.version == 2, let literal = value.literal, literal.real == literal.real.rounded() { break }
            throw needsCast(.float(width), type, at: id)
        case (.bits(let count), .bits(let other)):
            throw fail(
                .width, "\(count) bits cannot become \(other)", at: id,
                cure: "cut with a slice, as in 'c[0:\(max(0, min(count, other) - 1))]'")
        default: throw needsCast(value.type, type, at: id)
        }
        return try foldedChecked(Expression(.cast(value), type: type), at: id)
    }

    private mutating func needsCast(
        _ from: ClassicalType, _ to: ClassicalType, at id: NodeID, cure: String? = nil
    ) -> SemanticFailure {
        var cure = cure
        if cure == nil && isCastable(from, to) { cure = "write '\(to)(…)' if that is meant" }
        return fail(.type, "\(from) does not become \(to) by itself", at: id, cure: cure)
    }

    private mutating func checkFits(
        _ value: ClassicalValue, _ type: ClassicalType, at id: NodeID
    ) throws(SemanticFailure) {
        if !value.fits(type) {
            throw fail(
                .value, "\(value) does not fit \(type)", at: id, cure: "write '\(type)(…)' if it shall wrap around")
        }
    }

    /// Whether an explicit cast exists; the table of "Allowed casts", with bit strings zero-extended to wider integers.
    func isCastable(_ from: ClassicalType, _ to: ClassicalType) -> Bool {
        switch (from, to) {
        case (.bool, .bool), (.bool, .int), (.bool, .uint), (.bool, .float), (.bool, .bits): true
        case (.int, .bool), (.int, .int), (.int, .uint), (.int, .float): true
        case (.uint, .bool), (.uint, .int), (.uint, .uint), (.uint, .float): true
        case (.int(let n), .bits(let m)), (.uint(let n), .bits(let m)), (.angle(let n), .bits(let m)): n == m
        case (.float, .bool), (.float, .int), (.float, .uint), (.float, .float), (.float, .angle): true
        case (.angle, .bool), (.angle, .angle): true
        case (.bits, .bool): true
        case (.bits(let n), .int(let m)), (.bits(let n), .uint(let m)): n == m || (m == 64 && n < 64)
        case (.bits(let n), .angle(let m)), (.bits(let n), .bits(let m)): n == m
        case (.duration, .duration): true
        default: false
        }
    }

    mutating func cast(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let type = try classicalType(node.a)
        let value = try expression(node.b)
        if value.type == type { return value }
        if let literal = value.literal, case .bits = type, !isCastable(value.type, type) {
            switch literal {
            case .int, .uint: return try convert(value, to: type, at: id)
            default: break
            }
        }
        let isConstantAngle: Bool
        if case .angle = type, value.literal != nil, value.type == .int(64) {
            isConstantAngle = true
        } else {
            isConstantAngle = false
        }
        guard isCastable(value.type, type) || isConstantAngle else {
            var cure: String?
            switch (value.type, type) {
            case (.bits(let n), .int), (.bits(let n), .uint): cure = "use \(n) bits on both sides, or cut with a slice"
            case (.int(let n), .bits), (.uint(let n), .bits), (.angle(let n), .bits): cure = "cast to bit[\(n)]"
            case (.bits, .bits): cure = "cut with a slice"
            default: break
            }
            throw fail(.type, "\(value.type) cannot be cast to \(type)", at: id, cure: cure)
        }
        return try foldedChecked(Expression(.cast(value), type: type), at: id)
    }

    /// The classical type that a type node spells; `bit` alone is `bool`, sizes left out are 64.
    mutating func classicalType(_ id: NodeID) throws(SemanticFailure) -> ClassicalType {
        let node = tree[id]
        guard node.kind == .scalarType, let kind = TypeKind(rawValue: node.detail) else {
            throw fail(.type, "a scalar type is expected here, not an array", at: id)
        }
        var width = 64
        if node.a >= 0 && kind != .complex {
            width = try constInteger(node.a, "the size of a type")
            let limit = kind == .bit ? 1 << 24 : ClassicalType.widthLimit
            if kind != .float && (width < 1 || width > limit) {
                throw fail(.width, "a size of \(width); it must lie in 1…\(limit)", at: node.a)
            }
            if kind == .float && width != 16 && width != 32 && width != 64 {
                throw fail(
                    .width, "float[\(width)] does not exist here", at: node.a,
                    cause: "floats are those of IEEE 754 up to 64 bits", cure: "use float[16], float[32] or float[64]")
            }
        }
        switch kind {
        case .bool: return .bool
        case .bit: return node.a < 0 ? .bool : .bits(width)
        case .int: return .int(width)
        case .uint: return .uint(width)
        case .float: return .float(width)
        case .angle: return .angle(width)
        case .duration: return .duration
        case .complex:
            throw fail(.type, "a real type is expected here, not complex", at: id, cure: "use a float for each part")
        case .stretch: throw fail(.type, "stretch cannot stand here", at: id, cure: "use duration")
        }
    }
}
