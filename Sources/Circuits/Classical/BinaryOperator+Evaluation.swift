#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension BinaryOperator {
    /// The value of `a op b`; both evaluated, so not for `&&` and `||` where the left side settles the matter.
    func apply(_ a: ClassicalValue, _ b: ClassicalValue) throws(EvaluationError) -> ClassicalValue {
        switch self {
        case .and, .or:
            let (x, y) = (try a.truth, try b.truth)
            return .bool(self == .and ? x && y : x || y)
        case .equal:
            return .bool(
                try compare(a, b) {
                    $0 == $1
                } bits: {
                    $0 == $1
                })
        case .notEqual:
            return .bool(
                try !compare(a, b) {
                    $0 == $1
                } bits: {
                    $0 == $1
                })
        case .less:
            return .bool(
                try compare(a, b) {
                    $0 < $1
                } bits: {
                    $0 < $1
                })
        case .lessOrEqual:
            return .bool(
                try compare(a, b) {
                    $0 <= $1
                } bits: {
                    $0 <= $1
                })
        case .greater:
            return .bool(
                try compare(a, b) {
                    $0 > $1
                } bits: {
                    $0 > $1
                })
        case .greaterOrEqual:
            return .bool(
                try compare(a, b) {
                    $0 >= $1
                } bits: {
                    $0 >= $1
                })
        case .shiftLeft, .shiftRight: return try shift(a, by: b)
        default: break
        }
        switch (a, b) {
        case (.int(let x, let n), .int(let y, let m)):
            return .int(signExtended(UInt64(bitPattern: try integer(x, y)), max(n, m)), width: max(n, m))
        case (.int(let x, let n), .uint(let y, _)) where self == .power:
            return .int(signExtended(UInt64(bitPattern: Self.power(x, y)), n), width: n)
        case (.uint(let x, let n), .uint(let y, let m)):
            return .uint(try natural(x, y) & mask(max(n, m)), width: max(n, m))
        case (.uint(let x, let n), .int(let y, _)) where self == .power:
            return .uint(Self.power(x, try exponent(y)) & mask(n), width: n)
        case (.float(let x, let n), .float(let y, let m)): return try float(x, y, width: max(n, m))
        case (.float(let x, let n), .int), (.float(let x, let n), .uint): return try float(x, b.real, width: n)
        case (.bits(let x), .bits(let y)) where x.count == y.count:
            switch self {
            case .bitAnd: return .bits(x & y)
            case .bitOr: return .bits(x | y)
            case .bitXor: return .bits(x ^ y)
            default: break
            }
        case (.bool(let x), .bool(let y)):
            switch self {
            case .bitAnd: return .bool(x && y)
            case .bitOr: return .bool(x || y)
            case .bitXor: return .bool(x != y)
            default: break
            }
        case (.angle(let x, let n), .angle(let y, let m)) where n == m:
            if self == .divide {
                if y == 0 { throw .init(.divisionByZero, "an angle divided by the angle 0") }
                return .uint(x / y, width: n)
            }
            return .angle(try natural(x, y) & mask(n), width: n)
        case (.angle(let x, let n), .uint(let y, _)) where self == .multiply || self == .divide:
            return .angle(try natural(x, y) & mask(n), width: n)
        case (.angle(let x, let n), .int(let y, _)) where self == .divide:
            if y < 0 { throw .init(.outOfRange, "an angle divided by \(y); angles are divided by unsigned integers") }
            return .angle(try natural(x, UInt64(y)), width: n)
        case (.angle(let x, let n), .int(let y, _)) where self == .multiply:
            return .angle((x &* UInt64(bitPattern: y)) & mask(n), width: n)
        case (.uint(let y, _), .angle(let x, let n)) where self == .multiply:
            return .angle((x &* y) & mask(n), width: n)
        case (.int(let y, _), .angle(let x, let n)) where self == .multiply:
            return .angle((x &* UInt64(bitPattern: y)) & mask(n), width: n)
        case (.duration, _), (_, .duration):
            if let value = try applyDurations(a, b) { return value }
        case (.wide, _), (_, .wide): return try applyWide(a, b)
        default: break
        }
        throw undefined(a, b)
    }

    func undefined(_ a: ClassicalValue, _ b: ClassicalValue) -> EvaluationError {
        EvaluationError(.type, "\(rawValue) is not defined between \(a.type) and \(b.type)")
    }

    private func compare(
        _ a: ClassicalValue, _ b: ClassicalValue, _ reals: (Double, Double) -> Bool,
        bits: (BitString, BitString) -> Bool
    ) throws(EvaluationError) -> Bool {
        if a.isWide || b.isWide, let order = wideKeys(a, b) { return bits(order.0, order.1) }
        // Integers and patterns compare through one 129-bit-safe route: as bit strings of 65 bits, sign flipped.
        func ordered(_ value: ClassicalValue) -> BitString? {
            switch value {
            case .bool(let value): Self.key(UInt64(value ? 1 : 0), negative: false)
            case .int(let value, _): Self.key(UInt64(bitPattern: value), negative: value < 0)
            case .uint(let value, _), .angle(let value, _): Self.key(value, negative: false)
            case .bits(let string): string.unsigned.map { Self.key($0, negative: false) }
            case .float, .duration, .wide: nil
            }
        }
        if case .bits(let x) = a, case .bits(let y) = b {
            if x.count == y.count { return bits(x, y) }
        }
        if case .angle(_, let n) = a, case .angle(_, let m) = b, n != m { return reals(a.real, b.real) }
        if let x = ordered(a), let y = ordered(b) { return bits(x, y) }
        switch (a, b) {
        case (.duration, .duration): return reals(a.real, b.real)
        case (.duration, _), (_, .duration): throw undefined(a, b)
        default: return reals(a.real, b.real)
        }
    }

    private static func key(_ value: UInt64, negative: Bool) -> BitString {
        var result = BitString(value, count: 65)
        result[64] = !negative
        return result
    }

    private func shift(_ a: ClassicalValue, by b: ClassicalValue) throws(EvaluationError) -> ClassicalValue {
        let amount: Int
        switch b {
        case .int(let value, _): amount = Int(value)
        case .uint(let value, _): amount = Int(clamping: value)
        case .bits(let bits): amount = bits.unsigned.map { Int(clamping: $0) } ?? .max
        case .wide(let number) where number.kind != .angle: amount = number.clamped(from: 0)
        default: throw undefined(a, b)
        }
        if amount < 0 { throw EvaluationError(.outOfRange, "a shift by \(amount); shift the other way") }
        let left = self == .shiftLeft
        func moved(_ value: UInt64, _ width: Int) -> UInt64 {
            if amount >= width { return 0 }
            return left ? (value << UInt64(amount)) & mask(width) : value >> UInt64(amount)
        }
        switch a {
        case .bits(let bits):
            if amount >= bits.count { return .bits(BitString(zeros: bits.count)) }
            return .bits(bits.shifted(by: left ? amount : -amount))
        case .uint(let value, let width): return .uint(moved(value, width), width: width)
        case .angle(let value, let width): return .angle(moved(value, width), width: width)
        case .int(let value, let width):
            if left { return .int(signExtended(moved(UInt64(bitPattern: value), 64), width), width: width) }
            return .int(value >> Int64(min(amount, 63)), width: width)
        case .wide(let number): return ClassicalValue(number.kind, pattern: number.shifted(left: left, by: amount))
        default: throw undefined(a, b)
        }
    }

    private func exponent(_ value: Int64) throws(EvaluationError) -> UInt64 {
        if value < 0 {
            throw EvaluationError(.outOfRange, "an integer to the power \(value); convert the base to a float")
        }
        return UInt64(value)
    }

    private static func power<Integer: FixedWidthInteger>(_ base: Integer, _ exponent: UInt64) -> Integer {
        var result: Integer = 1
        var square = base
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result = result &* square }
            square = square &* square
            rest >>= 1
        }
        return result
    }

    private func integer(_ x: Int64, _ y: Int64) throws(EvaluationError) -> Int64 {
        switch self {
        case .add: return x &+ y
        case .subtract: return x &- y
        case .multiply: return x &* y
        case .divide, .remainder:
            if y == 0 { throw EvaluationError(.divisionByZero, "\(x) \(rawValue) 0 is a division by zero") }
            // −2⁶³ / −1 wraps around, like every other overflow.
            if y == -1 { return self == .divide ? 0 &- x : 0 }
            return self == .divide ? x / y : x % y
        case .power: return Self.power(x, try exponent(y))
        case .bitAnd: return x & y
        case .bitOr: return x | y
        case .bitXor: return x ^ y
        default: throw EvaluationError(.type, "\(rawValue) is not defined for integers")
        }
    }

    private func natural(_ x: UInt64, _ y: UInt64) throws(EvaluationError) -> UInt64 {
        switch self {
        case .add: return x &+ y
        case .subtract: return x &- y
        case .multiply: return x &* y
        case .divide, .remainder:
            if y == 0 { throw EvaluationError(.divisionByZero, "\(x) \(rawValue) 0 is a division by zero") }
            return self == .divide ? x / y : x % y
        case .power: return Self.power(x, y)
        case .bitAnd: return x & y
        case .bitOr: return x | y
        case .bitXor: return x ^ y
        default: throw EvaluationError(.type, "\(rawValue) is not defined for unsigned integers")
        }
    }

    func float(_ x: Double, _ y: Double, width: Int) throws(EvaluationError) -> ClassicalValue {
        let value: Double
        switch self {
        case .add: value = x + y
        case .subtract: value = x - y
        case .multiply: value = x * y
        case .divide:
            if y == 0 { throw EvaluationError(.divisionByZero, "\(x) / 0") }
            value = x / y
        case .remainder:
            if y == 0 { throw EvaluationError(.divisionByZero, "\(x) % 0") }
            value = fmod(x, y)
        case .power: value = pow(x, y)
        default: throw EvaluationError(.type, "\(rawValue) is not defined for floats")
        }
        if value.isNaN { throw EvaluationError(.domain, "\(x) \(rawValue) \(y) is no number") }
        return .rounded(value, width: width)
    }
}
