extension Lexer {
    /// A numeric literal with its unit, at `position`.
    mutating func number(_ token: inout Token) {
        let start = position
        if byte(position) == UInt8(ascii: "0") {
            let radix: (UInt64, Int)? =
                switch byte(position + 1) {
                case UInt8(ascii: "b"), UInt8(ascii: "B"): (2, 1)
                case UInt8(ascii: "o"): (8, 3)
                case UInt8(ascii: "x"), UInt8(ascii: "X"): (16, 4)
                default: nil
                }
            if let (radix, bits) = radix { return isVersion2 ? foreign(&token) : based(radix, bits, &token) }
        }
        // The first 19 digits exactly; what follows only moves the point.
        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var isExact = true
        var hasUnderscore = false
        var isFloat = false
        @inline(__always)
        func run(_ lexer: inout Lexer, fraction: Bool) {
            while lexer.position < lexer.count {
                let digit = lexer.base[lexer.position] &- UInt8(ascii: "0")
                if digit <= 9 {
                    if digits < 19 {
                        mantissa = mantissa * 10 + UInt64(digit)
                        if mantissa != 0 { digits += 1 }
                        if fraction { exponent -= 1 }
                    } else {
                        if digit != 0 { isExact = false }
                        digits += 1
                        if !fraction { exponent += 1 }
                    }
                    lexer.position += 1
                } else if lexer.base[lexer.position] == UInt8(ascii: "_")
                    && CharacterClass(lexer.byte(lexer.position + 1)) == .digit
                {
                    hasUnderscore = true
                    lexer.position += 1
                } else {
                    return
                }
            }
        }
        if byte(position) != UInt8(ascii: ".") { run(&self, fraction: false) }
        if byte(position) == UInt8(ascii: ".") {
            isFloat = true
            position += 1
            if CharacterClass(byte(position)) == .digit { run(&self, fraction: true) }
        }
        if byte(position) | 0x20 == UInt8(ascii: "e") {
            var place = position + 1
            let sign = byte(place)
            if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { place += 1 }
            if CharacterClass(byte(place)) == .digit {
                isFloat = true
                position = place
                var value = 0
                while CharacterClass(byte(position)) == .digit
                    || (byte(position) == UInt8(ascii: "_") && CharacterClass(byte(position + 1)) == .digit)
                {
                    if byte(position) == UInt8(ascii: "_") {
                        hasUnderscore = true
                    } else {
                        value = min(value * 10 + Int(byte(position) - UInt8(ascii: "0")), 100_000)
                    }
                    position += 1
                }
                exponent += sign == UInt8(ascii: "-") ? -value : value
            }
        }
        if !isFloat {
            token.kind = .integer
            token.value = mantissa
            if digits > 19 || exponent != 0 { bigInteger(start, &token) }
        } else {
            token.kind = .float
            let fast = isExact && digits <= 19 ? Self.double(mantissa, exponent) : nil
            token.value = (fast ?? slowDouble(start..<position, hasUnderscore)).bitPattern
        }
        if hasUnderscore && isVersion2 {
            position = start
            return foreign(&token)
        }
        suffix(start, &token)
    }

    /// `mantissa`·10^`exponent`, correctly rounded, where 128-bit integers suffice.
    static func double(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        if mantissa == 0 { return 0 }
        if exponent == 0 { return Double(mantissa) }
        guard exponent < 0 && exponent >= -19 else {
            if exponent > 0 && exponent <= 22 && mantissa < 1 << 53 { return Double(mantissa) * exactPowers[exponent] }
            return nil
        }
        // Both normalised to a leading one, the quotient has at least 62 bits; the remainder only says "and a bit".
        let divisor = integerPowers[-exponent]
        let a = mantissa.leadingZeroBitCount
        let b = divisor.leadingZeroBitCount
        let high = mantissa << UInt64(a)
        var (quotient, remainder) = (divisor << UInt64(b)).dividingFullWidth((high >> 1, high << 63))
        if remainder != 0 { quotient |= 1 }
        remainder = 0
        return Double(sign: .plus, exponent: b - a - 63, significand: Double(quotient))
    }

    private static let integerPowers: [UInt64] = (0..<20).map { (0..<$0).reduce(1) { power, _ in power * 10 } }
    private static let exactPowers: [Double] = (0..<23).map { (0..<$0).reduce(1.0) { power, _ in power * 10 } }

