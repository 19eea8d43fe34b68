import Foundation

/// Durations as Docs/classical-semantics.md has them: doubles of seconds that stand for decimal numbers.
enum SpecifiedDuration {
    /// The decimal number of so many places next to a value, if at most two roundings can have come between them.
    static func settled(_ value: Double, roundedAt size: Double) -> Double {
        guard let near = decimal(value, like: value).flatMap({ Double($0) }) else { return value }
        return abs(near - value) <= 2 * size.ulp ? near : value
    }

    /// The quotient of the decimal numbers that two values stand for.
    static func quotient(_ a: Double, _ b: Double) -> Double? {
        let larger = max(abs(a), abs(b))
        guard let x = decimal(a, like: larger), let y = decimal(b, like: larger), Double(x) == a, Double(y) == b,
            let count = Int64(x.filter { $0 != "." }), let other = Int64(y.filter { $0 != "." }), other != 0
        else { return nil }
        return (Rational(BigInteger(count)) / Rational(BigInteger(other))).rounded(toDigits: 53)
    }

    /// A value with 18 places below a thousandth, 15 below one, 12 below a thousand.
    private static func decimal(_ value: Double, like size: Double) -> String? {
        let places = abs(size) < 1e-3 ? 18 : abs(size) < 1 ? 15 : abs(size) < 1e3 ? 12 : nil
        return places.map { String(format: "%.\($0)f", value) }
    }
}
