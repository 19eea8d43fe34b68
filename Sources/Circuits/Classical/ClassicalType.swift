/// The type of a classical value, after OpenQASM 3 ("Types and Casting").
public enum ClassicalType: Hashable, Sendable {
    case bool
    /// `bit[n]`, without arithmetic.
    case bits(Int)
    /// Two's complement of n bits.
    case int(Int)
    /// Unsigned of n bits.
    case uint(Int)
    /// IEEE 754 of 32 or 64 bits.
    case float(Int)
    /// A fixed-point fraction of a turn in n bits.
    case angle(Int)
    /// Seconds.
    case duration

    /// The bits of an `int` or `uint`; 0 for other types.
    public var integerWidth: Int {
        switch self {
        case .int(let width), .uint(let width): width
        default: 0
        }
    }

    /// The bits that an index can point at; 0 for types without.
    public var bitWidth: Int {
        switch self {
        case .bits(let count), .int(let count), .uint(let count), .angle(let count): count
        case .bool, .float, .duration: 0
        }
    }

    /// The most bits of an `int`, `uint` or `angle`.
    public static let widthLimit = 4096
}

/// A classical value with its type.
public enum ClassicalValue: Hashable, Sendable {
    case bool(Bool)
    case bits(BitString)
    /// Up to 64 bits, sign-extended to 64.
    case int(Int64, width: Int)
    /// Up to 64 bits, zero-extended to 64.
    case uint(UInt64, width: Int)
    case float(Double, width: Int)
    /// `turn` / 2^width of a full turn; up to 64 bits.
    case angle(UInt64, width: Int)
    /// An `int`, `uint` or `angle` of more than 64 bits.
    case wide(WideNumber)
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
        case .wide(let number): number.type
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
        case .wide(let number): number.real
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
        case .int(let width): self.init(.int, pattern: BitString(zeros: width))
        case .uint(let width): self.init(.uint, pattern: BitString(zeros: width))
        case .float(let width): self = .float(0, width: width)
        case .angle(let width): self.init(.angle, pattern: BitString(zeros: width))
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
