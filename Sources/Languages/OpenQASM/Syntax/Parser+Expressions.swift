extension Parser {
    /// An expression.
    mutating func expression() throws(SyntaxFailure) -> NodeID {
        let left = try unary()
        return binds(token.kind) ? try binary(left, above: 0) : left
    }

    /// Goes on with an expression whose first primary was read already.
    mutating func expression(continuing primary: NodeID) throws(SyntaxFailure) -> NodeID {
        try binary(try power(try postfix(primary)), above: 0)
    }

    @inline(__always)
    private func binds(_ kind: Token.Kind) -> Bool { kind.rawValue >= Token.Kind.plus.rawValue }

    /// Operators that bind more tightly than level `minimum`, from the left.
    private mutating func binary(_ first: NodeID, above minimum: Int) throws(SyntaxFailure) -> NodeID {
        var left = first
        while let (level, operation) = operation(token.kind), level > minimum {
            advance()
            var right = try unary()
            while let (next, _) = self.operation(token.kind), next > level {
                try enter()
                right = try binary(right, above: level)
                leave()
            }
            left = try combine(operation, left, right)
        }
        return left
    }

    private mutating func combine(
        _ operation: SyntaxOperator, _ left: NodeID, _ right: NodeID
    ) throws(SyntaxFailure) -> NodeID {
        let height = max(tree[left].height, tree[right].height) + 1
        if height > Self.heightLimit {
            report(
                Diagnostic(
                    .nesting, "an expression of more than \(Self.heightLimit) operators in a chain",
                    at: .init(tree[right].range), cure: "compute it in parts, through a const or a variable"))
            throw SyntaxFailure()
        }
        return tree.add(
            .init(
                kind: .binary, detail: operation.rawValue, height: height, start: tree[left].start,
                end: tree[right].end, a: left, b: right))
    }

    private func operation(_ kind: Token.Kind) -> (level: Int, SyntaxOperator)? {
        switch kind {
        case .doublePipe: (1, .or)
        case .doubleAmpersand: (2, .and)
        case .pipe: (3, .bitOr)
        case .caret: version == 2 ? nil : (4, .bitXor)
        case .ampersand: (5, .bitAnd)
        case .doubleEquals: (6, .equal)
        case .notEquals: (6, .notEqual)
        case .less: (7, .less)
        case .lessOrEqual: (7, .lessOrEqual)
        case .greater: (7, .greater)
        case .greaterOrEqual: (7, .greaterOrEqual)
        case .shiftLeft: (8, .shiftLeft)
        case .shiftRight: (8, .shiftRight)
        case .plus: (9, .add)
        case .minus: (9, .subtract)
        case .asterisk: (10, .multiply)
        case .slash: (10, .divide)
        case .percent: (10, .remainder)
        default: nil
        }
    }

    private mutating func unary() throws(SyntaxFailure) -> NodeID {
        let operation: SyntaxOperator
        switch token.kind {
        case .minus: operation = .negate
        case .exclamation: operation = .not
        case .tilde: operation = .complement
        case .plus where version == 2:
            // What changes nothing leaves no node.
            advance()
            try enter()
            let operand = try unary()
            leave()
            return operand
        default: return try power(try primary())
        }
        let start = token.start
        advance()
        try enter()
        let operand = try unary()
        leave()
        return tree.add(
            .init(
                kind: .unary, detail: operation.rawValue, height: tree[operand].height + 1, start: start,
                end: tree[operand].end, a: operand))
    }

    /// `base ** exponent`, from the right, more tightly than a sign before the base.
    @inline(__always)
    private mutating func power(_ base: NodeID) throws(SyntaxFailure) -> NodeID {
        guard token.kind == .doubleAsterisk || (version == 2 && token.kind == .caret) else { return base }
        advance()
        try enter()
        let exponent = try unary()
        leave()
        return try combine(.power, base, exponent)
    }

    @inline(__always)
    mutating func literal(_ kind: SyntaxKind, detail: UInt8 = 0) -> NodeID {
        var node = SyntaxTree.Node(kind: kind, detail: detail, start: token.start, end: token.end)
        node.value = token.value
        advance()
        return tree.add(node)
    }

    private mutating func primary() throws(SyntaxFailure) -> NodeID {
        switch token.kind {
        case .float: return literal(.float)
        case .integer: return try postfix(literal(.integer, detail: token.overflows ? 1 : 0))
        case .identifier:
            let start = token.start
            let name = token.name
            let end = token.end
            advance()
            if token.kind == .leftParenthesis {
                let arguments = try arguments()
                var height: UInt16 = 1
                for item in tree.items(arguments) { height = max(height, tree[item].height + 1) }
                return try postfix(
                    tree.add(.init(kind: .call, height: height, start: start, end: previousEnd, a: name, b: arguments)))
            }
            return try postfix(tree.add(.init(kind: .identifier, start: start, end: end, a: name)))
        case .leftParenthesis:
            advance()
            try enter()
            let inner = try expression()
            leave()
            try expect(.rightParenthesis, "')'")
            return try postfix(inner)
        case .imaginary:
            hasComplex = true
            return literal(.imaginary)
        case .timing: return literal(.timing, detail: token.unit.rawValue)
        case .string: return try bitString()
        case .hardwareQubit: return literal(.hardwareQubit)
        case .keyword: return try keywordPrimary()
        default: throw expected("an expression")
        }
    }

    private mutating func keywordPrimary() throws(SyntaxFailure) -> NodeID {
        switch Keyword(rawValue: token.name) {
        case .true, .false:
            let node = tree.add(
                .init(kind: .boolean, start: token.start, end: token.end, a: at(.true) ? 1 : 0))
            advance()
            return node
        case .durationof:
            let start = token.start
            advance()
            try expect(.leftParenthesis, "'('")
            let body = try scope()
            try expect(.rightParenthesis, "')'")
            return tree.add(.init(kind: .durationOf, start: start, end: previousEnd, a: body))
        case .bool, .bit, .int, .uint, .float, .angle, .complex, .duration, .stretch, .array:
            let start = token.start
            let type = try valueType()
            return try postfix(try cast(to: type, start: start))
        case .pow:
            // The function; the modifier of the same name stands at the beginning of a statement only.
            let (start, name) = (token.start, token.name)
            advance()
            guard token.kind == .leftParenthesis else { throw expected("'('") }
            let arguments = try arguments()
            var height: UInt16 = 1
            for item in tree.items(arguments) { height = max(height, tree[item].height + 1) }
            return try postfix(
                tree.add(.init(kind: .call, height: height, start: start, end: previousEnd, a: name, b: arguments)))
        case .measure:
            throw expected(
                "an expression", cure: "measure into a variable first; a measurement cannot be part of an expression")
        default: throw expected("an expression")
        }
    }

    /// `(operand)` behind a type.
    mutating func cast(to type: NodeID, start: UInt32) throws(SyntaxFailure) -> NodeID {
        try expect(.leftParenthesis, "'('")
        try enter()
        let operand = try expression()
        leave()
        try expect(.rightParenthesis, "')'")
        return tree.add(
            .init(kind: .cast, height: tree[operand].height + 1, start: start, end: previousEnd, a: type, b: operand))
    }

    private mutating func bitString() throws(SyntaxFailure) -> NodeID {
        let content = token.start + 1..<token.end - 1
        var isDigit = false
        for place in content {
            let byte = lexer.base[Int(place)]
            if byte == UInt8(ascii: "0") || byte == UInt8(ascii: "1") {
                isDigit = true
            } else if byte == UInt8(ascii: "_") && isDigit {
                isDigit = false
            } else {
                isDigit = false
                break
            }
        }
        if !isDigit || lexer.base[Int(token.start)] != UInt8(ascii: "\"") {
            throw expected("an expression", cure: "a bit string consists of 0 and 1 in double quotes: \"0101\"")
        }
        return try postfix(literal(.bitString))
    }

    /// `(a, b, …)`; the empty list for `()`.
    mutating func arguments() throws(SyntaxFailure) -> ListID {
        advance()
        let mark = pending.count
        try enter()
        while token.kind != .rightParenthesis {
            let item = try concatenation(from: try expression())
            pending.append(item)
            if !take(.comma) { break }
        }
        leave()
        try expect(.rightParenthesis, "',' or ')'")
        return finishList(from: mark)
    }

    /// Index operators behind a base.
    @inline(__always)
    mutating func postfix(_ base: NodeID) throws(SyntaxFailure) -> NodeID {
        var result = base
        while token.kind == .leftBracket { result = try index(result) }
        return result
    }

    mutating func index(_ base: NodeID) throws(SyntaxFailure) -> NodeID {
        advance()
        let mark = pending.count
        var height = tree[base].height
        var isSet = false
        try enter()
        if token.kind == .leftBrace {
            isSet = true
            let set = try self.set()
            for item in tree.items(tree[set].b) { pending.append(item) }
        } else {
            repeat {
                if token.kind == .rightBracket && pending.count > mark { break }
                let item = try rangeOrExpression()
                height = max(height, tree[item].height)
                pending.append(item)
            } while take(.comma)
        }
        leave()
        try expect(.rightBracket, "']'")
        if height >= Self.heightLimit { throw expected("fewer index operators in a chain") }
        let list = finishList(from: mark)
        return tree.add(
            .init(
                kind: .index, detail: isSet ? 1 : 0, height: height + 1, start: tree[base].start, end: previousEnd,
                a: base, b: list))
    }

    /// `{a, b, …}` with at least one element.
    mutating func set() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let mark = pending.count
        repeat {
            if token.kind == .rightBrace && pending.count > mark { break }
            let item = try expression()
            pending.append(item)
        } while take(.comma)
        try expect(.rightBrace, "',' or '}'")
        let list = finishList(from: mark)
        return tree.add(.init(kind: .set, start: start, end: previousEnd, b: list))
    }

    /// `start:step:stop` in one of its forms, or a plain expression.
    mutating func rangeOrExpression() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        var parts: (NodeID, NodeID, NodeID) = (-1, -1, -1)
        if token.kind != .colon {
            parts.0 = try expression()
            if token.kind != .colon { return parts.0 }
        }
        advance()
        if !endsRange { parts.2 = try expression() }
        if take(.colon) {
            parts.1 = parts.2
            parts.2 = endsRange ? -1 : try expression()
        }
        return tree.add(
            .init(kind: .range, start: start, end: previousEnd, a: parts.0, b: parts.1, c: parts.2))
    }

    private var endsRange: Bool {
        token.kind == .rightBracket || token.kind == .comma || token.kind == .colon
    }

    /// The right side of a declaration or assignment: an expression, a measurement, an array literal, a concatenation,
    /// or a call with quantum operands.
    mutating func value() throws(SyntaxFailure) -> NodeID {
        if at(.measure) { return try measurement() }
        if token.kind == .leftBrace { return try arrayLiteral() }
        let result = try expression()
        if token.kind == .identifier || token.kind == .hardwareQubit {
            let node = tree[result]
            if node.kind == .identifier || node.kind == .call {
                return try quantumCall(node)
            }
        }
        return try concatenation(from: result)
    }

    /// `first ++ b ++ …`
    private mutating func concatenation(from first: NodeID) throws(SyntaxFailure) -> NodeID {
        var result = first
        while take(.doublePlus) {
            let right = try expression()
            let height = max(tree[result].height, tree[right].height) + 1
            if height > Self.heightLimit { throw expected("fewer parts of a concatenation") }
            result = tree.add(
                .init(
                    kind: .concatenation, height: height, start: tree[result].start, end: tree[right].end, a: result,
                    b: right))
        }
        return result
    }

    mutating func quantumCall(_ callee: SyntaxTree.Node) throws(SyntaxFailure) -> NodeID {
        let operands = try operands()
        return tree.add(
            .init(
                kind: .quantumCall, start: callee.start, end: previousEnd, a: callee.a,
                b: callee.kind == .call ? callee.b : -1, c: operands))
    }

    mutating func measurement() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let operand = try operand()
        return tree.add(.init(kind: .measure, start: start, end: previousEnd, a: operand))
    }

    private mutating func arrayLiteral() throws(SyntaxFailure) -> NodeID {
        let start = token.start
        advance()
        let mark = pending.count
        try enter()
        while token.kind != .rightBrace {
            let item = token.kind == .leftBrace ? try arrayLiteral() : try expression()
            pending.append(item)
            if !take(.comma) { break }
        }
        leave()
        try expect(.rightBrace, "',' or '}'")
        let list = finishList(from: mark)
        return tree.add(.init(kind: .arrayLiteral, start: start, end: previousEnd, b: list))
    }
}

// Quantum operands.
extension Parser {
    /// `name`, `name[…]`, or `$n`.
    mutating func operand() throws(SyntaxFailure) -> NodeID {
        if token.kind == .hardwareQubit { return literal(.hardwareQubit) }
        guard token.kind == .identifier else { throw expected("a qubit") }
        let node = tree.add(.init(kind: .identifier, start: token.start, end: token.end, a: token.name))
        advance()
        return token.kind == .leftBracket ? try postfix(node) : node
    }

    mutating func operands() throws(SyntaxFailure) -> ListID {
        let mark = pending.count
        repeat {
            if token.kind == .semicolon && pending.count > mark { break }
            let item = try operand()
            pending.append(item)
        } while take(.comma)
        return finishList(from: mark)
    }

    /// `[expression]`
    mutating func designator() throws(SyntaxFailure) -> NodeID {
        try expect(.leftBracket, "'['")
        try enter()
        let node = try expression()
        leave()
        try expect(.rightBracket, "']'")
        return node
    }
}
