extension Parser {
    mutating func declarationStatement(_ keyword: Keyword) throws(SyntaxFailure) -> NodeID {
        let start = token.start
        switch keyword {
        case .bool, .bit, .int, .uint, .float, .angle, .complex, .duration, .stretch, .array:
            return try declaration()
        case .const: return try constant()
        case .input, .output:
            advance()
            let type = try valueType()
            let nameStart = token.start
            let name = try name()
            try semicolon()
            return tree.add(
                .init(
                    kind: .inputOutput, detail: keyword == .output ? 1 : 0, start: nameStart, end: previousEnd, a: type,
                    b: name))
        case .qreg, .creg:
            advance()
            let nameStart = token.start
            let name = try name()
            let size = token.kind == .leftBracket ? try designator() : -1
            try semicolon()
            return tree.add(
                .init(
                    kind: .oldDeclaration, detail: keyword == .qreg ? 1 : 0, start: nameStart, end: previousEnd,
                    a: name,
                    b: size))
        case .qubit:
            let type = try qubitType()
            let nameStart = token.start
            let name = try name()
            try semicolon()
            return tree.add(.init(kind: .qubits, start: nameStart, end: previousEnd, a: type, b: name))
        case .let:
            advance()
            let nameStart = token.start
            let name = try name()
            try expect(.equals, "'='")
            let value = try value()
            try semicolon()
            return tree.add(.init(kind: .alias, start: nameStart, end: previousEnd, a: name, b: value))
        case .gate: return try gate()
        case .opaque: return try opaque()
        case .def: return try definition()
        case .extern: return try external()
        case .cal:
            advance()
            let content = try calibrationBlock()
            return tree.add(
                .init(
                    kind: .calibration, start: start, end: previousEnd,
                    c: Int32(bitPattern: UInt32(content.lowerBound)),
                    d: Int32(bitPattern: UInt32(content.upperBound))))
        case .defcal: return try calibrationDefinition()
        case .true, .false, .durationof:
            let value = try expression()
            try semicolon()
            return tree.add(.init(kind: .expression, start: start, end: previousEnd, a: value))
        default: throw expected("a statement")
        }
    }

