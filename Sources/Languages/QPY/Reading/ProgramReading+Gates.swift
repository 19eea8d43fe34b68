import Circuits

// Gates: of Qiskit's library, of the circuit's own, under controls and modifiers.
extension ProgramReading {
    /// The gate of a record with its parameters, as they are seen from where the reading is.
    mutating func gate(of record: InstructionRecord, _ scope: Scope) throws(QPYError) -> (Gate, [Parameter]) {
        if scope.operations[record.name] != nil { return try ownGate(record, scope) }
        if let base = GateClasses.multiplyControlled[record.name] { return try multiplyControlled(base, record, scope) }
        if record.name == "UnitaryGate" { return (try unitary(record), []) }
        guard let standard = GateClasses.standard[record.name] ?? (record.name == "CU3Gate" ? .cu : nil) else {
            throw record.place.fault(
                "there is no way to read a \(record.name)",
                cure: "replace it by its definition with circuit.decompose(\"\(record.name)\") before it is stored")
        }
        var parameters: [Parameter] = []
        for value in record.parameters { parameters.append(try number(value, scope, isArgument: true)) }
        // `cu3` is `cu` without a phase of its own.
        if record.name == "CU3Gate" { parameters.append(0) }
        guard parameters.count == standard.parameterCount else {
            throw record.place.fault(
                "a \(record.name) takes \(standard.parameterCount) parameters, not \(parameters.count)")
        }
        let controls = GateClasses.controlCount(of: standard)
        // Versions of Qiskit differ in what they note for gates without controls.
        guard controls > 0, record.controlCount == controls, !Self.isClosed(record.controlState, controls) else {
            return (.standard(standard), parameters)
        }
        return (open(.standard(standard), controls: controls, state: record.controlState), parameters)
    }

    private static func isClosed(_ state: UInt32, _ count: Int) -> Bool {
        count < 32 ? state == (1 << UInt32(count)) - 1 : state == .max
    }

    /// The table's entry for a definition; equal definitions share one.
    private mutating func define(_ definition: GateDefinition) -> Gate {
        if let known = gateTable[definition] { return known }
        let gate = circuit.addGate(definition)
        gateTable[definition] = gate
        return gate
    }

    /// A gate whose first operands are controls that must hold 1, with some that must hold 0 instead.
    private mutating func open(_ gate: Gate, controls: Int, state: UInt32) -> Gate {
        let parameterNames = (0..<circuit.parameterCount(of: gate)).map { "p\($0)" }
        let parameters = parameterNames.indices.map {
            circuit.addParameter(Expression(.formal($0), type: .float(64)))
        }
        let flips = (0..<controls).filter { $0 >= 32 || state >> UInt32($0) & 1 == 0 }
        var body = Block()
        for control in flips { body.append(.x, [Qubit(control)]) }
        let count = circuit.qubitCount(of: gate)
        body.append(
            Instruction(.gate(gate), Operands((0..<count).map { Qubit($0) }), Parameters(parameters)))
        for control in flips { body.append(.x, [Qubit(control)]) }
        return define(
            GateDefinition(
                name: "\(circuit.name(of: gate))_o\(state)", qubitCount: count, parameterNames: parameterNames,
                implementation: .body(body)))
    }

    private mutating func multiplyControlled(
        _ base: StandardGate, _ record: InstructionRecord, _ scope: Scope
    ) throws(QPYError) -> (Gate, [Parameter]) {
        let count = record.controlCount
        guard count > 0, count <= 64, record.qubits.isEmpty || record.qubits.count == count + 1 else {
            throw record.place.fault(
                "the \(record.name) uses helper qubits",
                cure: "replace it by its definition with circuit.decompose(\"\(record.name)\") before it is stored")
        }
        var parameters: [Parameter] = []
        for value in record.parameters.prefix(base.parameterCount) {
            parameters.append(try number(value, scope, isArgument: true))
        }
        guard parameters.count == base.parameterCount else {
            throw record.place.fault("the \(record.name) lacks its angle")
        }
        let values = (0..<count).map { $0 < 32 ? record.controlState >> UInt32($0) & 1 == 1 : true }
        return (modified(.standard(base), [.control(values)]), parameters)
    }

    private mutating func modified(_ base: Gate, _ modifiers: [GateModifier]) -> Gate {
        var count = circuit.qubitCount(of: base)
        for case .control(let values) in modifiers { count += values.count }
        return define(
            GateDefinition(
                name: "modified_\(circuit.name(of: base))", qubitCount: count,
                parameterNames: (0..<circuit.parameterCount(of: base)).map { "p\($0)" },
                implementation: .modified(base: base, modifiers: modifiers)))
    }

    /// The largest rounding error of a matrix that still counts as unitary.
    private static let unitarityTolerance = 1e-6

