extension Parser {
    /// A statement or a scope, with its annotations.
    mutating func statement() throws(SyntaxFailure) -> NodeID {
        try enter()
        let node: NodeID
        switch token.kind {
        case .identifier: node = try nameStatement()
        case .keyword: node = try keywordStatement()
        case .leftBrace: node = try scope()
        case .at: node = try annotated()
        case .hash: node = try hashPragma()
        case .semicolon:
            throw expected("a statement", cure: "remove the ';', or write {} for a body that does nothing")
        case .rightBrace:
            throw expected("a statement", cure: "remove the '}', or look for a '{' that is missing before it")
        default:
            let start = token.start
            let value = try expression()
            try semicolon()
            node = tree.add(.init(kind: .expression, start: start, end: previousEnd, a: value))
        }
        leave()
        return node
    }

    /// `{ … }`; an error inside one of its statements does not end it.
    mutating func scope() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        try expect(.leftBrace, "'{'")
        let mark = pending.count
        while token.kind != .rightBrace {
            if token.kind == .endOfFile {
                pending.removeLast(pending.count - mark)
                throw unclosed(start)
            }
            pending.append(recoveringStatement(insideScope: true))
        }
        advance()
        let list = finishList(from: mark)
        return tree.add(.init(kind: .scope, start: start, end: previousEnd, b: list))
    }

    private mutating func unclosed(_ start: UInt32) -> SyntaxFailure {
        if errorCount < Self.errorLimit && diagnostics.last?.code != .nesting {
            report(
                Diagnostic(
                    .truncated, "the text ends inside a block",
                    at: .init(Int(previousEnd)..<Int(previousEnd)),
                    related: [.init(Int(start)..<Int(start) + 1, label: "the block starts here")],
                    cause: "the program is cut off, or a '}' is missing"))
        }
        return SyntaxFailure()
    }

    /// A statement, or after an error a node that stands for it.
    mutating func recoveringStatement(insideScope: Bool) -> NodeID {
        let start = token.start
        let depth = self.depth
        let collected = pending.count
        do throws(SyntaxFailure) {
            return try statement()
        } catch {
            self.depth = depth
            if pending.count > collected { pending.removeLast(pending.count - collected) }
            recover(insideScope: insideScope)
            let name = errorCount < Self.errorLimit ? declaredName(from: start, to: previousEnd) : -1
            return tree.add(.init(kind: .broken, start: start, end: previousEnd, a: name))
        }
    }

    /// The name that a statement with a syntax error meant to declare, so that its uses are not errors too; −1 for none.
    private func declaredName(from start: UInt32, to end: UInt32) -> Int32 {
        // The words are known by now, and what is wrong with them was reported.
        var lexer = lexer
        lexer.position = Int(start)
        var token = lexer.next()
        guard token.kind == .keyword, let keyword = Keyword(rawValue: token.name) else { return -1 }
        /// Whether the name stands behind the word, or behind a type.
        let isFirst: Bool
        switch keyword {
        case .gate, .opaque, .def, .extern, .qreg, .creg, .let: isFirst = true
        case .bool, .bit, .int, .uint, .float, .angle, .complex, .duration, .stretch, .array, .const, .input, .output,
            .qubit:
            isFirst = false
        default: return -1
        }
        var name: Int32 = -1
        // A header is short; an error in a long one may have followers.
        for _ in 0..<64 {
            token = lexer.next()
            if token.kind == .endOfFile || token.start >= end { break }
            if token.kind == .equals || token.kind == .semicolon { break }
            if token.kind == .identifier {
                name = token.name
                if isFirst { break }
            }
        }
        return name
    }

    private mutating func annotated() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let mark = pending.count
        while token.kind == .at {
            let from = token.start
            lexer.position = Int(token.end)
            advance()
            guard token.kind == .identifier || token.kind == .keyword, token.start == from + 1 else {
                throw expected("the name of an annotation")
            }
            while lexer.byte(lexer.position) == UInt8(ascii: ".")
                && CharacterClass(lexer.byte(lexer.position + 1)) == .letter
            {
                lexer.position += 1
                while CharacterClass(lexer.byte(lexer.position)) != .other { lexer.position += 1 }
            }
            let end = UInt32(lexer.position)
            let rest = lexer.restOfLine()
            if pending.count - mark >= Self.annotationLimit {
                throw expected("at most \(Self.annotationLimit) annotations of one statement")
            }
            pending.append(
                tree.add(
                    .init(
                        kind: .annotation, start: from, end: end, c: Int32(bitPattern: UInt32(rest.lowerBound)),
                        d: Int32(bitPattern: UInt32(rest.upperBound)))))
            token.end = UInt32(rest.upperBound)
            advance()
        }
        let list = finishList(from: mark)
        if token.kind == .endOfFile || token.kind == .rightBrace {
            throw expected("the statement that the annotation belongs to")
        }
        let target = try statement()
        return tree.add(.init(kind: .annotated, start: start, end: previousEnd, a: target, b: list))
    }

    /// `#pragma …`; without the `#` it is a keyword like any.
    private mutating func hashPragma() throws(SyntaxFailure) -> NodeID {
        let end = token.end
        advance()
        guard at(.pragma), token.start == end else { throw expected("'#pragma'") }
        return try pragma(from: end - 1)
    }

    /// What starts with a name: a gate call, an assignment, an expression.
    private mutating func nameStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let name = token.name
        let end = token.end
        advance()
        switch token.kind {
        case .identifier, .hardwareQubit: return try gateCall(name, start: start)
        case .leftParenthesis:
            let parameters = try arguments()
            if token.kind == .identifier || token.kind == .hardwareQubit {
                return try gateCall(name, start: start, parameters: parameters)
            }
            let call = tree.add(
                .init(kind: .call, height: 2, start: start, end: previousEnd, a: name, b: parameters))
            if token.kind == .leftBracket {
                let indexed = try index(call)
                if token.kind == .identifier || token.kind == .hardwareQubit {
                    return try gateCall(name, start: start, parameters: parameters, designator: try single(indexed))
                }
                return try expressionStatement(indexed, start: start)
            }
            if token.kind == .arrow { return try arrow(call, start: start) }
            return try expressionStatement(call, start: start)
        default: break
        }
        var target = tree.add(.init(kind: .identifier, start: start, end: end, a: name))
        if token.kind == .leftBracket {
            target = try index(target)
            if token.kind == .identifier || token.kind == .hardwareQubit {
                return try gateCall(name, start: start, designator: try single(target))
            }
            target = try postfix(target)
        }
        if token.kind == .equals || token.kind == .compoundAssignment {
            let detail = token.kind == .equals ? 0 : UInt8(token.value) + 1
            advance()
            let value = try value()
            try semicolon()
            return tree.add(
                .init(kind: .assignment, detail: detail, start: start, end: previousEnd, a: target, b: value))
        }
        return try expressionStatement(target, start: start)
    }

    private mutating func expressionStatement(_ primary: NodeID, start: UInt32) throws(SyntaxFailure) -> NodeID {
        let value = try expression(continuing: primary)
        try semicolon()
        return tree.add(.init(kind: .expression, start: start, end: previousEnd, a: value))
    }

    /// The one expression in the brackets of what was read as an index.
    private mutating func single(_ indexed: NodeID) throws(SyntaxFailure) -> NodeID {
        let node = tree[indexed]
        if node.detail == 0 && tree.count(node.b) == 1 && tree[tree.item(node.b, 0)].kind != .range {
            return tree.item(node.b, 0)
        }
        report(
            Diagnostic(.expected, "expected one duration in the brackets behind a gate's name", at: .init(node.range)))
        throw SyntaxFailure()
    }

    @inline(__always)
    private mutating func gateCall(
        _ name: Int32, start: UInt32, parameters: ListID = -1, designator: NodeID = -1
    ) throws(SyntaxFailure) -> NodeID {
        let operands = try operands()
        if token.kind == .arrow {
            let call = tree.add(
                .init(kind: .quantumCall, start: start, end: previousEnd, a: name, b: parameters, c: operands))
            return try arrow(call, start: start)
        }
        try semicolon()
        var extra: ListID = -1
        if designator >= 0 { extra = tree.add(list: [-1, designator]) }
        return tree.add(
            .init(kind: .gateCall, start: start, end: previousEnd, a: name, b: parameters, c: operands, d: extra))
    }

    /// `-> target;`
    private mutating func arrow(_ source: NodeID, start: UInt32) throws(SyntaxFailure) -> NodeID {
        var target: NodeID = -1
        if take(.arrow) {
            guard token.kind == .identifier else { throw expected("the bits to write to") }
            target = try operand()
        }
        try semicolon()
        return tree.add(.init(kind: .measureInto, start: start, end: previousEnd, a: source, b: target))
    }

    /// A gate call that starts with a modifier or is `gphase`.
    mutating func modifiedGateCall() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let mark = pending.count
        while let keyword = token.kind == .keyword ? Keyword(rawValue: token.name) : nil {
            let kind: ModifierKind
            switch keyword {
            case .inv: kind = .inverse
            case .pow: kind = .power
            case .ctrl: kind = .control
            case .negctrl: kind = .negativeControl
            default:
                if keyword == .gphase { return try gateCall(start: start, modifiersFrom: mark) }
                throw expected("a gate")
            }
            let from = token.start
            advance()
            var argument: NodeID = -1
            if kind == .power || (kind != .inverse && token.kind == .leftParenthesis) {
                try expect(.leftParenthesis, "'('")
                try enter()
                argument = try expression()
                leave()
                try expect(.rightParenthesis, "')'")
            }
            try expect(.at, "'@'")
            pending.append(
                tree.add(.init(kind: .modifier, detail: kind.rawValue, start: from, end: previousEnd, a: argument)))
            if pending.count - mark > Self.depthLimit { throw expected("at most \(Self.depthLimit) modifiers") }
        }
        guard token.kind == .identifier else { throw expected("a gate") }
        return try gateCall(start: start, modifiersFrom: mark)
    }

    private mutating func gateCall(start: UInt32, modifiersFrom mark: Int) throws(SyntaxFailure) -> NodeID {
        let modifiers = finishList(from: mark)
        let isPhase = token.kind == .keyword
        let name = token.name
        advance()
        var parameters: ListID = -1
        var designator: NodeID = -1
        var operands: ListID = -1
        if token.kind == .leftParenthesis { parameters = try arguments() }
        if token.kind == .leftBracket { designator = try self.designator() }
        if !isPhase || token.kind != .semicolon { operands = try self.operands() }
        try semicolon()
        let extra = tree.add(list: [modifiers, designator])
        return tree.add(
            .init(kind: .gateCall, start: start, end: previousEnd, a: name, b: parameters, c: operands, d: extra))
    }

    /// `measure q;`, `measure q -> c;`
    mutating func measureStatement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        return try arrow(try measurement(), start: start)
    }
}
