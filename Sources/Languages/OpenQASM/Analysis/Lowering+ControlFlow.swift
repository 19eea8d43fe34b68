import Circuits

extension Lowering {
    mutating func branch(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let condition: Expression
        do throws(SemanticFailure) {
            condition = try self.condition(node.a)
        } catch {
            // Errors inside the bodies are worth reporting all the same.
            _ = nested(node.b)
            if node.c >= 0 { _ = nested(node.c) }
            throw error
        }
        if let literal = condition.literal {
            // Decided now: only what runs is lowered, with a scope of its own; the rest is looked through.
            let (live, dead) = literal == .bool(true) ? (node.b, node.c) : (node.c, node.b)
            if dead >= 0 { checkDead(dead) }
            if live >= 0 { lowerBody(live) }
            return
        }
        let then = nested(node.b)
        let otherwise = node.c < 0 ? nil : nested(node.c)
        try spend(1, at: id)
        block.append(.branch(condition: condition, then: then, otherwise: otherwise), location: location(id))
    }

    mutating func whileLoop(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var condition = Expression.bool(false)
        var failed = false
        enterLoop(node.b)
        // What the condition calls stands in front of it, in each turn.
        let before = building { lowering in
            do throws(SemanticFailure) { condition = try lowering.condition(node.a) } catch { failed = true }
        }
        loops.append(.kept)
        if !failed, before.isEmpty, condition.literal == .bool(false) {
            checkDead(node.b)
            loops.removeLast()
            return leaveLoop()
        }
        var body = nested(node.b)
        loops.removeLast()
        leaveLoop()
        if failed { throw SemanticFailure() }
        try spend(1, at: id)
        if !before.isEmpty {
            var whole = before
            let isOver = folded(Expression(.unary(.not, condition), type: .bool), at: id)
            var exit = Block()
            exit.append(Instruction(.break, location: location(id)))
            whole.append(.branch(condition: isOver, then: exit, otherwise: nil), location: location(node.a))
            whole.append(contentsOf: body)
            body = whole
            condition = .bool(true)
        }
        block.append(.while(condition: condition, body: body), location: location(id))
        leaveIfReturned(from: node.b, at: id)
    }

    /// Looks through a statement that never runs for what would be wrong whenever it ran.
    ///
    /// Inside loops that are written out and calls it would be looked through again and again; what stands there was
    /// seen at the definition, or runs in another turn.
    private mutating func checkDead(_ body: NodeID) {
        let isUnrolled = loops.contains { if case .unrolled = $0 { true } else { false } }
        if isRepeating || isUnrolled || isInsideGate || deadWork > Self.workLimit { return }
        deadWork += 100 + circuit.variables.count + circuit.gates.count + circuit.expressions.count
        let outer = isDead
        isDead = true
        checking { lowering in
            lowering.nesting += 1
            lowering.lowerBody(body)
        }
        isDead = outer
    }

    /// What `build` appends, as a block of its own in the scope that is open.
    mutating func building(_ build: (inout Lowering) -> Void) -> Block {
        let outer = block
        block = Block()
        nesting += 1
        build(&self)
        nesting -= 1
        let result = block
        block = outer
        return result
    }

    mutating func enterLoop(_ body: NodeID) {
        loopDepth += 1
        loopBodies.append(LoopBody(node: body))
    }

    mutating func leaveLoop() {
        loopDepth -= 1
        loopBodies.removeLast()
    }

    /// Behind a loop that holds a 'return': leaves the next one too, if that was reached.
    mutating func leaveIfReturned(from body: NodeID, at id: NodeID) {
        guard let flag = calls.last?.flag,
            LoopScan(name: -1, lowering: parser.tree, isCall: []).returns(body)
        else { return }
        appendBreak(if: flag, id)
    }

    private mutating func appendBreak(if flag: VariableID, _ id: NodeID) {
        var exit = Block()
        exit.append(Instruction(.break, location: location(id)))
        block.append(
            .branch(condition: Expression(.variable(flag), type: .bool), then: exit, otherwise: nil),
            location: location(id))
    }

    mutating func switchStatement(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var subject = try expression(node.a)
        switch subject.type {
        case .int, .uint: break
        default:
            throw fail(
                .type, "a switch goes over an integer, not \(subject.type)", at: node.a, cure: "convert it: 'int(…)'")
        }
        if subject.type != .int(64) { subject = try narrow(subject, "what a switch goes over", at: node.a) }
        var cases: [ControlFlow.SwitchCase] = []
        var otherwise: Block?
        var seen: [Int: NodeID] = [:]
        for item in tree.items(node.b) {
            let part = tree[item]
            if otherwise != nil {
                throw fail(.misplaced, "a case behind 'default'", at: item, cure: "put 'default' last")
            }
            guard part.b >= 0 else {
                otherwise = nested(part.a)
                continue
            }
            var labels: [Int64] = []
            for label in tree.items(part.b) {
                let value = try constInteger(label, "the label of a case")
                if let first = seen[value] {
                    throw fail(
                        .redefinition, "two cases for \(value)", at: label,
                        related: [.init(tree[first].range, label: "the first is here")])
                }
                seen[value] = label
                labels.append(Int64(value))
            }
            cases.append(.init(labels: labels, body: nested(part.a)))
        }
        if cases.isEmpty { throw fail(.misplaced, "a switch without a case", at: id) }
        try spend(1, at: id)
        block.append(.switch(subject: subject, cases: cases, otherwise: otherwise), location: location(id))
    }

