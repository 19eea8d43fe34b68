/// An instruction as it stands in the file: names and numbers, nothing resolved.
struct InstructionRecord {
    enum Condition {
        case none
        /// A register or bit that must hold a value (`c_if` of old).
        case equal(register: ArraySlice<UInt8>, value: Int64)
        case expression(TaggedValue)
    }

    /// The class in Qiskit (`CXGate`), or a name of the circuit's table of its own operations.
    var name: String
    var qubits: [Int] = []
    var bits: [Int] = []
    var parameters: [TaggedValue] = []
    var condition = Condition.none
    var controlCount: Int
    /// Bit k is the value that control k must hold.
    var controlState: UInt32
    /// Where it stands in the file, for messages.
    var place: ByteCursor

    /// - Parameter isBase: the gate under the controls of another, which is stored without operands.
    init(_ cursor: inout ByteCursor, version: UInt8, isBase: Bool = false) throws(QPYError) {
        place = cursor
        let nameSize = try cursor.integer(UInt16.self)
        let labelSize = try cursor.integer(UInt16.self)
        let parameterCount = try cursor.integer(UInt16.self)
        let qubitCount = try cursor.integer(UInt32.self)
        let bitCount = try cursor.integer(UInt32.self)
        let extras = try cursor.byte()
        let registerSize = try cursor.integer(UInt16.self)
        let value = try cursor.integer(Int64.self)
        controlCount = Int(try cursor.integer(UInt32.self))
        controlState = try cursor.integer(UInt32.self)
        name = try cursor.text(nameSize)
        // A label is for the reader of a drawing.
        _ = try cursor.take(Int(labelSize))
        let register = try cursor.take(Int(registerSize))
        switch extras & 3 {
        case 1: condition = .equal(register: register, value: value)
        case 2: condition = .expression(try TaggedValue(&cursor))
        default: break
        }
        if !isBase {
            qubits = try Self.operands(&cursor, count: qubitCount, kind: "q")
            bits = try Self.operands(&cursor, count: bitCount, kind: "c")
        }
        for _ in 0..<parameterCount { parameters.append(try TaggedValue(&cursor)) }
        if extras & 0x80 != 0 {
            throw place.fault(
                "the \(name) carries annotations, which only their own software understands",
                cure: "leave the annotations out, or let that software consume them before the circuit is stored")
        }
    }

    private static func operands(
        _ cursor: inout ByteCursor, count: UInt32, kind: Character
    ) throws(QPYError) -> [Int] {
        guard Int(count) <= cursor.remaining / 5 else {
            throw cursor.fault("\(count) operands are more than can follow")
        }
        var result: [Int] = []
        for _ in 0..<count {
            let tag = try cursor.byte()
            guard tag == kind.asciiValue else { throw cursor.fault("an operand is of the wrong kind") }
            result.append(Int(try cursor.integer(UInt32.self)))
        }
        return result
    }
}

/// A value with the letter that tells its type.
struct TaggedValue {
    var tag: Character
    var content: ByteCursor

    init(_ cursor: inout ByteCursor) throws(QPYError) {
        tag = Character(Unicode.Scalar(try cursor.byte()))
        content = try cursor.section(try cursor.integer(UInt64.self))
    }

    var isNull: Bool { tag == "z" }
}
