// Conversions between classical types, after OpenQASM 3, "Types and Casting" (live specification, casting table).

extension ClassicalValue {
    /// The value in another type.
    ///
    /// Integers wrap to the narrower width; floats are cut towards zero; numbers become angles modulo the float nearest to
    /// 2π, rounded to the nearest fraction, ties to even; angles keep their most significant bits, the rest is cut off;
    /// bits convert as the pattern they are.
    ///
    /// - Throws: `EvaluationError` for a float that the integer type cannot hold, or a pair of types without conversion.
    public func converted(to target: ClassicalType) throws(EvaluationError) -> ClassicalValue {
        if type == target { return self }
        if isWide || target.isWide { return try convertedWide(to: target) }
        switch target {
        case .bool: return .bool(try truth)
        case .bits(let count): return .bits(try pattern(count))
        case .int(let width): return .int(signExtended(try integer(width: width, signed: true), width), width: width)
        case .uint(let width): return .uint(try integer(width: width, signed: false) & mask(width), width: width)
        case .float(let width): return try float(width)
        case .angle(let width): return .angle(try turn(width), width: width)
        case .duration:
            if case .float(let seconds, _) = self { return .duration(seconds) }
            throw EvaluationError(.type, "cannot convert \(type) to a duration")
        }
    }

    /// Whether the value is other than zero: what conditions and single bits take.
    public var truth: Bool {
        get throws(EvaluationError) {
            switch self {
            case .bool(let value): value
            case .bits(let bits): bits.nonzeroBitCount > 0
            case .int(let value, _): value != 0
            case .uint(let value, _), .angle(let value, _): value != 0
            case .wide(let number): !number.pattern.isZero
            case .float(let value, _): value != 0
            case .duration: throw EvaluationError(.type, "a duration is no truth value; compare it with another")
            }
        }
    }

    static func rounded(_ value: Double, width: Int) -> ClassicalValue {
        switch width {
        case 16: .float(Self.half(value), width: 16)
        case 32: .float(Double(Float(value)), width: 32)
        default: .float(value, width: width)
        }
    }

