/// The type of a classical value, after OpenQASM 3 ("Types and Casting").
public enum ClassicalType: Hashable, Sendable {
    case bool
    /// `bit[n]`, without arithmetic.
    case bits(Int)
    /// Two's complement of n bits, 1...64.
    case int(Int)
    /// Unsigned of n bits, 1...64.
    case uint(Int)
    /// IEEE 754 of 32 or 64 bits.
    case float(Int)
    /// A fixed-point fraction of a turn in n bits, 1...64.
    case angle(Int)
    /// Seconds.
    case duration
}

/// A classical value with its type.
public enum ClassicalValue: Hashable, Sendable {
    case bool(Bool)
    case bits(BitString)
    /// Sign-extended to 64 bits.
    case int(Int64, width: Int)
    /// Zero-extended to 64 bits.
    case uint(UInt64, width: Int)
    case float(Double, width: Int)
    /// `turn` / 2^width of a full turn.
    case angle(UInt64, width: Int)
    /// Seconds.
    case duration(Double)
}

extension ClassicalValue {
    public var type: ClassicalType {
        switch self {
        case .bool: .bool
        case .bits(let bits): .bits(bits.count)
        case .int(_, let width): .int(width)
        case .uint(_, let width): .uint(width)
        case .float(_, let width): .float(width)
        case .angle(_, let width): .angle(width)
        case .duration: .duration
        }
    }

    /// The value as a real number: angles in radians, durations in seconds, bits as the unsigned number they spell.
    public var real: Double {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .bits(let bits): bits.unsigned.map(Double.init) ?? .infinity
        case .int(let value, _): Double(value)
        case .uint(let value, _): Double(value)
        case .float(let value, _): value
        case .angle(let turn, let width): Self.radians(turn: turn, width: width)
        case .duration(let seconds): seconds
        }
    }

    static func radians(turn: UInt64, width: Int) -> Double {
        2 * .pi * (Double(turn) * Double(sign: .plus, exponent: -width, significand: 1))
    }

    /// The zero of a type, the value of an uninitialised variable.
    public init(zeroOf type: ClassicalType) {
        switch type {
        case .bool: self = .bool(false)
        case .bits(let count): self = .bits(BitString(zeros: count))
        case .int(let width): self = .int(0, width: width)
        case .uint(let width): self = .uint(0, width: width)
        case .float(let width): self = .float(0, width: width)
        case .angle(let width): self = .angle(0, width: width)
        case .duration: self = .duration(0)
        }
    }
}

extension ClassicalType: CustomStringConvertible {
    public var description: String {
        switch self {
        case .bool: "bool"
        case .bits(let count): "bit[\(count)]"
        case .int(let width): "int[\(width)]"
        case .uint(let width): "uint[\(width)]"
        case .float(let width): "float[\(width)]"
        case .angle(let width): "angle[\(width)]"
        case .duration: "duration"
        }
    }
}
