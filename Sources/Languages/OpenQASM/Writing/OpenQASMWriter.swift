public import Circuits

/// Writes circuits as OpenQASM, in a layout that depends on nothing but the circuit.
///
/// What is written reads back as the same circuit, as far as the version can say it; what it cannot say is refused by
/// name. Gates outside the version's standard include are written with their definitions, so that any program that
/// knows the language can read them.
public struct OpenQASMWriter: Sendable {
    public enum Version: Int, Sendable {
        case version2 = 2
        case version3 = 3
    }

    public enum QubitStyle: Sendable {
        /// Declared registers; a circuit read from a program on physical qubits keeps those.
        case registers
        /// Physical qubits `$n`, n the qubit's number: for compiled circuits, whose qubits are the device's sites.
        case physical
    }

    public var version: Version
    public var qubits: QubitStyle

    public init(version: Version = .version3, qubits: QubitStyle = .registers) {
        self.version = version
        self.qubits = qubits
    }

    /// The register of a circuit that was read from a program on physical qubits.
    public static let hardwareRegister = QubitRegister.physicalName

    /// The program's text.
    ///
    /// - Throws: `OpenQASMWriterError` for what the version has no words for.
    public func write(_ circuit: Circuit) throws(OpenQASMWriterError) -> String {
        var writing = try Writing(circuit, self)
        return try writing.program()
    }

    /// The text of a circuit in a version, with declared registers.
    public static func write(_ circuit: Circuit, version: Version = .version3) throws(OpenQASMWriterError) -> String {
        try OpenQASMWriter(version: version).write(circuit)
    }

    /// Gates whose name means something else in `stdgates.inc`, and the names they are written under there.
    static let privateNames: [StandardGate: String] = [.u2: "kelvin_u2"]
}

/// What a version of OpenQASM cannot say.
public struct OpenQASMWriterError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The construct, as "a while loop".
    public var construct: String
    public var version: OpenQASMWriter.Version
    /// Where it came from, if it came from a text.
    public var location: SourceLocation

    public var description: String { "OpenQASM \(version.rawValue) cannot say \(construct)" }
}
