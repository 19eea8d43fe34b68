import Circuits

/// One circuit of a file on its way into a `Circuit`, with the tables that its nested circuits share.
struct ProgramReading {
    let version: UInt8
    var circuit = Circuit()
    /// What a parameter stands for: an input of the program, or the counter of the loop around.
    var parameters: [UniqueIdentifier: Expression] = [:]
    /// In the order of their first use.
    var freeParameters: [ParameterSymbol] = []
    /// Symbols of the expression being read, whose nested expressions share them, and how deep it is nested.
    var symbols: [ParameterSymbol] = []
    var expressionDepth = 0
    /// How deep the classical expression being read is nested.
    var treeDepth = 0
    var variables: [UniqueIdentifier: VariableID] = [:]
    var gateTable: [GateDefinition: Gate] = [:]
    /// What the gate definitions being read refer to outside themselves, the innermost last.
    var captures: [[Expression]] = []
    /// Circuits nested in each other, so far.
    var depth = 0
    private var looseBits = 0

    static let maximumDepth = 100
    static let maximumWidth = 1_000_000

    init(version: UInt8) { self.version = version }

    mutating func program(_ cursor: inout ByteCursor) throws(QPYError) -> QPY.Program {
        let frame = try CircuitFrame(&cursor, version: version)
        circuit = Circuit(name: frame.name)
        var scope = Scope()
        scope.qubits = (0..<frame.qubitCount).map { Qubit($0) }
        addQubits(of: frame)
        try addBits(of: frame, to: &scope)
        circuit.body = try body(&cursor, of: frame, in: scope)
        let hasLayout = try CircuitFrame.skipEnd(&cursor, version: version)
        return QPY.Program(
            circuit: circuit, parameters: orderedParameters, hasLayout: hasLayout, looseBits: looseBits,
            metadata: frame.metadata)
    }

    /// By name, elements of a vector by index, as `QuantumCircuit.parameters` has them.
    private var orderedParameters: [String] {
        freeParameters.sorted { ($0.vector ?? $0.name, $0.index) < ($1.vector ?? $1.name, $1.index) }.map(\.name)
    }

    // MARK: Registers

    /// Registers where they cover the qubits one after the other; else one for all.
    private mutating func addQubits(of frame: CircuitFrame) {
        var next = 0
        let registers = frame.registers.filter { !$0.isClassical && $0.isInCircuit && !$0.bits.isEmpty }
        let follow = registers.allSatisfy { register in
            defer { next += register.bits.count }
            return register.bits.elementsEqual((next..<next + register.bits.count).map { Optional($0) })
        }
        if follow, next == frame.qubitCount {
            for register in registers { circuit.addQubitRegister(register.name, count: register.bits.count) }
        } else if frame.qubitCount > 0 {
            circuit.addQubitRegister("q", count: frame.qubitCount)
        }
    }

    /// Registers in their order, then bits that are in none, each a register of its own.
    private mutating func addBits(of frame: CircuitFrame, to scope: inout Scope) throws(QPYError) {
        var bits = [ClassicalBit?](repeating: nil, count: frame.bitCount)
        for register in frame.registers where register.isClassical && register.isInCircuit {
            let id = circuit.addBitRegister(register.name, count: register.bits.count)
            let start = circuit.bitRegisters[id.index].start
            for (k, index) in register.bits.enumerated() {
                guard let index, index < bits.count else {
                    throw frame.place.fault("the register '\(register.name)' has a bit that the circuit lacks")
                }
                guard bits[index] == nil else {
                    throw frame.place.fault(
                        "the register '\(register.name)' shares a bit with another register",
                        cure: "give each register bits of its own")
                }
                bits[index] = ClassicalBit(start + k)
            }
            scope.registers[register.name] = .whole(id)
        }
        for index in bits.indices where bits[index] == nil {
            let id = circuit.addBitRegister("_bit\(index)", count: 1)
            bits[index] = ClassicalBit(circuit.bitRegisters[id.index].start)
            looseBits += 1
        }
        scope.bits = bits.map { $0! }
    }

    // MARK: Nested circuits

