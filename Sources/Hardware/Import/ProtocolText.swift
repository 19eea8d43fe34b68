/// The text form of a protocol buffer: fields with a scalar, and messages in braces. Field numbers, comments beyond `#`,
/// and lists in brackets do not occur in device specifications and are not read.
struct ProtocolText {
    struct Field {
        var name: String
        /// Of a scalar, quotes removed; nil for a message.
        var value: String?
        var fields: [Field] = []

        func all(_ name: String) -> [Field] { fields.filter { $0.name == name } }
        func first(_ name: String) -> Field? { fields.first { $0.name == name } }
    }

    var fields: [Field]

    func contains(_ name: String) -> Bool { fields.contains { $0.name == name } }
    func all(_ name: String) -> [Field] { fields.filter { $0.name == name } }

    /// Nil if the text has another form.
    init?(_ bytes: [UInt8]) {
        guard let first = bytes.first(where: { $0 > 0x20 }), first != UInt8(ascii: "{"), first != UInt8(ascii: "["),
            let tokens = Self.tokens(bytes)
        else { return nil }
        var position = 0
        guard let fields = Self.fields(tokens[...], &position, depth: 0), position == tokens.count else { return nil }
        self.fields = fields
    }

    private static func tokens(_ bytes: [UInt8]) -> [String]? {
        var result: [String] = []
        var k = 0
        while k < bytes.count {
            switch bytes[k] {
            case 0x20, 0x09, 0x0A, 0x0D: k += 1
            case UInt8(ascii: "#"): while k < bytes.count, bytes[k] != 0x0A { k += 1 }
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: ":"):
                result.append(String(UnicodeScalar(bytes[k])))
                k += 1
            case UInt8(ascii: "\""):
                guard let end = bytes[(k + 1)...].firstIndex(of: UInt8(ascii: "\"")) else { return nil }
                result.append("\"" + String(decoding: bytes[k + 1..<end], as: UTF8.self))
                k = end + 1
            default:
                let start = k
                while k < bytes.count, bytes[k] > 0x20, ![0x7B, 0x7D, 0x3A, 0x22, 0x23].contains(bytes[k]) { k += 1 }
                result.append(String(decoding: bytes[start..<k], as: UTF8.self))
            }
        }
        return result
    }

    private static func fields(_ tokens: ArraySlice<String>, _ position: inout Int, depth: Int) -> [Field]? {
        if depth > 16 { return nil }
        var result: [Field] = []
        while position < tokens.count, tokens[position] != "}" {
            let name = tokens[position]
            guard position + 1 < tokens.count, name != "{", name != ":" else { return nil }
            position += 1
            if tokens[position] == ":" {
                position += 1
                guard position < tokens.count else { return nil }
                if tokens[position] != "{" {
                    let value = tokens[position]
                    guard value != "}", value != ":" else { return nil }
                    result.append(Field(name: name, value: value.hasPrefix("\"") ? String(value.dropFirst()) : value))
                    position += 1
                    continue
                }
            }
            guard tokens[position] == "{" else { return nil }
            position += 1
            guard let inner = Self.fields(tokens, &position, depth: depth + 1), position < tokens.count else {
                return nil
            }
            position += 1
            result.append(Field(name: name, value: nil, fields: inner))
        }
        return result
    }
}
