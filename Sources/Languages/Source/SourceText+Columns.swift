import Synchronization

/// A place in a text as editors and people count it.
public struct TextPosition: Sendable, Hashable {
    /// Bytes from the beginning of the text.
    public var offset: Int
    /// From 1.
    public var line: Int
    /// Unicode scalars from the beginning of the line, from 1: what a compiler prints.
    public var column: Int
    /// Bytes of UTF-8 from the beginning of the line, from 0.
    public var utf8: Int
    /// Code units of UTF-16 from the beginning of the line, from 0: what editors count by default.
    public var utf16: Int
}

extension SourceText {
    /// A byte's place in all countings; offsets outside the text are moved to its nearest end.
    public func textPosition(of offset: Int) -> TextPosition {
        let offset = min(max(0, offset), bytes.count)
        let line = lineNumber(of: offset)
        let start = lineStart(line)
        let (scalars, units) = columns.count(in: bytes, from: start, to: offset)
        return TextPosition(offset: offset, line: line, column: scalars + 1, utf8: offset - start, utf16: units)
    }

    /// The byte at a line (from 0) and a number of UTF-8 bytes or UTF-16 code units behind its beginning; places behind
    /// the end of the line are its end, and a place inside of a character is its beginning.
    public func offset(line: Int, character: Int, utf16: Bool) -> Int {
        guard line >= 0 else { return 0 }
        guard line < lineCount else { return bytes.count }
        let content = self.line(line + 1)
        guard character > 0 else { return content.startIndex }
        var place = content.startIndex
        if !utf16 {
            place = content.startIndex + min(character, content.count)
            while place > content.startIndex && place < content.endIndex && bytes[place] & 0xC0 == 0x80 { place -= 1 }
            return place
        }
        var units = 0
        while place < content.endIndex {
            var next = place + 1
            while next < content.endIndex && bytes[next] & 0xC0 == 0x80 { next += 1 }
            units += bytes[place] >= 0xF0 ? 2 : 1
            if units > character { return place }
            place = next
        }
        return place
    }
}

/// Scalars and UTF-16 code units up to every 64th kilobyte, so that a column in a line of a hundred megabytes is found
/// without walking the line. Computed once, when a first column is asked for; shared by all copies of a text.
final class ColumnTable: Sendable {
    private static let stride = 1 << 16
    private let sums = Mutex<[(scalars: Int, units: Int)]?>(nil)

    /// Scalars and UTF-16 code units between two bytes.
    func count(in bytes: [UInt8], from start: Int, to end: Int) -> (scalars: Int, units: Int) {
        if end - start <= 2 * Self.stride { return Self.count(bytes, start..<end) }
        let sums = sums.withLock { sums in
            if let sums { return sums }
            var result = [(scalars: 0, units: 0)]
            for block in 0..<bytes.count / Self.stride {
                let part = Self.count(bytes, block * Self.stride..<(block + 1) * Self.stride)
                let last = result[block]
                result.append((last.scalars + part.scalars, last.units + part.units))
            }
            sums = result
            return result
        }
        func upTo(_ place: Int) -> (scalars: Int, units: Int) {
            let block = place / Self.stride
            let rest = Self.count(bytes, block * Self.stride..<place)
            return (sums[block].scalars + rest.scalars, sums[block].units + rest.units)
        }
        let (a, b) = (upTo(start), upTo(end))
        return (b.scalars - a.scalars, b.units - a.units)
    }

    /// Valid UTF-8 is counted by its first bytes; bytes that continue nothing count nothing.
    private static func count(_ bytes: [UInt8], _ range: Range<Int>) -> (scalars: Int, units: Int) {
        bytes.withUnsafeBufferPointer { bytes in
            var scalars = 0
            var pairs = 0
            for k in range {
                scalars &+= bytes[k] & 0xC0 == 0x80 ? 0 : 1
                pairs &+= bytes[k] >= 0xF0 ? 1 : 0
            }
            return (scalars, scalars + pairs)
        }
    }
}
