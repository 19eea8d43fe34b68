import Hardware

/// An object of a request: each field is taken, and what nobody took is refused by name at the end.
struct WireObject {
    /// From the root of the body, as `params.options.twirling`.
    let path: String
    private var fields: [(key: String, value: JSONNode)]

    init(_ node: JSONNode, _ path: String) throws {
        guard case .object(let fields) = node.kind else { throw Self.wrong(path, "expected an object") }
        self.path = path
        self.fields = fields
    }

    static func wrong(_ path: String, _ message: String, cure: String? = nil) -> Problem {
        Problem(.badField, "\(path): \(message)", cure: cure)
    }

    /// What Kelvin has not.
    static func missing(_ path: String, _ message: String, cure: String? = nil) -> Problem {
        Problem(.badField, "\(path): \(message)", cure: cure)
    }

    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// A field's value; nil where it is left out, or null.
    mutating func take(_ name: String) -> JSONNode? {
        guard let place = fields.firstIndex(where: { $0.key == name }) else { return nil }
        let value = fields.remove(at: place).value
        if case .null = value.kind { return nil }
        return value
    }

    mutating func object(_ name: String) throws -> WireObject? {
        try take(name).map { try WireObject($0, place(name)) }
    }

    mutating func text(_ name: String) throws -> String? {
        try take(name).map { node in
            guard case .string(let text) = node.kind else { throw Self.wrong(place(name), "expected a text") }
            return text
        }
    }

    mutating func flag(_ name: String) throws -> Bool? {
        try take(name).map { node in
            guard case .bool(let value) = node.kind else { throw Self.wrong(place(name), "expected true or false") }
            return value
        }
    }

    mutating func number(_ name: String) throws -> Double? {
        try take(name).map { node in
            guard case .number(let value) = node.kind else { throw Self.wrong(place(name), "expected a number") }
            return value
        }
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        try take(name).map { try Self.integer($0, in: range, place(name)) }
    }

    static func integer(_ node: JSONNode, in range: ClosedRange<Int>, _ path: String) throws -> Int {
        guard case .number(let value) = node.kind, let whole = Int(exactly: value), range.contains(whole) else {
            throw wrong(path, "expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return whole
    }

    mutating func list(_ name: String) throws -> [JSONNode]? {
        try take(name).map { try Self.list($0, place(name)) }
    }

    static func list(_ node: JSONNode, _ path: String) throws -> [JSONNode] {
        guard case .array(let items) = node.kind else { throw wrong(path, "expected a list") }
        return items
    }

    mutating func texts(_ name: String) throws -> [String]? {
        try list(name)?.map { node in
            guard case .string(let text) = node.kind else { throw Self.wrong(place(name), "expected texts") }
            return text
        }
    }

    /// Fields that mean nothing as long as what they are about is off.
    mutating func pass(_ names: String...) { fields.removeAll { names.contains($0.key) } }

    /// Refuses what is left over.
    func end() throws {
        guard let (key, _) = fields.first else { return }
        throw Self.missing(place(key.clipped), "Kelvin has no such option", cure: "leave it out")
    }
}

extension JSONNode {
    /// Reads a body.
    static func body(_ bytes: [UInt8]) throws -> JSONNode {
        do {
            return try bytes.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in
                try JSONParser.parse(buffer)
            }
        } catch { throw Problem(.badRequest, "the body is \(error.message)") }
    }

    /// The text of a value within the text that it was read from.
    func source(in bytes: [UInt8]) -> String {
        switch kind {
        case .object, .array, .string: break
        default: return compactText
        }
        var place = offset, depth = 0, isInText = false
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if isInText {
                if byte == UInt8(ascii: "\\") { place += 1 }
                isInText = byte != UInt8(ascii: "\"")
                if isInText || depth > 0 { continue }
                break
            }
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: continue
            }
            if depth == 0, !isInText { break }
        }
        return String(decoding: bytes[offset..<min(place, bytes.count)], as: UTF8.self)
    }
}
