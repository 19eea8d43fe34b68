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
        case .nop: for item in tree.items(node.b) { _ = try qubits(item) }
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
        case .broken: break
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
            throw fail(
                .misplaced, "this cannot stand in the body of a gate", at: id,
                cause: "a gate is a unitary: its body holds gates, barriers and loops over constants")
        }
    }

    private mutating func checkVersion2(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        switch node.kind {
        case .gateCall where node.d < 0, .measureInto where node.b >= 0 && tree[node.a].kind == .measure, .reset, .if,
            .include, .oldDeclaration, .gate, .opaque, .broken, .pragma:
            break
        case .barrier where node.b >= 0: break
        default:
            throw fail(
                .otherVersion, "this statement belongs to OpenQASM 3; the program declares version 2", at: id,
                cure: "write 'OPENQASM 3.0;' at the beginning")
        }
    }

    private mutating func annotated(_ node: SyntaxTree.Node) throws(SemanticFailure) {
        let before = block.count
        try lower(node.a)
        let after = block.count
        let first = tree[tree.item(node.b, 0)]
        if after == before {
            warn(
                .ignored, "this annotation annotates nothing that is executed",
                at: .init(first.range), cause: "annotations are kept with instructions only")
        }
        for position in before..<max(before, after) {
            for item in tree.items(node.b) {
                let annotation = tree[item]
                block.annotate(
                    Annotation(
                        keyword: parser.text(annotation.start + 1..<annotation.end), content: content(annotation)),
                    at: position)
            }
        }
    }

    private mutating func include(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let file = String(content(node).dropFirst().dropLast())
        if nesting > 0 || !scopes.isEmpty {
            throw fail(.misplaced, "an include inside another statement", at: id, cure: "include at the top level")
        }
        guard let gates = StandardLibrary.gates(include: file) else {
            let near = Suggestion.nearest(to: file, among: ["stdgates.inc", "qelib1.inc"])
            throw fail(
                .include, "'\(file)' cannot be included",
                at: .init(Int(UInt32(bitPattern: node.c))..<Int(UInt32(bitPattern: node.d))),
                cause: "only the standard files stdgates.inc and qelib1.inc, which are built in, can be",
                cure: near.map { "did you mean '\($0)'?" } ?? "copy what the program needs from it into the program")
        }
        for (name, entry) in gates { declareStandard(name, entry) }
    }

    private mutating func expressionStatement(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let inner = tree[node.a]
        if inner.kind == .call || inner.kind == .quantumCall, let symbol = lookup(inner.a) {
            if symbol.kind == .subroutine {
                _ = try inline(symbol, arguments: inner.b, operands: inner.c, at: id)
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
        }
        block.append(
            Instruction(.barrier, Operands(all.map { Qubit(rawValue: UInt32($0)) }), location: location(id)))
    }

    private func allQubits() -> [Int32] {
        highestHardwareQubit >= 0 ? Array(0...Int32(highestHardwareQubit)) : Array(0..<Int32(circuit.qubitCount))
    }

    private mutating func delay(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let (duration, unit) = try duration(node.a)
        var all: [Int32] = node.b < 0 ? allQubits() : []
        for item in tree.items(node.b) { all += try qubits(item).list }
        if Set(all).count != all.count {
            throw fail(.duplicateQubit, "a delay names a qubit twice", at: id)
        }
        block.append(
            Instruction(
                .delay(unit), Operands(all.map { Qubit(rawValue: UInt32($0)) }), [duration], location: location(id)))
    }

    /// A duration in brackets: seconds, or the device's unit if all its literals are in dt.
    private mutating func duration(_ id: NodeID) throws(SemanticFailure) -> (Parameter, DelayUnit) {
        if let ticks = ticks(id) {
            if ticks < 0 { throw fail(.value, "a negative duration", at: id) }
            return (Parameter(ticks), .dt)
        }
        let value = try expression(id)
        guard value.type == .duration else {
            throw fail(
                .type, "a duration is expected, not \(value.type)", at: id,
                cure: "give the number a unit: ns, us, ms, s or dt")
        }
        if let literal = value.literal, !(literal.real >= 0) || !literal.real.isFinite {
            throw fail(.value, "a duration of \(literal.real) s", at: id)
        }
        return (parameter(value), .seconds)
    }

    /// A constant multiple of dt.
    private func ticks(_ id: NodeID) -> Double? {
        let node = tree[id]
        switch node.kind {
        case .timing: return node.detail == TimeUnit.dt.rawValue ? node.number : nil
        case .unary where node.detail == SyntaxOperator.negate.rawValue: return ticks(node.a).map { -$0 }
        case .binary:
            switch SyntaxOperator(rawValue: node.detail) {
            case .add: return ticks(node.a).flatMap { left in ticks(node.b).map { left + $0 } }
            case .subtract: return ticks(node.a).flatMap { left in ticks(node.b).map { left - $0 } }
            case .multiply:
                if let left = ticks(node.a), let right = fastConstant(node.b) { return left * right.real }
                if let left = fastConstant(node.a), let right = ticks(node.b) { return left.real * right }
                return nil
            case .divide: return ticks(node.a).flatMap { left in fastConstant(node.b).map { left / $0.real } }
            default: return nil
            }
        default: return nil
        }
    }

    private mutating func box(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var length: (Parameter, DelayUnit)?
        if node.a >= 0 { length = try duration(node.a) }
        let isVerbatim = isVerbatimNext
        isVerbatimNext = false
        let body = nested(node.b)
        block.append(.box(duration: length.map { (value: $0.0, unit: $0.1) }, body: body), location: location(id))
        if isVerbatim { block.annotateLast(.verbatim) }
    }
}
