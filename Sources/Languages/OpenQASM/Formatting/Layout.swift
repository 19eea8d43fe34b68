/// Puts pieces into lines. What it does depends on the pieces alone, and on where comments stood, so that doing it again
/// changes nothing.
struct Layout {
    private typealias Piece = FormatPieces.Piece

    private static let indentation = 4
    private static let width = 100

    private let bytes: UnsafeBufferPointer<UInt8>
    private let pieces: [FormatPieces.Piece]
    private var output: [UInt8] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ pieces: [FormatPieces.Piece]) {
        self.bytes = bytes
        self.pieces = pieces
        output.reserveCapacity(bytes.count + bytes.count / 8)
    }

    mutating func text() -> [UInt8] {
        var depth = 0
        var first = 0
        /// Whether the line goes on with a statement that an earlier one began.
        var continues = false
        while first < pieces.count {
            let end = lineEnd(from: first, continues: continues)
            let isClosing = isBlock(first, .rightBrace)
            if isClosing { depth = max(0, depth - 1) }
            let isOpened = first > 0 && isBlock(first - 1, .leftBrace)
            if first > 0 && pieces[first].breaks > 1 && !continues && !isClosing && !isOpened { output.append(0x0A) }
            write(first..<end, indent: depth * Self.indentation, continues: continues)
            for place in first..<end {
                if isBlock(place, .leftBrace) { depth += 1 }
                if isBlock(place, .rightBrace), place > first { depth = max(0, depth - 1) }
            }
            continues = leavesOpen(first..<end, continues)
            first = end
        }
        return output
    }

    /// Whether a piece is a brace around statements.
    private func isBlock(_ place: Int, _ kind: Token.Kind) -> Bool {
        place < pieces.count && pieces[place].kind == .token(kind) && !pieces[place].isInner
    }

    private func isToken(_ place: Int, _ kind: Token.Kind) -> Bool {
        place < pieces.count && pieces[place].kind == .token(kind)
    }

    /// Whether a statement goes on behind a line.
    private func leavesOpen(_ line: Range<Int>, _ continues: Bool) -> Bool {
        for place in line.reversed() where !pieces[place].isComment {
            switch pieces[place].kind {
            case .line: return false
            case .token(.semicolon): return false
            case .token(.leftBrace), .token(.rightBrace): return pieces[place].isInner || isInExpression(place)
            default: return true
            }
        }
        return continues
    }

    /// Whether the block that ends here is part of an expression: `durationof({ … })`.
    private func isInExpression(_ place: Int) -> Bool {
        isBlock(place, .rightBrace) && isToken(nextToken(behind: place), .rightParenthesis)
    }

    private func nextToken(behind place: Int) -> Int {
        var next = place + 1
        while next < pieces.count && pieces[next].isComment { next += 1 }
        return next
    }

    /// The place behind the last piece of the line that starts at `first`.
    private func lineEnd(from first: Int, continues: Bool) -> Int {
        var place = first
        var hasToken = continues
        while place < pieces.count {
            let piece = pieces[place]
            var ends = false
            switch piece.kind {
            case .lineComment: return place + 1
            case .blockComment:
                // A comment on lines of its own stays there.
                ends = !hasToken && place + 1 < pieces.count && pieces[place + 1].breaks > 0
                if ends { return place + 1 }
            case .line: return place + 1
            case .token(.semicolon): ends = true
            case .token(.leftBrace) where !piece.isInner:
                ends = !(isBlock(place + 1, .rightBrace) || isOpaque(place + 1))
            case .token(.rightBrace) where !piece.isInner:
                let next = place + 1
                ends = !(next < pieces.count && pieces[next].keyword == .else) && !isToken(next, .rightParenthesis)
            default: break
            }
            if !piece.isComment { hasToken = true }
            place += 1
            // A comment in a line of its own within a statement, and the brace that closes a block, start lines.
            if !ends, place < pieces.count {
                if pieces[place].isComment && pieces[place].breaks > 0 { return place }
                if isBlock(place, .rightBrace) && !isBlock(place - 1, .leftBrace) && !isOpaque(place - 1) {
                    return place
                }
            }
            if ends {
                // A comment behind the end of a statement stays with it.
                while place < pieces.count && pieces[place].isComment && pieces[place].breaks == 0 {
                    place += 1
                    if pieces[place - 1].kind == .lineComment { return place }
                }
                return place
            }
        }
        return place
    }

    private func isOpaque(_ place: Int) -> Bool { place < pieces.count && pieces[place].kind == .opaque }

    // MARK: Within a line

    private mutating func write(_ line: Range<Int>, indent: Int, continues: Bool) {
        var column = indent + (continues ? Self.indentation : 0)
        output.append(contentsOf: repeatElement(0x20, count: column))
        var place = line.lowerBound
        while place < line.upperBound {
            // Pieces up to the next place where a line may break.
            var end = place + 1
            while end < line.upperBound && !canBreak(before: end) { end += 1 }
            var width = 0
            for k in place..<end {
                if k > place && needsSpace(before: k) { width += 1 }
                width += columns(pieces[k].range)
            }
            let isFirst = place == line.lowerBound
            let blank = !isFirst && needsSpace(before: place) ? 1 : 0
            if !isFirst && column + blank + width > Self.width {
                output.append(0x0A)
                column = indent + Self.indentation
                output.append(contentsOf: repeatElement(0x20, count: column))
            } else {
                output.append(contentsOf: repeatElement(0x20, count: blank))
                column += blank
            }
            for k in place..<end {
                if k > place && needsSpace(before: k) { output.append(0x20) }
                append(pieces[k])
            }
            column += width
            place = end
        }
        output.append(0x0A)
    }

    private mutating func append(_ piece: FormatPieces.Piece) {
        guard piece.kind == .blockComment else {
            output.append(contentsOf: bytes[piece.range])
            return
        }
        for place in piece.range where !(bytes[place] == 0x0D && bytes[place + 1] == 0x0A) {
            output.append(bytes[place])
        }
    }

    private func columns(_ range: Range<Int>) -> Int {
        range.reduce(0) { $0 + (bytes[$1] & 0xC0 == 0x80 ? 0 : 1) }
    }

    /// Whether a long line may break before a piece: behind commas and before operators; never before a comment, whose
    /// place says what it belongs to.
    private func canBreak(before place: Int) -> Bool {
        if pieces[place].isComment { return false }
        if isToken(place - 1, .comma) { return true }
        return isOperator(place) && !isToken(place, .equals) && !isToken(place, .at)
    }

    /// Whether a piece is an operator with two sides.
    private func isOperator(_ place: Int) -> Bool {
        guard case .token(let kind) = pieces[place].kind else { return false }
        switch kind {
        case .minus, .tilde, .exclamation: return !pieces[place].isInner
        case .equals, .arrow, .at, .compoundAssignment, .plus, .doublePlus, .asterisk, .doubleAsterisk, .slash,
            .percent,
            .pipe, .doublePipe, .ampersand, .doubleAmpersand, .caret, .doubleEquals, .notEquals, .less, .lessOrEqual,
            .greater, .greaterOrEqual, .shiftLeft, .shiftRight:
            return true
        default: return false
        }
    }

    /// Whether a blank stands between a piece and the one before it.
    private func needsSpace(before place: Int) -> Bool {
        let (left, right) = (pieces[place - 1], pieces[place])
        if left.isComment || right.isComment { return true }
        if left.kind == .opaque || right.kind == .opaque { return false }
        guard case .token(let a) = left.kind, case .token(let b) = right.kind else { return true }
        switch b {
        case .semicolon, .comma, .colon, .rightParenthesis, .rightBracket, .dot: return false
        case .rightBrace:
            // `{}`, sets, and nothing else in one line.
            return !(right.isInner || a == .leftBrace)
        default: break
        }
        switch a {
        case .leftParenthesis, .leftBracket, .colon, .hash, .dot: return false
        case .leftBrace where left.isInner: return false
        case .minus, .tilde, .exclamation: if left.isInner { return false }
        default: break
        }
        if isOperator(place - 1) || isOperator(place) { return true }
        switch b {
        case .leftParenthesis: return isWord(left)
        case .leftBracket:
            return left.keyword == .in || left.keyword == .return || left.keyword == .case
        default: return true
        }
    }

    /// Whether a keyword keeps its distance from a parenthesis: `if (…)`, but `int(…)`, `ctrl(2)`.
    private func isWord(_ piece: FormatPieces.Piece) -> Bool {
        switch piece.keyword {
        case .if, .while, .switch, .return, .in, .case, .else, .for, .measure, .reset, .const: true
        default: piece.kind == .token(.comma)
        }
    }
}