    mutating func jump(_ kind: SyntaxKind, _ id: NodeID) throws(SemanticFailure) {
        let word = kind == .break ? "break" : "continue"
        guard let loop = loops.last else {
            throw fail(.misplaced, "'\(word)' outside a loop", at: id)
        }
        switch loop {
        case .kept: block.append(Instruction(kind == .break ? .break : .continue, location: location(id)))
        case .unrolled(let flag):
            // Each turn, or all of them, stands in a loop of one turn: leaving that is the jump.
            if let flag, kind == .break {
                block.append(Assignment(target: .variable(flag), value: .bool(true)), location: location(id))
            }
            block.append(Instruction(.break, location: location(id)))
        }
    }

    mutating func forLoop(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let type = try classicalType(node.a)
        let values: LoopRange
        do throws(SemanticFailure) {
            values = try loopRange(node.c, type)
        } catch {
            declareLoopVariableAsBroken(node)
            throw error
        }
        var mustUnroll = isInsideGate
        if !mustUnroll {
            mustUnroll =
                LoopScan(
                    name: node.b, lowering: parser.tree, isCall: subroutineNames, arrays: arrayNames,
                    memory: loopMemory
                ).isWrittenOut(id)
        }
        let known = values.known
        if mustUnroll, let known {
            try unroll(node, id, type, known)
            return
        }
        if mustUnroll, values.isConstant {
            throw fail(
                .tooLarge, "the loop would be written out \(Self.turnLimit) times or more", at: node.c,
                cause: "its variable selects qubits, bits that are measured into, or a size",
                cure: "shorten its range")
        }
        if isInsideGate {
            throw fail(
                .notConstant, "the range of a loop inside a gate must be known before the program runs", at: node.c)
        }
        let variable = circuit.addVariable(Variable(name: uniqueName(text(node.b), isLocal: true), type: type))
        loopVariables.insert(variable.index)
        openScope()
        try declare(node.b, Symbol(kind: .variable, a: Int32(variable.index)), at: loopName(node))
        loops.append(.kept)
        enterLoop(node.d)
        let body = nested(node.d)
        leaveLoop()
        loops.removeLast()
        closeScope()
        try spend(1, at: id)
        block.append(.for(variable: variable, values: values.values, body: body), location: location(id))
        leaveIfReturned(from: node.d, at: id)
    }

    private mutating func declareLoopVariableAsBroken(_ node: SyntaxTree.Node) {
        openScope()
        declareBroken(node.b)
        _ = nested(node.d)
        closeScope()
    }

    /// A node at the loop variable's name, which follows the type.
    private mutating func loopName(_ node: SyntaxTree.Node) -> NodeID {
        var start = tree[node.a].end
        while start < node.end && parser.lexer.base[Int(start)] <= 0x20 { start += 1 }
        return parser.tree.add(.init(kind: .identifier, start: start, end: start, a: node.b))
    }

    /// Turns up to which a loop is written out.
    private static let turnLimit: UInt64 = 1 << 20

    private struct LoopRange {
        var values: ControlFlow.LoopValues
        /// The values, where all are known and countable.
        var known: [ClassicalValue]?

        /// Whether the program has no say in them any more.
        var isConstant: Bool {
            switch values {
            case .range(let start, let step, let stop): [start, step, stop].allSatisfy { $0.literal != nil }
            case .list(let list): list.allSatisfy { $0.literal != nil }
            }
        }
    }

