import Circuits

/// One circuit on its way into a file.
struct ProgramWriting {
    let circuit: Circuit
    let version: UInt8
    let dt: Double?
    /// Variables that the file declares, by their place there; parameters of gates are symbols instead.
    private(set) var declared: [VariableID: UInt16] = [:]
    private let order: [VariableID]
    /// For refusals.
    var location = SourceLocation.none
    /// Operands of the loop around, for what leaves it.
    private var loopQubits: [Int] = []

    init(_ circuit: Circuit, version: UInt8, dt: Double?) {
        self.circuit = circuit
        self.version = version
        self.dt = dt
        var symbols: Set<VariableID> = [], values: Set<VariableID> = []
        circuit.body.visitVariables(of: circuit, symbols: &symbols, values: &values)
        for expression in [circuit.expression(of: circuit.globalPhase)] {
            expression.forEach { if case .variable(let id) = $0.node { symbols.insert(id) } }
        }
        order = circuit.variables.indices.map { VariableID($0) }.filter { id in
            values.contains(id) || (circuit.variables[id.index].role == .output && !symbols.contains(id))
        }
        for (place, id) in order.enumerated() { declared[id] = UInt16(truncatingIfNeeded: place) }
    }

    func refusal(_ construct: String) -> QPYWriterError {
        QPYWriterError(construct: construct, version: version, location: location)
    }

    mutating func program() throws(QPYWriterError) -> [UInt8] {
        guard circuit.externals.isEmpty else { throw refusal("a function that the machine provides") }
        guard circuit.requests.isEmpty else { throw refusal("requests for results") }
        return try block(
            circuit.body, name: circuit.name, qubits: Array(0..<circuit.qubitCount), phase: circuit.globalPhase,
            isNested: false)
    }

    /// - Parameter qubits: by their place in the written circuit, their number in the program.
    private mutating func block(
        _ body: Block, name: String, qubits: [Int], phase: Parameter, isNested: Bool
    ) throws(QPYWriterError) -> [UInt8] {
        var places: [Int: Int] = [:]
        for (place, qubit) in qubits.enumerated() { places[qubit] = place }
        var records = ByteSink(), count: UInt64 = 0
        for position in body.indices {
            location = body.location(at: position)
            count += try record(body, position, places, &records)
        }
        let phase = try value(of: phase, isArgument: false)
        var sink = ByteSink()
        let name = Array(name.utf8), metadata = Array("{}".utf8)
        guard name.count <= UInt16.max, order.count <= UInt16.max else { throw refusal("so long a name") }
        let registers = isNested ? [] : circuit.qubitRegisters
        sink.put(UInt16(name.count))
        sink.put(tag: phase.tag)
        sink.put(UInt16(phase.bytes.count))
        sink.put(UInt32(qubits.count))
        sink.put(UInt32(circuit.bitCount))
        sink.put(UInt64(metadata.count))
        sink.put(UInt32(registers.count + circuit.bitRegisters.count))
        sink.put(count)
        sink.put(UInt32(order.count))
        sink.bytes += name + phase.bytes + metadata
        for register in registers {
            put("q", register.name, register.start, register.count, to: &sink)
        }
        for register in circuit.bitRegisters {
            guard !register.isInput else { throw refusal("an input register") }
            put("c", register.name, register.start, register.count, to: &sink)
        }
        for id in order { try declare(id, isNested: isNested, to: &sink) }
        if version >= 15 { sink.put(UInt32(0)) }
        if version >= 18 { sink.put(UInt16(0)) }
        // No operations of the circuit's own.
        sink.put(UInt64(0))
        sink.bytes += records.bytes
        if version < 18 { sink.put(UInt16(0)) }
        // No layout.
        sink.put(false)
        for _ in 0..<3 { sink.put(Int32(-1)) }
        sink.put(UInt32(0))
        sink.put(Int32(0))
        return sink.bytes
    }

    private func put(_ kind: Character, _ name: String, _ start: Int, _ count: Int, to sink: inout ByteSink) {
        // A physical qubit's name is none that Qiskit takes.
        let name = Array((name == QubitRegister.physicalName ? "q" : name).utf8)
        sink.put(tag: kind)
        sink.put(true)
        sink.put(UInt32(count))
        sink.put(UInt16(truncatingIfNeeded: name.count))
        sink.put(true)
        if version >= 18 { sink.put(UInt8(0)) }
        sink.bytes += name
        for bit in start..<start + count {
            if version >= 18 { sink.put(UInt32(bit)) } else { sink.put(Int64(bit)) }
        }
    }

