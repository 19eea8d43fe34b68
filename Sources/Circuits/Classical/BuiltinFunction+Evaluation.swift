#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension BuiltinFunction {
    /// How many arguments the function takes.
    public var argumentCount: Int {
        switch self {
        case .mod, .pow, .rotl, .rotr: 2
        default: 1
        }
    }

    /// The value for evaluated arguments.
    func apply(to arguments: [ClassicalValue]) throws(EvaluationError) -> ClassicalValue {
        guard arguments.count == argumentCount else {
            throw EvaluationError(.type, "\(rawValue) takes \(argumentCount) arguments, not \(arguments.count)")
        }
        let x = arguments[0]
        switch self {
        case .arccos: return try float(acos(x.real), x)
        case .arcsin: return try float(asin(x.real), x)
        case .arctan: return try float(atan(x.real), x)
        case .ceiling: return try float(x.real.rounded(.up), x)
        case .floor: return try float(x.real.rounded(.down), x)
        case .cos: return try float(cosine(x.real), x)
        case .sin: return try float(sine(x.real), x)
        case .tan: return try float(tangent(x.real), x)
        case .exp: return try float(exponential(x.real), x)
        case .log: return try float(logarithm(x.real), x)
        case .sqrt: return try float(x.real.squareRoot(), x)
        case .mod:
            if x.isWide || arguments[1].isWide { return try Self.wideRemainder(x, arguments[1]) }
            if let x = x.wholeNumber, let y = arguments[1].wholeNumber { return try Self.remainder(x, y) }
            return try BinaryOperator.remainder.apply(x, arguments[1])
        case .pow: return try BinaryOperator.power.apply(x, arguments[1])
        case .popcount:
            switch x {
            case .bits(let bits): return .uint(UInt64(bits.nonzeroBitCount), width: 64)
            case .uint(let value, _), .angle(let value, _):
                return .uint(UInt64(value.nonzeroBitCount), width: 64)
            case .wide(let number): return .uint(UInt64(number.pattern.nonzeroBitCount), width: 64)
            default: throw EvaluationError(.type, "popcount is not defined for \(x.type)")
            }
        case .rotl, .rotr:
            guard case .int(let amount, _) = try arguments[1].converted(to: .int(64)) else {
                preconditionFailure("a conversion to int gives an int")
            }
            switch x {
            case .bits(let bits):
                let offset = bits.count == 0 ? 0 : Int(amount) % bits.count
                return .bits(bits.rotated(by: self == .rotl ? offset : -offset))
            case .uint(let value, let width): return .uint(rotated(value, width, by: amount), width: width)
            case .angle(let value, let width): return .angle(rotated(value, width, by: amount), width: width)
            case .wide(let number):
                let offset = Int(amount) % number.width
                return ClassicalValue(
                    number.kind, pattern: number.pattern.rotated(by: self == .rotl ? offset : -offset))
            default: throw EvaluationError(.type, "\(rawValue) is not defined for \(x.type)")
            }
        }
    }

    private func rotated(_ value: UInt64, _ width: Int, by amount: Int64) -> UInt64 {
        let offset = Int(amount) % width
        return BitString(value, count: width).rotated(by: self == .rotl ? offset : -offset).low
    }

    /// The remainder of the integer division, with the sign of the first; an `int[64]` whatever the operands are.
    private static func remainder(
        _ x: (magnitude: UInt64, isNegative: Bool), _ y: (magnitude: UInt64, isNegative: Bool)
    ) throws(EvaluationError) -> ClassicalValue {
        if y.magnitude == 0 { throw EvaluationError(.divisionByZero, "mod by 0 is a division by zero") }
        let rest = x.magnitude % y.magnitude
        guard rest <= UInt64(Int64.max) else {
            throw EvaluationError(.outOfRange, "mod gives \(rest), which does not fit int[64]")
        }
        return .int(x.isNegative ? -Int64(rest) : Int64(rest), width: 64)
    }

    /// As `remainder`, an `int` of the wider operand's width.
    private static func wideRemainder(_ x: ClassicalValue, _ y: ClassicalValue) throws(EvaluationError)
        -> ClassicalValue
    {
        // One bit more holds both the signed and the unsigned.
        let width = max(x.pattern?.count ?? 0, y.pattern?.count ?? 0)
        let rest = try BinaryOperator.remainder.applyWide(
            ClassicalValue(.int, pattern: try x.pattern(width + 1)),
            ClassicalValue(.int, pattern: try y.pattern(width + 1)))
        guard rest.fits(.int(width)) else {
            throw EvaluationError(.outOfRange, "mod gives \(rest), which does not fit int[\(width)]")
        }
        return try rest.converted(to: .int(width))
    }

    private func float(_ value: Double, _ argument: ClassicalValue) throws(EvaluationError) -> ClassicalValue {
        if value.isNaN || (self == .log && argument.real == 0) {
            throw EvaluationError(.domain, "\(rawValue)(\(argument)) is not defined")
        }
        return .float(value, width: 64)
    }
}

extension ClassicalValue {
    /// The integer a value is, as sign and magnitude; nil for values of other types.
    fileprivate var wholeNumber: (magnitude: UInt64, isNegative: Bool)? {
        switch self {
        case .bool(let value): (value ? 1 : 0, false)
        case .int(let value, _): (value.magnitude, value < 0)
        case .uint(let value, _): (value, false)
        default: nil
        }
    }
}

// The C functions, whose names the cases above shadow.
private func cosine(_ x: Double) -> Double { cos(x) }
private func sine(_ x: Double) -> Double { sin(x) }
private func tangent(_ x: Double) -> Double { tan(x) }
private func exponential(_ x: Double) -> Double { exp(x) }
private func logarithm(_ x: Double) -> Double { log(x) }
