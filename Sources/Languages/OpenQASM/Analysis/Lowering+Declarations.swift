import Circuits

extension Lowering {
    /// Statements that declare something, and those that only other machines understand.
    mutating func declare(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        switch node.kind {
        case .qubits: try qubits(named: node.b, size: tree[node.a].a, id)
        case .oldDeclaration:
            if node.detail == 1 {
                try qubits(named: node.a, size: node.b, id)
            } else {
                try declaring(node.a) { lowering throws(SemanticFailure) in
                    let count = node.b < 0 ? nil : try lowering.size(node.b, "a register", atLeast: 0)
                    try lowering.declareBits(node.a, count: count, id)
                }
            }
        case .declaration: try declaring(node.b) { lowering throws(SemanticFailure) in try lowering.variable(node, id) }
        case .constant: try declaring(node.b) { lowering throws(SemanticFailure) in try lowering.constant(node, id) }
        case .inputOutput:
            try declaring(node.b) { lowering throws(SemanticFailure) in try lowering.inputOutput(node, id) }
        case .alias: try declaring(node.a) { lowering throws(SemanticFailure) in try lowering.alias(node, id) }
        case .gate: try gateDefinition(node, id)
        case .opaque:
            if parser.version != 2 {
                throw fail(.otherVersion, "'opaque' belongs to OpenQASM 2; the program is of version 3", at: id)
            }
            try opaqueGate(node, id)
        case .definition:
            try topLevel("a subroutine", id)
            try subroutineDefinition(node, id)
        case .external:
            try topLevel("an extern", id)
            try declaring(node.a) { lowering throws(SemanticFailure) in try lowering.externalDeclaration(node, id) }
        case .calibrationGrammar, .calibration, .calibrationDefinition: try calibration(node, id)
        default: throw unsupported("this statement", at: id)
        }
    }

    /// Declares, and knows the name as broken if that fails.
    private mutating func declaring(
        _ name: Int32, _ body: (inout Lowering) throws(SemanticFailure) -> Void
    ) throws(SemanticFailure) {
        do throws(SemanticFailure) {
            try body(&self)
        } catch {
            declareBroken(name)
            throw error
        }
    }

    private mutating func topLevel(_ what: String, _ id: NodeID) throws(SemanticFailure) {
        if nesting > 0 || !scopes.isEmpty {
            throw fail(
                .misplaced, "\(what) is declared inside another statement", at: id, cure: "declare it at the top level")
        }
    }

    /// Register sizes up to which a circuit's tables make sense.
    private static let registerLimit = 1 << 24

    mutating func size(_ id: NodeID, _ what: String, atLeast least: Int = 1) throws(SemanticFailure) -> Int {
        let count = try constInteger(id, "the size of \(what)")
        if count < least || count > Self.registerLimit {
            throw fail(
                .width, "\(what) of \(count) elements", at: id, cause: "sizes lie in \(least)…\(Self.registerLimit)")
        }
        return count
    }

    private mutating func qubits(named name: Int32, size: NodeID, _ id: NodeID) throws(SemanticFailure) {
        try declaring(name) { lowering throws(SemanticFailure) in
            if lowering.nesting > 0 || !lowering.scopes.isEmpty {
                throw lowering.fail(
                    .misplaced, "qubits are declared inside another statement", at: id, cause: "all qubits are global",
                    cure: "declare them at the top level")
            }
            if lowering.highestHardwareQubit >= 0 { throw lowering.mixed(at: id) }
            let count = size < 0 ? 1 : try lowering.size(size, "a register", atLeast: 0)
            if lowering.circuit.qubitCount + count > Self.registerLimit {
                throw lowering.fail(.width, "the program has more than \(Self.registerLimit) qubits", at: id)
            }
            let start = lowering.circuit.qubitCount
            let symbol =
                size < 0
                ? Symbol(kind: .qubit, a: Int32(start)) : Symbol(kind: .qubits, a: Int32(start), b: Int32(count))
            try lowering.declare(name, symbol, at: id)
            lowering.hasVirtualQubits = true
            // A register of no qubits is a name that a circuit has no place for.
            if count == 0 { return }
            lowering.circuit.addQubitRegister(lowering.uniqueName(lowering.text(name)), count: count)
        }
    }

