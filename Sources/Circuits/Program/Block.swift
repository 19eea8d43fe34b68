/// A sequence of instructions in compact columns; control flow nests further blocks.
///
/// An instruction is a 16-byte record; its operands and parameters are the runs between its own and the next record's
/// offsets in two flat columns. A million two-qubit gates with a parameter take 32 MB. Blocks are values, copy on
/// write. Gates, variables and expressions are references into the tables of the `Circuit`.
public struct Block: Sendable {
    @usableFromInline var records: [Record] = []
    @usableFromInline var operands: [Qubit] = []
    @usableFromInline var parameters: [Parameter] = []
    /// The structured statements that `.controlFlow` instructions refer to.
    public private(set) var controlFlow: [ControlFlow] = []
    /// The assignments that `.assign` instructions refer to.
    public private(set) var assignments: [Assignment] = []
    /// Annotations (`@word rest`) by instruction, in instruction order.
    public private(set) var annotations: [(instruction: Int, annotation: Annotation)] = []

    public init() {}

    /// Kind in the upper 4 bits of `code`, a gate, bit, unit or table place in the lower 28.
    @usableFromInline
    struct Record: Sendable, BitwiseCopyable {
        @usableFromInline var code: UInt32
        @usableFromInline var operandStart: UInt32
        @usableFromInline var parameterStart: UInt32
        @usableFromInline var location: SourceLocation

        @inlinable
        init(code: UInt32, operandStart: UInt32, parameterStart: UInt32, location: SourceLocation) {
            self.code = code
            self.operandStart = operandStart
            self.parameterStart = parameterStart
            self.location = location
        }
    }
}

extension Block: RandomAccessCollection {
    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { records.count }

    @inlinable
    public subscript(position: Int) -> Instruction {
        let record = records[position]
        return Instruction(
            Operation(code: record.code), qubits(at: position), parameters(at: position), location: record.location)
    }

    @inlinable public func operation(at position: Int) -> Operation { Operation(code: records[position].code) }
    @inlinable public func location(at position: Int) -> SourceLocation { records[position].location }

