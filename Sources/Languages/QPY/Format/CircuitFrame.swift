/// The head of a circuit in a file: its measures, its name and its registers.
struct CircuitFrame {
    struct Register {
        var name: String
        var isClassical: Bool
        var isInCircuit: Bool
        /// Which bits of the circuit, nil for one that belongs elsewhere.
        var bits: [Int?]
    }

    var name: String
    var globalPhase: TaggedValue
    var qubitCount: Int
    var bitCount: Int
    var metadata: String
    var registers: [Register] = []
    var instructionCount: UInt64
    var variableCount: UInt32
    /// Behind the head, for messages.
    var place: ByteCursor

    init(_ cursor: inout ByteCursor, version: UInt8) throws(QPYError) {
        let nameSize = try cursor.integer(UInt16.self)
        let phaseTag = try cursor.byte()
        let phaseSize = try cursor.integer(UInt16.self)
        let qubits = try cursor.integer(UInt32.self)
        let bits = try cursor.integer(UInt32.self)
        let metadataSize = try cursor.integer(UInt64.self)
        let registerCount = try cursor.integer(UInt32.self)
        instructionCount = try cursor.integer(UInt64.self)
        variableCount = try cursor.integer(UInt32.self)
        guard qubits <= ProgramReading.maximumWidth, bits <= ProgramReading.maximumWidth else {
            throw cursor.fault(
                "the circuit has \(qubits) qubits and \(bits) bits; at most \(ProgramReading.maximumWidth) are possible"
            )
        }
        qubitCount = Int(qubits)
        bitCount = Int(bits)
        name = try cursor.text(nameSize)
        globalPhase = TaggedValue(tag: phaseTag, content: try cursor.section(phaseSize))
        metadata = try cursor.text(metadataSize)
        place = cursor
        for _ in 0..<registerCount { registers.append(try Self.register(&cursor, version: version)) }
    }

    private static func register(_ cursor: inout ByteCursor, version: UInt8) throws(QPYError) -> Register {
        let kind = try cursor.byte()
        // Whether the bits know their register; Kelvin's always do.
        _ = try cursor.flag()
        let size = try cursor.integer(UInt32.self)
        let nameSize = try cursor.integer(UInt16.self)
        let isInCircuit = try cursor.flag()
        let isRun = version >= 18 ? try cursor.byte() == 1 : false
        var register = Register(
            name: try cursor.text(nameSize), isClassical: kind == UInt8(ascii: "c"), isInCircuit: isInCircuit, bits: [])
        guard size <= ProgramReading.maximumWidth else {
            throw cursor.fault("the register '\(register.name)' has \(size) bits, more than are possible")
        }
        if isRun {
            let start = Int(try cursor.integer(UInt32.self))
            register.bits = (start..<start + Int(size)).map { $0 }
        } else if version >= 18 {
            for _ in 0..<size {
                let index = try cursor.integer(UInt32.self)
                register.bits.append(index == .max ? nil : Int(index))
            }
        } else {
            for _ in 0..<size {
                let index = try cursor.integer(Int64.self)
                register.bits.append(index < 0 ? nil : Int(index))
            }
        }
        return register
    }

    /// Skips what follows the instructions: pulse calibrations, of which there may be none, and the transpiler's layout.
    ///
    /// - Returns: whether there is a layout.
    static func skipEnd(_ cursor: inout ByteCursor, version: UInt8) throws(QPYError) -> Bool {
        if version < 18, try cursor.integer(UInt16.self) != 0 {
            throw cursor.fault("the circuit carries pulse calibrations", cure: "store it without them")
        }
        let exists = try cursor.flag()
        let initialSize = try cursor.integer(Int32.self)
        let mappingSize = try cursor.integer(Int32.self)
        let finalSize = try cursor.integer(Int32.self)
        let registerCount = try cursor.integer(UInt32.self)
        _ = try cursor.integer(Int32.self)
        guard exists else { return false }
        for _ in 0..<registerCount { _ = try register(&cursor, version: version) }
        for _ in 0..<max(initialSize, 0) {
            let index = try cursor.integer(Int32.self)
            if version >= 18, index == -1 { continue }
            _ = try cursor.take(Int(max(0, try cursor.integer(Int32.self))))
        }
        _ = try cursor.take(4 * Int(max(mappingSize, 0)))
        _ = try cursor.take(4 * Int(max(finalSize, 0)))
        return true
    }
}

extension TaggedValue {
    init(tag: UInt8, content: ByteCursor) {
        self.tag = Character(Unicode.Scalar(tag))
        self.content = content
    }
}