    private mutating func unitary(_ record: InstructionRecord) throws(QPYError) -> Gate {
        guard let value = record.parameters.first, value.tag == "n" else {
            throw record.place.fault("a UnitaryGate lacks its matrix")
        }
        let array = try NumPyArray(value.content)
        guard array.shape.count == 2, array.shape[0] == array.shape[1], array.shape[0].nonzeroBitCount == 1 else {
            throw record.place.fault("the matrix of a UnitaryGate has the shape \(array.shape)")
        }
        let matrix = Matrix(dimension: array.shape[0], elements: array.elements)
        guard matrix.isUnitary(tolerance: Self.unitarityTolerance) else {
            throw record.place.fault("the matrix of a UnitaryGate is not unitary")
        }
        return define(
            GateDefinition(
                name: "unitary", qubitCount: matrix.dimension.trailingZeroBitCount, implementation: .matrix(matrix)))
    }

    // MARK: The circuit's own gates

    private mutating func ownGate(_ record: InstructionRecord, _ scope: Scope) throws(QPYError) -> (Gate, [Parameter]) {
        guard let operation = scope.operations[record.name] else {
            throw record.place.fault("there is no gate '\(record.name)'")
        }
        if operation.kind == .annotatedOperation { return try annotated(operation, record, scope) }
        let made: (gate: Gate, captures: [Expression])
        if let known = scope.cache.gates[record.name] {
            made = known
        } else {
            made = try defined(operation, record, scope)
            scope.cache.gates[record.name] = made
        }
        var parameters: [Parameter] = []
        for capture in made.captures { parameters.append(circuit.addParameter(local(capture))) }
        return (made.gate, parameters)
    }

    /// A gate with the definition in the file. What the definition takes from outside becomes its parameters.
    private mutating func defined(
        _ operation: CustomOperation, _ record: InstructionRecord, _ scope: Scope
    ) throws(QPYError) -> (gate: Gate, captures: [Expression]) {
        guard operation.kind != .pauliEvolution else {
            throw record.place.fault(
                "a PauliEvolutionGate is stored without the gates it stands for",
                cure: "replace it by its definition with circuit.decompose(\"PauliEvolution\") before it is stored")
        }
        guard operation.kind != .instruction else {
            throw record.place.fault("the instruction '\(operation.name)' stands within a gate")
        }
        guard let definition = operation.definition else {
            let gate = define(
                GateDefinition(name: operation.name, qubitCount: operation.qubitCount, implementation: .opaque))
            return (gate, [])
        }
        var inner = scope
        inner.registers = [:]
        captures.append([])
        let qubits = (0..<operation.qubitCount).map { Qubit($0) }
        let body: Block
        do {
            body = try nested(definition, qubits: qubits, bits: [], in: inner)
        } catch {
            captures.removeLast()
            throw error
        }
        let outside = captures.removeLast()
        for position in body.indices {
            switch body.operation(at: position) {
            case .gate, .barrier: break
            default: throw record.place.fault("the gate '\(operation.name)' does what is no gate")
            }
        }
        // An open control is no part of the definition, nor of the name.
        let isOpen =
            operation.kind == .controlledGate && !Self.isClosed(operation.controlState, operation.controlCount)
        var name = operation.name
        if isOpen, let suffix = name.lastIndex(of: "_") { name = String(name[..<suffix]) }
        let closed = define(
            GateDefinition(
                name: name, qubitCount: operation.qubitCount, parameterNames: outside.indices.map { "p\($0)" },
                implementation: .body(body)))
        guard isOpen else { return (closed, outside) }
        return (open(closed, controls: operation.controlCount, state: operation.controlState), outside)
    }

    /// A gate with modifiers, the innermost first in the file.
    private mutating func annotated(
        _ operation: CustomOperation, _ record: InstructionRecord, _ scope: Scope
    ) throws(QPYError) -> (Gate, [Parameter]) {
        guard var content = operation.base else { throw record.place.fault("an AnnotatedOperation lacks its gate") }
        let base = try InstructionRecord(&content, version: version, isBase: true)
        let (gate, parameters) = try gate(of: base, scope)
        var modifiers: [GateModifier] = []
        for value in record.parameters {
            guard value.tag == "m" else { throw record.place.fault("an AnnotatedOperation has what is no modifier") }
            var content = value.content
            let kind = Character(Unicode.Scalar(try content.byte()))
            let count = try content.integer(UInt32.self), state = try content.integer(UInt32.self)
            let power = try content.double()
            switch kind {
            case "i": modifiers.insert(.inverse, at: 0)
            case "p": modifiers.insert(.power(power), at: 0)
            case "c" where count <= 64:
                modifiers.insert(.control((0..<count).map { $0 < 32 ? state >> $0 & 1 == 1 : true }), at: 0)
            default: throw record.place.fault("'\(kind)' is no modifier")
            }
        }
        return (modifiers.isEmpty ? gate : modified(gate, modifiers), parameters)
    }
}
