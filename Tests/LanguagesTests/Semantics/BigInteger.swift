/// An integer without bounds: what the specification's arithmetic is about before any width cuts it.
///
/// Written for clarity and for nothing else: sign and magnitude, 32 bits a limb, long division bit by bit.
struct BigInteger: Hashable, Comparable, CustomStringConvertible {
    /// Least significant first, no zeros at the end.
    private var limbs: [UInt32]
    private(set) var isNegative: Bool

    private init(_ limbs: [UInt32], _ isNegative: Bool) {
        var limbs = limbs
        while limbs.last == 0 { limbs.removeLast() }
        self.limbs = limbs
        self.isNegative = isNegative && !limbs.isEmpty
    }

    init(_ value: Int64) { self.init(UInt64(value.magnitude), isNegative: value < 0) }

    init(_ value: UInt64, isNegative: Bool = false) {
        self.init([UInt32(truncatingIfNeeded: value), UInt32(value >> 32)], isNegative)
    }

    static func power(ofTwo exponent: Int) -> BigInteger {
        var limbs = [UInt32](repeating: 0, count: exponent / 32 + 1)
        limbs[exponent / 32] = 1 << UInt32(exponent % 32)
        return BigInteger(limbs, false)
    }

    static let zero = BigInteger([], false)
    static let one = BigInteger([1], false)

    var isZero: Bool { limbs.isEmpty }
    var isOdd: Bool { limbs.first.map { $0 & 1 == 1 } ?? false }
    var magnitude: BigInteger { BigInteger(limbs, false) }
    var bitCount: Int { limbs.isEmpty ? 0 : limbs.count * 32 - limbs[limbs.count - 1].leadingZeroBitCount }

    /// Whether bit `place` of the magnitude is set.
    func bit(_ place: Int) -> Bool {
        place / 32 < limbs.count && limbs[place / 32] >> UInt32(place % 32) & 1 == 1
    }

    /// The low 64 bits of the magnitude.
    var low: UInt64 {
        UInt64(limbs.first ?? 0) | UInt64(limbs.count > 1 ? limbs[1] : 0) << 32
    }

    static prefix func - (a: BigInteger) -> BigInteger { BigInteger(a.limbs, !a.isNegative) }

    static func + (a: BigInteger, b: BigInteger) -> BigInteger {
        if a.isNegative == b.isNegative { return BigInteger(sum(a.limbs, b.limbs), a.isNegative) }
        return precedes(a.limbs, b.limbs)
            ? BigInteger(difference(b.limbs, a.limbs), b.isNegative)
            : BigInteger(difference(a.limbs, b.limbs), a.isNegative)
    }

    static func - (a: BigInteger, b: BigInteger) -> BigInteger { a + -b }

    static func * (a: BigInteger, b: BigInteger) -> BigInteger {
        var limbs = [UInt32](repeating: 0, count: a.limbs.count + b.limbs.count)
        for (i, x) in a.limbs.enumerated() {
            var carry: UInt64 = 0
            for (j, y) in b.limbs.enumerated() {
                let total = UInt64(x) * UInt64(y) + UInt64(limbs[i + j]) + carry
                limbs[i + j] = UInt32(truncatingIfNeeded: total)
                carry = total >> 32
            }
            limbs[i + b.limbs.count] = UInt32(carry)
        }
        return BigInteger(limbs, a.isNegative != b.isNegative)
    }

    /// Quotient cut towards zero, and the remainder with the sign of the dividend.
    func divided(by divisor: BigInteger) -> (quotient: BigInteger, remainder: BigInteger) {
        precondition(!divisor.isZero, "a division by zero")
        var quotient = [UInt32](repeating: 0, count: limbs.count)
        var rest = BigInteger.zero
        for place in (0..<bitCount).reversed() {
            rest = rest + rest
            if bit(place) { rest = rest + .one }
            if !Self.precedes(rest.limbs, divisor.limbs) {
                rest = BigInteger(Self.difference(rest.limbs, divisor.limbs), false)
                quotient[place / 32] |= 1 << UInt32(place % 32)
            }
        }
        return (BigInteger(quotient, isNegative != divisor.isNegative), BigInteger(rest.limbs, isNegative))
    }

