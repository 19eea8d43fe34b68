import Circuits

/// Qubits or bits that an operand names.
struct OperandSet {
    var list: [Int32]
    /// One by nature, not a register of one.
    var single: Bool
}

extension Lowering {
    /// The qubit of an operand of the plain forms `q[3]`, `q`, `$3`; −1 where the full analysis has to look.
    @inline(__always)
    mutating func fastQubit(_ id: NodeID) -> Int32 {
        let node = tree[id]
        switch node.kind {
        case .identifier:
            guard let symbol = lookup(node.a) else { return -1 }
            return symbol.kind == (isInsideGate ? .formalQubit : .qubit) ? symbol.a : -1
        case .index:
            let base = tree[node.a]
            guard base.kind == .identifier, node.detail == 0, tree.count(node.b) == 1 else { return -1 }
            let index = tree[tree.item(node.b, 0)]
            guard index.kind == .integer, index.detail == 0, let symbol = lookup(base.a), symbol.kind == .qubits,
                bodyBase == nil, index.value < UInt64(symbol.b)
            else { return -1 }
            return symbol.a + Int32(index.value)
        default: return -1
        }
    }

    /// The qubits of an operand.
    mutating func qubits(_ id: NodeID) throws(SemanticFailure) -> OperandSet {
        let node = tree[id]
        switch node.kind {
        case .identifier:
            let symbol = try symbol(node.a, at: id)
            switch symbol.kind {
            case .qubit, .formalQubit: return OperandSet(list: [symbol.a], single: true)
            case .qubits: return OperandSet(list: Array(symbol.a..<symbol.a + symbol.b), single: false)
            case .qubitAlias: return OperandSet(list: aliases[Int(symbol.a)], single: symbol.b == 1)
            default:
                throw fail(
                    .wrongKind, "'\(text(node.a))' is \(symbol.description), not a qubit", at: id,
                    related: declaration(symbol))
            }
        case .hardwareQubit:
            if isInsideGate {
                throw fail(.operand, "a physical qubit inside a gate", at: id, cure: "make it an operand of the gate")
            }
            if hasVirtualQubits { throw mixed(at: id) }
            let index = Int32(node.value)
            if index >= 1 << 24 { throw fail(.index, "no machine has a qubit of this number", at: id) }
            highestHardwareQubit = max(highestHardwareQubit, Int(index))
            return OperandSet(list: [index], single: true)
        case .index:
            if isInsideGate {
                _ = try qubits(node.a)
                throw fail(
                    .operand, "qubits of a gate cannot be indexed", at: id, cause: "operands of gates are single qubits"
                )
            }
            let base = try qubits(node.a)
            if base.single { throw fail(.index, "\(name(of: node.a)) is a single qubit; it has no elements", at: id) }
            let places = try indexSet(node, count: base.list.count, of: node.a)
            var seen: Set<Int> = []
            if node.detail == 1, let twice = places.firstIndex(where: { !seen.insert($0).inserted }) {
                throw fail(.duplicateQubit, "a set holds an index twice", at: tree.item(node.b, twice))
            }
            return OperandSet(list: places.map { base.list[$0] }, single: isSingle(node))
        case .concatenation:
            let left = try qubits(node.a)
            let right = try qubits(node.b)
            let all = left.list + right.list
            if Set(all).count != all.count {
                throw fail(.duplicateQubit, "a concatenation holds a qubit twice", at: id)
            }
            return OperandSet(list: all, single: false)
        default: throw fail(.operand, "this is no qubit", at: id)
        }
    }

    mutating func mixed(at id: NodeID) -> SemanticFailure {
        fail(
            .mixedQubits, "physical and declared qubits in one program", at: id,
            cause: "where declared qubits lie is for the compiler to choose, so it cannot promise them distinct",
            cure: "use one kind of qubits")
    }

    func declaration(_ symbol: Symbol) -> [Diagnostic.Place] {
        symbol.start < 0 ? [] : [.init(Int(symbol.start)..<Int(symbol.end), label: "declared here")]
    }

    /// What a place is called in reports.
    func name(of id: NodeID) -> String {
        let node = tree[id]
        return node.kind == .identifier
            ? "'\(text(node.a))'" : "'\(parser.text(node.start..<min(node.end, node.start + 40)))'"
    }

