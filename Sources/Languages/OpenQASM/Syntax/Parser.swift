/// What interrupts a statement; the diagnostic is recorded already.
struct SyntaxFailure: Error {}

/// Builds syntax, one top-level statement at a time, and recovers after errors.
///
/// The grammar is OpenQASM 3.1's (`qasm3Parser.g4` of the specification) with the statements of OpenQASM 2 that 3 has
/// dropped. Recursive descent with one token of lookahead; recursion ends at `depthLimit`.
struct Parser: ~Copyable {
    var lexer: Lexer
    var tree = SyntaxTree()
    /// The token to look at next.
    var token = Token()
    /// Where the token before it ended.
    var previousEnd: UInt32 = 0
    var diagnostics: [Diagnostic] = []
    var errorCount = 0
    var warningCount = 0
    /// Entries of lists that are still being collected, innermost last.
    var pending: [Int32] = []
    var depth = 0
    /// The version of the language: 2 or 3.
    var version = 3
    /// Whether a complex type or number was read.
    var hasComplex = false

    /// Levels of brackets, operators and statements within one another.
    static let depthLimit = 400
    /// Annotations that one statement may have.
    static let annotationLimit = 4096
    /// Operators of one expression on the longest way down; a chain of sums is deep in this sense.
    static let heightLimit: UInt16 = 1000
    /// Errors after which a text is given up, and warnings after which no more are kept.
    static let errorLimit = 100

    init(_ bytes: UnsafeBufferPointer<UInt8>) { lexer = Lexer(bytes) }

    @inline(__always)
    mutating func advance() {
        previousEnd = token.end
        token = lexer.next()
        if token.kind == .invalid { reportCharacters() }
    }

    /// Takes over what the lexer had to say.
    mutating func reportCharacters() {
        for diagnostic in lexer.diagnostics { report(diagnostic) }
        lexer.diagnostics = []
    }

    mutating func report(_ diagnostic: Diagnostic) {
        if diagnostic.severity == .error {
            errorCount += 1
            if errorCount > Self.errorLimit { return }
        } else {
            warningCount += 1
            if warningCount > Self.errorLimit { return }
        }
        diagnostics.append(diagnostic)
        if diagnostic.severity == .error && errorCount == Self.errorLimit {
            diagnostics.append(
                Diagnostic(
                    .tooManyErrors, "\(Self.errorLimit) errors; the rest of the text is not looked at",
                    at: diagnostic.place))
            lexer.position = lexer.count
            token = Token(kind: .endOfFile, start: UInt32(lexer.count), end: UInt32(lexer.count))
        }
    }
}

// Expectations.
extension Parser {
    @inline(__always)
    func at(_ keyword: Keyword) -> Bool { token.kind == .keyword && token.name == keyword.rawValue }

    @inline(__always)
    mutating func take(_ kind: Token.Kind) -> Bool {
        guard token.kind == kind else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func take(_ keyword: Keyword) -> Bool {
        guard at(keyword) else { return false }
        advance()
        return true
    }

    @inline(__always)
    mutating func expect(_ kind: Token.Kind, _ text: StaticString) throws(SyntaxFailure) {
        if token.kind == kind { advance() } else { throw expected(text) }
    }

    /// The end of a statement. A missing semicolon is reported where it belongs: behind the last token.
    @inline(__always)
    mutating func semicolon() throws(SyntaxFailure) {
        if token.kind == .semicolon { advance() } else { throw missingSemicolon() }
    }

    private mutating func missingSemicolon() -> SyntaxFailure {
        if token.kind == .endOfFile || token.kind == .invalid || !isOnNewLine { return expected("';'") }
        let end = Int(previousEnd)
        report(
            Diagnostic(
                .expected, "expected ';' at the end of the statement", at: .init(max(0, end - 1)..<end),
                cure: "write ';' here"))
        return SyntaxFailure()
    }

    mutating func name() throws(SyntaxFailure) -> Int32 {
        guard token.kind == .identifier else { throw expected("a name") }
        let name = token.name
        advance()
        return name
    }

    /// Reports that something else stands where `what` should.
    mutating func expected(_ what: some CustomStringConvertible, cure: String? = nil) -> SyntaxFailure {
        switch token.kind {
        case .invalid: break
        case .endOfFile:
            report(
                Diagnostic(
                    .truncated, "the text ends where \(what) is expected",
                    at: .init(Int(previousEnd)..<Int(previousEnd)), cause: "the program is cut off or not finished",
                    cure: cure))
        case .keyword:
            report(
                Diagnostic(
                    .expected, "expected \(what), found \(describeToken())", at: place(token),
                    cause: what.description == "a name" ? "'\(tokenText())' is a word of the language" : nil, cure: cure
                ))
        default:
            report(
                Diagnostic(.expected, "expected \(what), found \(describeToken())", at: place(token), cure: cure))
        }
        return SyntaxFailure()
    }

    func place(_ token: Token) -> Diagnostic.Place { .init(Int(token.start)..<Int(token.end)) }

    private func tokenText() -> String { text(token.start..<min(token.end, token.start + 40)) }

    func describeToken() -> String {
        token.kind == .endOfFile ? "the end of the text" : "'\(tokenText())'"
    }

    func text(_ range: Range<UInt32>) -> String {
        String(
            decoding: UnsafeBufferPointer(start: lexer.base + Int(range.lowerBound), count: range.count), as: UTF8.self)
    }

    /// Goes one level down, up to the limit; `leave` comes back.
    @inline(__always)
    mutating func enter() throws(SyntaxFailure) {
        depth += 1
        if depth > Self.depthLimit { throw tooDeep() }
    }

    @inline(__always)
    mutating func leave() { depth -= 1 }

    private mutating func tooDeep() -> SyntaxFailure {
        report(
            Diagnostic(
                .nesting, "more than \(Self.depthLimit) levels within one another", at: place(token),
                cure: "break the expression or the statement into parts"))
        // Whatever follows is part of the same nest; there is no statement to go on with.
        lexer.position = lexer.count
        token = Token(kind: .endOfFile, start: UInt32(lexer.count), end: UInt32(lexer.count))
        return SyntaxFailure()
    }
}

// Lists and recovery.
extension Parser {
    /// Collects what `element` pushes onto `pending` into a list.
    @inline(__always)
    mutating func finishList(from mark: Int) -> ListID {
        let list = tree.add(list: pending[mark...])
        pending.removeLast(pending.count - mark)
        return list
    }

    /// Whether a line ends between the last token and this one.
    var isOnNewLine: Bool {
        var place = Int(token.start)
        while place > Int(previousEnd) {
            place -= 1
            if lexer.base[place] == 0x0A { return true }
        }
        return false
    }

    /// Skips to where a statement can start again.
    mutating func recover(insideScope: Bool) {
        var braces = 0
        var first = true
        while token.kind != .endOfFile {
            switch token.kind {
            case .semicolon where braces == 0:
                advance()
                return
            case .leftBrace: braces += 1
            case .rightBrace:
                if braces == 0 {
                    if !insideScope { advance() }
                    return
                }
                braces -= 1
                if braces == 0 {
                    advance()
                    return
                }
            case .keyword where braces == 0 && startsStatement && isOnNewLine: return
            case .identifier where braces == 0 && first && isOnNewLine: return
            default: break
            }
            first = false
            advance()
        }
    }

    private var startsStatement: Bool {
        switch Keyword(rawValue: token.name) {
        case .in, .else, .true, .false, .inv, .pow, .ctrl, .negctrl, .durationof, .void, .mutable, .readonly: false
        default: true
        }
    }
}
