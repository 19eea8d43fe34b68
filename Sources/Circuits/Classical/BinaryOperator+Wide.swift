// Operators on numbers of which at least one has more than 64 bits; the rules are those of the narrow ones.

extension BinaryOperator {
    func applyWide(_ a: ClassicalValue, _ b: ClassicalValue) throws(EvaluationError) -> ClassicalValue {
        switch (a.type, b.type) {
        case (.int(let n), .int(let m)): return try integer(.int, a, b, max(n, m))
        case (.uint(let n), .uint(let m)): return try integer(.uint, a, b, max(n, m))
        case (.int(let n), .uint) where self == .power: return try integer(.int, a, b, n)
        case (.uint(let n), .int) where self == .power: return try integer(.uint, a, b, n)
        case (.angle(let n), .angle(let m)) where n == m:
            return try integer(self == .divide ? .uint : .angle, a, b, n)
        case (.angle(let n), .int(let m)) where self == .divide, (.angle(let n), .uint(let m)) where self == .divide:
            if b.isNegativeInteger {
                throw EvaluationError(
                    .outOfRange, "an angle divided by \(b); angles are divided by unsigned integers")
            }
            // The divisor keeps its own width: cut to the angle's it would be another number.
            let width = max(n, m)
            let quotient = try unsigned(try a.pattern(width), try b.pattern(width), a, b)
            return ClassicalValue(.angle, pattern: quotient.resized(to: n))
        case (.angle(let n), .int) where self == .multiply, (.angle(let n), .uint) where self == .multiply,
            (.int, .angle(let n)) where self == .multiply, (.uint, .angle(let n)) where self == .multiply:
            return try integer(.angle, a, b, n)
        case (.float(let n), .int), (.float(let n), .uint): return try float(a.real, b.real, width: n)
        case (.duration, .int), (.duration, .uint), (.int, .duration), (.uint, .duration):
            return try apply(a.asFloat, b.asFloat)
        default: throw undefined(a, b)
        }
    }

    private func integer(
        _ kind: WideNumber.Kind, _ a: ClassicalValue, _ b: ClassicalValue, _ width: Int
    ) throws(EvaluationError) -> ClassicalValue {
        if self == .power {
            if b.isNegativeInteger {
                throw EvaluationError(.outOfRange, "an integer to the power \(b); convert the base to a float")
            }
            guard let exponent = b.pattern else { throw undefined(a, b) }
            return ClassicalValue(kind, pattern: try a.pattern(width).raised(to: exponent))
        }
        let (x, y) = (try a.pattern(width), try b.pattern(width))
        guard kind == .int, self == .divide || self == .remainder else {
            return ClassicalValue(kind, pattern: try unsigned(x, y, a, b))
        }
        // Cut towards zero; the remainder has the sign of the dividend.
        let magnitude = try unsigned(x.isNegative ? x.negated : x, y.isNegative ? y.negated : y, a, b)
        let isNegative = self == .divide ? x.isNegative != y.isNegative : x.isNegative
        return ClassicalValue(kind, pattern: isNegative ? magnitude.negated : magnitude)
    }

    private func unsigned(
        _ x: BitString, _ y: BitString, _ a: ClassicalValue, _ b: ClassicalValue
    ) throws(EvaluationError) -> BitString {
        switch self {
        case .add: return x &+ y
        case .subtract: return x &- y
        case .multiply: return x &* y
        case .divide, .remainder:
            if y.isZero { throw EvaluationError(.divisionByZero, "\(a) \(rawValue) 0 is a division by zero") }
            let (quotient, remainder) = x.dividedAsNumbers(by: y)
            return self == .divide ? quotient : remainder
        case .bitAnd: return x & y
        case .bitOr: return x | y
        case .bitXor: return x ^ y
        default: throw undefined(a, b)
        }
    }

    /// Patterns that are in the order of the numbers; nil where one is no integer, angle or bit string.
    func wideKeys(_ a: ClassicalValue, _ b: ClassicalValue) -> (BitString, BitString)? {
        if case .angle(let n) = a.type, case .angle(let m) = b.type, n != m { return nil }
        guard let width = [a, b].compactMap({ $0.pattern?.count }).max(), var x = try? a.pattern(width + 1),
            var y = try? b.pattern(width + 1)
        else { return nil }
        x[width].toggle()
        y[width].toggle()
        return (x, y)
    }
}

extension ClassicalValue {
    fileprivate var isNegativeInteger: Bool {
        switch self {
        case .int(let value, _): value < 0
        case .wide(let number): number.isNegative
        default: false
        }
    }

    /// A wide integer as the nearest float; anything else as it is.
    fileprivate var asFloat: ClassicalValue { isWide ? .float(real, width: 64) : self }
}

extension WideNumber {
    /// The number as an index or an amount, where it counts from the end if it is negative; what no machine word holds is
    /// far outside, on its side.
    public func clamped(from end: Int) -> Int {
        let magnitude = self.magnitude
        guard magnitude.bitLength < 63 else { return isNegative ? .min : .max }
        return isNegative ? end - Int(magnitude.low) : Int(magnitude.low)
    }

    /// Filled up with zeros, or on the way to the right with the sign.
    func shifted(left: Bool, by amount: Int) -> BitString {
        if left { return pattern.shifted(by: min(amount, width)) }
        let kept = max(0, width - amount)
        if kept == 0 { return isNegative ? BitString(zeros: width).complement : BitString(zeros: width) }
        return pattern[width - kept..<width].resized(to: width, signed: kind == .int)
    }
}
