import Circuits

// What OpenQASM 2 is: the grammar of arXiv:1707.03429, which knows less than the one of version 3 that reads it. Real
// numbers may be written as `.5` and `1.`, comments as `/* … */`, signs as `+`, as every reader has them.
extension Lowering {
    mutating func checkVersion2(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        switch node.kind {
        // What a fast call takes, version 2 has; the others are looked at in `checkCallOfVersion2`.
        case .gateCall where node.d < 0: break
        case .measureInto where node.b >= 0 && tree[node.a].kind == .measure:
            try checkArgument(tree[node.a].a)
            try checkArgument(node.b)
        case .reset: try checkArgument(node.a)
        case .barrier where node.b >= 0: for item in tree.items(node.b) { try checkArgument(item) }
        case .barrier:
            throw fail(
                .otherVersion, "a barrier on all qubits belongs to OpenQASM 3; the program declares version 2", at: id,
                cure: "name the registers: 'barrier \(circuit.qubitRegisters.first?.name ?? "q");'")
        case .if: try checkCondition(node)
        case .oldDeclaration:
            try checkName(node.a, at: id)
            guard node.b >= 0 else {
                throw fail(
                    .otherVersion, "in OpenQASM 2 a register has a size", at: id,
                    cure: "write '\(text(node.a))[1]'")
            }
            try checkPlainInteger(node.b, "the size of a register")
        case .gate, .opaque: try checkName(node.a, at: id)
        case .include, .broken, .pragma: break
        default:
            throw fail(
                .otherVersion, "this statement belongs to OpenQASM 3; the program declares version 2", at: id,
                cure: "write 'OPENQASM 3.0;' at the beginning")
        }
    }

    mutating func checkCallOfVersion2(_ node: SyntaxTree.Node) throws(SemanticFailure) {
        for item in tree.items(node.b) { try checkNumber(item) }
        for item in tree.items(node.c) { try checkArgument(item) }
    }

    /// `if (register == number) operation`, the operation a gate, a measurement or a reset.
    private mutating func checkCondition(_ node: SyntaxTree.Node) throws(SemanticFailure) {
        let condition = tree[node.a]
        let isEquality = condition.kind == .binary && condition.detail == SyntaxOperator.equal.rawValue
        guard isEquality, tree[condition.a].kind == .identifier, tree[condition.b].kind == .integer else {
            throw fail(
                .otherVersion, "a condition of OpenQASM 2 compares a register with a number", at: node.a,
                cure: "write 'if (c == 3) …', or 'OPENQASM 3.0;' at the beginning")
        }
        switch tree[node.b].kind {
        case .gateCall, .measureInto, .reset, .broken: break
        default:
            throw fail(
                .otherVersion, "in OpenQASM 2 a condition stands before one gate, measurement or reset", at: node.b,
                cure: "write the condition before each of them, or 'OPENQASM 3.0;' at the beginning")
        }
    }

    /// `name` or `name[number]`.
    private mutating func checkArgument(_ id: NodeID) throws(SemanticFailure) {
        let node = tree[id]
        switch node.kind {
        case .identifier: return
        case .index
        where tree[node.a].kind == .identifier && node.detail == 0 && tree.count(node.b) == 1
            && tree[tree.item(node.b, 0)].kind != .range:
            try checkPlainInteger(tree.item(node.b, 0), "an index")
        default:
            throw fail(
                .otherVersion, "an operand of OpenQASM 2 is a register or one of its elements", at: id,
                cure: "write 'q' or 'q[0]', or 'OPENQASM 3.0;' at the beginning")
        }
    }

    private mutating func checkPlainInteger(_ id: NodeID, _ what: String) throws(SemanticFailure) {
        if tree[id].kind == .integer { return }
        throw fail(
            .otherVersion, "in OpenQASM 2 \(what) is a number of decimal digits", at: id,
            cure: "write the number, or 'OPENQASM 3.0;' at the beginning")
    }

    /// Numbers, `pi`, parameters, `+ - * / ^` and the paper's functions.
    private mutating func checkNumber(_ id: NodeID) throws(SemanticFailure) {
        let node = tree[id]
        switch node.kind {
        case .integer, .float, .identifier: return
        case .unary where node.detail == SyntaxOperator.negate.rawValue: return try checkNumber(node.a)
        case .binary where Self.isOfVersion2(node.detail) && !isDoubleAsterisk(node):
            try checkNumber(node.a)
            return try checkNumber(node.b)
        case .call:
            for item in tree.items(node.b) { try checkNumber(item) }
            return
        default: break
        }
        throw fail(
            .otherVersion, "this expression belongs to OpenQASM 3; the program declares version 2", at: id,
            cure: "version 2 has decimal numbers, pi, + - * / ^ and sin, cos, tan, exp, ln, sqrt")
    }

    private static func isOfVersion2(_ operation: UInt8) -> Bool {
        switch SyntaxOperator(rawValue: operation) {
        case .add, .subtract, .multiply, .divide, .power: true
        default: false
        }
    }

    /// Whether a power is written as in version 3.
    private func isDoubleAsterisk(_ node: SyntaxTree.Node) -> Bool {
        guard node.detail == SyntaxOperator.power.rawValue else { return false }
        return (tree[node.a].end..<tree[node.b].start).contains { parser.lexer.base[Int($0)] == UInt8(ascii: "*") }
    }

    /// `[a-z][A-Za-z0-9_]*`
    private mutating func checkName(_ name: Int32, at id: NodeID) throws(SemanticFailure) {
        let text = text(name)
        guard let first = text.utf8.first,
            first &- UInt8(ascii: "a") >= 26 || text.utf8.contains(where: { $0 >= 0x80 })
        else { return }
        let start = Int(tree[id].start)
        throw fail(
            .otherVersion, "'\(text)' is no name of OpenQASM 2", at: .init(start..<start + text.utf8.count),
            cause:
                "names begin with a lower-case letter and go on with letters, digits and underscores, without accents",
            cure: "rename it, or write 'OPENQASM 3.0;' at the beginning")
    }
}
