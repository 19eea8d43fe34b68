/// An `int`, `uint` or `angle` of more than 64 bits.
///
/// Narrower ones are machine words in `ClassicalValue`'s own cases; `ClassicalValue(_:pattern:)` picks the case.
public struct WideNumber: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable {
        /// Two's complement.
        case int
        case uint
        /// A fraction of a turn.
        case angle
    }

    public let kind: Kind
    public let pattern: BitString

    fileprivate init(_ kind: Kind, _ pattern: BitString) {
        self.kind = kind
        self.pattern = pattern
    }

    var width: Int { pattern.count }
    public var isNegative: Bool { kind == .int && pattern.isNegative }
    /// The absolute value; that of the lowest integer is a pattern without sign.
    var magnitude: BitString { isNegative ? pattern.negated : pattern }

    public var type: ClassicalType {
        switch kind {
        case .int: .int(width)
        case .uint: .uint(width)
        case .angle: .angle(width)
        }
    }

    /// The number of an integer; radians of an angle.
    var real: Double {
        let (fraction, exponent) = magnitude.scaled
        if kind == .angle {
            return 2 * .pi * Double(sign: .plus, exponent: exponent - width, significand: Double(fraction))
        }
        return Double(sign: isNegative ? .minus : .plus, exponent: exponent, significand: Double(fraction))
    }

    /// As `real`, rounded once to 24 digits.
    var single: Double {
        let (fraction, exponent) = magnitude.scaled
        let value = Double(
            sign: isNegative ? .minus : .plus, exponent: exponent, significand: Double(Float(fraction)))
        return Double(Float(value))
    }
}

extension WideNumber {
    /// A whole number in decimal digits, as wide as it must be, an `int`; nil where 64 bits hold it, or for other text.
    init?(text: String) {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let magnitude = BitString(decimal: digits, count: ClassicalType.widthLimit), magnitude.bitLength > 63
        else {
            return nil
        }
        let pattern = magnitude.resized(to: magnitude.bitLength + 1)
        self.init(.int, text.hasPrefix("-") ? pattern.negated : pattern)
    }
}

extension WideNumber: CustomStringConvertible {
    public var description: String {
        kind == .angle ? "\(real)" : (isNegative ? "-" : "") + magnitude.decimal
    }
}

extension ClassicalValue {
    /// The integer or angle of a pattern, as wide as it.
    public init(_ kind: WideNumber.Kind, pattern: BitString) {
        let width = pattern.count
        if width > 64 {
            self = .wide(WideNumber(kind, pattern))
            return
        }
        switch kind {
        case .int: self = .int(signExtended(pattern.low, width), width: width)
        case .uint: self = .uint(pattern.low, width: width)
        case .angle: self = .angle(pattern.low, width: width)
        }
    }

    /// The bits of an integer, an angle, a bit string or a truth value.
    public var pattern: BitString? {
        switch self {
        case .bool(let value): BitString(value ? 1 : 0, count: 1)
        case .bits(let bits): bits
        case .int(let value, let width): BitString(UInt64(bitPattern: value), count: width)
        case .uint(let value, let width), .angle(let value, let width): BitString(value, count: width)
        case .wide(let number): number.pattern
        case .float, .duration: nil
        }
    }

    /// Whether an integer stays the same number in a type of integers or bits.
    public func fits(_ type: ClassicalType) -> Bool {
        guard let converted = try? converted(to: type) else { return false }
        return (try? BinaryOperator.equal.apply(self, converted)) == .bool(true)
    }
}
