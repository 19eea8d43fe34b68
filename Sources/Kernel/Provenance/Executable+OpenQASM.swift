import Circuits
public import Hardware
public import Languages

extension Executable {
    /// The compiled program as text. Version 3 names the sites as physical qubits `$n`; version 2, which has none, numbers
    /// a register by site.
    ///
    /// - Throws: `OpenQASMWriterError` for what the version cannot say.
    public func openQASM(_ version: OpenQASMWriter.Version) throws(OpenQASMWriterError) -> String {
        guard version == .version2 else {
            return try OpenQASMWriter(version: version, qubits: .physical).write(circuit)
        }
        var circuit = circuit
        // Version 2 cannot say it, and no machine can tell: a phase of the whole changes no outcome.
        circuit.globalPhase = 0
        return try OpenQASMWriter(version: version).write(circuit)
    }

    private static let recent = Recent<Circuit, String>(capacity: 1 << 16)

    /// The compiled program in version 3; nil where it cannot say it. That of a program which runs again and again is
    /// written once.
    var text: String? {
        if let known = Self.recent.known(circuit) { return known }
        guard let text = try? openQASM(.version3) else { return nil }
        Self.recent.keep(text, for: circuit, weight: text.utf8.count / 32 + 1)
        return text
    }
}