    /// The operands of one instruction without the rest of it.
    @inlinable
    public func qubits(at position: Int) -> Operands {
        let start = Int(records[position].operandStart)
        let end = position + 1 < records.count ? Int(records[position + 1].operandStart) : operands.count
        return operands.withUnsafeBufferPointer { Operands(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }

    @inlinable
    public func parameters(at position: Int) -> Parameters {
        let start = Int(records[position].parameterStart)
        let end = position + 1 < records.count ? Int(records[position + 1].parameterStart) : parameters.count
        return parameters.withUnsafeBufferPointer { Parameters(UnsafeBufferPointer(rebasing: $0[start..<end])) }
    }
}

extension Block {
    public mutating func reserve(instructions: Int, operands: Int, parameters: Int) {
        records.reserveCapacity(instructions)
        self.operands.reserveCapacity(operands)
        self.parameters.reserveCapacity(parameters)
    }

    /// Appends an instruction that refers to no table of this block; for control flow and assignments see the other
    /// `append`s.
    @inlinable
    public mutating func append(_ instruction: Instruction) {
        records.append(
            Record(
                code: instruction.operation.code, operandStart: UInt32(operands.count),
                parameterStart: UInt32(parameters.count), location: instruction.location))
        instruction.qubits.append(to: &operands)
        instruction.parameters.append(to: &parameters)
    }

    @inlinable
    public mutating func append(
        _ gate: StandardGate, _ qubits: Operands, _ parameters: Parameters = [], location: SourceLocation = .none
    ) {
        append(Instruction(gate, qubits, parameters, location: location))
    }

    /// Appends a structured statement; the operands become the qubits it touches.
    public mutating func append(_ statement: ControlFlow, location: SourceLocation = .none) {
        controlFlow.append(statement)
        append(
            Instruction(.controlFlow(controlFlow.count - 1), Operands(statement.qubits.sorted()), location: location))
    }

    public mutating func append(_ assignment: Assignment, location: SourceLocation = .none) {
        assignments.append(assignment)
        append(Instruction(.assign(assignments.count - 1), location: location))
    }

    /// Copies instruction `position` of `source`, with what it refers to in that block's tables and its annotations.
    public mutating func append(from source: Block, at position: Int) {
        let instruction = source[position]
        switch instruction.operation {
        case .controlFlow(let place): append(source.controlFlow[place], location: instruction.location)
        case .assign(let place): append(source.assignments[place], location: instruction.location)
        default: append(instruction)
        }
        for annotation in source.annotations(at: position) { annotateLast(annotation) }
    }

    public mutating func append(contentsOf source: Block) {
        for position in source.indices { append(from: source, at: position) }
    }

    /// Attaches an annotation to the last instruction.
    public mutating func annotateLast(_ annotation: Annotation) {
        precondition(!records.isEmpty, "no instruction to annotate")
        annotations.append((records.count - 1, annotation))
    }

    /// Attaches an annotation to an instruction, behind those it has already.
    public mutating func annotate(_ annotation: Annotation, at position: Int) {
        precondition(records.indices.contains(position), "no instruction \(position) to annotate")
        let place = annotations.lastIndex { $0.instruction <= position }.map { $0 + 1 } ?? 0
        annotations.insert((position, annotation), at: place)
    }

    public func annotations(at position: Int) -> [Annotation] {
        if annotations.isEmpty { return [] }
        var (low, high) = (0, annotations.count)
        while low < high {
            let middle = (low + high) / 2
            if annotations[middle].instruction < position { low = middle + 1 } else { high = middle }
        }
        return annotations[low...].prefix { $0.instruction == position }.map(\.annotation)
    }

    /// All qubits that some instruction touches, control flow included.
    public var usedQubits: Set<Qubit> { Set(operands) }
}

extension Block: Hashable {
    /// Equality of what is executed: annotations count, source locations do not.
    public static func == (a: Block, b: Block) -> Bool {
        guard a.count == b.count, a.operands == b.operands, a.parameters == b.parameters,
            a.controlFlow == b.controlFlow, a.assignments == b.assignments,
            a.annotations.elementsEqual(b.annotations, by: { $0 == $1 })
        else { return false }
        return zip(a.records, b.records).allSatisfy {
            $0.code == $1.code && $0.operandStart == $1.operandStart && $0.parameterStart == $1.parameterStart
        }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(operands)
        hasher.combine(parameters)
        for record in records { hasher.combine(record.code) }
    }
}

extension Operation {
    @usableFromInline static let payload: UInt32 = 0x0FFF_FFFF

    /// The packed form in a record.
    @inlinable
    var code: UInt32 {
        switch self {
        case .gate(.standard(let gate)): return UInt32(gate.rawValue)
        case .gate(.defined(let id)): return 1 << 28 | UInt32(id.index)
        case .measure(let bit): return 2 << 28 | (bit.map { $0.rawValue } ?? Operation.payload)
        case .reset: return 3 << 28
        case .barrier: return 4 << 28
        case .delay(let unit): return 5 << 28 | UInt32(unit.rawValue)
        case .assign(let place): return 6 << 28 | UInt32(place)
        case .controlFlow(let place): return 7 << 28 | UInt32(place)
        case .break: return 8 << 28
        case .continue: return 9 << 28
        case .end: return 10 << 28
        }
    }

    @inlinable
    init(code: UInt32) {
        let value = code & Operation.payload
        switch code >> 28 {
        case 0: self = .gate(.standard(unsafeBitCast(UInt8(truncatingIfNeeded: value), to: StandardGate.self)))
        case 1: self = .gate(.defined(GateDefinitionID(Int(value))))
        case 2: self = .measure(into: value == Operation.payload ? nil : ClassicalBit(Int(value)))
        case 3: self = .reset
        case 4: self = .barrier
        case 5: self = .delay(DelayUnit(rawValue: UInt8(value))!)
        case 6: self = .assign(Int(value))
        case 7: self = .controlFlow(Int(value))
        case 8: self = .break
        case 9: self = .continue
        default: self = .end
        }
    }
}

extension Block {
    /// Bytes reserved by the columns, nested blocks included.
    public var storageBytes: Int {
        let own =
            records.capacity * MemoryLayout<Record>.stride + operands.capacity * MemoryLayout<Qubit>.stride
            + parameters.capacity * MemoryLayout<Parameter>.stride
        return controlFlow.reduce(own) { $0 + $1.blocks.reduce(0) { $0 + $1.storageBytes } }
    }
}
