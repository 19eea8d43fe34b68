// Durations are decimal numbers of seconds to those who write them, and doubles here: `100ns + 200ns` is `300ns`, and
// `500ns / 1ns` is 500.

extension BinaryOperator {
    /// What `+`, `-`, `*` or `/` gives where an operand is a duration; nil for what is not defined.
    func applyDurations(_ a: ClassicalValue, _ b: ClassicalValue) throws(EvaluationError) -> ClassicalValue? {
        switch (a, b) {
        case (.duration(let x), .duration(let y)):
            switch self {
            case .add: return .duration((x + y).settled(within: max(abs(x), abs(y)).ulp))
            case .subtract: return .duration((x - y).settled(within: max(abs(x), abs(y)).ulp))
            case .divide:
                if y == 0 { throw .init(.divisionByZero, "a duration divided by one of no length") }
                return .float(x.ratio(to: y), width: 64)
            default: return nil
            }
        case (.duration(let x), _) where b.isPlainNumber:
            if self == .multiply { return .duration((x * b.real).settled()) }
            if self != .divide { return nil }
            if b.real == 0 { throw .init(.divisionByZero, "a duration divided by 0") }
            return .duration((x / b.real).settled())
        case (_, .duration(let y)) where a.isPlainNumber:
            return self == .multiply ? .duration((a.real * y).settled()) : nil
        default: return nil
        }
    }
}

extension ClassicalValue {
    /// An integer of any width, or a float.
    fileprivate var isPlainNumber: Bool {
        switch self {
        case .float, .int, .uint: true
        case .wide(let number): number.kind != .angle
        default: false
        }
    }
}

extension Double {
    /// A power of ten so that the number's thousands of billions are integers without rounding.
    private var decimalScale: Double? {
        switch magnitude {
        case ..<1e-3: 1e18
        case ..<1: 1e15
        case ..<1e3: 1e12
        default: nil
        }
    }

    /// The short decimal number next to this one, if rounding can have come between them.
    fileprivate func settled(within error: Double? = nil) -> Double {
        guard let scale = decimalScale else { return self }
        let near = (self * scale).rounded() / scale
        return abs(near - self) <= 2 * (error ?? ulp) ? near : self
    }

    /// The quotient of two numbers of seconds, as of the decimal numbers that they stand for.
    fileprivate func ratio(to other: Double) -> Double {
        guard let scale = Swift.max(magnitude, other.magnitude).decimalScale else { return self / other }
        let (a, b) = ((self * scale).rounded(), (other * scale).rounded())
        return b != 0 && a / scale == self && b / scale == other ? a / b : self / other
    }
}