    /// The bits that an expression names, if it is a bit, a register, an alias or a constant part of one.
    mutating func bitsIfAny(_ id: NodeID) throws(SemanticFailure) -> OperandSet? {
        let node = tree[id]
        switch node.kind {
        case .identifier:
            guard let symbol = lookup(node.a) else { return nil }
            switch symbol.kind {
            case .bit, .bits, .bitAlias: _ = try self.symbol(node.a, at: id)
            default: return nil
            }
            switch symbol.kind {
            case .bit: return OperandSet(list: [symbol.a], single: true)
            case .bits: return OperandSet(list: Array(symbol.a..<symbol.a + symbol.b), single: false)
            default: return OperandSet(list: aliases[Int(symbol.a)], single: symbol.b == 1)
            }
        case .index:
            // A long register is not copied for each of its bits.
            let base = tree[node.a]
            if base.kind == .identifier, isSingle(node), let symbol = lookup(base.a), symbol.kind == .bits {
                _ = try self.symbol(base.a, at: node.a)
                let item = tree.item(node.b, 0)
                guard let index = try bitIndex(item) else { return nil }
                let place = try normalised(index, count: Int(symbol.b), at: item, of: node.a)
                return OperandSet(list: [symbol.a + Int32(place)], single: true)
            }
            guard let whole = try bitsIfAny(node.a) else { return nil }
            if whole.single { throw fail(.index, "\(name(of: node.a)) is a single bit; it has no elements", at: id) }
            if isSingle(node) {
                let item = tree.item(node.b, 0), index = try expression(item)
                if index.literal == nil {
                    pendingIndex = (item, index)
                    return nil
                }
            }
            let places = try indexSet(node, count: whole.list.count, of: node.a)
            return OperandSet(list: places.map { whole.list[$0] }, single: isSingle(node))
        case .concatenation:
            guard let left = try bitsIfAny(node.a), let right = try bitsIfAny(node.b) else { return nil }
            return OperandSet(list: left.list + right.list, single: false)
        default: return nil
        }
    }

    /// The index of a single bit; nil where the program computes it.
    private mutating func bitIndex(_ id: NodeID) throws(SemanticFailure) -> Int? {
        if parser.version == 2 { return try constantInteger(id, "an index") }
        let index = try indexValue(id)
        if index.literal == nil { pendingIndex = (id, index) }
        return index.literal.flatMap { Self.integer($0) }
    }

    static func integer(_ value: ClassicalValue) -> Int? {
        switch value {
        case .int(let value, _): Int(value)
        case .uint(let value, _): Int(clamping: value)
        case .bool(let value): value ? 1 : 0
        case .wide(let number) where number.kind != .angle: number.clamped(from: 0)
        case .float(let value, _) where value == value.rounded() && abs(value) < 1e15: Int(value)
        default: nil
        }
    }

    /// The bits that a measurement writes to.
    mutating func bits(_ id: NodeID) throws(SemanticFailure) -> OperandSet {
        if let bits = try bitsIfAny(id) {
            try checkWritable(id)
            return bits
        }
        var root = tree[id]
        var rootID = id
        while root.kind == .index {
            rootID = root.a
            root = tree[rootID]
        }
        if root.kind == .identifier {
            let symbol = try symbol(root.a, at: rootID)
            switch symbol.kind {
            case .bits, .bitAlias:
                throw fail(
                    .notConstant, "the bit that a measurement writes to must be known before the program runs", at: id,
                    cure: "measure into a bit of its own and assign that")
            default:
                throw fail(
                    .wrongKind, "'\(text(root.a))' is \(symbol.description); measurements give bits", at: id,
                    related: declaration(symbol))
            }
        }
        throw fail(.operand, "a measurement writes to bits", at: id)
    }

    /// Refuses targets that the program must not write.
    mutating func checkWritable(_ id: NodeID) throws(SemanticFailure) {
        var node = tree[id]
        while node.kind == .index { node = tree[node.a] }
        guard node.kind == .identifier, let symbol = lookup(node.a), symbol.isReadOnly else { return }
        throw fail(
            .immutable, "'\(text(node.a))' cannot be written", at: id, related: declaration(symbol),
            cause: "it is \(symbol.kind == .constant ? "a constant" : "an input")")
    }
}
