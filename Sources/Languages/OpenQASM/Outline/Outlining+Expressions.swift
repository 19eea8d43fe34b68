extension Outlining {
    mutating func expressions(_ list: ListID) {
        for k in 0..<tree.count(list) { expression(tree.item(list, k)) }
    }

    /// Notes the names in an expression, an operand, or a type.
    mutating func expression(_ id: NodeID) {
        if id < 0 { return }
        let node = tree[id]
        switch node.kind {
        case .identifier: use(node.a, node.start)
        case .integer, .float, .hardwareQubit, .imaginary, .timing, .boolean, .bitString: break
        case .unary, .measure: expression(node.a)
        case .binary:
            expression(node.a)
            expression(node.b)
            warnAboutComparison(node, id)
        case .concatenation:
            expression(node.a)
            expression(node.b)
        case .cast:
            types(node.a)
            expression(node.b)
        case .index:
            expression(node.a)
            expressions(node.b)
        case .call:
            use(node.a, node.start)
            expressions(node.b)
        case .quantumCall:
            use(node.a, node.start)
            expressions(node.b)
            expressions(node.c)
        case .set, .arrayLiteral: expressions(node.b)
        case .range:
            expression(node.a)
            expression(node.b)
            expression(node.c)
        case .durationOf: visit(node.a)
        default: break
        }
    }

    /// Notes the names in a type's sizes.
    mutating func types(_ id: NodeID) {
        if id < 0 { return }
        let node = tree[id]
        switch node.kind {
        case .scalarType:
            if node.a >= 0, tree[node.a].kind == .scalarType { types(node.a) } else { expression(node.a) }
        case .qubitType, .registerType: expression(node.a)
        case .arrayType, .arrayReferenceType:
            types(node.a)
            expressions(node.b)
            if node.kind == .arrayReferenceType { expression(node.c) }
        default: break
        }
    }

    /// The value of an integer literal, signed or not, or of a constant that is one.
    func integer(_ id: NodeID) -> Int64? {
        if id < 0 { return nil }
        let node = tree[id]
        switch node.kind {
        case .integer: return node.detail == 0 ? Int64(exactly: node.value) : nil
        case .unary where node.detail == SyntaxOperator.negate.rawValue:
            return integer(node.a).flatMap { $0 == .min ? nil : -$0 }
        case .identifier: return lookup(node.a).flatMap { outline.declarations[$0].integer }
        default: return nil
        }
    }
}
