/// How a program's own include files are read; languages ask for nothing outside the program's directory.
public struct IncludeReader: Sendable {
    public enum Reading: Sendable {
        case bytes([UInt8])
        /// Why the file cannot be had, as "there is no such file".
        case refused(String)
    }

    /// Reads a file by its path relative to the program's directory; the path has no `..` and no empty parts.
    public let read: @Sendable (_ path: String) -> Reading

    public init(_ read: @escaping @Sendable (_ path: String) -> Reading) { self.read = read }

    /// Bytes that one file may have, and all of a program together.
    public static let fileLimit = 1 << 24
    public static let totalLimit = 1 << 26
    /// Files within one another, and all of a program together.
    static let depthLimit = 32
    static let countLimit = 256

    /// The path of a file from the program's directory, beginning at the file that includes it; nil for what lies
    /// outside of the directory.
    static func path(of file: String, includedBy includer: String?) -> String? {
        if file.hasPrefix("/") || file.utf8.contains(0) { return nil }
        var parts = includer?.split(separator: "/").dropLast().map(String.init) ?? []
        for part in file.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            if part != ".." {
                parts.append(String(part))
            } else if parts.popLast() == nil {
                return nil
            }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }
}

/// The text of a program with the files that it includes behind it, as places in diagnostics count.
///
/// It owns its memory, because a parser that is in the middle of one file goes on in it when another one is added.
final class IncludedTexts {
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var count: Int
    private(set) var parts: [SourceText.Part]
    private var capacity: Int

    init(_ program: UnsafeBufferPointer<UInt8>, name: String) {
        capacity = program.count * 2 + 4096
        base = .allocate(capacity: capacity)
        if let start = program.baseAddress { base.initialize(from: start, count: program.count) }
        count = program.count
        parts = [.init(name: name, start: 0)]
    }

    deinit { base.deallocate() }

    /// Adds a file on a line of its own.
    ///
    /// - Returns: where its bytes lie.
    func add(_ bytes: [UInt8], name: String) -> Range<Int> {
        let needed = count + bytes.count + 1
        if needed > capacity {
            capacity = needed * 2
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            larger.initialize(from: base, count: count)
            base.deallocate()
            base = larger
        }
        base[count] = UInt8(ascii: "\n")
        count += 1
        let start = count
        bytes.withUnsafeBufferPointer {
            if let from = $0.baseAddress { (base + start).initialize(from: from, count: $0.count) }
        }
        count += bytes.count
        parts.append(.init(name: name, start: start))
        return start..<count
    }

    var text: SourceText {
        SourceText(
            name: parts[0].name, bytes: Array(UnsafeBufferPointer(start: base, count: count)), parts: parts)
    }
}
