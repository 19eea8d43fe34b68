import Circuits

/// Writes circuits as OpenQASM.
public struct OpenQASMWriter: Sendable {
    /// The register of a circuit that was read from a program on physical qubits.
    public static let hardwareRegister = "$"

    /// Gates whose name means something else in `stdgates.inc`, and the names they are written under there.
    static let privateNames: [StandardGate: String] = [.u2: "kelvin_u2"]

    static func number(_ value: Double) -> String { "\(value)" }
}
