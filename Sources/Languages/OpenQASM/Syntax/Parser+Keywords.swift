// Statements that start with a word of the language.
extension Parser {
    mutating func keywordStatement() throws(SyntaxFailure) -> NodeID {
        guard let keyword = Keyword(rawValue: token.name) else { throw expected("a statement") }
        let start = token.start
        switch keyword {
        case .measure: return try measureStatement()
        case .reset:
            advance()
            let operand = try operand()
            try semicolon()
            return tree.add(.init(kind: .reset, start: start, end: previousEnd, a: operand))
        case .barrier: return try operandStatement(.barrier)
        case .nop: return try operandStatement(.nop)
        case .inv, .pow, .ctrl, .negctrl, .gphase: return try modifiedGateCall()
        case .if: return try ifStatement()
        case .for: return try forStatement()
        case .while: return try whileStatement()
        case .switch: return try switchStatement()
        case .break: return try word(.break)
        case .continue: return try word(.continue)
        case .end: return try word(.end)
        case .return:
            advance()
            let value = token.kind == .semicolon ? -1 : try value()
            try semicolon()
            return tree.add(.init(kind: .return, start: start, end: previousEnd, a: value))
        case .delay:
            advance()
            let duration = try designator()
            let operands = token.kind == .semicolon ? -1 : try operands()
            try semicolon()
            return tree.add(.init(kind: .delay, start: start, end: previousEnd, a: duration, b: operands))
        case .box:
            advance()
            let duration = token.kind == .leftBracket ? try designator() : -1
            let body = try scope()
            return tree.add(.init(kind: .box, start: start, end: previousEnd, a: duration, b: body))
        case .include, .defcalgrammar:
            advance()
            guard token.kind == .string else { throw expected("a file name in quotes", cure: nil) }
            let (from, to) = (Int32(bitPattern: token.start), Int32(bitPattern: token.end))
            advance()
            try semicolon()
            return tree.add(
                .init(
                    kind: keyword == .include ? .include : .calibrationGrammar, start: start, end: previousEnd, c: from,
                    d: to))
        case .openqasm:
            report(
                Diagnostic(
                    .version, "the version stands inside the program", at: place(token),
                    cause: "'OPENQASM 3.0;' is possible as the first statement only"))
            throw SyntaxFailure()
        case .pragma: return try pragma(from: start)
        default: return try declarationStatement(keyword)
        }
    }

    private mutating func word(_ kind: SyntaxKind) throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        try semicolon()
        return tree.add(.init(kind: kind, start: start, end: previousEnd))
    }

    private mutating func operandStatement(_ kind: SyntaxKind) throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let operands = token.kind == .semicolon ? -1 : try operands()
        try semicolon()
        return tree.add(.init(kind: kind, start: start, end: previousEnd, b: operands))
    }

    private mutating func condition() throws(SyntaxFailure) -> NodeID {
        advance()
        try expect(.leftParenthesis, "'('")
        let condition = try expression()
        try expect(.rightParenthesis, "')'")
        return condition
    }

    private mutating func ifStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let condition = try condition()
        let body = try statement()
        var other: NodeID = -1
        if version != 2 && take(.else) { other = try statement() }
        return tree.add(.init(kind: .if, start: start, end: previousEnd, a: condition, b: body, c: other))
    }

    private mutating func whileStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let condition = try condition()
        let body = try statement()
        return tree.add(.init(kind: .while, start: start, end: previousEnd, a: condition, b: body))
    }

    private mutating func forStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let type = try scalarType()
        let name = try name()
        guard take(.in) else { throw expected("'in'") }
        let values: NodeID
        if token.kind == .leftBrace {
            values = try set()
        } else if token.kind == .leftBracket {
            advance()
            values = try rangeOrExpression()
            if tree[values].kind != .range { throw expected("':'") }
            try expect(.rightBracket, "']'")
        } else {
            values = try expression()
        }
        let body = try statement()
        return tree.add(.init(kind: .for, start: start, end: previousEnd, a: type, b: name, c: values, d: body))
    }

    private mutating func switchStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let subject = try condition()
        try expect(.leftBrace, "'{'")
        let mark = pending.count
        while token.kind != .rightBrace {
            let from = token.start
            var labels: ListID = -1
            if take(.case) {
                let inner = pending.count
                repeat {
                    if token.kind == .leftBrace && pending.count > inner { break }
                    let item = try expression()
                    pending.append(item)
                } while take(.comma)
                labels = finishList(from: inner)
            } else if !take(.default) {
                throw expected("'case', 'default' or '}'")
            }
            let body = try scope()
            pending.append(
                tree.add(.init(kind: .switchCase, start: from, end: previousEnd, a: body, b: labels)))
        }
        advance()
        let list = finishList(from: mark)
        return tree.add(.init(kind: .switch, start: start, end: previousEnd, a: subject, b: list))
    }

    /// The rest of the line, kept as it is.
    mutating func pragma(from start: UInt32) throws(SyntaxFailure) -> NodeID {
        lexer.position = Int(token.end)
        let rest = lexer.restOfLine()
        token.end = UInt32(rest.upperBound)
        advance()
        return tree.add(
            .init(
                kind: .pragma, start: start, end: previousEnd, c: Int32(bitPattern: UInt32(rest.lowerBound)),
                d: Int32(bitPattern: UInt32(rest.upperBound))))
    }
}