    /// The representative in 0..<2^width.
    func modulo(powerOfTwo width: Int) -> BigInteger {
        let size = Self.power(ofTwo: width)
        let rest = divided(by: size).remainder
        return rest.isNegative ? rest + size : rest
    }

    static func < (a: BigInteger, b: BigInteger) -> Bool {
        if a.isNegative != b.isNegative { return a.isNegative }
        return a.isNegative ? precedes(b.limbs, a.limbs) : precedes(a.limbs, b.limbs)
    }

    var description: String {
        if isZero { return "0" }
        var digits = ""
        var rest = magnitude
        while !rest.isZero {
            let step = rest.divided(by: BigInteger(10))
            digits = "\(step.remainder.low)" + digits
            rest = step.quotient
        }
        return (isNegative ? "-" : "") + digits
    }

    private static func precedes(_ a: [UInt32], _ b: [UInt32]) -> Bool {
        if a.count != b.count { return a.count < b.count }
        for k in a.indices.reversed() where a[k] != b[k] { return a[k] < b[k] }
        return false
    }

    private static func sum(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var carry: UInt64 = 0
        for k in 0..<max(a.count, b.count) {
            carry += UInt64(k < a.count ? a[k] : 0) + UInt64(k < b.count ? b[k] : 0)
            result.append(UInt32(truncatingIfNeeded: carry))
            carry >>= 32
        }
        return result + [UInt32(carry)]
    }

    /// `a − b` for a ≥ b.
    private static func difference(_ a: [UInt32], _ b: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var borrow: Int64 = 0
        for k in a.indices {
            let value = Int64(a[k]) - Int64(k < b.count ? b[k] : 0) - borrow
            borrow = value < 0 ? 1 : 0
            result.append(UInt32(truncatingIfNeeded: value))
        }
        return result
    }
}

/// A fraction of integers without bounds; not reduced.
struct Rational {
    var numerator: BigInteger
    /// Positive.
    var denominator: BigInteger

    init(_ numerator: BigInteger, over denominator: BigInteger = .one) {
        self.numerator = denominator.isNegative ? -numerator : numerator
        self.denominator = denominator.magnitude
    }

    /// The exact value of a finite double.
    init(_ value: Double) {
        let isNormal = value.exponentBitPattern > 0
        let exponent = Int(isNormal ? value.exponentBitPattern : 1) - 1075
        let whole = BigInteger(value.significandBitPattern | (isNormal ? 1 << 52 : 0), isNegative: value < 0)
        self =
            exponent >= 0
            ? Rational(whole * .power(ofTwo: exponent)) : Rational(whole, over: .power(ofTwo: -exponent))
    }

    static func + (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator + b.numerator * a.denominator, over: a.denominator * b.denominator)
    }
    static func - (a: Rational, b: Rational) -> Rational { a + Rational(-b.numerator, over: b.denominator) }
    static func * (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.numerator, over: a.denominator * b.denominator)
    }
    static func / (a: Rational, b: Rational) -> Rational {
        Rational(a.numerator * b.denominator, over: a.denominator * b.numerator)
    }

    var truncated: BigInteger { numerator.divided(by: denominator).quotient }

    /// The nearest integer, the even one of two.
    var rounded: BigInteger {
        let (quotient, remainder) = numerator.magnitude.divided(by: denominator)
        let twice = remainder + remainder
        let up = twice > denominator || (twice == denominator && quotient.isOdd)
        let result = up ? quotient + .one : quotient
        return numerator.isNegative ? -result : result
    }

    /// The nearest float of `digits` significant bits (24 or 53), ties to even; for values in the normal range.
    func rounded(toDigits digits: Int) -> Double {
        if numerator.isZero { return 0 }
        // Scaled so that the integer part has exactly `digits` bits, or one more.
        var shift = digits - (numerator.bitCount - denominator.bitCount)
        func scaled(_ shift: Int) -> Rational {
            shift >= 0
                ? Rational(numerator * .power(ofTwo: shift), over: denominator)
                : Rational(numerator, over: denominator * .power(ofTwo: -shift))
        }
        if scaled(shift).truncated.bitCount > digits { shift -= 1 }
        if scaled(shift).truncated.bitCount < digits { shift += 1 }
        let whole = scaled(shift).rounded
        let value = Double(whole.low) * Double(sign: .plus, exponent: -shift, significand: 1)
        return numerator.isNegative ? -value : value
    }
}
