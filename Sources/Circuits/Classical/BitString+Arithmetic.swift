/// Patterns of bits as unsigned numbers, modulo 2^count: the arithmetic of integers that no machine word holds.
///
/// Schoolbook algorithms on words of 64 bits, the right ones for the hundred to a few thousand bits of such types.
extension BitString {
    /// Both of the same count.
    static func &+ (a: BitString, b: BitString) -> BitString {
        var carry: UInt64 = 0
        return a.wordwise(b) { x, y in
            let (partial, over) = x.addingReportingOverflow(y)
            let (sum, more) = partial.addingReportingOverflow(carry)
            carry = over || more ? 1 : 0
            return sum
        }
    }

    /// Both of the same count.
    static func &- (a: BitString, b: BitString) -> BitString {
        var borrow: UInt64 = 0
        return a.wordwise(b) { x, y in
            let (partial, under) = x.subtractingReportingOverflow(y)
            let (difference, more) = partial.subtractingReportingOverflow(borrow)
            borrow = under || more ? 1 : 0
            return difference
        }
    }

    /// Both of the same count.
    static func &* (a: BitString, b: BitString) -> BitString {
        precondition(a.count == b.count, "patterns of different length")
        let (x, y) = (a.words, b.words)
        var product = [UInt64](repeating: 0, count: x.count)
        for i in x.indices where x[i] != 0 {
            var carry: UInt64 = 0
            for j in 0..<x.count - i {
                // (2⁶⁴ − 1)² + 2·(2⁶⁴ − 1) is the greatest number of two words.
                var (high, low) = x[i].multipliedFullWidth(by: y[j])
                for part in [product[i + j], carry] {
                    let (sum, over) = low.addingReportingOverflow(part)
                    low = sum
                    if over { high += 1 }
                }
                product[i + j] = low
                carry = high
            }
        }
        return BitString(words: product, count: a.count)
    }

    var isZero: Bool { low == 0 && high.allSatisfy { $0 == 0 } }

    /// Two's complement.
    var negated: BitString { BitString(zeros: count) &- self }

    /// The sign of the pattern as a two's complement number.
    var isNegative: Bool { count > 0 && self[count - 1] }

    /// How many bits the number takes.
    public var bitLength: Int {
        let words = self.words
        guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
        return top * 64 + 64 - words[top].leadingZeroBitCount
    }

    /// The pattern cut, or filled up with zeros, or with the sign.
    public func resized(to count: Int, signed: Bool = false) -> BitString {
        let fill: UInt64 = signed && isNegative ? .max : 0
        var words = self.words
        if fill != 0, self.count & 63 != 0 { words[words.count - 1] |= .max << UInt64(self.count & 63) }
        while words.count * 64 < count { words.append(fill) }
        return BitString(words: words, count: count)
    }

    /// - Precondition: the divisor is not zero; both of the same count.
    func dividedAsNumbers(by divisor: BitString) -> (quotient: BitString, remainder: BitString) {
        precondition(count == divisor.count && !divisor.isZero, "no division")
        var quotient = BitString(zeros: count)
        // One bit more, so that doubling the remainder loses nothing.
        var rest = BitString(zeros: count + 1)
        let divisor = divisor.resized(to: count + 1)
        for place in (0..<bitLength).reversed() {
            rest = rest &+ rest
            rest[0] = self[place]
            if rest >= divisor {
                rest = rest &- divisor
                quotient[place] = true
            }
        }
        return (quotient, rest.resized(to: count))
    }

    /// The power modulo 2^count.
    func raised(to exponent: BitString) -> BitString {
        var result = BitString(zeros: count)
        if count > 0 { result[0] = true }
        for place in (0..<exponent.bitLength).reversed() {
            result = result &* result
            if exponent[place] { result = result &* self }
        }
        return result
    }

    /// `fraction`·2^`exponent` where the fraction has the number's upper 64 bits, with anything below in its last one: a
    /// floating-point number made of it is rounded once.
    var scaled: (fraction: UInt64, exponent: Int) {
        let length = bitLength
        if length <= 64 { return (low, 0) }
        let below = length - 64
        var fraction: UInt64 = 0
        let words = self.words
        let (word, offset) = (below >> 6, UInt64(below & 63))
        fraction = words[word] >> offset
        if offset > 0 { fraction |= words[word + 1] << (64 - offset) }
        let hasRest = words[..<word].contains { $0 != 0 } || words[word] & ((1 << offset) - 1) != 0
        return (hasRest ? fraction | 1 : fraction, below)
    }

    private func wordwise(_ other: BitString, _ operation: (UInt64, UInt64) -> UInt64) -> BitString {
        precondition(count == other.count, "patterns of different length")
        var words = self.words
        let others = other.words
        for k in words.indices { words[k] = operation(words[k], others[k]) }
        return BitString(words: words, count: count)
    }
}

// Decimal digits.
extension BitString {
    /// The most digits that one word holds, and what they count.
    private static let chunk = (digits: 19, value: 10_000_000_000_000_000_000 as UInt64)

    /// The number that digits spell, in `count` bits; nil where it does not fit, or for other characters than `0` to `9`.
    public init?(decimal digits: some StringProtocol, count: Int) {
        var words = [UInt64](repeating: 0, count: max(1, (count + 63) / 64))
        var rest = Substring(digits).utf8
        while !rest.isEmpty {
            var (value, scale): (UInt64, UInt64) = (0, 1)
            for digit in rest.prefix(Self.chunk.digits) {
                guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
                value = value * 10 + UInt64(digit - UInt8(ascii: "0"))
                scale *= 10
            }
            rest = rest.dropFirst(Self.chunk.digits)
            var carry = value
            for k in words.indices {
                var (high, low) = words[k].multipliedFullWidth(by: scale)
                let (sum, over) = low.addingReportingOverflow(carry)
                low = sum
                if over { high += 1 }
                words[k] = low
                carry = high
            }
            if carry != 0 { return nil }
        }
        let whole = BitString(words: words, count: words.count * 64)
        if whole.bitLength > count { return nil }
        self = whole.resized(to: count)
    }

    /// The number that the bits spell.
    public var decimal: String {
        var words = self.words
        var chunks: [UInt64] = []
        repeat {
            var rest: UInt64 = 0
            for k in words.indices.reversed() {
                (words[k], rest) = Self.chunk.value.dividingFullWidth((rest, words[k]))
            }
            chunks.append(rest)
            while words.last == 0 { words.removeLast() }
        } while !words.isEmpty
        var text = "\(chunks[chunks.count - 1])"
        for chunk in chunks.dropLast().reversed() {
            let digits = "\(chunk)"
            text += String(repeating: "0", count: Self.chunk.digits - digits.utf8.count) + digits
        }
        return text
    }
}
