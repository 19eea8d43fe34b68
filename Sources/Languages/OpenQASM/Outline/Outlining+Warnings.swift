extension Outlining {
    /// Warnings after which no more are kept.
    static let warningLimit = 100

    mutating func warn(
        _ code: Diagnostic.Code, _ message: String, at range: Range<Int>, related: [Diagnostic.Place] = [],
        cause: String? = nil, cure: String? = nil
    ) {
        guard warnings.count < Self.warningLimit else { return }
        warnings.append(
            Diagnostic(
                code, message, at: .init(range), severity: .warning, related: related, cause: cause, cure: cure))
    }

    /// Reports what of these declarations nothing uses.
    mutating func warnAboutUnused(_ places: [Int], areGlobal: Bool) {
        for place in places {
            let declaration = outline.declarations[place]
            if declaration.isRead || declaration.name.hasPrefix("_") { continue }
            switch declaration.kind {
            case .output, .external, .loopVariable: continue
            case .qubit where usesAllQubits: continue
            case .bit, .variable:
                // What a program writes at its top level is its result.
                if declaration.isWritten {
                    if areGlobal { continue }
                    warn(
                        .unused, "\(declaration.kind.rawValue) '\(declaration.name)' is written, but never read",
                        at: declaration.nameRange, cure: "remove it, or name it '_\(declaration.name)'")
                    continue
                }
            default: if declaration.isWritten { continue }
            }
            warn(
                .unused, "\(declaration.kind.rawValue) '\(declaration.name)' is never used", at: declaration.nameRange,
                cure: declaration.kind == .gateQubit || declaration.kind == .gateParameter
                    || declaration.kind == .parameter
                    ? "name it '_\(declaration.name)' if that is meant"
                    : "remove it, or name it '_\(declaration.name)' if that is meant")
        }
    }

    mutating func warnAboutShadowing(_ name: Int32, _ text: String, _ range: Range<Int>) {
        guard let old = hiddenBy(name), !text.hasPrefix("_") else { return }
        warn(
            .shadowing, "'\(text)' hides the \(old.kind.rawValue) of the same name", at: range,
            related: [.init(old.nameRange, label: "this one is hidden")], cure: "give one of them another name")
    }

    /// Looks at a statement, and reports it if nothing gets there.
    mutating func visitReached(_ id: NodeID, after last: inout Range<Int>?) {
        let node = tree[id]
        if let leaving = last, !isDefinition(node.kind) {
            // Reported once for a block; the parser reports what it could not read.
            warn(
                .unreachable, "this is never reached", at: node.range,
                related: [.init(leaving, label: "nothing goes on behind this")], cure: "remove it")
            last = nil
            visit(id)
            return
        }
        visit(id)
        if leaves(id) { last = node.range }
    }

    /// Reports a subroutine with a return type whose end can be reached.
    mutating func warnAboutMissingReturn(_ node: SyntaxTree.Node, _ name: String) {
        if node.c < 0 || leaves(node.d) { return }
        let start = Int(node.start)
        warn(
            .missingReturn, "subroutine '\(name)' may end without returning a value",
            at: start..<start + name.utf8.count, cause: "where it does, its value is zero",
            cure: "end it with 'return …;'")
    }

    private func isDefinition(_ kind: SyntaxKind) -> Bool {
        switch kind {
        case .gate, .opaque, .definition, .external, .pragma, .calibration, .calibrationDefinition, .calibrationGrammar,
            .include, .broken:
            true
        default: false
        }
    }

    /// Whether nothing that stands behind a statement in its block is reached.
    private func leaves(_ id: NodeID) -> Bool {
        let node = tree[id]
        switch node.kind {
        case .break, .continue, .end, .return: return true
        case .annotated: return leaves(node.a)
        case .scope: return tree.items(node.b).contains { leaves($0) }
        case .if: return node.c >= 0 && leaves(node.b) && leaves(node.c)
        case .switch:
            let cases = tree.items(node.b)
            return cases.contains { tree[$0].b < 0 } && cases.allSatisfy { leaves(tree[$0].a) }
        case .while:
            let condition = tree[node.a]
            return condition.kind == .boolean && condition.a == 1 && !breaks(node.b)
        default: return false
        }
    }

    /// Whether a `break` in the body ends the loop around it.
    private func breaks(_ id: NodeID) -> Bool {
        let node = tree[id]
        switch node.kind {
        case .break: return true
        case .annotated: return breaks(node.a)
        case .scope: return tree.items(node.b).contains { breaks($0) }
        case .if: return breaks(node.b) || (node.c >= 0 && breaks(node.c))
        case .box: return breaks(node.b)
        case .switch: return tree.items(node.b).contains { breaks(tree[$0].a) }
        default: return false
        }
    }
}
