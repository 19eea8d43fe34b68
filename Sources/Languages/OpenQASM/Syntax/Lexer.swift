/// Cuts bytes into tokens, one at a time, on demand.
///
/// It reads through an unsafe pointer that outlives it (`OpenQASM` holds the text for the length of a run), and never
/// past `count`.
struct Lexer {
    var base: UnsafePointer<UInt8>
    /// Where the file being read ends.
    var count: Int
    /// The next byte to look at.
    var position = 0
    /// In 2 most keywords of 3 are plain names, and there are no timing literals.
    var isVersion2 = false
    var names = NameTable()
    /// What was wrong with the characters since the last time someone asked.
    var diagnostics: [Diagnostic] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1)!
        count = bytes.count
    }

    @inline(__always)
    func byte(_ offset: Int) -> UInt8 { offset < count ? base[offset] : 0 }

    @inline(__always)
    mutating func next() -> Token {
        skipBlanks()
        var token = Token()
        token.start = UInt32(position)
        token.end = token.start
        guard position < count else { return token }
        let first = base[position]
        let type = CharacterClass(first)
        switch type {
        case .letter: identifier(&token)
        case .digit: number(&token)
        case .other: symbol(first, &token)
        }
        token.end = UInt32(position)
        return token
    }

    @inline(__always)
    private mutating func skipBlanks() {
        while position < count {
            switch base[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            case UInt8(ascii: "/"):
                if byte(position + 1) == UInt8(ascii: "/") {
                    while position < count && base[position] != 0x0A { position += 1 }
                } else if byte(position + 1) == UInt8(ascii: "*") {
                    blockComment()
                } else {
                    return
                }
            default: return
            }
        }
    }

    private mutating func blockComment() {
        let start = position
        position += 2
        while position + 1 < count {
            if base[position] == UInt8(ascii: "*") && base[position + 1] == UInt8(ascii: "/") {
                position += 2
                return
            }
            position += 1
        }
        position = count
        diagnostics.append(
            Diagnostic(.unterminated, "a comment is not closed", at: .init(start..<start + 2), cure: "end it with */"))
    }

    @inline(__always)
    private mutating func identifier(_ token: inout Token) {
        let start = position
        var hasUnicode = false
        while position < count {
            let byte = base[position]
            let type = CharacterClass(byte)
            if type == .other { break }
            if byte >= 0x80 { hasUnicode = true }
            position += 1
        }
        if hasUnicode && !checkLetters(start..<position) {
            token.kind = .invalid
            return
        }
        token.name = names.intern(base + start, position - start)
        token.kind = .identifier
        if token.name < Int32(Keyword.allCases.count) {
            let isKeyword =
                isVersion2 ? Keyword.reservedInVersion2[Int(token.name)] : token.name != Keyword.opaque.rawValue
            if isKeyword { token.kind = .keyword }
        }
    }

    /// Whether all scalars beyond ASCII are letters as the specification lists them (Lu, Ll, Lt, Lm, Lo, Nl).
    private mutating func checkLetters(_ range: Range<Int>) -> Bool {
        let text = String(
            decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: range.count), as: UTF8.self)
        for scalar in text.unicodeScalars where !scalar.isASCII && !Self.isLetter(scalar) {
            let code = String(scalar.value, radix: 16, uppercase: true)
            diagnostics.append(
                Diagnostic(
                    .character, "U+\(code) cannot stand in a name", at: .init(range),
                    cause: "names consist of letters, digits and underscores"))
            return false
        }
        return true
    }

    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: true
        default: false
        }
    }

    /// Text in quotes, up to the end of the line.
    mutating func string(_ quote: UInt8, _ token: inout Token) {
        let start = position
        position += 1
        while position < count && base[position] != quote && base[position] != 0x0A && base[position] != 0x0D {
            position += 1
        }
        guard position < count && base[position] == quote else {
            token.kind = .invalid
            diagnostics.append(
                Diagnostic(
                    .unterminated, "text in quotes is not closed on its line", at: .init(start..<start + 1),
                    cure: "end it with \(quote == UInt8(ascii: "'") ? "'" : "\"")"))
            return
        }
        position += 1
        token.kind = .string
    }

    /// The rest of the line without blanks at its ends; for pragmas and annotations.
    mutating func restOfLine() -> Range<Int> {
        while position < count && (base[position] == 0x20 || base[position] == 0x09) { position += 1 }
        let start = position
        while position < count && base[position] != 0x0A && base[position] != 0x0D { position += 1 }
        var end = position
        while end > start && (base[end - 1] == 0x20 || base[end - 1] == 0x09) { end -= 1 }
        return start..<end
    }

    /// Everything up to the brace that closes the one just read, which is left for the next token; nil at the end.
    mutating func opaqueBlock() -> Range<Int>? {
        let start = position
        var depth = 1
        while position < count {
            if base[position] == UInt8(ascii: "{") { depth += 1 }
            if base[position] == UInt8(ascii: "}") {
                depth -= 1
                if depth == 0 { return start..<position }
            }
            position += 1
        }
        return nil
    }
}

/// What a byte can start.
enum CharacterClass: UInt8 {
    case other, letter, digit

    @inline(__always)
    init(_ byte: UInt8) {
        if (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte == UInt8(ascii: "_") || byte >= 0x80 {
            self = .letter
        } else {
            self = byte &- UInt8(ascii: "0") < 10 ? .digit : .other
        }
    }
}