    /// A new register of bits under a name, where `nil` makes a scalar; none for no bits, which nothing can be done with.
    @discardableResult
    mutating func declareBits(
        _ name: Int32, count: Int?, isInput: Bool = false, _ id: NodeID
    ) throws(SemanticFailure) -> RegisterID? {
        if count == 0 {
            aliases.append([])
            try declare(name, Symbol(kind: .bitAlias, a: Int32(aliases.count - 1), isReadOnly: isInput), at: id)
            return nil
        }
        let start = Int32(circuit.bitCount)
        let register = RegisterID(circuit.bitRegisters.count)
        let place = Int32(register.index)
        var symbol =
            count.map { Symbol(kind: .bits, a: start, b: Int32($0), c: place) }
            ?? Symbol(kind: .bit, a: start, b: place)
        symbol.isReadOnly = isInput
        if circuit.bitCount + (count ?? 1) > Self.registerLimit {
            throw fail(.width, "the program has more than \(Self.registerLimit) bits", at: id)
        }
        try declare(name, symbol, at: id)
        return circuit.addBitRegister(
            uniqueName(text(name)), count: count ?? 1, isInput: isInput, isTemporary: !scopes.isEmpty)
    }

    private mutating func variable(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let typeNode = tree[node.a]
        if typeNode.kind == .arrayType { return try arrayDeclaration(node, id) }
        if isComplexType(node.a) {
            let type = try componentType(node.a)
            let value = node.c < 0 ? nil : try complex(node.c)
            let symbol = newComplex(node.b, type)
            try declare(node.b, symbol, at: id)
            if let value = value ?? startValue(ComplexPair(real: .float(0), imaginary: .float(0))) {
                try assign(value, to: symbol, at: id)
            }
            return
        }
        if typeNode.detail == TypeKind.stretch.rawValue { return try stretch(node, id) }
        let isBit = typeNode.detail == TypeKind.bit.rawValue
        if isBit {
            let count = typeNode.a < 0 ? nil : try size(typeNode.a, "a register", atLeast: node.c < 0 ? 0 : 1)
            // The value comes first: it may mention an outer variable of the same name.
            let value = node.c < 0 ? nil : try source(node.c)
            try declareBits(node.b, count: count, id)
            if let value {
                let start = Int32(circuit.bitCount - (count ?? 1))
                try assign(
                    value, toBits: OperandSet(list: Array(start..<start + Int32(count ?? 1)), single: count == nil),
                    at: id,
                    valueNode: node.c)
            } else if count != 0, let zero = startValue(BitString(zeros: count ?? 1)) {
                let register = RegisterID(circuit.bitRegisters.count - 1)
                block.append(
                    Assignment(target: .register(register), value: .literal(.bits(zero))), location: location(id))
            }
            return
        }
        let type = try classicalType(node.a)
        let value =
            node.c < 0
            ? startValue(AssignedValue.expression(.literal(ClassicalValue(zeroOf: type)))) : try source(node.c)
        let variable = newVariable(text(node.b), type)
        try declare(node.b, Symbol(kind: .variable, a: Int32(variable.index)), at: id)
        if let value { try assign(value, to: variable, at: id, valueNode: node.c < 0 ? id : node.c) }
    }

    /// What a declaration without a value starts with: inside a loop zero once more in each turn, elsewhere the zero
    /// that everything starts with anyway.
    private func startValue<Value>(_ zero: Value) -> Value? { loopDepth > 0 ? zero : nil }

