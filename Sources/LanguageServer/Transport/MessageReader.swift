/// Cuts a stream of bytes into messages: header lines, an empty line, `Content-Length` bytes.
///
/// Whatever the bytes, it goes on: what is no message is reported and skipped, and no memory is taken for bytes that a
/// header only promises.
struct MessageReader {
    enum Frame: Equatable, Sendable {
        case message([UInt8])
        /// Why a part of the stream is no message.
        case malformed(String)
    }

    /// Bytes that a header may have before it counts as garbage.
    static let headerLimit = 1 << 13
    /// Bytes that a message may have.
    static let contentLimit = 1 << 27

    /// Gives more bytes, none at the end.
    private let more: () -> ArraySlice<UInt8>
    private var buffer: ArraySlice<UInt8> = []
    private var isAtEnd = false

    init(_ more: @escaping () -> ArraySlice<UInt8>) { self.more = more }

    /// The next message, or a report; nil at the end.
    mutating func next() -> Frame? {
        guard let header = header() else { return nil }
        guard let lines = header.lines else {
            return .malformed("\(header.count) bytes of header without an empty line")
        }
        var length: Int?
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
            let digits = parts[1].drop { $0 == " " }
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int(digits) else {
                return .malformed("a Content-Length that is no number")
            }
            length = value
        }
        guard let length else { return .malformed("a header without Content-Length") }
        if length > Self.contentLimit {
            skip(length)
            return .malformed("a message of \(length) bytes; at most \(Self.contentLimit) are read")
        }
        guard let content = take(length) else { return nil }
        return .message(content)
    }

    private struct Header {
        /// Nil if there was no end in sight.
        var lines: [String]?
        var count: Int
    }

    /// Everything up to the empty line; nil at the end of the stream.
    private mutating func header() -> Header? {
        var lines: [String] = []
        var line: [UInt8] = []
        var count = 0
        while let byte = take() {
            count += 1
            if byte == 0x0A {
                if line.last == 0x0D { line.removeLast() }
                // Empty lines before a header are harmless.
                if line.isEmpty && !lines.isEmpty { return Header(lines: lines, count: count) }
                if !line.isEmpty { lines.append(String(decoding: line, as: UTF8.self)) }
                line = []
            } else {
                line.append(byte)
            }
            if count > Self.headerLimit { return Header(lines: nil, count: count) }
        }
        return nil
    }

    private mutating func fill() -> Bool {
        if isAtEnd { return false }
        buffer = more()
        if buffer.isEmpty { isAtEnd = true }
        return !isAtEnd
    }

    private mutating func take() -> UInt8? {
        if buffer.isEmpty && !fill() { return nil }
        return buffer.removeFirst()
    }

    private mutating func take(_ count: Int) -> [UInt8]? {
        var result: [UInt8] = []
        while result.count < count {
            if buffer.isEmpty && !fill() { return nil }
            let part = buffer.prefix(count - result.count)
            result += part
            buffer = buffer.dropFirst(part.count)
        }
        return result
    }

    private mutating func skip(_ count: Int) {
        var left = count
        while left > 0 {
            if buffer.isEmpty && !fill() { return }
            let part = min(left, buffer.count)
            buffer = buffer.dropFirst(part)
            left -= part
        }
    }
}
