/// A JSON value (RFC 8259) that remembers where it stood, so that a fault in a device file can be shown.
///
/// A reader of its own, because a general decoder loses what the user needs to repair a file: the line, keys given
/// twice, keys nobody reads. It also loads no Foundation, whose start costs more than the parse.
package struct JSONNode: Sendable {
    package enum Kind: Sendable {
        case null
        case bool(Bool)
        case number(Double)
        case string(String)
        case array([JSONNode])
        /// In the order of the text.
        case object([(key: String, value: JSONNode)])
    }

    package var kind: Kind
    /// Byte offset of the first character.
    package var offset: Int

    /// "an object", "a number": for messages.
    var kindName: String {
        switch kind {
        case .null: "null"
        case .bool: "true or false"
        case .number: "a number"
        case .string: "a text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The value as it could stand in a message: numbers and short texts whole, the rest by kind.
    var excerpt: String {
        switch kind {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let value): DeviceFileWriter.number(value)
        case .string(let text): text.count <= 40 ? "\"\(text)\"" : "\"\(text.prefix(37))…\""
        case .array, .object: kindName
        }
    }
}

/// What is wrong with a device file, and where.
package struct DeviceFileFault: Error {
    /// From the root, `calibration.gates[0].error`; grows from the inside out while the error travels up.
    package var path: String = ""
    package var message: String
    package var cure: String
    package var offset: Int?

    init(_ message: String, cure: String, at offset: Int? = nil) {
        self.message = message
        self.cure = cure
        self.offset = offset
    }

    func inside(_ key: String) -> DeviceFileFault {
        var result = self
        result.path = path.isEmpty ? key : path.hasPrefix("[") ? key + path : "\(key).\(path)"
        return result
    }

    func inside(_ index: Int) -> DeviceFileFault { inside("[\(index)]") }
}

/// Parses a whole text as one JSON value. Refuses keys given twice, numbers that no `Double` holds, and depth over 64.
package struct JSONParser {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private static let maximumDepth = 64
    private static let cure = "correct the text; a JSON checker shows the place too"

    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws(DeviceFileFault) -> JSONNode {
        var parser = JSONParser(bytes: bytes)
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { parser.position = 3 }
        let node = try parser.value(depth: 0)
        parser.skipSpace()
        if parser.position < bytes.count { throw parser.fault("more text after the end of the value") }
        return node
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private func fault(_ message: String, at offset: Int? = nil) -> DeviceFileFault {
        DeviceFileFault("not JSON: \(message)", cure: Self.cure, at: offset ?? position)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    /// The next byte that is no space, not consumed.
    private mutating func peek() throws(DeviceFileFault) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw fault("the text ends too early") }
        return bytes[position]
    }

    private mutating func value(depth: Int) throws(DeviceFileFault) -> JSONNode {
        if depth > Self.maximumDepth { throw fault("nested deeper than \(Self.maximumDepth)") }
        let first = try peek(), start = position
        switch first {
        case UInt8(ascii: "{"): return JSONNode(kind: .object(try members(depth: depth)), offset: start)
        case UInt8(ascii: "["): return JSONNode(kind: .array(try elements(depth: depth)), offset: start)
        case UInt8(ascii: "\""): return JSONNode(kind: .string(try string()), offset: start)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return JSONNode(kind: .number(try number()), offset: start)
        default: return JSONNode(kind: try word(), offset: start)
        }
    }

    private mutating func members(depth: Int) throws(DeviceFileFault) -> [(key: String, value: JSONNode)] {
        position += 1
        var result: [(key: String, value: JSONNode)] = []
        // Most objects are small; a table of outcomes may have a hundred thousand keys.
        var seen: Set<String> = []
        if try peek() == UInt8(ascii: "}") {
            position += 1
            return result
        }
        while true {
            guard try peek() == UInt8(ascii: "\"") else { throw fault("expected a key in quotes") }
            let start = position
            let key = try string()
            if result.count == 16 { seen = Set(result.map(\.key)) }
            let isKnown = result.count < 16 ? result.contains { $0.key == key } : !seen.insert(key).inserted
            if isKnown { throw fault("the key \"\(key)\" is given twice", at: start) }
            guard try peek() == UInt8(ascii: ":") else { throw fault("expected ':' after the key \"\(key)\"") }
            position += 1
            result.append((key, try value(depth: depth + 1)))
            if try endOrComma(UInt8(ascii: "}")) { return result }
        }
    }

    private mutating func elements(depth: Int) throws(DeviceFileFault) -> [JSONNode] {
        position += 1
        var result: [JSONNode] = []
        if try peek() == UInt8(ascii: "]") {
            position += 1
            return result
        }
        while true {
            result.append(try value(depth: depth + 1))
            if try endOrComma(UInt8(ascii: "]")) { return result }
        }
    }

    private mutating func endOrComma(_ end: UInt8) throws(DeviceFileFault) -> Bool {
        let byte = try peek()
        guard byte == end || byte == UInt8(ascii: ",") else {
            throw fault("expected ',' or '\(Character(UnicodeScalar(end)))'")
        }
        position += 1
        return byte == end
    }

    private mutating func word() throws(DeviceFileFault) -> JSONNode.Kind {
        let start = position
        while position < bytes.count, bytes[position] | 0x20 >= 0x61, bytes[position] | 0x20 <= 0x7A { position += 1 }
        switch String(decoding: bytes[start..<position], as: UTF8.self) {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "NaN", "Infinity", "nan", "inf": throw fault("NaN and infinity are no figures", at: start)
        default: throw fault("expected a value", at: start)
        }
    }

    private mutating func digits() throws(DeviceFileFault) {
        let start = position
        while position < bytes.count, bytes[position] >= 0x30, bytes[position] <= 0x39 { position += 1 }
        if position == start { throw fault("expected a digit") }
    }

    private mutating func number() throws(DeviceFileFault) -> Double {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let leading = position
        try digits()
        if position - leading > 1, bytes[leading] == 0x30 { throw fault("a number with a leading zero", at: start) }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw fault("the number is too large", at: start) }
        return value
    }

    private mutating func string() throws(DeviceFileFault) -> String {
        let start = position
        position += 1
        var scalars: [UInt8] = []
        var runStart = position
        while true {
            guard position < bytes.count else { throw fault("a text without closing quotes", at: start) }
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { throw fault("a control character in a text") }
            if byte == UInt8(ascii: "\\") {
                scalars.append(contentsOf: bytes[runStart..<position])
                try escape(into: &scalars)
                runStart = position
            } else {
                position += 1
            }
        }
        let run = bytes[runStart..<position]
        position += 1
        if scalars.isEmpty, let text = String(validating: run, as: UTF8.self) { return text }
        scalars.append(contentsOf: run)
        guard let text = String(validating: scalars, as: UTF8.self) else { throw fault("invalid UTF-8", at: start) }
        return text
    }

    private mutating func escape(into scalars: inout [UInt8]) throws(DeviceFileFault) {
        let start = position
        position += 1
        guard position < bytes.count else { throw fault("the text ends too early") }
        let code = bytes[position]
        position += 1
        switch code {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scalars.append(code)
        case UInt8(ascii: "b"): scalars.append(0x08)
        case UInt8(ascii: "f"): scalars.append(0x0C)
        case UInt8(ascii: "n"): scalars.append(0x0A)
        case UInt8(ascii: "r"): scalars.append(0x0D)
        case UInt8(ascii: "t"): scalars.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if value >> 10 == 0x36 {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw fault("half a surrogate pair", at: start) }
                position += 2
                let low = try hexadecimal()
                guard low >> 10 == 0x37 else { throw fault("half a surrogate pair", at: start) }
                value = 0x10000 + (value & 0x3FF) << 10 + (low & 0x3FF)
            }
            guard let scalar = UnicodeScalar(value) else { throw fault("half a surrogate pair", at: start) }
            scalars.append(contentsOf: UTF8.encode(scalar)!)
        default: throw fault("an unknown escape in a text", at: start)
        }
    }

    private mutating func hexadecimal() throws(DeviceFileFault) -> UInt32 {
        guard position + 4 <= bytes.count,
            let value = UInt32(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16),
            bytes[position] != UInt8(ascii: "+"), bytes[position] != UInt8(ascii: "-")
        else { throw fault("expected four hexadecimal digits") }
        position += 4
        return value
    }
}