    private func declare(_ id: VariableID, isNested: Bool, to sink: inout ByteSink) throws(QPYWriterError) {
        let variable = circuit.variables[id.index], name = Array(variable.name.utf8)
        putIdentifier(id, to: &sink)
        switch variable.role {
        case .stretch: throw refusal("the stretch '\(variable.name)' without its annotations")
        case .input: sink.put(tag: isNested ? "C" : "I")
        case .local, .output: sink.put(tag: isNested ? "C" : "L")
        }
        sink.put(UInt16(truncatingIfNeeded: name.count))
        try put(variable.type, to: &sink)
        sink.bytes += name
    }

    /// 128 bits that belong to a variable of this program, the same in every file of it.
    func putIdentifier(_ id: VariableID, to sink: inout ByteSink) {
        sink.put(0x6B65_6C76_696E_4000 as UInt64)
        sink.put(0x8000_0000_0000_0000 | UInt64(id.index + 1))
    }

    // MARK: Instructions

    /// - Returns: the number of records, 0 where nothing is to be said.
    private mutating func record(
        _ body: Block, _ position: Int, _ places: [Int: Int], _ sink: inout ByteSink
    ) throws(QPYWriterError) -> UInt64 {
        let instruction = body[position]
        var written = WrittenInstruction()
        for qubit in instruction.qubits {
            guard let place = places[qubit.index] else { throw refusal("a qubit from outside a block") }
            written.qubits.append(place)
        }
        switch instruction.operation {
        case .gate(let gate): try describe(gate, instruction, &written)
        case .measure(let bit):
            guard let bit else { throw refusal("a measurement whose outcome nobody keeps") }
            written.name = "Measure"
            written.bits = [bit.index]
        case .reset: written.name = "Reset"
        case .barrier: written.name = "Barrier"
        case .delay(let unit):
            written.name = "Delay"
            written.parameters = [try length(instruction.parameters[0], unit)]
        case .assign(let place): try describe(body.assignments[place], &written)
        case .controlFlow(let place):
            if case .box(_, let inner) = body.controlFlow[place], version < 14 {
                var count: UInt64 = 0
                for position in inner.indices { count += try record(inner, position, places, &sink) }
                return count
            }
            try describe(body.controlFlow[place], places, &written)
        case .break: try leave("BreakLoopOp", places, &written)
        case .continue: try leave("ContinueLoopOp", places, &written)
        case .end: throw refusal("an end before the end")
        }
        written.put(to: &sink)
        return 1
    }

    private func leave(
        _ name: String, _ places: [Int: Int], _ written: inout WrittenInstruction
    ) throws(QPYWriterError) {
        written.name = name
        written.qubits = try loopQubits.map { qubit throws(QPYWriterError) in
            guard let place = places[qubit] else { throw refusal("a way out of a loop across a block") }
            return place
        }
        written.bits = Array(0..<circuit.bitCount)
    }

    private func describe(
        _ gate: Gate, _ instruction: Instruction, _ written: inout WrittenInstruction
    ) throws(QPYWriterError) {
        guard case .standard(let standard) = gate else {
            // The matrix says all there is to say, where there are angles to put in.
            let values = instruction.parameters.compactMap(\.constant)
            guard values.count == instruction.parameters.count, circuit.qubitCount(of: gate) <= 8,
                let matrix = try? circuit.matrix(of: gate, values)
            else { throw refusal("the gate '\(circuit.name(of: gate))' without taking it apart") }
            written.name = "UnitaryGate"
            written.parameters = [WrittenValue(tag: "n", bytes: NumPyArray.file(matrix))]
            return
        }
        guard let name = GateClasses.names[standard] else { throw refusal("the gate '\(standard.name)'") }
        written.name = name
        written.controlCount = UInt32(GateClasses.controlCount(of: standard))
        for parameter in instruction.parameters {
            written.parameters.append(try value(of: parameter, isArgument: true))
        }
    }

    private func describe(
        _ assignment: Assignment, _ written: inout WrittenInstruction
    ) throws(QPYWriterError) {
        let target: Expression
        switch assignment.target {
        case .variable(let id): target = Expression(.variable(id), type: circuit.variables[id.index].type)
        case .bit(let bit): target = .bit(bit)
        case .register(let id): target = Expression(.register(id), type: .bits(circuit.bitRegisters[id.index].count))
        case .element, .item, .discard: throw refusal("an assignment to a place that is computed")
        }
        written.name = "Store"
        written.parameters = [
            WrittenValue(tag: "x", bytes: try tree(target)),
            WrittenValue(tag: "x", bytes: try tree(assignment.value)),
        ]
    }

