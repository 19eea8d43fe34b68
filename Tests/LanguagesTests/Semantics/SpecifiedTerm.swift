#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// An expression as the specification types and evaluates it.
indirect enum SpecifiedTerm {
    case value(SpecifiedValue)
    /// A literal without a type of its own: `int` or `float` of the machine's size, or `bool`.
    case literal(SpecifiedValue)
    case unary(String, SpecifiedTerm)
    case binary(String, SpecifiedTerm, SpecifiedTerm)
    case cast(SpecifiedType, SpecifiedTerm)
    case call(String, [SpecifiedTerm])
    /// One bit, counted from the end where negative.
    case bit(SpecifiedTerm, Int)
    /// `[first:step:last]`
    case slice(SpecifiedTerm, first: Int, step: Int, last: Int)
}

// Types, "Casting specifics" and "Classical instructions".
extension SpecifiedTerm {
    var type: SpecifiedType {
        switch self {
        case .value(let value), .literal(let value): return value.type
        case .cast(let type, _): return type
        case .bit: return .bool
        case .slice(_, let first, let step, let last): return .bits((last - first) / step + 1)
        case .unary("!", _): return .bool
        // "bit" is a register type with bitwise negation, and interchangeable with bool.
        case .unary("~", let operand): return operand.type
        case .unary(_, let operand): return operand.type == .bool ? .int(64) : operand.type
        case .call(let name, let arguments):
            switch name {
            case "popcount": return .uint(64)
            case "rotl", "rotr": return arguments[0].type
            case "mod":
                if arguments.contains(where: { if case .float = $0.type { true } else { false } }) { return .float(64) }
                return .int(max(64, arguments[0].type.width, arguments[1].type.width))
            default: return name.hasPrefix("variable ") ? arguments[0].type : .float(64)
            }
        case .binary(let op, let left, let right):
            switch op {
            case "==", "!=", "<", "<=", ">", ">=", "&&", "||": return .bool
            case "<<", ">>": return left.type
            default: break
            }
            switch (left.type, right.type) {
            // "Division of two durations results in a machine-precision float"
            case (.duration, .duration) where op == "/": return .float(64)
            case (.duration, _), (_, .duration): return .duration
            case (.bits(let n), .bits): return .bits(n)
            case (.bool, .bool) where ["&", "|", "^"].contains(op): return .bool
            case (.angle(let n), .angle(let m)): return op == "/" ? .uint(max(n, m)) : .angle(max(n, m))
            case (.angle(let n), _), (_, .angle(let n)): return .angle(n)
            default: return Self.common(left.type, right.type)
            }
        }
    }

    /// "The lesser of the two types is cast to the greater of the two": C99's usual arithmetic conversions, with the
    /// number of bits as the rank.
    static func common(_ a: SpecifiedType, _ b: SpecifiedType) -> SpecifiedType {
        switch (a == .bool ? .int(64) : a, b == .bool ? .int(64) : b) {
        case (.float(let n), .float(let m)): .float(max(n, m))
        case (.float(let n), _), (_, .float(let n)): .float(n)
        case (.int(let n), .int(let m)): .int(max(n, m))
        case (.uint(let n), .uint(let m)): .uint(max(n, m))
        // The unsigned type wins unless the signed one holds all of its values.
        case (.int(let n), .uint(let m)), (.uint(let m), .int(let n)): n > m ? .int(n) : .uint(m)
        case (.angle(let n), .angle(let m)): .angle(max(n, m))
        default: a
        }
    }
}

