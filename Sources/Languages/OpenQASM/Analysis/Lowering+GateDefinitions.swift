import Circuits

extension Lowering {
    /// `gate name(parameters) qubits { … }`
    mutating func gateDefinition(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let name = text(node.a)
        if nesting > 0 || !scopes.isEmpty {
            throw fail(
                .misplaced, "gate '\(name)' is defined inside another statement", at: id,
                cure: "define it at the top level")
        }
        if parser.errorCount > 0 && containsBroken(node.d) {
            replaceWithBroken(node.a)
            throw SemanticFailure()
        }
        var failed = false
        var body = Block()
        do throws(SemanticFailure) {
            body = try gateBody(node)
        } catch {
            failed = true
        }
        if failed {
            replaceWithBroken(node.a)
            throw SemanticFailure()
        }
        let definition = GateDefinition(
            name: name, qubitCount: tree.count(node.c), parameterNames: tree.items(node.b).map { text(tree[$0].a) },
            implementation: .body(body))
        try define(definition, node, id)
    }

    /// `opaque name(parameters) qubits;` of OpenQASM 2.
    mutating func opaqueGate(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let definition = GateDefinition(
            name: text(node.a), qubitCount: tree.count(node.c),
            parameterNames: tree.items(node.b).map { text(tree[$0].a) },
            implementation: .opaque)
        try define(definition, node, id)
    }

    private mutating func replaceWithBroken(_ name: Int32) {
        if let old = lookup(name), old.kind == .gate, old.isReplaceable { return }
        declareBroken(name)
    }

    private func containsBroken(_ scope: NodeID) -> Bool {
        tree.items(tree[scope].b).contains { tree[$0].kind == .broken }
    }

    /// Declares a gate. A definition of a standard gate that says the same as the standard stands for the standard; one
    /// that says something else wins.
    private mutating func define(
        _ definition: GateDefinition, _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) {
        if let standard = StandardLibrary.byName[definition.name], isSame(definition, standard) {
            // What only its body used leaves the tables.
            if usesTables { needsCanonicalOrder = true }
            if let old = lookup(node.a), old.kind == .gate, old.start < 0, gates[Int(old.a)].gate == standard.gate {
                return
            }
            gates.append(standard)
            try declare(node.a, Symbol(kind: .gate, a: Int32(gates.count - 1)), at: id)
            return
        }
        if let old = lookup(node.a), old.kind == .gate, old.isReplaceable, case .body = definition.implementation {
            let start = tree[id].range.lowerBound
            let place = Diagnostic.Place(start..<start + definition.name.utf8.count)
            if parser.version == 3, dialect == .openQASM {
                declareBroken(node.a)
                throw fail(
                    .redefinition, "'\(definition.name)' is declared twice", at: place,
                    cause: "an included file declares a gate of this name, with another unitary",
                    cure: "give it another name, or leave out the include")
            }
            warn(
                .redefinedGate, "gate '\(definition.name)' replaces the standard gate of that name", at: place,
                cause: "its unitary is a different one", cure: "give it a name of its own if that is not meant")
        }
        var definition = definition
        let gate: Gate
        let isTaken = usedNames.contains(definition.name)
        if let previous = lookup(node.a), previous.start >= 0, isTaken {
            // `declare` reports the double name; the table stays clean.
            gates.append(GateEntry(.id))
        } else {
            definition.name = uniqueName(definition.name)
            if usesTables { needsCanonicalOrder = true }
            gate = circuit.addGate(definition)
            gates.append(GateEntry(defined: gate, definition))
        }
        try declare(node.a, Symbol(kind: .gate, a: Int32(gates.count - 1)), at: id)
    }

    private mutating func gateBody(_ node: SyntaxTree.Node) throws(SemanticFailure) -> Block {
        let outer = block
        block = Block()
        nesting += 1
        isInsideGate = true
        bodyBase = symbols.count
        openScope()
        defer {
            closeScope()
            block = outer
            nesting -= 1
            isInsideGate = false
            bodyBase = nil
        }
        var failed = false
        for (k, item) in tree.items(node.b).enumerated() {
            try declare(tree[item].a, Symbol(kind: .formalParameter, a: Int32(k), isReadOnly: true), at: item)
        }
        for (k, item) in tree.items(node.c).enumerated() {
            try declare(tree[item].a, Symbol(kind: .formalQubit, a: Int32(k)), at: item)
        }
        for statement in tree.items(tree[node.d].b) {
            do throws(SemanticFailure) { try lower(statement) } catch { failed = true }
        }
        if failed { throw SemanticFailure() }
        return block
    }

    /// Whether a definition has the unitary of a standard gate, at parameters that no coincidence survives; in
    /// OpenQASM 2, where a phase cannot be seen, up to phase.
    private func isSame(_ definition: GateDefinition, _ standard: GateEntry) -> Bool {
        guard case .body = definition.implementation, definition.qubitCount == standard.qubitCount,
            definition.parameterCount == standard.parameterCount, definition.qubitCount <= 5,
            let gate = standard.gate.standard
        else { return false }
        var probe = circuit
        let own = probe.addGate(definition)
        for seed in 1...2 {
            let parameters = (0..<definition.parameterCount).map {
                0.37 * Double(seed) + 0.59 * Double($0 + 1) * Double(seed * seed)
            }
            guard let matrix = try? probe.matrix(of: own, parameters) else { return false }
            let reference = Self.matrix(of: gate, standard.rule, parameters)
            let distance =
                parser.version == 2 ? matrix.distanceUpToPhase(to: reference) : matrix.distance(to: reference)
            if !(distance < 1e-9) { return false }
        }
        return true
    }

    private static func matrix(of gate: StandardGate, _ rule: GateEntry.Rule, _ p: [Double]) -> Matrix {
        switch rule {
        case .plain, .byDefinition: gate.matrix(p)
        case .halfTheta: Complex(phase: p[0] / 2) * gate.matrix(p)
        case .minusHalfPhiLambda: Complex(phase: -(p[p.count - 2] + p[p.count - 1]) / 2) * gate.matrix(p)
        case .idle: gate.matrix([])
        case .controlledU3: gate.matrix(p + [0])
        }
    }
}
