/// A value from outside for an `input` of a program, before it is fitted to the declared type.
public enum InputValue: Hashable, Sendable {
    case real(Double)
    case integer(Int64)
    /// A whole number that no `Int64` holds.
    case wide(WideNumber)
    case bool(Bool)
    case bits(BitString)

    /// From the command line: `true`, `false`, a whole number, a number, `0b0110` or `"0110"` for bits, and multiples and
    /// fractions of pi (`pi/2`, `-3*pi/4`).
    public init?(text: String) {
        if text == "true" || text == "false" {
            self = .bool(text == "true")
        } else if let value = Int64(text) {
            self = .integer(value)
        } else if let number = WideNumber(text: text) {
            self = .wide(number)
        } else if let value = Double(text), value.isFinite {
            self = .real(value)
        } else if text.hasPrefix("0b"), text.count > 2, let bits = BitString(text.dropFirst(2)) {
            self = .bits(bits)
        } else if text.count > 2, text.hasPrefix("\""), text.hasSuffix("\""),
            let bits = BitString(text.dropFirst().dropLast())
        {
            self = .bits(bits)
        } else if let value = Self.multipleOfPi(text) {
            self = .real(value)
        } else {
            return nil
        }
    }

    /// `[-][number *] pi [/ number]`, also with π.
    private static func multipleOfPi(_ text: String) -> Double? {
        var rest = Substring(text.filter { $0 != " " }.replacing("π", with: "pi"))
        var value = Double.pi
        if rest.hasPrefix("-") {
            value = -value
            rest = rest.dropFirst()
        }
        guard let place = rest.firstRange(of: "pi") else { return nil }
        let before = rest[..<place.lowerBound], after = rest[place.upperBound...]
        if !before.isEmpty {
            guard before.hasSuffix("*"), let factor = Double(before.dropLast()), factor.isFinite else { return nil }
            value *= factor
        }
        if !after.isEmpty {
            guard after.hasPrefix("/"), let divisor = Double(after.dropFirst()), divisor.isFinite, divisor != 0
            else { return nil }
            value /= divisor
        }
        return value
    }

    /// The value as one of the declared type.
    ///
    /// - Throws: `InputError.mismatch` where the type cannot hold it exactly; angles are taken modulo 2π, as the type
    ///   says.
    func fitted(to type: ClassicalType, name: String) throws(InputError) -> ClassicalValue {
        let mismatch = InputError.mismatch(name: name, value: self, type: type)
        switch (type, self) {
        case (.bool, .bool(let value)): return .bool(value)
        case (.bool, .integer(0)), (.bool, .integer(1)): return .bool(self == .integer(1))
        case (.bits(let count), .bits(let bits)) where bits.count == count: return .bits(bits)
        case (.bits(let count), .integer(let value)) where value >= 0:
            guard count >= 64 || value >> Int64(count) == 0 else { throw mismatch }
            return .bits(BitString(UInt64(value), count: count))
        case (.bits(1), .bool(let value)): return .bits(BitString(value ? 1 : 0, count: 1))
        case (.int, .integer(let value)), (.uint, .integer(let value)):
            return try Self.exact(.int(value, width: 64), type, mismatch)
        case (.int, .wide(let number)), (.uint, .wide(let number)), (.bits, .wide(let number)):
            return try Self.exact(.wide(number), type, mismatch)
        case (.float, .wide(let number)), (.angle, .wide(let number)):
            return try InputValue.real(number.real).fitted(to: type, name: name)
        case (.float(let width), .real(let value)):
            return .float(width == 32 ? Double(Float(value)) : value, width: width)
        case (.float, .integer(let value)): return try InputValue.real(Double(value)).fitted(to: type, name: name)
        case (.angle, .real(let value)):
            guard let angle = try? ClassicalValue.float(value, width: 64).converted(to: type) else { throw mismatch }
            return angle
        case (.angle, .integer(let value)): return try InputValue.real(Double(value)).fitted(to: type, name: name)
        case (.duration, .real(let value)) where value >= 0: return .duration(value)
        default: throw mismatch
        }
    }

    private static func exact(
        _ value: ClassicalValue, _ type: ClassicalType, _ mismatch: InputError
    ) throws(InputError) -> ClassicalValue {
        guard value.fits(type), let fitted = try? value.converted(to: type) else { throw mismatch }
        return fitted
    }
}

extension InputValue: CustomStringConvertible {
    /// As `init(text:)` reads it.
    public var description: String {
        switch self {
        case .real(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .wide(let number): "\(number)"
        case .bool(let value): "\(value)"
        case .bits(let bits): "\"\(bits)\""
        }
    }
}

/// Why a program's inputs could not be set.
public enum InputError: Error, Hashable, Sendable {
    case missing(name: String, type: ClassicalType)
    case unknown(name: String, known: [String])
    case mismatch(name: String, value: InputValue, type: ClassicalType)
    /// A gate parameter became infinite or undefined with these inputs.
    case notFinite(reason: String)

    public var message: String {
        switch self {
        case .missing(let name, let type): "the program's input '\(name)' of type \(type) has no value"
        case .unknown(let name, let known):
            "the program has no input '\(name)'"
                + (known.isEmpty ? "; it takes none" : "; its inputs are \(known.joined(separator: ", "))")
        case .mismatch(let name, let value, let type): "\(value) is no value for the input '\(name)' of type \(type)"
        case .notFinite(let reason): "with these inputs \(reason)"
        }
    }
}