// Values.
extension SpecifiedTerm {
    func evaluate() throws -> SpecifiedValue {
        switch self {
        case .value(let value), .literal(let value): return value
        case .cast(let type, let operand): return try operand.evaluate().cast(to: type)
        case .unary(let op, let operand): return try Self.unary(op, operand.evaluate())
        case .binary("&&", let left, let right):
            guard case .bool(true) = try left.evaluate().cast(to: .bool) else { return .bool(false) }
            return try right.evaluate().cast(to: .bool)
        case .binary("||", let left, let right):
            if case .bool(true) = try left.evaluate().cast(to: .bool) { return .bool(true) }
            return try right.evaluate().cast(to: .bool)
        case .binary(let op, let left, let right):
            return try Self.binary(op, left.evaluate(), right.evaluate(), type)
        case .call(let name, let arguments): return try Self.call(name, arguments.map { try $0.evaluate() })
        case .bit(let operand, let place):
            let value = try operand.evaluate()
            return .bool(value.pattern.bit(place < 0 ? place + value.width : place))
        case .slice(let operand, let first, let step, let last):
            let pattern = try operand.evaluate().pattern
            var result = BigInteger.zero
            for (k, place) in stride(from: first, through: last, by: step).enumerated() where pattern.bit(place) {
                result = result + .power(ofTwo: k)
            }
            return .bits(result, (last - first) / step + 1)
        }
    }

    private static func unary(_ op: String, _ operand: SpecifiedValue) throws -> SpecifiedValue {
        switch (op, operand) {
        case ("!", _):
            guard case .bool(let truth) = try operand.cast(to: .bool) else { preconditionFailure("no truth value") }
            return .bool(!truth)
        case ("-", .float(let value, let n)): return .float(-value, n)
        case ("-", .duration(let value)): return .duration(-value)
        case ("-", .bool): return .wrapped(-operand.number!, to: .int(64))
        case ("-", .int(let value, let n)): return .wrapped(-value, to: .int(n))
        case ("-", .uint(let value, let n)): return .wrapped(-value, to: .uint(n))
        // "the same value as 0 − a"
        case ("-", .angle(let value, let n)): return .angle((-value).modulo(powerOfTwo: n), n)
        case ("~", .bool(let value)): return .bool(!value)
        case ("~", _):
            let n = operand.width
            return operand.withPattern(.power(ofTwo: n) - .one - operand.pattern)
        default: preconditionFailure("no \(op) for \(operand)")
        }
    }

    private static func binary(
        _ op: String, _ left: SpecifiedValue, _ right: SpecifiedValue, _ type: SpecifiedType
    ) throws -> SpecifiedValue {
        switch op {
        case "<<", ">>":
            let amount = right.number!
            if amount.isNegative { throw SpecifiedFault("negative shift") }
            let n = left.width
            let places = amount >= BigInteger(Int64(n)) ? n : Int(amount.low)
            if op == "<<" { return left.withPattern((left.pattern * .power(ofTwo: places)).modulo(powerOfTwo: n)) }
            if case .int(let value, _) = left {
                // Arithmetic, as in C: the sign is shifted in, which rounds towards −∞.
                let (quotient, remainder) = value.divided(by: .power(ofTwo: places))
                return .int(remainder.isNegative ? quotient - .one : quotient, n)
            }
            return left.withPattern(left.pattern.divided(by: .power(ofTwo: places)).quotient)
        case "==", "!=", "<", "<=", ">", ">=":
            return .bool(ordered(op, try order(left, right)))
        default: break
        }
        switch (left, right) {
        case (.duration(let a), .duration(let b)):
            let value = try float(op, a, b, 64)
            if op == "/" { return .float(SpecifiedDuration.quotient(a, b) ?? value, 64) }
            return .duration(SpecifiedDuration.settled(value, roundedAt: max(abs(a), abs(b))))
        // "add/subtract two durations, or multiply or divide them by a constant"
        case (.duration(let a), _):
            let value = try float(op, a, try right.double, 64)
            return .duration(SpecifiedDuration.settled(value, roundedAt: value))
        case (_, .duration(let b)):
            let value = try float(op, try left.double, b, 64)
            return .duration(SpecifiedDuration.settled(value, roundedAt: value))
        case (.bits, .bits): return left.withPattern(bitwise(op, left.pattern, right.pattern, left.width))
        case (.bool, .bool) where ["&", "|", "^"].contains(op):
            return .bool(!bitwise(op, left.pattern, right.pattern, 1).isZero)
        case (.angle, .angle):
            let n = max(left.width, right.width)
            let a = try left.cast(to: .angle(n)).pattern
            let b = try right.cast(to: .angle(n)).pattern
            // "as if the operations had been carried out between two uint types of the same size"
            guard case .uint(let value, _) = try integer(op, a, b, .uint(n)) else { preconditionFailure("no uint") }
            return op == "/" ? .uint(value, n) : .angle(value, n)
        case (.angle(let a, let n), _), (_, .angle(let a, let n)):
            let number = (left.number ?? right.number)!
            if op == "/" && number.isNegative { throw SpecifiedFault("an angle divided by a negative number") }
            if op == "/" && number.isZero { throw SpecifiedFault("division by zero") }
            let value = op == "/" ? a.divided(by: number).quotient : a * number
            return .angle(value.modulo(powerOfTwo: n), n)
        default: break
        }
        let a = try left.cast(to: type)
        let b = try right.cast(to: type)
        if case .float(let x, let n) = a, case .float(let y, _) = b { return .float(try float(op, x, y, n), n) }
        if op == "**", right.number!.isNegative, b.number!.isNegative { throw SpecifiedFault("negative power") }
        return try integer(op, a.number!, b.number!, type)
    }