    // MARK: Control flow

    private mutating func describe(
        _ statement: ControlFlow, _ places: [Int: Int], _ written: inout WrittenInstruction
    ) throws(QPYWriterError) {
        var qubits = statement.qubits.map(\.index)
        // What leaves a loop stands on all that the loop stands on, and so does what is around it.
        if statement.leavesLoop { qubits = Array(Set(qubits).union(loopQubits)) }
        qubits.sort()
        written.qubits = try qubits.map { qubit throws(QPYWriterError) in
            guard let place = places[qubit] else { throw refusal("a way out of a loop across a block") }
            return place
        }
        // Bodies see all bits, so that registers are whole within them.
        written.bits = Array(0..<circuit.bitCount)
        switch statement {
        case .branch(let condition, let then, let otherwise):
            written.name = "IfElseOp"
            written.condition = try tree(condition)
            written.parameters = [try nested(then, qubits), .null]
            if let otherwise { written.parameters[1] = try nested(otherwise, qubits) }
        case .while(let condition, let body):
            written.name = "WhileLoopOp"
            written.condition = try tree(condition)
            written.parameters = [try loop(body, qubits)]
        case .for(let variable, let values, let body):
            written.name = "ForLoopOp"
            written.parameters = [try turns(values), try counter(variable, in: body), try loop(body, qubits)]
        case .switch(let subject, let cases, let otherwise):
            written.name = "SwitchCaseOp"
            var items: [WrittenValue] = []
            for item in cases {
                let labels = item.labels.map { integer($0) }
                items.append(Self.tuple([Self.tuple(labels), try nested(item.body, qubits)]))
            }
            if let otherwise {
                let label = WrittenValue(tag: "d", bytes: [])
                items.append(Self.tuple([Self.tuple([label]), try nested(otherwise, qubits)]))
            }
            written.parameters = [try self.subject(subject), Self.tuple(items)]
        case .box(let duration, let body):
            written.name = "BoxOp"
            written.parameters = [try nested(body, qubits), .null, .null]
            if let duration {
                let unit: String
                if let constant = duration.value.constant {
                    written.parameters[1] = number(constant)
                    unit = duration.unit == .dt ? "dt" : "s"
                } else {
                    throw refusal("a box whose length is computed")
                }
                written.parameters[2] = WrittenValue(tag: "s", bytes: Array(unit.utf8))
            }
        }
    }

    private mutating func nested(_ body: Block, _ qubits: [Int]) throws(QPYWriterError) -> WrittenValue {
        let outer = location
        defer { location = outer }
        return WrittenValue(tag: "q", bytes: try block(body, name: "body", qubits: qubits, phase: 0, isNested: true))
    }

    private mutating func loop(_ body: Block, _ qubits: [Int]) throws(QPYWriterError) -> WrittenValue {
        let outer = loopQubits
        loopQubits = qubits
        defer { loopQubits = outer }
        return try nested(body, qubits)
    }

    /// The values of a loop: a range of Python's, or a tuple.
    private func turns(_ values: ControlFlow.LoopValues) throws(QPYWriterError) -> WrittenValue {
        func whole(_ expression: Expression) throws(QPYWriterError) -> Int64 {
            guard let value = expression.literal?.real, let whole = Int64(exactly: value) else {
                throw refusal("a loop over values that are computed")
            }
            return whole
        }
        switch values {
        case .range(let start, let step, let stop):
            let step = try whole(step)
            guard step != 0 else { throw refusal("a loop that does not move") }
            var sink = ByteSink()
            sink.put(try whole(start))
            sink.put(try whole(stop) &+ (step > 0 ? 1 : -1))
            sink.put(step)
            return WrittenValue(tag: "r", bytes: sink.bytes)
        case .list(let list):
            return Self.tuple(try list.map { item throws(QPYWriterError) in integer(try whole(item)) })
        }
    }

    /// The loop's parameter, where angles depend on it.
    private func counter(_ variable: VariableID, in body: Block) throws(QPYWriterError) -> WrittenValue {
        var symbols: Set<VariableID> = [], values: Set<VariableID> = []
        body.visitVariables(of: circuit, symbols: &symbols, values: &values)
        guard !values.contains(variable) else { throw refusal("a loop whose counter is computed with") }
        return symbols.contains(variable) ? symbol(variable) : .null
    }

