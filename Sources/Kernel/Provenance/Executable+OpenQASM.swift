public import Hardware
public import Languages

extension Executable {
    /// The compiled program as text. Version 3 names the sites as physical qubits `$n`; version 2, which has none, numbers
    /// a register by site.
    ///
    /// - Throws: `OpenQASMWriterError` for what the version cannot say.
    public func openQASM(_ version: OpenQASMWriter.Version) throws(OpenQASMWriterError) -> String {
        try OpenQASMWriter(version: version, qubits: version == .version3 ? .physical : .registers).write(circuit)
    }
}
