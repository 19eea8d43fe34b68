/// A text cut into what a layout moves around: tokens, comments, and passages whose every byte counts.
struct FormatPieces {
    struct Piece {
        enum Kind: Equatable {
            case token(Token.Kind)
            case lineComment, blockComment
            /// An annotation or a pragma: it ends its line.
            case line
            /// The inside of a calibration.
            case opaque
        }

        var kind: Kind
        var range: Range<Int>
        /// Line breaks between the piece before and this one.
        var breaks: Int
        /// Of a keyword.
        var keyword: Keyword?
        /// Of a brace: whether it belongs to a set or an array. Of `-`, `~`, `!`: whether it is a sign.
        var isInner = false

        var isComment: Bool { kind == .lineComment || kind == .blockComment }
    }

    private(set) var all: [Piece] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        // The parser knows which braces hold values, which minus is a sign, and where the opaque passages lie.
        var parser = Parser(bytes)
        parser.start()
        var inner: Set<Int> = []
        var passages: [(range: Range<Int>, kind: Piece.Kind)] = []
        func content(_ node: SyntaxTree.Node) -> Range<Int> {
            Int(UInt32(bitPattern: node.c))..<Int(UInt32(bitPattern: node.d))
        }
        while parser.next() != nil {
            for node in parser.tree.nodes {
                switch node.kind {
                case .set, .arrayLiteral, .unary: inner.insert(Int(node.start))
                case .annotation, .pragma:
                    var end = max(Int(node.end), content(node).upperBound)
                    while Self.isBlank(bytes[end - 1]) { end -= 1 }
                    passages.append((Int(node.start)..<end, .line))
                case .calibration: passages.append((content(node), .opaque))
                case .calibrationDefinition:
                    let (start, end) = (parser.tree.item(node.d, 1), parser.tree.item(node.d, 2))
                    passages.append((Int(UInt32(bitPattern: start))..<Int(UInt32(bitPattern: end)), .opaque))
                default: break
                }
            }
            parser.tree.cut(to: .init(nodes: 0, lists: 0))
        }
        passages.sort { $0.range.lowerBound < $1.range.lowerBound }
        collect(bytes, parser.version, inner, passages)
    }

    private mutating func collect(
        _ bytes: UnsafeBufferPointer<UInt8>, _ version: Int, _ inner: Set<Int>,
        _ passages: [(range: Range<Int>, kind: Piece.Kind)]
    ) {
        var lexer = Lexer(bytes)
        lexer.isVersion2 = version == 2
        var next = 0
        var end = 0
        // Closing braces of sets are known by their opening ones.
        var braces: [Bool] = []
        while true {
            if next < passages.count, passages[next].kind == .opaque, passages[next].range.lowerBound == end {
                let passage = passages[next]
                next += 1
                if !passage.range.isEmpty { all.append(Piece(kind: .opaque, range: passage.range, breaks: 0)) }
                end = passage.range.upperBound
                lexer.position = end
            }
            let token = lexer.next()
            let start = Int(token.start)
            var breaks = comments(bytes, end..<start)
            if next < passages.count, passages[next].kind == .line, passages[next].range.lowerBound == start {
                all.append(Piece(kind: .line, range: passages[next].range, breaks: breaks))
                end = passages[next].range.upperBound
                lexer.position = end
                next += 1
                continue
            }
            if token.kind == .endOfFile { return }
            var piece = Piece(kind: .token(token.kind), range: start..<Int(token.end), breaks: breaks)
            breaks = 0
            if token.kind == .keyword { piece.keyword = Keyword(rawValue: token.name) }
            switch token.kind {
            case .leftBrace:
                piece.isInner = inner.contains(start)
                braces.append(piece.isInner)
            case .rightBrace: piece.isInner = braces.popLast() ?? false
            case .minus, .tilde, .exclamation: piece.isInner = inner.contains(start)
            default: break
            }
            all.append(piece)
            end = Int(token.end)
        }
    }

    /// Adds the comments between two tokens; gives the line breaks behind the last one.
    private mutating func comments(_ bytes: UnsafeBufferPointer<UInt8>, _ gap: Range<Int>) -> Int {
        var breaks = 0
        var place = gap.lowerBound
        while place < gap.upperBound {
            let byte = bytes[place]
            if byte == 0x0A { breaks += 1 }
            guard byte == UInt8(ascii: "/"), place + 1 < gap.upperBound else {
                place += 1
                continue
            }
            let start = place
            let isLine = bytes[place + 1] == UInt8(ascii: "/")
            if isLine {
                while place < gap.upperBound && bytes[place] != 0x0A { place += 1 }
            } else {
                place += 2
                while !(bytes[place] == UInt8(ascii: "*") && bytes[place + 1] == UInt8(ascii: "/")) { place += 1 }
                place += 2
            }
            var end = place
            if isLine { while Self.isBlank(bytes[end - 1]) { end -= 1 } }
            all.append(Piece(kind: isLine ? .lineComment : .blockComment, range: start..<end, breaks: breaks))
            breaks = 0
        }
        return breaks
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    /// What a layout must not change: the bytes of all but the comments.
    func meaning(in bytes: UnsafeBufferPointer<UInt8>) -> [Slice<UnsafeBufferPointer<UInt8>>] {
        all.lazy.filter { !$0.isComment }.map { bytes[$0.range] }
    }
}
