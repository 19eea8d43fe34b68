import Circuits

// Durations: numbers where the text gives them, expressions over `durationof` and stretches where only the machine knows.
extension Lowering {
    mutating func delay(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let (duration, unit) = try duration(node.a)
        var all: [Int32] = node.b < 0 ? allQubits() : []
        for item in tree.items(node.b) { all += try qubits(item).list }
        if all.isEmpty && node.b >= 0 { return }
        if Set(all).count != all.count {
            throw fail(.duplicateQubit, "a delay names a qubit twice", at: id)
        }
        block.append(
            Instruction(
                .delay(unit), Operands(all.map { Qubit(rawValue: UInt32($0)) }), [duration], location: location(id)))
    }

    /// A duration in brackets: seconds, or the device's unit if all its literals are in dt.
    mutating func duration(_ id: NodeID) throws(SemanticFailure) -> (Parameter, DelayUnit) {
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
        if let ticks = Self.ticks(value) {
            if ticks < 0 { throw fail(.value, "a negative duration", at: id) }
            return (Parameter(ticks), .dt)
        }
        if let literal = value.literal, !(literal.real >= 0) || !literal.real.isFinite {
            throw fail(.value, "a duration of \(literal.real) s", at: id)
        }
        return (parameter(value), .seconds)
    }

