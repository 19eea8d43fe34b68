/// A fixed number of classical bits; bit 0 is the rightmost character in text and the least significant in numbers.
public struct BitString: Sendable, Hashable {
    public let count: Int
    /// Bits 0..<64; all of it for most registers.
    @usableFromInline var low: UInt64
    /// Bits 64 and up, 64 a word; empty for up to 64 bits.
    @usableFromInline var high: [UInt64]

    @inlinable
    public init(zeros count: Int) {
        precondition(count >= 0, "a negative number of bits")
        self.count = count
        low = 0
        high = count > 64 ? Array(repeating: 0, count: (count - 1) / 64) : []
    }

    /// The low `count` bits of `value`.
    @inlinable
    public init(_ value: UInt64, count: Int) {
        self.init(zeros: count)
        low = count >= 64 ? value : value & ((1 << UInt64(count)) - 1)
    }

    /// From text of `0` and `1` (and `_` as a separator), most significant first; nil for anything else.
    public init?(_ text: some StringProtocol) {
        let digits = text.utf8.filter { $0 != UInt8(ascii: "_") }
        self.init(zeros: digits.count)
        for (k, digit) in digits.reversed().enumerated() {
            guard digit == UInt8(ascii: "0") || digit == UInt8(ascii: "1") else { return nil }
            self[k] = digit == UInt8(ascii: "1")
        }
    }

    @inlinable
    public subscript(bit: Int) -> Bool {
        get {
            precondition(bit >= 0 && bit < count, "bit \(bit) of \(count)")
            return bit < 64 ? low >> UInt64(bit) & 1 == 1 : high[bit >> 6 - 1] >> UInt64(bit & 63) & 1 == 1
        }
        set {
            precondition(bit >= 0 && bit < count, "bit \(bit) of \(count)")
            let mask: UInt64 = 1 << UInt64(bit & 63)
            if bit < 64 {
                low = newValue ? low | mask : low & ~mask
            } else {
                let word = bit >> 6 - 1
                high[word] = newValue ? high[word] | mask : high[word] & ~mask
            }
        }
    }

    /// The bits `range` as a string of their own.
    public subscript(range: Range<Int>) -> BitString {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bits \(range) of \(count)")
        if count <= 64 { return BitString(range.isEmpty ? 0 : low >> UInt64(range.lowerBound), count: range.count) }
        return BitString(words: words(from: range.lowerBound, count: (range.count + 63) / 64), count: range.count)
    }

    /// So many words that begin with bit `start`, which may be negative; zeros stand for what is not there.
    func words(from start: Int, count: Int) -> some Sequence<UInt64> {
        let (first, offset) = (start >> 6, UInt64(start & 63))
        return (0..<count).lazy.map { k in
            let low = word(first + k) >> offset
            return offset == 0 ? low : low | word(first + k + 1) << (64 - offset)
        }
    }

    private func word(_ place: Int) -> UInt64 {
        place == 0 ? low : place > 0 && place <= high.count ? high[place - 1] : 0
    }

    /// From words of 64 bits, bit 0 first; missing words are zero, bits beyond `count` are dropped.
    public init(words: some Sequence<UInt64>, count: Int) {
        self.init(zeros: count)
        for (place, word) in words.enumerated() {
            let left = count - 64 * place
            if left <= 0 { break }
            let kept = left >= 64 ? word : word & ((1 << UInt64(left)) - 1)
            if place == 0 { low = kept } else { high[place - 1] = kept }
        }
    }

    /// The bits in words of 64, bit 0 first.
    public var words: [UInt64] { [low] + high }

    /// The number the bits spell, if they fit 64 bits.
    public var unsigned: UInt64? { high.allSatisfy { $0 == 0 } ? low : nil }

    public var nonzeroBitCount: Int { high.reduce(low.nonzeroBitCount) { $0 + $1.nonzeroBitCount } }

    public static func ^ (a: BitString, b: BitString) -> BitString { a.combined(b, ^) }
    public static func & (a: BitString, b: BitString) -> BitString { a.combined(b, &) }
    public static func | (a: BitString, b: BitString) -> BitString { a.combined(b, |) }

    private func combined(_ other: BitString, _ operation: (UInt64, UInt64) -> UInt64) -> BitString {
        precondition(count == other.count, "bit strings of different length")
        var result = self
        result.low = operation(low, other.low)
        for k in high.indices { result.high[k] = operation(high[k], other.high[k]) }
        return result
    }
}

extension BitString: CustomStringConvertible {
    /// Most significant bit first.
    public var description: String {
        String(decoding: (0..<count).reversed().map { UInt8(ascii: "0") + (self[$0] ? 1 : 0) }, as: UTF8.self)
    }
}

extension BitString: Comparable {
    /// By the number they spell; shorter strings first.
    public static func < (a: BitString, b: BitString) -> Bool {
        if a.count != b.count { return a.count < b.count }
        for k in a.high.indices.reversed() where a.high[k] != b.high[k] { return a.high[k] < b.high[k] }
        return a.low < b.low
    }
}