    /// The nearest number of IEEE 754's binary16, ties to even.
    private static func half(_ value: Double) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let step = Double(sign: .plus, exponent: max(value.exponent, -14) - 10, significand: 1)
        let result = (value / step).rounded(.toNearestOrEven) * step
        return abs(result) > 65504 ? (value < 0 ? -.infinity : .infinity) : result
    }

    /// The value as an index into something of `count` elements called `name`; negative indices count from the end.
    ///
    /// - Throws: `EvaluationError` with code `.indexOutOfRange`, or `.type` for what is no integer.
    public func index(
        below count: Int, of name: @autoclosure () -> String, unit: String = "bits"
    ) throws(EvaluationError) -> Int {
        let index: Int
        switch self {
        case .int(let value, _): index = value < 0 ? Int(value) &+ count : Int(value)
        case .uint(let value, _): index = Int(clamping: value)
        case .bool(let value): index = value ? 1 : 0
        case .bits(let bits): index = bits.unsigned.map { Int(clamping: $0) } ?? .max
        case .wide(let number) where number.kind != .angle: index = number.clamped(from: count)
        default: throw EvaluationError(.type, "an index is an integer, not \(type)")
        }
        guard index >= 0 && index < count else {
            throw EvaluationError(.indexOutOfRange, "index \(self) lies outside \(name()), which has \(count) \(unit)")
        }
        return index
    }

    func pattern(_ count: Int) throws(EvaluationError) -> BitString {
        switch self {
        case .bool(let value): return BitString(value ? 1 : 0, count: count)
        case .bits(let bits):
            if bits.count > count { return bits[0..<count] }
            var result = BitString(zeros: count)
            for k in 0..<bits.count { result[k] = bits[k] }
            return result
        case .int(let value, _):
            var result = BitString(UInt64(bitPattern: value), count: count)
            if value < 0 && count > 64 { for k in 64..<count { result[k] = true } }
            return result
        case .uint(let value, _), .angle(let value, _): return BitString(value, count: count)
        case .wide(let number): return number.pattern.resized(to: count, signed: number.kind == .int)
        case .float, .duration: throw EvaluationError(.type, "cannot convert \(type) to bits")
        }
    }

    /// Two's complement in 64 bits, not yet cut to the width.
    private func integer(width: Int, signed: Bool) throws(EvaluationError) -> UInt64 {
        switch self {
        case .bool(let value): return value ? 1 : 0
        case .bits(let bits): return bits.low
        case .int(let value, _): return UInt64(bitPattern: value)
        case .uint(let value, _): return value
        case .angle(let value, _): return value
        case .float(let value, _):
            let bound = Double(sign: .plus, exponent: signed ? width - 1 : width, significand: 1)
            let whole = value.rounded(.towardZero)
            guard whole < bound && (signed ? whole >= -bound : whole >= 0) else {
                throw EvaluationError(
                    .outOfRange, "\(value) does not fit \(signed ? "int" : "uint")[\(width)]; widen the type")
            }
            return signed ? UInt64(bitPattern: Int64(whole)) : UInt64(whole)
        case .wide: preconditionFailure("wide numbers convert on their own route")
        case .duration: throw EvaluationError(.type, "cannot convert a duration to an integer")
        }
    }

    private func turn(_ width: Int) throws(EvaluationError) -> UInt64 {
        switch self {
        case .angle(let value, let old):
            return old >= width ? value >> UInt64(old - width) : value << UInt64(width - old)
        case .bits(let bits): return bits.low & mask(width)
        case .float(let value, let precision):
            guard value.isFinite else { throw EvaluationError(.domain, "\(value) is no angle") }
            return Self.turn(
                radians: value, width: width, fullTurn: precision == 32 ? Double(Float(2 * Double.pi)) : 2 * .pi)
        case .bool, .int, .uint: return Self.turn(radians: real, width: width, fullTurn: 2 * .pi)
        case .wide: preconditionFailure("wide numbers convert on their own route")
        case .duration: throw EvaluationError(.type, "cannot convert a duration to an angle")
        }
    }

    /// `radians` modulo `fullTurn` as the nearest multiple of fullTurn/2^width, ties to the even one.
    ///
    /// Exact: the remainder, its doublings and the differences below are all doubles without rounding.
    static func turn(radians: Double, width: Int, fullTurn: Double) -> UInt64 {
        var rest = radians.magnitude.truncatingRemainder(dividingBy: fullTurn)
        var quotient: UInt64 = 0
        for _ in 0..<width {
            rest *= 2
            quotient <<= 1
            if rest >= fullTurn {
                rest -= fullTurn
                quotient |= 1
            }
        }
        let twice = 2 * rest
        if twice > fullTurn || (twice == fullTurn && quotient & 1 == 1) { quotient &+= 1 }
        // Rounding to even is the same on both sides of zero.
        return (radians < 0 ? 0 &- quotient : quotient) & mask(width)
    }

    /// Rounded once, straight from the integer.
    private func float(_ width: Int) throws(EvaluationError) -> ClassicalValue {
        switch self {
        case .int(let value, _) where width == 32: return .float(Double(Float(value)), width: 32)
        case .uint(let value, _) where width == 32: return .float(Double(Float(value)), width: 32)
        default: return .rounded(real, width: width)
        }
    }
}

/// The low `width` bits, 1...64.
@inline(__always) func mask(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }

/// The low `width` bits as a two's complement number.
@inline(__always) func signExtended(_ value: UInt64, _ width: Int) -> Int64 {
    let shift = Int64(64 - min(width, 64))
    return Int64(bitPattern: value << UInt64(shift)) >> shift
}

extension ClassicalValue: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bool(let value): "\(value)"
        case .bits(let bits): "\"\(bits)\""
        case .int(let value, _): "\(value)"
        case .uint(let value, _): "\(value)"
        case .float(let value, _): "\(value)"
        case .angle: "\(real)"
        case .wide(let number): "\(number)"
        case .duration(let seconds): "\(seconds) s"
        }
    }
}
