import Circuits

// `@keyword content`: kept with what follows, a declaration or the instructions of a statement.
extension Lowering {
    mutating func annotated(_ node: SyntaxTree.Node) throws(SemanticFailure) {
        let before = block.count
        var annotations = tree.items(node.b).map { item in
            Annotation(
                keyword: parser.text(tree[item].start + 1..<tree[item].end), content: content(tree[item]))
        }
        if let place = annotations.lastIndex(where: { $0.keyword == Annotation.nameKeyword }),
            let declared = nameDeclared(by: tree[node.a])
        {
            guard let name = QuotedName.name(annotations[place].content) else {
                throw fail(
                    .expected, "'@\(Annotation.nameKeyword)' has a name in quotes behind it",
                    at: tree.item(node.b, place), cure: "write '@\(Annotation.nameKeyword) \"…\"'")
            }
            annotations.removeAll { $0.keyword == Annotation.nameKeyword }
            givenName = (text(declared), name)
        }
        defer { givenName = nil }
        try lower(node.a)
        if annotations.isEmpty { return }
        let after = block.count
        if let declaration = declaration(by: tree[node.a]) {
            circuit.declarationAnnotations += annotations.map { DeclarationAnnotation($0, on: declaration) }
            return
        }
        if after == before {
            warn(
                .ignored, "this annotation annotates nothing that is kept",
                at: .init(tree[tree.item(node.b, 0)].range),
                cause:
                    "annotations are kept with instructions and with declarations of qubits, bits, variables, arrays, "
                    + "gates and externs; constants, aliases and subroutines are resolved when the program is read")
        }
        for position in before..<max(before, after) {
            for annotation in annotations { block.annotate(annotation, at: position) }
        }
    }

    /// The name that a statement declares and the circuit keeps.
    private func nameDeclared(by node: SyntaxTree.Node) -> Int32? {
        switch node.kind {
        case .qubits, .declaration, .inputOutput, .for: node.b
        case .oldDeclaration, .gate, .opaque, .external: node.a
        default: nil
        }
    }

    /// What a statement has declared that the circuit keeps.
    private func declaration(by node: SyntaxTree.Node) -> Declaration? {
        guard node.kind != .for, let name = nameDeclared(by: node), let symbol = lookup(name) else { return nil }
        switch symbol.kind {
        case .qubit, .qubits:
            return circuit.qubitRegisters.firstIndex { $0.start == Int(symbol.a) && $0.count > 0 }.map { .qubits($0) }
        case .bit: return .bits(Int(symbol.b))
        case .bits: return .bits(Int(symbol.c))
        case .variable, .complex: return .variable(Int(symbol.a))
        case .array: return .array(views[Int(symbol.a)].array.index)
        case .external: return .external(Int(symbol.a))
        case .gate:
            guard case .defined(let id) = gates[Int(symbol.a)].gate else { return nil }
            return .gate(id.index)
        default: return nil
        }
    }
}
