// Conversions from and to integers and angles of more than 64 bits; the rules are those of the narrow ones.

extension ClassicalType {
    /// Whether a machine word does not hold the number.
    var isWide: Bool {
        switch self {
        case .int(let width), .uint(let width), .angle(let width): width > 64
        case .bool, .bits, .float, .duration: false
        }
    }
}

extension ClassicalValue {
    @inline(__always) var isWide: Bool { if case .wide = self { true } else { false } }

    func convertedWide(to target: ClassicalType) throws(EvaluationError) -> ClassicalValue {
        switch target {
        case .bool: return .bool(try truth)
        case .bits(let count): return .bits(try pattern(count))
        case .int(let width): return ClassicalValue(.int, pattern: try integerPattern(width, signed: true))
        case .uint(let width): return ClassicalValue(.uint, pattern: try integerPattern(width, signed: false))
        case .angle(let width): return ClassicalValue(.angle, pattern: try turnPattern(width))
        case .float(let width):
            guard case .wide(let number) = self else { break }
            return width == 32 ? .float(number.single, width: 32) : .rounded(number.real, width: width)
        case .duration: break
        }
        throw EvaluationError(.type, "cannot convert \(type) to \(target)")
    }

    private func integerPattern(_ width: Int, signed: Bool) throws(EvaluationError) -> BitString {
        guard case .float(let value, _) = self else { return try pattern(width) }
        let whole = value.rounded(.towardZero)
        let bound = Double(sign: .plus, exponent: signed ? width - 1 : width, significand: 1)
        guard whole.isFinite && whole < bound && (signed ? whole >= -bound : whole >= 0) else {
            throw EvaluationError(
                .outOfRange, "\(value) does not fit \(signed ? "int" : "uint")[\(width)]; widen the type")
        }
        let magnitude = BitString(whole: whole.magnitude, count: width)
        return whole < 0 ? magnitude.negated : magnitude
    }

    private func turnPattern(_ width: Int) throws(EvaluationError) -> BitString {
        switch (self, type) {
        case (_, .angle(let own)):
            guard let pattern else { preconditionFailure("an angle has a pattern") }
            return own >= width
                ? pattern[own - width..<own] : pattern.resized(to: width).shifted(by: width - own)
        case (.float(let value, let precision), _):
            guard value.isFinite else { throw EvaluationError(.domain, "\(value) is no angle") }
            let fullTurn = precision == 32 ? Double(Float(2 * Double.pi)) : 2 * .pi
            return Self.turnPattern(radians: value, width: width, fullTurn: fullTurn)
        case (.bits, _): return try pattern(width)
        case (_, .bool), (_, .int), (_, .uint):
            return Self.turnPattern(radians: real, width: width, fullTurn: 2 * .pi)
        default: throw EvaluationError(.type, "cannot convert \(type) to an angle")
        }
    }

    /// As `turn(radians:width:fullTurn:)`: the digits of an exact long division, rounded to even.
    private static func turnPattern(radians: Double, width: Int, fullTurn: Double) -> BitString {
        var rest = radians.magnitude.truncatingRemainder(dividingBy: fullTurn)
        var quotient = BitString(zeros: width)
        for place in (0..<width).reversed() {
            rest *= 2
            if rest >= fullTurn {
                rest -= fullTurn
                quotient[place] = true
            }
        }
        let twice = 2 * rest
        if twice > fullTurn || (twice == fullTurn && quotient[0]) { quotient = quotient &+ BitString(1, count: width) }
        return radians < 0 ? quotient.negated : quotient
    }
}

extension BitString {
    /// A whole number that is not negative and less than 2^count.
    fileprivate init(whole: Double, count: Int) {
        self.init(zeros: count)
        if whole == 0 { return }
        let fraction = BitString(1 << 52 | whole.significandBitPattern, count: max(count, 64))
        self = fraction.shifted(by: Int(whole.exponent) - 52).resized(to: count)
    }
}
