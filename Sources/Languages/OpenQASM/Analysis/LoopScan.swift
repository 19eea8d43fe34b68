/// Looks through a loop's body for what decides whether it can stay a loop.
struct LoopScan {
    /// The loop variable.
    let name: Int32
    let tree: SyntaxTree
    /// Names of subroutines, whose arguments may become indices.
    let subroutines: Set<Int32>

    /// Names of arrays, whose indices may be computed at run time.
    let arrays: Set<Int32>

    /// What is known of the loops inside, so that none is looked through once for each loop around it and its own: that
    /// would double with each level.
    private let memory: Memory

    final class Memory {
        var isWrittenOut: [NodeID: Bool] = [:]
    }

    private init(name: Int32, within scan: LoopScan) {
        self.name = name
        tree = scan.tree
        subroutines = scan.subroutines
        arrays = scan.arrays
        memory = scan.memory
    }

    init(
        name: Int32, lowering tree: SyntaxTree, isCall subroutines: Set<Int32>, arrays: Set<Int32> = [],
        memory: Memory = Memory()
    ) {
        self.memory = memory
        self.arrays = arrays
        self.name = name
        self.tree = tree
        self.subroutines = subroutines
    }

    /// Whether the variable's value is needed to know what the body says: as an index, a count of controls, a power, a
    /// size, or an argument of a subroutine.
    func needsValue(_ id: NodeID) -> Bool { mentions(id, counts: false) }

    private func mentions(_ id: NodeID, counts: Bool) -> Bool {
        if id < 0 { return false }
        let node = tree[id]
        func any(_ list: ListID, _ counts: Bool) -> Bool { tree.items(list).contains { mentions($0, counts: counts) } }
        switch node.kind {
        case .identifier: return counts && node.a == name
        case .index:
            let isArray = tree[node.a].kind == .identifier && arrays.contains(tree[node.a].a)
            // A slice's length must be known, a single item's place need not be.
            let places = tree.items(node.b).contains {
                mentions($0, counts: counts || !isArray || tree[$0].kind == .range)
            }
            return mentions(node.a, counts: counts) || places
        case .call: return any(node.b, counts || subroutines.contains(node.a))
        case .gateCall, .quantumCall:
            if any(node.b, counts || subroutines.contains(node.a)) || any(node.c, counts) { return true }
            return node.kind == .gateCall && node.d >= 0 && any(tree.item(node.d, 0), counts)
        case .modifier: return mentions(node.a, counts: true)
        case .scalarType, .qubitType: return mentions(node.a, counts: true)
        case .constant, .alias: return children(node).contains { mentions($0, counts: true) }
        case .for:
            if mentions(node.c, counts: counts) || mentions(node.d, counts: counts) { return true }
            // A range that leads to a loop that is written out must be known.
            return !counts && mentions(node.c, counts: true) && isWrittenOut(id)
        default: return children(node).contains { mentions($0, counts: counts) }
        }
    }

    /// Whether a loop needs the value of its variable.
    func isWrittenOut(_ id: NodeID) -> Bool {
        if let known = memory.isWrittenOut[id] { return known }
        let inner = LoopScan(name: tree[id].b, within: self)
        let result = inner.needsValue(tree[id].d)
        memory.isWrittenOut[id] = result
        return result
    }

    /// Whether the body assigns to the variable.
    func assigns(_ id: NodeID) -> Bool {
        let node = tree[id]
        return target(of: node) == name || children(node).contains { assigns($0) }
    }

    /// All names that the body assigns to.
    func assignedNames(_ id: NodeID) -> Set<Int32> {
        var names: Set<Int32> = []
        func collect(_ id: NodeID) {
            let node = tree[id]
            if let name = target(of: node) { names.insert(name) }
            for child in children(node) { collect(child) }
        }
        collect(id)
        return names
    }

    private func target(of node: SyntaxTree.Node) -> Int32? {
        guard node.kind == .assignment else { return nil }
        var target = node.a
        while tree[target].kind == .index { target = tree[target].a }
        return tree[target].a
    }

    /// Whether a 'return' stands in the body.
    func returns(_ id: NodeID) -> Bool {
        tree[id].kind == .return || children(tree[id]).contains { returns($0) }
    }

    /// Whether a 'return' stands in a loop of the body.
    func returnsFromLoop(_ id: NodeID) -> Bool {
        switch tree[id].kind {
        case .for: returns(tree[id].d)
        case .while: returns(tree[id].b)
        default: children(tree[id]).contains { returnsFromLoop($0) }
        }
    }

    /// Whether the body has jumps that belong to this loop.
    func jumps(_ id: NodeID) -> (breaks: Bool, continues: Bool) {
        let node = tree[id]
        switch node.kind {
        case .break: return (true, false)
        case .continue: return (false, true)
        case .for, .while: return (false, false)
        default:
            var found = (breaks: false, continues: false)
            for child in children(node) {
                let inner = jumps(child)
                found.breaks = found.breaks || inner.breaks
                found.continues = found.continues || inner.continues
            }
            return found
        }
    }

    /// The nodes below a node.
    func children(_ node: SyntaxTree.Node) -> [NodeID] {
        func list(_ list: ListID) -> [NodeID] { Array(tree.items(list)) }
        let all: [NodeID] =
            switch node.kind {
            case .identifier, .hardwareQubit, .integer, .float, .imaginary, .timing, .boolean, .bitString, .pragma,
                .annotation, .break, .continue, .end, .calibration, .calibrationGrammar, .include,
                .calibrationDefinition,
                .gate, .opaque, .definition, .external, .broken:
                []
            case .unary, .durationOf, .measure, .scalarType, .qubitType, .registerType, .expression, .reset, .return,
                .modifier, .inputOutput, .qubits, .parameter:
                [node.a]
            case .binary, .concatenation, .cast, .assignment, .while, .measureInto, .box: [node.a, node.b]
            case .index, .arrayType, .switch, .annotated, .delay, .switchCase: [node.a] + list(node.b)
            case .call, .set, .arrayLiteral, .scope, .barrier, .nop: list(node.b)
            case .range, .if: [node.a, node.b, node.c]
            case .quantumCall: list(node.b) + list(node.c)
            case .arrayReferenceType: [node.a, node.c] + list(node.b)
            case .declaration, .constant: [node.a, node.c]
            case .alias, .oldDeclaration: [node.b]
            case .for: [node.a, node.c, node.d]
            case .gateCall:
                list(node.b) + list(node.c) + (node.d < 0 ? [] : list(tree.item(node.d, 0)) + [tree.item(node.d, 1)])
            }
        return all.filter { $0 >= 0 }
    }
}