    mutating func newVariable(_ name: String, _ type: ClassicalType, role: Variable.Role = .local) -> VariableID {
        if !loopVariables.isEmpty { needsCanonicalOrder = true }
        return circuit.addVariable(Variable(name: uniqueName(name), type: type, role: role))
    }

    private mutating func constant(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        if isComplexType(node.a) { return try complexConstant(node, id) }
        let type = try classicalType(node.a)
        if tree[node.c].kind == .measure || tree[node.c].kind == .arrayLiteral {
            throw fail(.notConstant, "the value of a const must be known before the program runs", at: node.c)
        }
        try requireConstant(node.c, "the value of a const")
        let value = try convert(try expression(node.c), to: type, at: node.c)
        guard let literal = value.literal else {
            // A time in the machine's unit is constant, and known when the machine is.
            if type == .duration, isKnownNow(value) { return try knownDuration(value, named: node.b, at: id) }
            throw fail(
                .notConstant, "the value of a const must be known before the program runs", at: node.c,
                cause: "it depends on a value of run time", cure: "leave out 'const'")
        }
        try declare(node.b, Symbol(kind: .constant, a: add(literal), isReadOnly: true), at: id)
    }

    private mutating func complexConstant(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        try requireConstant(node.c, "the value of a const")
        let pair = try complex(node.c, component: try componentType(node.a))
        guard let real = pair.real.literal, let imaginary = pair.imaginary.literal else {
            throw fail(
                .notConstant, "the value of a const must be known before the program runs", at: node.c,
                cause: "it depends on a value of run time", cure: "leave out 'const'")
        }
        let symbol = Symbol(kind: .complexConstant, a: add(real), b: add(imaginary), isReadOnly: true)
        try declare(node.b, symbol, at: id)
    }

    private mutating func inputOutput(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        let isOutput = node.detail == 1
        try topLevel(isOutput ? "an output" : "an input", id)
        let typeNode = tree[node.a]
        if typeNode.kind == .arrayType { return try arrayDeclaration(node, id, role: isOutput ? .output : .input) }
        if isComplexType(node.a) {
            let symbol = newComplex(node.b, try componentType(node.a), role: isOutput ? .output : .input)
            return try declare(node.b, symbol, at: id)
        }
        if typeNode.detail == TypeKind.bit.rawValue && typeNode.kind == .scalarType && (isOutput || typeNode.a >= 0) {
            let count = typeNode.a < 0 ? nil : try size(typeNode.a, "a register")
            try declareBits(node.b, count: count, isInput: !isOutput, id)
            return
        }
        let type = try classicalType(node.a)
        let variable = newVariable(text(node.b), type, role: isOutput ? .output : .input)
        try declare(
            node.b, Symbol(kind: .variable, a: Int32(variable.index), isReadOnly: false), at: id)
    }

    private mutating func alias(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        if let bits = try bitsIfAny(node.b) {
            aliases.append(bits.list)
            try declare(
                node.a, Symbol(kind: .bitAlias, a: Int32(aliases.count - 1), b: bits.single ? 1 : 0), at: id)
            return
        }
        if let physical = hardwareQubit(in: node.b) {
            throw fail(
                .operand, "a physical qubit has no other name", at: physical,
                cause: "'let' names declared qubits and bits",
                cure: "write \(parser.text(tree[physical].start..<tree[physical].end)) itself")
        }
        let set = try qubits(node.b)
        aliases.append(set.list)
        // An alias of the same name as what it names may stand in an inner scope; it is resolved already.
        try declare(node.a, Symbol(kind: .qubitAlias, a: Int32(aliases.count - 1), b: set.single ? 1 : 0), at: id)
    }

    private func hardwareQubit(in id: NodeID) -> NodeID? {
        let node = tree[id]
        switch node.kind {
        case .hardwareQubit: return id
        case .index: return hardwareQubit(in: node.a)
        case .concatenation: return hardwareQubit(in: node.a) ?? hardwareQubit(in: node.b)
        default: return nil
        }
    }
}