    private func slowDouble(_ range: Range<Int>, _ hasUnderscore: Bool) -> Double {
        var text = String(
            decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
        if hasUnderscore { text.removeAll { $0 == "_" } }
        if text.hasSuffix(".") { text += "0" }
        if text.hasPrefix(".") { text = "0" + text }
        if let value = Double(text) { return value }
        // `1.e5`: Swift wants a digit behind the point.
        return Double(text.replacingPoint()) ?? .infinity
    }

    private mutating func bigInteger(_ start: Int, _ token: inout Token) {
        var value: UInt64 = 0
        for k in start..<position where base[k] != UInt8(ascii: "_") {
            let (product, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(base[k] - UInt8(ascii: "0")))
            if over || carry {
                token.overflows = true
                return
            }
            value = sum
        }
        token.value = value
    }

    private mutating func based(_ radix: UInt64, _ bits: Int, _ token: inout Token) {
        let start = position
        position += 2
        token.kind = .integer
        var hasDigit = false
        while true {
            var character = byte(position)
            if character == UInt8(ascii: "_") && hasDigit { character = byte(position + 1) }
            guard let digit = Self.digit(character), digit < radix else { break }
            if byte(position) == UInt8(ascii: "_") { position += 1 }
            if token.value >> UInt64(64 - bits) != 0 { token.overflows = true }
            token.value = token.value << UInt64(bits) | digit
            hasDigit = true
            position += 1
        }
        if !hasDigit { malformed(start, &token) } else { suffix(start, &token, hasUnits: false) }
    }

    static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// A unit or `im` behind blanks, or the complaint about letters that are neither.
    @inline(__always)
    private mutating func suffix(_ start: Int, _ token: inout Token, hasUnits: Bool = true) {
        let next = byte(position)
        if next == UInt8(ascii: ",") || next == UInt8(ascii: ")") || next == UInt8(ascii: "]") { return }
        unit(start, &token, hasUnits)
    }

    private mutating func unit(_ start: Int, _ token: inout Token, _ hasUnits: Bool) {
        var place = position
        while byte(place) == 0x20 || byte(place) == 0x09 { place += 1 }
        var end = place
        while CharacterClass(byte(end)) != .other { end += 1 }
        guard end > place else { return }
        if hasUnits && !isVersion2 {
            let word = String(
                decoding: UnsafeBufferPointer(start: base + place, count: min(end - place, 8)), as: UTF8.self)
            let unit: TimeUnit? =
                switch word {
                case "dt": .dt
                case "ns": .nanoseconds
                case "us", "µs", "μs": .microseconds
                case "ms": .milliseconds
                case "s": .seconds
                default: nil
                }
            if unit != nil || word == "im" {
                let number = token.kind == .integer ? Double(token.value) : Double(bitPattern: token.value)
                if token.overflows { return malformed(start, &token) }
                token.value = number.bitPattern
                token.kind = unit == nil ? .imaginary : .timing
                token.unit = unit ?? .seconds
                position = end
                return
            }
        }
        if place == position { malformed(start, &token) }
    }

    /// A number with underscores or of another base, in a program of version 2.
    private mutating func foreign(_ token: inout Token) {
        let start = position
        while CharacterClass(byte(position)) != .other || byte(position) == UInt8(ascii: ".") { position += 1 }
        token.kind = .invalid
        diagnostics.append(
            Diagnostic(
                .otherVersion, "this number belongs to OpenQASM 3; the program declares version 2",
                at: .init(start..<position), cure: "write it in decimal digits"))
    }

    private mutating func malformed(_ start: Int, _ token: inout Token) {
        while CharacterClass(byte(position)) != .other { position += 1 }
        token.kind = .invalid
        let text = String(
            decoding: UnsafeBufferPointer(start: base + start, count: min(position - start, 40)), as: UTF8.self)
        diagnostics.append(
            Diagnostic(
                .number, "'\(text)' is no number", at: .init(start..<position),
                cause: "a number ends where a letter begins, unless the letters are a unit (ns, us, µs, ms, s, dt, im)")
        )
    }
}

extension String {
    /// `1.e5` as `1.0e5`.
    fileprivate func replacingPoint() -> String {
        var result = ""
        for character in self {
            result.append(character)
            if character == "." { result.append("0") }
        }
        return result
    }
}
