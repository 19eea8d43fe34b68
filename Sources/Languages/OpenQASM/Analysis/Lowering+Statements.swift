import Circuits

extension Lowering {
    mutating func lower(_ id: NodeID) throws(SemanticFailure) {
        let node = tree[id]
        if isInsideGate { try checkGateBody(node, id) }
        if parser.version == 2 { try checkVersion2(node, id) }
        if isVerbatimNext { try checkVerbatim(node, id) }
        switch node.kind {
        case .gateCall: try gateCall(node, id)
        case .measureInto: try measure(node, id)
        case .assignment: try assignment(node, id)
        case .reset:
            let operand = try qubits(node.a)
            try spend(operand.list.count, at: id)
            for qubit in operand.list {
                block.append(Instruction(.reset, [Qubit(rawValue: UInt32(qubit))], location: location(id)))
            }
        case .barrier: try barrier(node, id)
        case .nop: try noOperation(node, id)
        case .delay: try delay(node, id)
        case .box: try box(node, id)
        case .if: try branch(node, id)
        case .for: try forLoop(node, id)
        case .while: try whileLoop(node, id)
        case .switch: try switchStatement(node, id)
        case .break, .continue: try jump(node.kind, id)
        case .end: block.append(Instruction(.end, location: location(id)))
        case .scope: lowerScope(node)
        case .expression: try expressionStatement(node, id)
        case .return: try returnStatement(node, id)
        case .annotated: try annotated(node)
        case .pragma: try pragma(node, id)
        case .include: try include(node, id)
        case .broken: if node.a >= 0 { declareBroken(node.a) }
        default: try declare(node, id)
        }
    }

    /// The text that a node keeps from `c` to `d`.
    func content(_ node: SyntaxTree.Node) -> String {
        parser.text(UInt32(bitPattern: node.c)..<UInt32(bitPattern: node.d))
    }

    /// A block in braces: a scope of its own, lowered into the block being built.
    mutating func lowerScope(_ node: SyntaxTree.Node) {
        openScope()
        for statement in tree.items(node.b) { lowerReporting(statement) }
        closeScope()
    }

    /// The body of a structured statement, in braces or not.
    mutating func lowerBody(_ id: NodeID) {
        let node = tree[id]
        if node.kind == .scope { return lowerScope(node) }
        openScope()
        lowerReporting(id)
        closeScope()
    }

    /// What `build` appends, as a block of its own.
    mutating func nested(_ id: NodeID) -> Block {
        let outer = block
        block = Block()
        nesting += 1
        lowerBody(id)
        nesting -= 1
        let result = block
        block = outer
        return result
    }

    private mutating func checkGateBody(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        switch node.kind {
        case .gateCall, .barrier, .for, .scope, .annotated, .broken, .nop, .pragma: break
        default:
            // What it declares is reported once, its uses are not.
            switch node.kind {
            case .qubits, .declaration, .constant, .inputOutput: declareBroken(node.b)
            case .oldDeclaration, .alias: declareBroken(node.a)
            default: break
            }
            throw fail(
                .misplaced, "this cannot stand in the body of a gate", at: id,
                cause: "a gate is a unitary: its body holds gates, barriers and loops over constants")
        }
    }

    private mutating func expressionStatement(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let inner = tree[node.a]
        if inner.kind == .call || inner.kind == .quantumCall, let symbol = lookup(inner.a) {
            if symbol.kind == .subroutine {
                if inner.kind == .quantumCall { throw calledLikeGate(inner, at: id) }
                _ = try inline(symbol, arguments: inner.b, at: id)
                return
            }
            if symbol.kind == .external {
                _ = try callExternal(symbol, inner, at: id)
                return
            }
            if symbol.kind == .gate {
                throw fail(
                    .operandCount, "gate '\(text(inner.a))' is called without qubits", at: id,
                    cure: "name the qubits behind it")
            }
        }
        if inner.kind == .identifier, lookup(inner.a)?.kind == .gate {
            throw fail(.operandCount, "gate '\(text(inner.a))' is called without qubits", at: id)
        }
        _ = try expression(node.a)
        warn(.ignored, "the value of this expression is not used", at: place(id))
    }

    private mutating func barrier(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var all: [Int32] = []
        var seen: Set<Int32> = []
        if node.b < 0 {
            if isInsideGate || bodyBase != nil {
                throw fail(.operand, "a barrier on all qubits inside a body", at: id, cure: "name the qubits")
            }
            all = allQubits()
        } else {
            for item in tree.items(node.b) {
                for qubit in try qubits(item).list where seen.insert(qubit).inserted { all.append(qubit) }
            }
            if all.isEmpty { return }
        }
        block.append(
            Instruction(.barrier, Operands(all.map { Qubit(rawValue: UInt32($0)) }), location: location(id)))
    }

    func allQubits() -> [Int32] {
        highestHardwareQubit >= 0 ? Array(0...Int32(highestHardwareQubit)) : Array(0..<Int32(circuit.qubitCount))
    }
}
