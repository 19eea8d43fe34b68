/// A type of the specification, "Types and Casting".
enum SpecifiedType: Hashable, CustomStringConvertible {
    case bool
    case int(Int), uint(Int), float(Int), angle(Int), bits(Int)
    case duration

    var description: String {
        switch self {
        case .bool: "bool"
        case .int(let n): "int[\(n)]"
        case .uint(let n): "uint[\(n)]"
        case .float(let n): "float[\(n)]"
        case .angle(let n): "angle[\(n)]"
        case .bits(let n): "bit[\(n)]"
        case .duration: "duration"
        }
    }
}

/// A value as the specification speaks of it: numbers are numbers, bit patterns are integers in 0..<2ⁿ.
enum SpecifiedValue: Hashable {
    case bool(Bool)
    case int(BigInteger, Int), uint(BigInteger, Int)
    case float(Double, Int)
    /// The pattern read as an unsigned integer: the angle is 2π·pattern/2ⁿ.
    case angle(BigInteger, Int)
    case bits(BigInteger, Int)
    /// Seconds.
    case duration(Double)

    var type: SpecifiedType {
        switch self {
        case .bool: .bool
        case .int(_, let n): .int(n)
        case .uint(_, let n): .uint(n)
        case .float(_, let n): .float(n)
        case .angle(_, let n): .angle(n)
        case .bits(_, let n): .bits(n)
        case .duration: .duration
        }
    }
}

/// Why an expression has no value.
struct SpecifiedFault: Error, Equatable {
    var reason: String
    init(_ reason: String) { self.reason = reason }

    /// No fault of the expression: the evaluator does not answer for it.
    static let outsideTest = SpecifiedFault("outside the test")
}

// Casts, "Casting specifics".
extension SpecifiedValue {
    /// The number modulo 2ⁿ in two's complement: "casting between int[n] and uint[n] is expected to preserve the bit
    /// ordering"; what does not fit wraps around, as the documentation of Kelvin says.
    static func wrapped(_ number: BigInteger, to type: SpecifiedType) -> SpecifiedValue {
        switch type {
        case .uint(let n): return .uint(number.modulo(powerOfTwo: n), n)
        case .int(let n):
            let pattern = number.modulo(powerOfTwo: n)
            return .int(pattern.bit(n - 1) ? pattern - .power(ofTwo: n) : pattern, n)
        default: preconditionFailure("\(type) is no integer type")
        }
    }

    /// The value of a type whose pattern is that of a number.
    static func wrapped(_ number: BigInteger, as type: SpecifiedType) -> SpecifiedValue {
        switch type {
        case .bool: .bool(!number.isZero)
        case .int, .uint: wrapped(number, to: type)
        case .angle(let n): .angle(number.modulo(powerOfTwo: n), n)
        case .bits(let n): .bits(number.modulo(powerOfTwo: n), n)
        case .float(let n): .float(Rational(number).rounded(toDigits: n == 32 ? 24 : 53), n)
        case .duration: .nanoseconds(number)
        }
    }

    /// The pattern of n bits: "little endian two's complement".
    var pattern: BigInteger {
        switch self {
        case .bool(let value): value ? .one : .zero
        case .int(let value, let n): value.modulo(powerOfTwo: n)
        case .uint(let value, _), .angle(let value, _), .bits(let value, _): value
        case .float, .duration: preconditionFailure("\(type) has no pattern")
        }
    }

    /// "Durations are real numbers": so many billionths of a second, as a float.
    static func nanoseconds(_ count: BigInteger) -> SpecifiedValue {
        .duration((Rational(count) / Rational(BigInteger(Int64(1_000_000_000)))).rounded(toDigits: 53))
    }

    /// The number of a bool, int or uint.
    var number: BigInteger? {
        switch self {
        case .bool(let value): value ? .one : .zero
        case .int(let value, _), .uint(let value, _): value
        default: nil
        }
    }

    func cast(to type: SpecifiedType) throws -> SpecifiedValue {
        if type == self.type { return self }
        switch (self, type) {
        // "the convention val != 0"
        case (.float(let value, _), .bool): return .bool(value != 0)
        case (_, .bool): return .bool(!pattern.isZero)
        case (.bool, .int), (.int, .int), (.uint, .int), (.bool, .uint), (.int, .uint), (.uint, .uint):
            return .wrapped(number!, to: type)
        case (.bool, .float(let n)), (.int, .float(let n)), (.uint, .float(let n)):
            let rounded = Rational(number!).rounded(toDigits: n == 32 ? 24 : 53)
            if n == 32 && rounded.magnitude > 1e38 { throw SpecifiedFault.outsideTest }
            return .float(rounded, n)
        case (.float(let value, _), .float(let n)):
            let rounded = Rational(value).rounded(toDigits: n == 32 ? 24 : 53)
            if n == 32 && (rounded.magnitude > 1e38 || (rounded != 0 && rounded.magnitude < 1e-37)) {
                throw SpecifiedFault.outsideTest
            }
            return .float(rounded, n)
        // "discarding the fractional part"; what does not fit is refused.
        case (.float(let value, _), .int(let n)):
            let whole = Rational(value).truncated
            let half = BigInteger.power(ofTwo: n - 1)
            if whole >= half || whole < -half { throw SpecifiedFault("float out of range") }
            return .int(whole, n)
        case (.float(let value, _), .uint(let n)):
            let whole = Rational(value).truncated
            if whole >= .power(ofTwo: n) || whole.isNegative { throw SpecifiedFault("float out of range") }
            return .uint(whole, n)
        // "the nearest representable value modulo float_n(2π), ties to even"
        case (.float(let value, let n), .angle(let m)):
            let turn = n == 32 ? Double(Float(6.283185307179586)) : 6.283185307179586
            let steps = Rational(value) * Rational(.power(ofTwo: m)) / Rational(turn)
            return .angle(steps.rounded.modulo(powerOfTwo: m), m)
        // "padded with zeros", or truncation.
        case (.angle(let value, let n), .angle(let m)):
            return .angle(
                m >= n ? value * .power(ofTwo: m - n) : value.divided(by: .power(ofTwo: n - m)).quotient, m)
        case (.bool, .bits(let n)), (.int, .bits(let n)), (.uint, .bits(let n)), (.angle, .bits(let n)):
            return .bits(pattern, n)
        case (.bits(let value, _), .int), (.bits(let value, _), .uint): return .wrapped(value, to: type)
        case (.bits(let value, _), .angle(let n)): return .angle(value, n)
        default: preconditionFailure("no cast from \(self.type) to \(type)")
        }
    }
}
