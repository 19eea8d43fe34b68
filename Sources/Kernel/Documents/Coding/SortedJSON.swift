/// JSON with sorted keys, written straight into bytes: what `JSONEncoder` gives with `.sortedKeys` and
/// `.withoutEscapingSlashes`, byte for byte, several times as fast. A job leaves a handful of documents.
///
/// Knows what documents here are made of: values, arrays, dictionaries, structures of them. Nested containers that a type asks
/// for by hand are refused; whoever needs them takes `JSONEncoder`.
final class SortedJSON: Encoder {
    struct Unsupported: Error {}

    private(set) var bytes: [UInt8] = []
    /// Of the object that is being written: each member with where its key and value stand.
    private var members: [Member] = []
    private var shape = Shape.none

    private struct Member {
        var key: String
        var range: Range<Int>
    }

    private enum Shape { case none, object, array, value, refused }

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// - Throws: `Unsupported`; what the value throws.
    static func encode(_ value: some Encodable) throws -> [UInt8] {
        let writer = SortedJSON()
        writer.bytes.reserveCapacity(1024)
        try writer.write(value)
        return writer.bytes
    }

    // MARK: Values

    func write<Value: Encodable>(_ value: Value) throws {
        // The common ones without a container around them; which type it is was compared just before.
        if Value.self == String.self { return write(text: _identityCast(value, to: String.self)) }
        if Value.self == Int.self { return write(number: _identityCast(value, to: Int.self)) }
        if Value.self == Double.self { return try write(real: _identityCast(value, to: Double.self)) }
        try writeComposite(value)
    }

    private func writeComposite(_ value: some Encodable) throws {
        let (outer, outerShape, start) = (members, shape, bytes.count)
        (members, shape) = ([], .none)
        try value.encode(to: self)
        switch shape {
        case .object: finishObject(from: start)
        case .array: bytes.append(UInt8(ascii: "]"))
        case .value: break
        case .none, .refused: throw Unsupported()
        }
        (members, shape) = (outer, outerShape)
    }

    /// Brings the members, which stand one behind the other, into order, with what belongs between them.
    private func finishObject(from start: Int) {
        if members.count > 1 { members.sort { $0.key < $1.key } }
        var object: [UInt8] = []
        object.reserveCapacity(bytes.count - start + 2 + members.count)
        object.append(UInt8(ascii: "{"))
        for (place, member) in members.enumerated() {
            if place > 0 { object.append(UInt8(ascii: ",")) }
            object += bytes[member.range]
        }
        object.append(UInt8(ascii: "}"))
        bytes.replaceSubrange(start..., with: object)
    }

    /// A writer that takes nothing: for containers that are refused.
    var refusing: SortedJSON {
        let other = SortedJSON()
        other.shape = .refused
        shape = .refused
        return other
    }

    func beginObject() throws { if shape != .object { throw Unsupported() } }

    func beginValue() throws {
        guard shape == .none else { throw Unsupported() }
        shape = .value
    }

    func writeMember(_ key: String, _ body: () throws -> Void) rethrows {
        let start = bytes.count
        write(text: key)
        bytes.append(UInt8(ascii: ":"))
        try body()
        members.append(Member(key: key, range: start..<bytes.count))
    }

    func separate() { bytes.append(UInt8(ascii: ",")) }

    // MARK: Scalars

    func writeNull() { bytes += [0x6E, 0x75, 0x6C, 0x6C] }

    func write(flag: Bool) { bytes += flag ? [0x74, 0x72, 0x75, 0x65] : [0x66, 0x61, 0x6C, 0x73, 0x65] }

    func write(number: some BinaryInteger) { bytes += String(number).utf8 }

    func write(real: some BinaryFloatingPoint & LosslessStringConvertible) throws {
        guard real.isFinite else { throw Unsupported() }
        var text = real.description
        if text.hasSuffix(".0") { text.removeLast(2) }
        bytes += text.utf8
    }

    func write(text: String) {
        var text = text
        bytes.append(UInt8(ascii: "\""))
        text.withUTF8 { source in
            var plain = 0
            for (place, byte) in source.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
                bytes += source[plain..<place]
                bytes.append(UInt8(ascii: "\\"))
                switch byte {
                case 0x08: bytes.append(UInt8(ascii: "b"))
                case 0x09: bytes.append(UInt8(ascii: "t"))
                case 0x0A: bytes.append(UInt8(ascii: "n"))
                case 0x0C: bytes.append(UInt8(ascii: "f"))
                case 0x0D: bytes.append(UInt8(ascii: "r"))
                case 0x22, 0x5C: bytes.append(byte)
                default:
                    let digits = String(byte, radix: 16)
                    bytes += "u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
                }
                plain = place + 1
            }
            bytes += source[plain...]
        }
        bytes.append(UInt8(ascii: "\""))
    }

    // MARK: Containers

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if shape == .none { shape = .object }
        return KeyedEncodingContainer(Object(writer: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if shape == .none {
            shape = .array
            bytes.append(UInt8(ascii: "["))
        } else {
            shape = .refused
        }
        return List(writer: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(writer: self) }
}