    private mutating func loopRange(_ id: NodeID, _ type: ClassicalType) throws(SemanticFailure) -> LoopRange {
        let node = tree[id]
        switch node.kind {
        case .set:
            var values: [Expression] = []
            for item in tree.items(node.b) {
                values.append(try convert(try expression(item), to: type, at: item))
            }
            let literals = values.compactMap(\.literal)
            return LoopRange(values: .list(values), known: literals.count == values.count ? literals : nil)
        case .range:
            if node.a < 0 || node.c < 0 {
                throw fail(
                    .index, "the range of a loop has a start and an end", at: id,
                    cure: "write [start:end] or [start:step:end]")
            }
            var ends: [Expression] = []
            for part in [node.a, node.b, node.c] {
                if part < 0 {
                    ends.append(.int(1))
                    continue
                }
                let value = try expression(part)
                switch value.type {
                case .int, .uint, .bool: ends.append(try narrow(value, "the range of a loop", at: part))
                default: throw fail(.type, "the range of a loop goes over integers, not \(value.type)", at: part)
                }
            }
            let range = ControlFlow.LoopValues.range(start: ends[0], step: ends[1], stop: ends[2])
            if ends[1].literal?.real == 0 { throw fail(.index, "the step of a range is 0", at: node.b) }
            guard case .int(let start, _)? = ends[0].literal, case .int(let step, _)? = ends[1].literal,
                case .int(let stop, _)? = ends[2].literal
            else { return LoopRange(values: range, known: nil) }
            return LoopRange(values: range, known: try counted(start, step, stop, type, id))
        default:
            if let bits = try bitsIfAny(id) {
                var items: [Expression] = []
                for bit in bits.list { items.append(try convert(.bit(ClassicalBit(Int(bit))), to: type, at: id)) }
                return LoopRange(values: .list(items), known: nil)
            }
            if let view = try viewIfAny(id), view.dimensions.count == 1, view.imaginary == nil {
                let view = frozen(view, at: id)
                var items: [Expression] = []
                for k in 0..<view.count { items.append(try convert(item(view.fixing([k])), to: type, at: id)) }
                return LoopRange(values: .list(items), known: nil)
            }
            let value = try expression(id)
            if case .bits(let count) = value.type {
                let whole = kept(value, "bits", at: id)
                var bits: [Expression] = []
                for place in 0..<count {
                    let bit = folded(Expression(.element(whole, index: .int(Int64(place))), type: .bool), at: id)
                    bits.append(try convert(bit, to: type, at: id))
                }
                let literals = bits.compactMap(\.literal)
                return LoopRange(values: .list(bits), known: literals.count == bits.count ? literals : nil)
            }
            throw fail(
                .type, "a loop goes over a range, a set, an array of one dimension or the bits of a register", at: id)
        }
    }

    /// The values of a constant range, converted to the loop variable's type.
    private mutating func counted(
        _ start: Int64, _ step: Int64, _ stop: Int64, _ type: ClassicalType, _ id: NodeID
    ) throws(SemanticFailure) -> [ClassicalValue]? {
        if step > 0 ? stop < start : stop > start { return [] }
        let span = UInt64(bitPattern: step > 0 ? stop &- start : start &- stop)
        let turns = span / step.magnitude
        // Longer ones stay loops; a body that needs the value then says so.
        if turns >= Self.turnLimit { return nil }
        var values: [ClassicalValue] = []
        for k in 0...Int64(turns) {
            let value = try convert(.int(start &+ k &* step), to: type, at: id)
            if let literal = value.literal { values.append(literal) }
        }
        return values
    }

    private mutating func unroll(
        _ node: SyntaxTree.Node, _ id: NodeID, _ type: ClassicalType, _ values: [ClassicalValue]
    ) throws(SemanticFailure) {
        let scan = LoopScan(name: node.b, lowering: parser.tree, isCall: [])
        if loops.contains(where: { if case .unrolled = $0 { true } else { false } }) {
            // Looking for jumps and assignments costs about as much as the text is long, in each turn of the loop around.
            try spend(Int(node.end - node.start) >> 2, at: id)
        }
        let (breaks, continues) = scan.jumps(node.d)
        if scan.assigns(node.d) {
            throw fail(
                .immutable, "the variable of a loop that is written out is assigned to", at: id,
                cause: "the variable selects qubits or bits", cure: "assign to a variable of its own")
        }
        let name = loopName(node)
        var flag: VariableID?
        if breaks && continues {
            let variable = newVariable("isOver", .bool)
            block.append(Assignment(target: .variable(variable), value: .bool(false)), location: location(id))
            flag = variable
        }
        loops.append(.unrolled(flag: flag))
        defer { loops.removeLast() }
        let errors = parser.errorCount
        var outer = Block()
        if breaks {
            // Exchanged, not copied: with a second reference each loop would copy all that was written before it.
            swap(&outer, &block)
            nesting += 1
        }
        for value in values {
            try spend(1, at: id)
            openScope()
            let place = add(value)
            try declare(node.b, Symbol(kind: .constant, a: place, isReadOnly: true), at: name)
            if continues {
                appendOnce(nested(node.d), id)
                if let flag { appendBreak(if: flag, id) }
                leaveIfReturned(from: node.d, at: id)
            } else {
                lowerBody(node.d)
            }
            closeScope()
            constants.removeLast(constants.count - Int(place))
            // The same errors would come again in each turn.
            if parser.errorCount > errors || isChecking { break }
        }
        if breaks {
            nesting -= 1
            let turns = block
            block = outer
            appendOnce(turns, id)
            leaveIfReturned(from: node.d, at: id)
        }
    }

    /// A loop of one turn.
    mutating func appendOnce(_ body: Block, _ id: NodeID) {
        // The loop stands before those inside of it when the text is read.
        if !body.loopVariables.isEmpty { needsCanonicalOrder = true }
        let variable = circuit.addVariable(Variable(name: uniqueName("turn"), type: .int(64)))
        loopVariables.insert(variable.index)
        block.append(.for(variable: variable, values: .list([.int(0)]), body: body), location: location(id))
    }
}
