public import Circuits
import Synchronization

/// A program's text with its name: the bytes that locations and diagnostics point into.
///
/// The table of line starts is made when the first location is asked for; programs without errors never pay for it.
public struct SourceText: Sendable {
    /// What diagnostics call the text: a file name, or `<input>`.
    public let name: String
    /// UTF-8, as read; nothing has checked it yet.
    public let bytes: [UInt8]
    /// The files that the bytes are made of, the program first; empty for a program without files of its own.
    public let parts: [Part]
    private let lines = LineTable()
    let columns = ColumnTable()

    public init(name: String = "<input>", bytes: [UInt8]) {
        self.init(name: name, bytes: bytes, parts: [])
    }

    /// A program with the files it includes behind it.
    init(name: String, bytes: [UInt8], parts: [Part]) {
        self.name = name
        self.bytes = bytes
        self.parts = parts
    }

    /// A file within a text.
    public struct Part: Sendable, Hashable {
        public var name: String
        /// Its first byte; it goes on to the next part.
        public var start: Int
    }

    /// The file that a byte belongs to.
    public func part(at offset: Int) -> Part {
        parts.last { $0.start <= offset } ?? Part(name: name, start: 0)
    }

    public init(name: String = "<input>", _ text: String) { self.init(name: name, bytes: Array(text.utf8)) }

    /// Bytes that a location can address; larger texts are refused.
    public static let sizeLimit = Int(UInt32.max) - 1

    /// Line and column of an instruction's location, both from 1, columns in Unicode scalars; nil for
    /// `SourceLocation.none` and for offsets outside the text.
    public func location(of location: SourceLocation) -> (line: Int, column: Int)? {
        location == .none ? nil : position(of: Int(location.offset))
    }

    /// Line and column of a byte, both from 1; the end of the text is a position too.
    public func position(of offset: Int) -> (line: Int, column: Int)? {
        guard offset >= 0 && offset <= bytes.count else { return nil }
        let position = textPosition(of: offset)
        return (position.line, position.column)
    }

    /// The file that a byte belongs to, with the line and column there; nil for offsets outside the text.
    public func filePosition(of offset: Int) -> (file: String, line: Int, column: Int)? {
        guard let (line, column) = position(of: offset) else { return nil }
        let part = part(at: offset)
        return (part.name, line - (part.start == 0 ? 0 : lineNumber(of: part.start) - 1), column)
    }

    /// Lines, counted as editors do: a line break at the end starts one more.
    public var lineCount: Int { lines.starts(in: bytes).count }

    /// The line (from 1) of a byte.
    func lineNumber(of offset: Int) -> Int {
        let starts = lines.starts(in: bytes)
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if Int(starts[middle]) <= offset { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The first byte of a line (from 1).
    func lineStart(_ number: Int) -> Int { Int(lines.starts(in: bytes)[number - 1]) }

    /// The bytes of a line (from 1) without its end.
    public func line(_ number: Int) -> ArraySlice<UInt8> {
        let starts = lines.starts(in: bytes)
        precondition(number >= 1 && number <= starts.count, "line \(number) of \(starts.count)")
        let start = Int(starts[number - 1])
        var end = number < starts.count ? Int(starts[number]) - 1 : bytes.count
        if end > start && bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return bytes[start..<end]
    }

    /// The text of some bytes, with what is no UTF-8 replaced.
    func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
}

/// Where lines start, computed once and shared by all copies of a text.
private final class LineTable: Sendable {
    private let table = Mutex<[UInt32]?>(nil)

    func starts(in bytes: [UInt8]) -> [UInt32] {
        table.withLock { table in
            if let table { return table }
            var starts: [UInt32] = [0]
            bytes.withUnsafeBufferPointer { bytes in
                for k in bytes.indices where bytes[k] == UInt8(ascii: "\n") { starts.append(UInt32(k + 1)) }
            }
            table = starts
            return starts
        }
    }
}
