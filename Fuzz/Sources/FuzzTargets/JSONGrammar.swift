/// Values, keys and brackets of JSON.
struct JSONGrammar: Grammar {
    let brackets = [(UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "{"), UInt8(ascii: "}"))]

    private static let stock = [
        "{", "}", "[", "]", ",", ":", "\"\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ud83d\\ude00\"", "\"\\n\"",
        "null", "true", "false", "0", "-0", "1", "-1", "0.5", "1e9", "1e400", "-1e400", "1e-400", "4294967296",
        "9223372036854775808", "99999999999999999999999999", "[]", "{}", "[[]]", "{\"a\":1}", "NaN", "\"\\x\"", "\"",
    ]

    func piece(_ generator: inout SplitMix) -> [UInt8] { Array(generator.pick(Self.stock).utf8) }
}