    private static func bitwise(_ op: String, _ a: BigInteger, _ b: BigInteger, _ width: Int) -> BigInteger {
        var result = BigInteger.zero
        for k in 0..<width {
            let (x, y) = (a.bit(k), b.bit(k))
            if op == "&" ? x && y : op == "|" ? x || y : x != y { result = result + .power(ofTwo: k) }
        }
        return result
    }

    private static func integer(
        _ op: String, _ a: BigInteger, _ b: BigInteger, _ type: SpecifiedType
    ) throws -> SpecifiedValue {
        switch op {
        case "+": return .wrapped(a + b, to: type)
        case "-": return .wrapped(a - b, to: type)
        case "*": return .wrapped(a * b, to: type)
        case "/", "%":
            if b.isZero { throw SpecifiedFault("division by zero") }
            let (quotient, remainder) = a.divided(by: b)
            return .wrapped(op == "/" ? quotient : remainder, to: type)
        case "**":
            // Modulo 2ⁿ all along, or the numbers would not fit the machine.
            let n = type.width
            var result = BigInteger.one, square = a.modulo(powerOfTwo: n)
            for place in 0..<b.bitCount {
                if b.bit(place) { result = (result * square).modulo(powerOfTwo: n) }
                square = (square * square).modulo(powerOfTwo: n)
            }
            return .wrapped(result, to: type)
        default:
            let n = type.width
            return .wrapped(bitwise(op, a.modulo(powerOfTwo: n), b.modulo(powerOfTwo: n), n), to: type)
        }
    }

    /// IEEE 754: the exact result, rounded once.
    private static func float(_ op: String, _ x: Double, _ y: Double, _ n: Int) throws -> Double {
        let value = try unbounded(op, x, y, n)
        // The ends of the range are not what is tested here.
        let (smallest, largest) = n == 32 ? (1e-37, 1e38) : (1e-300, 1e300)
        if value.magnitude > largest || (value != 0 && value.magnitude < smallest) { throw SpecifiedFault.outsideTest }
        return value
    }

    private static func unbounded(_ op: String, _ x: Double, _ y: Double, _ n: Int) throws -> Double {
        let digits = n == 32 ? 24 : 53
        let exact: Rational
        switch op {
        case "+": exact = Rational(x) + Rational(y)
        case "-": exact = Rational(x) - Rational(y)
        case "*": exact = Rational(x) * Rational(y)
        case "/":
            if y == 0 { throw SpecifiedFault("division by zero") }
            exact = Rational(x) / Rational(y)
        default:
            let value = pow(x, y)
            if value.isNaN { throw SpecifiedFault("no number") }
            return n == 32 ? Double(Float(value)) : value
        }
        return exact.rounded(toDigits: digits)
    }

    /// −1, 0, 1.
    private static func order(_ left: SpecifiedValue, _ right: SpecifiedValue) throws -> Int {
        func compare<T: Comparable>(_ a: T, _ b: T) -> Int { a < b ? -1 : a == b ? 0 : 1 }
        switch (left, right) {
        case (.bits, .bits), (.bool, .bool): return compare(left.pattern, right.pattern)
        case (.duration(let a), .duration(let b)): return compare(a, b)
        default: break
        }
        let type = common(left.type, right.type)
        let (a, b) = (try left.cast(to: type), try right.cast(to: type))
        if case .float(let x, _) = a, case .float(let y, _) = b { return compare(x, y) }
        if case .angle = a { return compare(a.pattern, b.pattern) }
        return compare(a.number!, b.number!)
    }