    /// The multiple of dt that an expression is, if it is one.
    private static func ticks(_ value: Expression) -> Double? {
        switch value.node {
        case .durationOf(let block):
            guard block.count == 1, case .delay(.dt) = block.operation(at: 0), block.qubits(at: 0).isEmpty else {
                return nil
            }
            return block.parameters(at: 0)[0].constant
        case .unary(.negate, let operand): return ticks(operand).map { -$0 }
        case .binary(.add, let left, let right): return ticks(left).flatMap { a in ticks(right).map { a + $0 } }
        case .binary(.subtract, let left, let right): return ticks(left).flatMap { a in ticks(right).map { a - $0 } }
        case .binary(.multiply, let left, let right):
            if let a = ticks(left), let b = right.literal { return a * b.real }
            if let a = left.literal, let b = ticks(right) { return a.real * b }
            return nil
        case .binary(.divide, let left, let right):
            return ticks(left).flatMap { a in right.literal.map { a / $0.real } }
        default: return nil
        }
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

    mutating func box(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var length: (Parameter, DelayUnit)?
        if node.a >= 0 { length = try duration(node.a) }
        let isVerbatim = isVerbatimNext
        isVerbatimNext = false
        let body = nested(node.b)
        if let (value, unit) = length, let asked = value.constant, let longest = body.longestWait(in: unit),
            longest > asked * (1 + 1e-12)
        {
            let word = unit == .dt ? "dt" : "s"
            throw fail(
                .value, "a box of \(asked) \(word) holds delays of \(longest) \(word) on one qubit", at: node.a,
                cause: "what stands in a box fits into its duration", cure: "give it at least that length, or none")
        }
        block.append(.box(duration: length.map { (value: $0.0, unit: $0.1) }, body: body), location: location(id))
        if isVerbatim { block.annotateLast(.verbatim) }
    }

    /// `nop q, r;`: nothing happens to the qubits, but a box around it holds them.
    mutating func noOperation(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        var all: [Int32] = []
        var seen: Set<Int32> = []
        for item in tree.items(node.b) {
            for qubit in try qubits(item).list where seen.insert(qubit).inserted { all.append(qubit) }
        }
        if all.isEmpty || nesting == 0 { return }
        for qubit in all {
            block.append(Instruction(.barrier, [Qubit(rawValue: UInt32(qubit))], location: location(id)))
        }
    }

    /// `name(…)[250ns] q;`: a box of that duration around the gate.
    mutating func timedCall(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let (length, unit) = try duration(tree.item(node.d, 1))
        var plain = node
        let modifiers = tree.item(node.d, 0)
        plain.d = modifiers < 0 ? -1 : parser.tree.add(list: [modifiers, -1])
        let call = parser.tree.add(plain)
        let body = nested(call)
        block.append(.box(duration: (value: length, unit: unit), body: body), location: location(id))
    }

    /// A time in the device's own unit.
    func ticks(_ count: Double) -> Expression {
        var block = Block()
        block.append(Instruction(.delay(.dt), [], [Parameter(count)]))
        return Expression(.durationOf(block), type: .duration)
    }

    /// `durationof({ … })`
    mutating func durationOf(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let errors = parser.errorCount
        let body = nested(node.a)
        if parser.errorCount > errors { throw SemanticFailure() }
        return Expression(.durationOf(body), type: .duration)
    }

    /// `stretch s;`: a variable that the machine's schedule sets.
    mutating func stretch(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        if node.c >= 0 {
            // A stretch with a value is a duration that contains stretches.
            let value = try convert(try expression(node.c), to: .duration, at: node.c)
            return try knownDuration(value, named: node.b, at: id)
        }
        let variable = newVariable(text(node.b), .duration, role: .stretch)
        try declare(node.b, Symbol(kind: .variable, a: Int32(variable.index), isReadOnly: true), at: id)
    }

    /// Declares a duration that keeps its value.
    mutating func knownDuration(_ value: Expression, named name: Int32, at id: NodeID) throws(SemanticFailure) {
        let variable = newVariable(text(name), .duration)
        try declare(name, Symbol(kind: .variable, a: Int32(variable.index), isReadOnly: true), at: id)
        try assign(.expression(value), to: variable, at: id, valueNode: id)
    }

    /// Whether a duration is the same whatever the program does from here on.
    func isKnownNow(_ value: Expression) -> Bool { loopDepth == 0 && nesting == 0 && isKnownToMachine(value) }

    /// Notes what a duration is from here on, so that uses of it are known before the program runs.
    mutating func noteDuration(_ value: Expression, of variable: VariableID) {
        let isKnown = isKnownNow(value)
        durations[variable] = isKnown ? KnownDuration(value: value, size: value.size) : nil
    }

    /// Whether a duration consists of numbers, blocks and stretches, so that it is the same whenever it is asked for.
    private func isKnownToMachine(_ value: Expression) -> Bool {
        var isKnown = true
        value.forEach { part in
            switch part.node {
            case .literal, .durationOf, .unary, .binary, .cast, .call: break
            case .variable(let id): isKnown = isKnown && circuit.variables[id.index].role == .stretch
            default: isKnown = false
            }
        }
        return isKnown
    }

    /// What a duration is known to be here; nil where a loop around may have changed it.
    mutating func knownDuration(
        of variable: VariableID, named name: Int32, at id: NodeID
    ) throws(SemanticFailure) -> Expression? {
        guard let known = durations[variable] else { return nil }
        for place in loopBodies.indices {
            let assigned =
                loopBodies[place].assigned
                ?? LoopScan(name: name, lowering: parser.tree, isCall: []).assignedNames(loopBodies[place].node)
            loopBodies[place].assigned = assigned
            if assigned.contains(name) { return nil }
        }
        // Sums of sums double with each line.
        if known.size > 1 { try spend(known.size, at: id) }
        return known.value
    }
}

extension Expression {
    /// The number of its parts, blocks with their instructions.
    fileprivate var size: Int {
        var size = 0
        forEach { part in
            size += 1
            if case .durationOf(let block) = part.node { size += block.count }
        }
        return size
    }
}

extension Block {
    /// The longest sum of constant delays and boxes in a unit that one qubit has in this block itself.
    fileprivate func longestWait(in unit: DelayUnit) -> Double? {
        var waits: [Qubit: Double] = [:]
        for position in indices {
            let length: Double?
            switch operation(at: position) {
            case .delay(unit): length = parameters(at: position).first?.constant
            case .controlFlow(let place):
                guard case .box(let asked?, _) = controlFlow[place], asked.unit == unit else { continue }
                length = asked.value.constant
            default: continue
            }
            if let length { for qubit in qubits(at: position) { waits[qubit, default: 0] += length } }
        }
        return waits.values.max()
    }
}
