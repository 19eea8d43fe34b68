public import Circuits

/// QPY, Qiskit's binary format for circuits, versions 13 to 18 (Qiskit 1.3 to 2.6).
///
/// Source: Qiskit's documentation of the module `qiskit.qpy`, "QPY Format". Numbers are big-endian, but for those among an
/// instruction's parameters, which are little-endian before version 18.
public enum QPY {
    /// The versions that are read.
    public static let versions: ClosedRange<UInt8> = 13...18

    /// Whether the bytes begin as a QPY file does.
    public static func isQPY(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: Self.magic) }

    static let magic = Array("QISKIT".utf8)

    /// A circuit of a file.
    public struct Program: Sendable {
        public var circuit: Circuit
        /// Names of the circuit's free parameters, which are `input`s of the circuit, in Qiskit's order: by name, the
        /// elements of a vector by index. The last axis of a primitive's parameter values follows it.
        public var parameters: [String]
        /// Whether a transpiler has been at work: qubit k is then qubit k of the machine it worked for.
        public var hasLayout: Bool
        /// Registers of the circuit that stand for a bit outside all registers, the last ones.
        public var looseBits: Int
        /// What the user noted beside the circuit: a JSON object as text.
        public var metadata: String
    }

    /// Reads all circuits of a file.
    ///
    /// Every construct is read or refused by name; nothing is left out. Parameters become inputs of type `float[64]`;
    /// bits outside registers become registers of one bit, behind the others.
    ///
    /// - Throws: `QPYError` with the place in the file.
    public static func read(_ bytes: [UInt8]) throws(QPYError) -> [Program] {
        var cursor = ByteCursor(bytes)
        guard isQPY(bytes) else { throw cursor.fault("this is no QPY file: it does not begin with 'QISKIT'") }
        _ = try cursor.take(magic.count)
        let version = try cursor.byte()
        guard versions.contains(version) else {
            throw cursor.fault(
                "this is version \(version) of QPY; \(versions.lowerBound) to \(versions.upperBound) are read",
                cure: version < versions.lowerBound
                    ? "load it with Qiskit and write it again with qiskit.qpy.dump(circuit, file, version=13)"
                    : "write it with qiskit.qpy.dump(circuit, file, version=\(versions.upperBound))")
        }
        // The version of Qiskit that wrote it.
        _ = try cursor.take(3)
        let count = try cursor.count(UInt64.self, atLeast: 1, "circuits")
        // How symbols used to be encoded, long ago; versions from 13 on do not look at it.
        _ = try cursor.byte()
        let kind = try cursor.byte()
        guard kind == UInt8(ascii: "q") else {
            throw cursor.fault("the file holds pulse schedules, not circuits", cure: "store circuits")
        }
        if version >= 16 { for _ in 0..<count { _ = try cursor.integer(UInt64.self) } }
        var programs: [Program] = []
        for _ in 0..<count {
            var reading = ProgramReading(version: version)
            programs.append(try reading.program(&cursor))
        }
        return programs
    }
}

/// Why bytes are no QPY file, or hold what Kelvin cannot say.
public struct QPYError: Error, Hashable, Sendable {
    /// What is wrong, in words.
    public var message: String
    /// What the user can do.
    public var cure: String?
    /// Bytes from the beginning of the file.
    public var offset: Int
}