    /// A circuit within the program: the body of a statement or of an operation, on some of its qubits and bits.
    mutating func nested(
        _ cursor: ByteCursor, qubits: [Qubit], bits: [ClassicalBit], in outer: Scope
    ) throws(QPYError) -> Block {
        var cursor = cursor
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else {
            throw cursor.fault("circuits are nested more than \(Self.maximumDepth) deep")
        }
        let frame = try CircuitFrame(&cursor, version: version)
        guard frame.qubitCount == qubits.count, frame.bitCount == bits.count else {
            throw cursor.fault(
                "a nested circuit has \(frame.qubitCount) qubits and \(frame.bitCount) bits, its place \(qubits.count) and "
                    + "\(bits.count)")
        }
        var scope = Scope()
        scope.qubits = qubits
        scope.bits = bits
        scope.registers = outer.registers
        for register in frame.registers where register.isClassical {
            // All bits are here: the register of that name outside, or a group of bits. Else it is one from outside.
            let places = register.bits.compactMap { $0 }
            guard places.count == register.bits.count, places.allSatisfy({ $0 < bits.count }) else { continue }
            let group = places.map { bits[$0] }
            if case .whole(let id)? = outer.registers[register.name], circuit.bitRegisters[id.index].bits == group {
                continue
            }
            scope.registers[register.name] = .bits(group)
        }
        return try body(&cursor, of: frame, in: scope)
    }

    /// What follows the registers of a circuit: variables, its own operations, instructions.
    private mutating func body(
        _ cursor: inout ByteCursor, of frame: CircuitFrame, in outer: Scope
    ) throws(QPYError) -> Block {
        var scope = outer
        for _ in 0..<frame.variableCount { try declaration(&cursor, &scope) }
        if version >= 15 {
            let states = try cursor.integer(UInt32.self)
            guard states == 0 else {
                throw cursor.fault(
                    "the circuit carries annotations, which only their own software understands",
                    cure: "leave the annotations out, or let that software consume them before the circuit is stored")
            }
        }
        if version >= 18 { try vectors(&cursor, &scope) }
        let phase = try number(frame.globalPhase, scope)
        for _ in 0..<(try cursor.count(UInt64.self, atLeast: 30, "operations of the circuit's own")) {
            let (name, operation) = try CustomOperation.read(&cursor)
            scope.operations[name] = operation
        }
        scope.cache = OperationCache()
        var block = Block()
        if depth == 0, captures.isEmpty {
            circuit.globalPhase = phase
        } else if phase.constant != 0 {
            block.append(.gphase, [], [phase])
        }
        for _ in 0..<frame.instructionCount {
            let record = try InstructionRecord(&cursor, version: version)
            try append(record, to: &block, scope)
        }
        return block
    }

    /// A variable of the circuit, or one from outside that it sees.
    private mutating func declaration(_ cursor: inout ByteCursor, _ scope: inout Scope) throws(QPYError) {
        let identifier = try cursor.identifier()
        let usage = Character(Unicode.Scalar(try cursor.byte()))
        let nameSize = try cursor.integer(UInt16.self)
        let type = try classicalType(&cursor)
        let name = try cursor.text(nameSize)
        let role: Variable.Role
        switch usage {
        case "I": role = .input
        case "L": role = .local
        case "A": throw cursor.fault("'\(name)' is a stretch", cure: "resolve stretches before the circuit is stored")
        case "C":
            guard let known = variables[identifier] else { throw cursor.fault("'\(name)' is captured from nowhere") }
            scope.variables.append(known)
            return
        default: throw cursor.fault("'\(name)' is a stretch", cure: "resolve stretches before the circuit is stored")
        }
        let id = circuit.addVariable(Variable(name: name, type: type, role: role))
        variables[identifier] = id
        scope.variables.append(id)
    }

    private mutating func vectors(_ cursor: inout ByteCursor, _ scope: inout Scope) throws(QPYError) {
        for _ in 0..<(try cursor.integer(UInt16.self)) {
            let nameSize = try cursor.integer(UInt16.self)
            let length = try cursor.integer(UInt64.self)
            let root = try cursor.identifier()
            scope.vectors.append((name: try cursor.text(nameSize), length: length, root: root))
        }
    }
}

/// A parameter as the file names it.
struct ParameterSymbol {
    var identifier: UniqueIdentifier
    var name: String
    /// The vector that it is an element of.
    var vector: String?
    var index: UInt64 = 0
}

/// What names mean within one circuit of a file.
struct Scope {
    enum Register {
        case whole(RegisterID)
        case bits([ClassicalBit])
    }

    /// By their number in the circuit of the file.
    var qubits: [Qubit] = []
    var bits: [ClassicalBit] = []
    var registers: [String: Register] = [:]
    var variables: [VariableID] = []
    var vectors: [(name: String, length: UInt64, root: UniqueIdentifier)] = []
    var operations: [String: CustomOperation] = [:]
    var cache = OperationCache()
}

/// Gates made of a circuit's own operations, so that each is made once.
final class OperationCache {
    var gates: [String: (gate: Gate, captures: [Expression])] = [:]
}
