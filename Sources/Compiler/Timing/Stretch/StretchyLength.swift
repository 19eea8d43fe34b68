import Circuits

/// A length of time that is a number plus multiples of stretches; seconds.
struct StretchyLength {
    var constant = 0.0
    /// By stretch; none is zero.
    var coefficients: [VariableID: Double] = [:]

    var isStretchy: Bool { !coefficients.isEmpty }

    init(_ constant: Double = 0) { self.constant = constant }

    /// - Returns: nil for anything else than sums, differences and multiples.
    init?(_ expression: Expression, in circuit: Circuit) {
        switch expression.node {
        case .literal(let value): self.init(value.real)
        case .variable(let id) where circuit.variables[id.index].role == .stretch:
            self.init()
            coefficients[id] = 1
        case .unary(.negate, let operand):
            guard let length = StretchyLength(operand, in: circuit) else { return nil }
            self = length * -1
        case .binary(let operation, let left, let right):
            guard let a = StretchyLength(left, in: circuit), let b = StretchyLength(right, in: circuit) else {
                return nil
            }
            switch operation {
            case .add: self = a + b
            case .subtract: self = a + b * -1
            case .multiply where !a.isStretchy: self = b * a.constant
            case .multiply where !b.isStretchy: self = a * b.constant
            case .divide where !b.isStretchy && b.constant != 0: self = a * (1 / b.constant)
            default: return nil
            }
        case .cast(let operand):
            guard let length = StretchyLength(operand, in: circuit), !length.isStretchy else { return nil }
            self = length
        default: return nil
        }
        guard constant.isFinite, coefficients.values.allSatisfy(\.isFinite) else { return nil }
    }

    static func + (a: StretchyLength, b: StretchyLength) -> StretchyLength {
        var sum = a
        sum.constant += b.constant
        for (stretch, coefficient) in b.coefficients { sum.coefficients[stretch, default: 0] += coefficient }
        sum.coefficients = sum.coefficients.filter { $0.value != 0 }
        return sum
    }

    static func * (a: StretchyLength, factor: Double) -> StretchyLength {
        var product = StretchyLength(a.constant * factor)
        if factor != 0 { product.coefficients = a.coefficients.mapValues { $0 * factor } }
        return product
    }
}
