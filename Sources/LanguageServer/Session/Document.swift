import Languages

/// An open document: its text as the client has it, and what is known about it.
struct Document {
    let uri: String
    var version: Int?
    private(set) var source: SourceText
    /// Made when it is first asked for, forgotten with each edit.
    private var knownOutline: ProgramOutline?
    private var knownConstants: [Int: String]?

    init(uri: String, version: Int?, text: String) {
        self.uri = uri
        self.version = version
        source = SourceText(name: uri, text)
    }

    var outline: ProgramOutline {
        mutating get {
            if let knownOutline { return knownOutline }
            let outline = OpenQASM.outline(source)
            knownOutline = outline
            return outline
        }
    }

    /// Values of constants, by the first byte of the name where they are declared.
    var constants: [Int: String] {
        mutating get {
            if let knownConstants { return knownConstants }
            let constants = OpenQASM.constants(of: source)
            knownConstants = constants
            return constants
        }
    }

    mutating func replace(_ text: String) { replace(bytes: Array(text.utf8)) }

    /// Puts text in the place of a range; ends that lie outside of the text are moved to it.
    mutating func replace(_ range: TextRange, by text: String, _ encoding: PositionEncoding) {
        let a = encoding.offset(of: range.start, in: source)
        let b = encoding.offset(of: range.end, in: source)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.bytes.count + text.utf8.count)
        bytes += source.bytes[..<min(a, b)]
        bytes += text.utf8
        bytes += source.bytes[max(a, b)...]
        replace(bytes: bytes)
    }

    private mutating func replace(bytes: [UInt8]) {
        source = SourceText(name: uri, bytes: bytes)
        knownOutline = nil
        knownConstants = nil
    }
}

/// What the `character` of a position counts.
enum PositionEncoding: String {
    case utf8 = "utf-8"
    case utf16 = "utf-16"

    func position(of offset: Int, in source: SourceText) -> Position {
        let position = source.textPosition(of: offset)
        return Position(line: position.line - 1, character: self == .utf8 ? position.utf8 : position.utf16)
    }

    func range(_ range: Range<Int>, in source: SourceText) -> TextRange {
        TextRange(start: position(of: range.lowerBound, in: source), end: position(of: range.upperBound, in: source))
    }

    func offset(of position: Position, in source: SourceText) -> Int {
        source.offset(line: position.line, character: position.character, utf16: self == .utf16)
    }
}
