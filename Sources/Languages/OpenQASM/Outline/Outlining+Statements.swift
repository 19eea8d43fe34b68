extension Outlining {
    /// The place of a declared name that stands behind a node.
    private func nameStart(behind node: NodeID) -> Int { wordStart(behind: Int(tree[node].end)) }

    /// The first byte behind blanks and comments.
    private func wordStart(behind place: Int) -> Int {
        let lexer = parser.lexer
        var place = place
        while place < lexer.count {
            switch lexer.byte(place) {
            case 0x20, 0x09, 0x0A, 0x0D: place += 1
            case UInt8(ascii: "/") where lexer.byte(place + 1) == UInt8(ascii: "/"):
                while place < lexer.count && lexer.byte(place) != 0x0A { place += 1 }
            case UInt8(ascii: "/") where lexer.byte(place + 1) == UInt8(ascii: "*"):
                place += 2
                while place < lexer.count
                    && !(lexer.byte(place) == UInt8(ascii: "*") && lexer.byte(place + 1) == UInt8(ascii: "/"))
                {
                    place += 1
                }
                place += 2
            default: return place
            }
        }
        return place
    }

    mutating func visit(_ id: NodeID) {
        if id < 0 { return }
        let node = tree[id]
        switch node.kind {
        case .gateCall: gateCall(node)
        case .measureInto:
            expression(node.a)
            target(node.b)
        case .assignment: assignment(node)
        case .declaration, .constant, .inputOutput: variable(node)
        case .qubits:
            expression(tree[node.a].a)
            declare(.qubit, node.b, at: Int(node.start), in: Int(tree[node.a].start)..<Int(node.end))
        case .oldDeclaration:
            expression(node.b)
            declare(node.detail == 1 ? .qubit : .bit, node.a, at: Int(node.start), in: node.range)
        case .alias:
            expression(node.b)
            declare(.alias, node.a, at: Int(node.start), in: node.range)
        case .gate, .opaque: gate(node)
        case .definition: subroutine(node)
        case .external:
            declare(.external, node.a, at: Int(node.start), in: node.range, type: node.c < 0 ? .unknown : type(node.c))
        case .scope: block(id)
        case .box:
            expression(node.a)
            block(node.b)
        case .if:
            expression(node.a)
            block(node.b)
            block(node.c)
        case .while:
            expression(node.a)
            block(node.b)
        case .for: forLoop(node)
        case .switch:
            expression(node.a)
            for item in tree.items(node.b) {
                expressions(tree[item].b)
                block(tree[item].a)
            }
        case .annotated: visit(node.a)
        case .barrier, .nop:
            if node.b < 0 { usesAllQubits = true }
            expressions(node.b)
        case .delay:
            expression(node.a)
            if node.b < 0 { usesAllQubits = true }
            expressions(node.b)
        case .include:
            let range =
                Int(UInt32(bitPattern: node.c))
                + 1..<max(Int(UInt32(bitPattern: node.c)) + 1, Int(UInt32(bitPattern: node.d)) - 1)
            outline.includes.append(parser.text(UInt32(range.lowerBound)..<UInt32(range.upperBound)))
        case .return, .reset, .expression: expression(node.a)
        default: break
        }
    }

    /// A statement with a scope of its own, in braces or not.
    private mutating func block(_ id: NodeID) {
        if id < 0 { return }
        let node = tree[id]
        openScope()
        if node.kind == .scope { statements(node) } else { visit(id) }
        closeScope(at: Int(node.end))
    }

    private mutating func statements(_ scope: SyntaxTree.Node) {
        var last: Range<Int>?
        for k in 0..<tree.count(scope.b) { visitReached(tree.item(scope.b, k), after: &last) }
    }

    @inline(__always)
    private mutating func gateCall(_ node: SyntaxTree.Node) {
        var start = node.start
        if node.d >= 0 {
            let modifiers = tree.item(node.d, 0)
            for k in 0..<tree.count(modifiers) {
                let modifier = tree[tree.item(modifiers, k)]
                expression(modifier.a)
                start = UInt32(wordStart(behind: Int(modifier.end)))
            }
            expression(tree.item(node.d, 1))
        }
        use(node.a, start)
        expressions(node.b)
        expressions(node.c)
    }

    private mutating func assignment(_ node: SyntaxTree.Node) {
        expression(node.b)
        target(node.a)
        if tree[node.a].kind == .identifier, let place = lookup(tree[node.a].a) {
            let shift = node.detail > 0 && StaticType.isShift(node.detail - 1)
            if !shift { warnAboutNarrowing(node.b, to: outline.declarations[place].type) }
        }
    }

    /// What is written to: the name at its root is written, indices are read.
    private mutating func target(_ id: NodeID) {
        var place = id
        while place >= 0, tree[place].kind == .index {
            expressions(tree[place].b)
            place = tree[place].a
        }
        guard place >= 0, tree[place].kind == .identifier else { return expression(place) }
        use(tree[place].a, tree[place].start, writes: true)
    }

    private mutating func variable(_ node: SyntaxTree.Node) {
        // The value comes first: it may mention an outer variable of the same name.
        types(node.a)
        if node.kind != .inputOutput { expression(node.c) }
        let type = type(node.a)
        let kind: ProgramOutline.Declaration.Kind =
            switch node.kind {
            case .constant: .constant
            case .inputOutput: node.detail == 1 ? .output : .input
            default: tree[node.a].kind == .scalarType && tree[node.a].detail == TypeKind.bit.rawValue ? .bit : .variable
            }
        if node.kind == .declaration { warnAboutNarrowing(node.c, to: type) }
        let integer = node.kind == .constant ? integer(node.c) : nil
        let place = declare(kind, node.b, at: Int(node.start), in: Int(tree[node.a].start)..<Int(node.end), type: type)
        outline.declarations[place].integer = integer
        // What a program computes into a variable of its top level is a result of it.
        if node.kind == .declaration && node.c >= 0 && !isInScope && !isLiteral(node.c) {
            outline.declarations[place].isWritten = true
        }
    }

    private func isLiteral(_ id: NodeID) -> Bool {
        switch tree[id].kind {
        case .integer, .float, .boolean, .bitString, .timing, .imaginary: true
        case .unary: isLiteral(tree[id].a)
        default: false
        }
    }

    private mutating func gate(_ node: SyntaxTree.Node) {
        let end = node.d < 0 ? Int(node.end) : Int(tree[node.d].start)
        let place = declare(.gate, node.a, at: Int(node.start), in: node.range, header: end)
        body(of: place) { outlining in
            outlining.openScope()
            outlining.formals(node.b, .gateParameter)
            outlining.formals(node.c, .gateQubit)
            if node.d >= 0 {
                outlining.statements(outlining.tree[node.d])
            } else {
                outlining.useFormals()
            }
            outlining.closeScope(at: Int(node.end))
        }
    }

    private mutating func formals(_ list: ListID, _ kind: ProgramOutline.Declaration.Kind) {
        for k in 0..<tree.count(list) {
            let node = tree[tree.item(list, k)]
            declare(kind, node.a, at: Int(node.start), in: node.range)
        }
    }

    /// What has no body cannot use its parameters.
    private mutating func useFormals() {
        for place in innermost { outline.declarations[place].isRead = true }
    }

    private mutating func subroutine(_ node: SyntaxTree.Node) {
        let place = declare(
            .subroutine, node.a, at: Int(node.start), in: node.range, header: Int(tree[node.d].start),
            type: node.c < 0 ? .unknown : type(node.c))
        warnAboutMissingReturn(node, text(node.a))
        body(of: place) { outlining in
            outlining.openScope()
            for k in 0..<outlining.tree.count(node.b) {
                let item = outlining.tree[outlining.tree.item(node.b, k)]
                let type = outlining.tree[item.a]
                outlining.types(item.a)
                // `creg c[2]` has its name inside of what counts as its type.
                let start =
                    type.kind == .registerType || (type.kind == .qubitType && item.start == type.start)
                    ? outlining.wordStart(behind: Int(item.start) + 4) : Int(item.start)
                outlining.declare(
                    .parameter, item.b, at: start, in: Int(type.start)..<Int(item.end),
                    type: outlining.type(item.a))
            }
            outlining.statements(outlining.tree[node.d])
            outlining.closeScope(at: Int(node.end))
        }
    }

    private mutating func forLoop(_ node: SyntaxTree.Node) {
        types(node.a)
        expression(node.c)
        openScope()
        declare(
            .loopVariable, node.b, at: nameStart(behind: node.a), in: Int(tree[node.a].start)..<Int(tree[node.c].end),
            type: type(node.a))
        if tree[node.d].kind == .scope { statements(tree[node.d]) } else { visit(node.d) }
        closeScope(at: Int(node.end))
    }
}