    private static func ordered(_ op: String, _ order: Int) -> Bool {
        switch op {
        case "==": order == 0
        case "!=": order != 0
        case "<": order < 0
        case "<=": order <= 0
        case ">": order > 0
        default: order >= 0
        }
    }

    private static func call(_ name: String, _ arguments: [SpecifiedValue]) throws -> SpecifiedValue {
        let x = arguments[0]
        switch name {
        case "popcount":
            let pattern = x.pattern
            return .uint(BigInteger(Int64((0..<x.width).count { pattern.bit($0) })), 64)
        case "rotl", "rotr":
            let n = x.width
            let turn = arguments[1].number!.divided(by: BigInteger(Int64(n))).remainder
            let places = Int(turn.low) * (turn.isNegative ? -1 : 1) * (name == "rotl" ? 1 : -1)
            let pattern = x.pattern
            var result = BigInteger.zero
            for k in 0..<n where pattern.bit(k) { result = result + .power(ofTwo: ((k + places) % n + n) % n) }
            return x.withPattern(result)
        case "mod":
            if let a = x.number, let b = arguments[1].number {
                if b.isZero { throw SpecifiedFault("division by zero") }
                let rest = a.divided(by: b).remainder
                let width = max(64, x.type.width, arguments[1].type.width)
                if rest >= .power(ofTwo: width - 1) { throw SpecifiedFault("does not fit int[\(width)]") }
                return .int(rest, width)
            }
            let (a, b) = (try x.double, try arguments[1].double)
            if b == 0 { throw SpecifiedFault("division by zero") }
            // a − b·trunc(a/b), which is a double without rounding.
            let quotient = Rational((Rational(a) / Rational(b)).truncated)
            return .float((Rational(a) - Rational(b) * quotient).rounded(toDigits: 53), 64)
        case "floor", "ceiling":
            let value = Rational(try x.double)
            let (quotient, remainder) = value.numerator.divided(by: value.denominator)
            var whole = quotient
            if name == "floor" && remainder.isNegative { whole = whole - .one }
            if name == "ceiling" && !remainder.isNegative && !remainder.isZero { whole = whole + .one }
            return .float(Rational(whole).rounded(toDigits: 53), 64)
        default:
            let value = try x.double
            let result: Double =
                switch name {
                case "sin": sin(value)
                case "cos": cos(value)
                case "tan": tan(value)
                case "exp": exp(value)
                case "log": value == 0 ? .nan : log(value)
                case "sqrt": value.squareRoot()
                case "arcsin": asin(value)
                case "arccos": acos(value)
                default: atan(value)
                }
            if result.isNaN { throw SpecifiedFault("outside its domain") }
            if result.magnitude > 1e300 { throw SpecifiedFault.outsideTest }
            return .float(result, 64)
        }
    }
}

extension SpecifiedType {
    var width: Int {
        switch self {
        case .bool: 1
        case .int(let n), .uint(let n), .float(let n), .angle(let n), .bits(let n): n
        case .duration: 64
        }
    }
}

extension SpecifiedValue {
    var width: Int { type.width }

    /// A value of the same type with another pattern.
    func withPattern(_ pattern: BigInteger) -> SpecifiedValue {
        switch self {
        case .bits(_, let n): .bits(pattern, n)
        case .angle(_, let n): .angle(pattern, n)
        case .int, .uint: .wrapped(pattern, to: type)
        case .bool: .bool(!pattern.isZero)
        case .float, .duration: preconditionFailure("\(type) has no pattern")
        }
    }

    /// As a `float[64]`; an angle in radians.
    var double: Double {
        get throws {
            if case .angle(let pattern, let n) = self {
                return 2 * .pi * (Rational(pattern, over: .power(ofTwo: n)).rounded(toDigits: 53))
            }
            guard case .float(let value, _) = try cast(to: .float(64)) else { preconditionFailure("no float") }
            return value
        }
    }
}
