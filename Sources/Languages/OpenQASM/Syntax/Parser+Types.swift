extension Parser {
    /// A scalar type or an array type.
    mutating func valueType() throws(SyntaxFailure) -> NodeID {
        at(.array) ? try arrayType() : try scalarType()
    }

    var isAtScalarType: Bool {
        guard token.kind == .keyword else { return false }
        switch Keyword(rawValue: token.name) {
        case .bool, .bit, .int, .uint, .float, .angle, .complex, .duration, .stretch: return true
        default: return false
        }
    }

    mutating func scalarType() throws(SyntaxFailure) -> NodeID {
        guard isAtScalarType, let keyword = Keyword(rawValue: token.name) else { throw expected("a type") }
        let start = token.start
        advance()
        var kind = TypeKind.bool
        var part: NodeID = -1
        switch keyword {
        case .bit: kind = .bit
        case .int: kind = .int
        case .uint: kind = .uint
        case .float: kind = .float
        case .angle: kind = .angle
        case .complex:
            kind = .complex
            hasComplex = true
            if take(.leftBracket) {
                part = try scalarType()
                try expect(.rightBracket, "']'")
            }
        case .duration: kind = .duration
        case .stretch: kind = .stretch
        default: break
        }
        switch kind {
        case .bit, .int, .uint, .float, .angle: if token.kind == .leftBracket { part = try designator() }
        default: break
        }
        return tree.add(.init(kind: .scalarType, detail: kind.rawValue, start: start, end: previousEnd, a: part))
    }

    /// `array[type, dimension, …]`
    private mutating func arrayType() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        try expect(.leftBracket, "'['")
        let base = try scalarType()
        try expect(.comma, "','")
        let dimensions = try dimensions()
        try expect(.rightBracket, "']'")
        return tree.add(.init(kind: .arrayType, start: start, end: previousEnd, a: base, b: dimensions))
    }

    private mutating func dimensions() throws(SyntaxFailure) -> ListID {
        let mark = pending.count
        repeat {
            if token.kind == .rightBracket && pending.count > mark { break }
            let item = try expression()
            pending.append(item)
        } while take(.comma)
        return finishList(from: mark)
    }

    /// `readonly array[type, …]`, `mutable array[type, #dim = n]`
    mutating func arrayReferenceType() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let isMutable = at(.mutable)
        advance()
        guard take(.array) else { throw expected("'array'") }
        try expect(.leftBracket, "'['")
        let base = try scalarType()
        try expect(.comma, "','")
        var list: ListID = -1
        var count: NodeID = -1
        if take(.hash) {
            guard token.kind == .identifier, text(token.start..<token.end) == "dim" else { throw expected("'#dim'") }
            advance()
            try expect(.equals, "'='")
            count = try expression()
        } else {
            list = try dimensions()
        }
        try expect(.rightBracket, "']'")
        return tree.add(
            .init(
                kind: .arrayReferenceType, detail: isMutable ? 1 : 0, start: start, end: previousEnd, a: base, b: list,
                c: count))
    }

    mutating func qubitType() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let size = token.kind == .leftBracket ? try designator() : -1
        return tree.add(.init(kind: .qubitType, start: start, end: previousEnd, a: size))
    }

    /// A parameter of `def`.
    mutating func parameter() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let type: NodeID
        if at(.creg) || at(.qreg) {
            let kind: SyntaxKind = at(.qreg) ? .qubitType : .registerType
            advance()
            let name = try name()
            let size = token.kind == .leftBracket ? try designator() : -1
            type = tree.add(.init(kind: kind, start: start, end: previousEnd, a: size))
            return tree.add(.init(kind: .parameter, start: start, end: previousEnd, a: type, b: name))
        }
        if at(.qubit) {
            type = try qubitType()
        } else if at(.readonly) || at(.mutable) {
            type = try arrayReferenceType()
        } else {
            type = try scalarType()
        }
        let nameStart = token.start
        let name = try name()
        return tree.add(.init(kind: .parameter, start: nameStart, end: previousEnd, a: type, b: name))
    }

    /// `-> type`, if it is there.
    mutating func returnType() throws(SyntaxFailure) -> NodeID { take(.arrow) ? try scalarType() : -1 }

    /// A parameter of `extern`, which has no name.
    mutating func externalParameter() throws(SyntaxFailure) -> NodeID {
        if at(.readonly) || at(.mutable) { return try arrayReferenceType() }
        if at(.creg) {
            let start = token.start
            advance()
            let size = token.kind == .leftBracket ? try designator() : -1
            return tree.add(.init(kind: .registerType, start: start, end: previousEnd, a: size))
        }
        return try scalarType()
    }

    /// `a, b, c` as identifier nodes.
    mutating func identifiers(until end: Token.Kind) throws(SyntaxFailure) -> ListID {
        let mark = pending.count
        repeat {
            if token.kind == end && pending.count > mark { break }
            let (start, tokenEnd) = (token.start, token.end)
            let name = try name()
            pending.append(tree.add(.init(kind: .identifier, start: start, end: tokenEnd, a: name)))
        } while take(.comma)
        return finishList(from: mark)
    }
}