    private mutating func declaration() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        let type = try valueType()
        if token.kind == .leftParenthesis {
            let primary = try cast(to: type, start: start)
            let value = try expression(continuing: primary)
            try semicolon()
            return tree.add(.init(kind: .expression, start: start, end: previousEnd, a: value))
        }
        let nameStart = token.start
        let name = try name()
        let value = take(.equals) ? try value() : -1
        try endOfDeclaration()
        return tree.add(.init(kind: .declaration, start: nameStart, end: previousEnd, a: type, b: name, c: value))
    }

    /// A semicolon, or the hint that a statement declares one thing only.
    private mutating func endOfDeclaration() throws(SyntaxFailure) {
        if token.kind == .comma { throw expected("';'", cure: "declare one variable in each statement") }
        try semicolon()
    }

    private mutating func constant() throws(SyntaxFailure) -> NodeID {
        advance()
        let type = try scalarType()
        let nameStart = token.start
        let name = try name()
        guard take(.equals) else { throw expected("'='", cure: "a const needs its value") }
        let value = try value()
        try endOfDeclaration()
        return tree.add(.init(kind: .constant, start: nameStart, end: previousEnd, a: type, b: name, c: value))
    }

    /// `name(a, b) q, r` behind `gate` and `opaque`.
    private mutating func gateHeader() throws(SyntaxFailure) -> (start: UInt32, name: Int32, ListID, ListID) {
        advance()
        let start = token.start
        let name = try name()
        var parameters: ListID = -1
        if take(.leftParenthesis) {
            if token.kind != .rightParenthesis { parameters = try identifiers(until: .rightParenthesis) }
            try expect(.rightParenthesis, "')'")
        }
        let qubits = try identifiers(until: .leftBrace)
        return (start, name, parameters, qubits)
    }

    private mutating func gate() throws(SyntaxFailure) -> NodeID {
        let (start, name, parameters, qubits) = try gateHeader()
        let body = try scope()
        return tree.add(
            .init(kind: .gate, start: start, end: previousEnd, a: name, b: parameters, c: qubits, d: body))
    }

    private mutating func opaque() throws(SyntaxFailure) -> NodeID {
        let (start, name, parameters, qubits) = try gateHeader()
        try semicolon()
        return tree.add(.init(kind: .opaque, start: start, end: previousEnd, a: name, b: parameters, c: qubits))
    }

    private mutating func definition() throws(SyntaxFailure) -> NodeID {
        advance()
        let start = token.start
        let name = try name()
        try expect(.leftParenthesis, "'('")
        let mark = pending.count
        while token.kind != .rightParenthesis {
            let item = try parameter()
            pending.append(item)
            if !take(.comma) { break }
        }
        try expect(.rightParenthesis, "',' or ')'")
        let parameters = finishList(from: mark)
        let type = try returnType()
        let body = try scope()
        return tree.add(
            .init(kind: .definition, start: start, end: previousEnd, a: name, b: parameters, c: type, d: body))
    }

    private mutating func external() throws(SyntaxFailure) -> NodeID {
        advance()
        let start = token.start
        let name = try name()
        try expect(.leftParenthesis, "'('")
        let mark = pending.count
        while token.kind != .rightParenthesis {
            let item = try externalParameter()
            pending.append(item)
            if !take(.comma) { break }
        }
        try expect(.rightParenthesis, "',' or ')'")
        let parameters = finishList(from: mark)
        let type = try returnType()
        try semicolon()
        return tree.add(.init(kind: .external, start: start, end: previousEnd, a: name, b: parameters, c: type))
    }

    /// `{ anything }`, of which nothing is read.
    private mutating func calibrationBlock() throws(SyntaxFailure) -> Range<Int> {
        guard token.kind == .leftBrace else { throw expected("'{'") }
        let start = Int(token.start)
        lexer.position = Int(token.end)
        guard let content = lexer.opaqueBlock() else {
            lexer.position = lexer.count
            token = Token(kind: .endOfFile, start: UInt32(lexer.count), end: UInt32(lexer.count))
            report(
                Diagnostic(
                    .truncated, "the text ends inside a calibration", at: .init(start..<start + 1),
                    cause: "the '}' that closes it is missing"))
            throw SyntaxFailure()
        }
        token.end = UInt32(content.upperBound)
        advance()
        try expect(.rightBrace, "'}'")
        return content
    }

    private mutating func calibrationDefinition() throws(SyntaxFailure) -> NodeID {
        advance()
        let start = token.start
        guard token.kind == .identifier || at(.measure) || at(.reset) || at(.delay) else {
            throw expected("the name of a gate, 'measure', 'reset' or 'delay'")
        }
        let name = token.name
        advance()
        var parameters: ListID = -1
        if take(.leftParenthesis) {
            let mark = pending.count
            while token.kind != .rightParenthesis {
                pending.append(try calibrationParameter())
                if !take(.comma) { break }
            }
            try expect(.rightParenthesis, "',' or ')'")
            parameters = finishList(from: mark)
        }
        let mark = pending.count
        repeat {
            if (token.kind == .leftBrace || token.kind == .arrow) && pending.count > mark { break }
            let item: NodeID
            if token.kind == .hardwareQubit {
                item = literal(.hardwareQubit)
            } else {
                item = tree.add(.init(kind: .identifier, start: token.start, end: token.end, a: token.name))
                _ = try self.name()
            }
            pending.append(item)
        } while take(.comma)
        let operands = finishList(from: mark)
        let type = try returnType()
        let content = try calibrationBlock()
        let extra = tree.add(
            list: [
                type, Int32(bitPattern: UInt32(content.lowerBound)), Int32(bitPattern: UInt32(content.upperBound)),
            ])
        return tree.add(
            .init(
                kind: .calibrationDefinition, start: start, end: previousEnd, a: name, b: parameters, c: operands,
                d: extra))
    }

    /// A declared parameter or an expression that the parameter must equal.
    private mutating func calibrationParameter() throws(SyntaxFailure) -> NodeID {
        if isAtScalarType {
            let start = token.start
            let type = try scalarType()
            if token.kind == .leftParenthesis {
                return try expression(continuing: try cast(to: type, start: start))
            }
            let name = try name()
            return tree.add(.init(kind: .parameter, start: start, end: previousEnd, a: type, b: name))
        }
        if at(.qubit) || at(.qreg) || at(.creg) || at(.readonly) || at(.mutable) { return try parameter() }
        return try expression()
    }
}
