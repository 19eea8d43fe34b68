/// An operation that a circuit of a file brings with it.
struct CustomOperation {
    enum Kind: Character {
        case instruction = "i"
        case gate = "g"
        case controlledGate = "c"
        case annotatedOperation = "a"
        case pauliEvolution = "p"
    }

    var kind: Kind
    var name: String
    var qubitCount: Int
    var bitCount: Int
    /// The circuit that it stands for.
    var definition: ByteCursor?
    var controlCount: Int
    var controlState: UInt32
    /// The gate under its controls or modifiers.
    var base: ByteCursor?

    static func read(_ cursor: inout ByteCursor) throws(QPYError) -> (name: String, CustomOperation) {
        let nameSize = try cursor.integer(UInt16.self)
        let tag = Character(Unicode.Scalar(try cursor.byte()))
        let qubits = try cursor.integer(UInt32.self)
        let bits = try cursor.integer(UInt32.self)
        let isDefined = try cursor.flag()
        let size = try cursor.integer(UInt64.self)
        let controls = try cursor.integer(UInt32.self)
        let state = try cursor.integer(UInt32.self)
        let baseSize = try cursor.integer(UInt64.self)
        let name = try cursor.text(nameSize)
        guard max(qubits, bits, controls) <= ProgramReading.maximumWidth else {
            throw cursor.fault("'\(name)' acts on more qubits or bits than are possible")
        }
        guard let kind = Kind(rawValue: tag) else {
            throw cursor.fault("'\(name)' is an operation of unknown kind '\(tag)'")
        }
        let definition = try cursor.section(isDefined ? size : 0)
        let base = try cursor.section(baseSize)
        // The name in the file ends in a number or identifier of its own.
        let plain = name.lastIndex(of: "_").map { String(name[..<$0]) } ?? name
        return (
            name,
            CustomOperation(
                kind: kind, name: plain.isEmpty ? name : plain, qubitCount: Int(qubits), bitCount: Int(bits),
                definition: isDefined && size > 0 ? definition : nil, controlCount: Int(controls), controlState: state,
                base: baseSize > 0 ? base : nil)
        )
    }
}