    private func subject(_ subject: Expression) throws(QPYWriterError) -> WrittenValue {
        var subject = subject
        while case .cast(let inner) = subject.node { subject = inner }
        return WrittenValue(tag: "x", bytes: try tree(subject))
    }

    private static func tuple(_ items: [WrittenValue]) -> WrittenValue {
        var sink = ByteSink()
        sink.put(UInt64(items.count))
        for item in items { sink.put(item) }
        return WrittenValue(tag: "t", bytes: sink.bytes)
    }

    // MARK: Values

    func integer(_ value: Int64) -> WrittenValue {
        var sink = ByteSink()
        sink.put(value, isLittleEndian: version < 18)
        return WrittenValue(tag: "i", bytes: sink.bytes)
    }

    /// Among an instruction's parameters.
    func number(_ value: Double) -> WrittenValue {
        var sink = ByteSink()
        sink.put(value, isLittleEndian: version < 18)
        return WrittenValue(tag: "f", bytes: sink.bytes)
    }

    private func length(_ parameter: Parameter, _ unit: DelayUnit) throws(QPYWriterError) -> WrittenValue {
        guard let value = parameter.constant else { throw refusal("a delay whose length is computed") }
        if unit == .dt {
            guard let samples = Int64(exactly: value) else { throw refusal("a delay of \(value) dt") }
            return integer(samples)
        }
        if let dt, dt > 0, abs(value / dt - (value / dt).rounded()) < 1e-6 * max(1, value / dt),
            let samples = Int64(exactly: (value / dt).rounded())
        {
            return integer(samples)
        }
        guard version >= 14 else { throw refusal("a delay in seconds") }
        var sink = ByteSink()
        sink.bytes += Array("vdts".utf8)
        sink.put(value)
        return WrittenValue(tag: "x", bytes: sink.bytes)
    }
}

/// An instruction as it stands in the file.
struct WrittenInstruction {
    var name = ""
    var qubits: [Int] = []
    var bits: [Int] = []
    var parameters: [WrittenValue] = []
    var condition: [UInt8]?
    var controlCount: UInt32 = 0

    func put(to sink: inout ByteSink) {
        let name = Array(name.utf8)
        sink.put(UInt16(name.count))
        // No label.
        sink.put(UInt16(0))
        sink.put(UInt16(parameters.count))
        sink.put(UInt32(qubits.count))
        sink.put(UInt32(bits.count))
        sink.put(UInt8(condition == nil ? 0 : 2))
        sink.put(UInt16(0))
        sink.put(Int64(0))
        sink.put(controlCount)
        sink.put(UInt32(1) << controlCount - 1)
        sink.bytes += name
        if let condition { sink.put(WrittenValue(tag: "x", bytes: condition)) }
        for (kind, places) in [(Character("q"), qubits), ("c", bits)] {
            for place in places {
                sink.put(tag: kind)
                sink.put(UInt32(place))
            }
        }
        for parameter in parameters { sink.put(parameter) }
    }
}

extension ControlFlow {
    /// Whether something in it leaves the loop around it.
    fileprivate var leavesLoop: Bool {
        switch self {
        case .for, .while: false
        default:
            blocks.contains { block in
                block.indices.contains { [.break, .continue].contains(block.operation(at: $0)) }
                    || block.controlFlow.contains(where: \.leavesLoop)
            }
        }
    }
}

extension Block {
    /// The variables that angles depend on, and those that are read or written otherwise.
    fileprivate func visitVariables(
        of circuit: Circuit, symbols: inout Set<VariableID>, values: inout Set<VariableID>
    ) {
        func variables(_ expression: Expression) -> [VariableID] {
            var found: [VariableID] = []
            expression.forEach { if case .variable(let id) = $0.node { found.append(id) } }
            return found
        }
        for position in indices {
            for parameter in parameters(at: position) where parameter.constant == nil {
                symbols.formUnion(variables(circuit.expression(of: parameter)))
            }
        }
        for assignment in assignments {
            values.formUnion(variables(assignment.value))
            if case .variable(let id) = assignment.target { values.insert(id) }
        }
        for statement in controlFlow {
            switch statement {
            case .branch(let condition, _, _), .while(let condition, _): values.formUnion(variables(condition))
            case .switch(let subject, _, _): values.formUnion(variables(subject))
            case .for, .box: break
            }
            for block in statement.blocks { block.visitVariables(of: circuit, symbols: &symbols, values: &values) }
        }
    }
}
