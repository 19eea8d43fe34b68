import Circuits

extension BitString {
    /// The number that an integer literal spells, in base 2, 8, 10 or 16; nil where it takes more than `count` bits.
    init?(literal: String, count: Int) {
        let digits = literal.utf8.filter { $0 != UInt8(ascii: "_") }
        guard digits.first == UInt8(ascii: "0"), digits.count > 2, let bits = Self.bitsOfDigit[digits[1] | 0x20] else {
            self.init(decimal: String(decoding: digits, as: UTF8.self), count: count)
            return
        }
        let significant = digits.dropFirst(2).drop { $0 == UInt8(ascii: "0") }
        if significant.count > count { return nil }
        var binary = ""
        for digit in significant {
            guard let value = Lexer.digit(digit) else { return nil }
            let text = String(value, radix: 2)
            binary += String(repeating: "0", count: bits - text.utf8.count) + text
        }
        guard let pattern = BitString(binary.drop { $0 == "0" }), pattern.count <= count else { return nil }
        self = pattern.resized(to: count)
    }

    /// By the letter of the base.
    private static let bitsOfDigit: [UInt8: Int] = [
        UInt8(ascii: "b"): 1, UInt8(ascii: "o"): 3, UInt8(ascii: "x"): 4,
    ]
}
