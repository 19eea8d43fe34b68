import Circuits

extension Lowering {
    /// The circuit, or nil if there was an error.
    mutating func finished() -> Circuit? {
        parser.reportCharacters()
        if isVerbatimNext { _ = verbatimWithoutBox(at: .init(parser.lexer.count..<parser.lexer.count)) }
        guard parser.errorCount == 0 else { return nil }
        circuit.body = block
        block = Block()
        circuit.globalPhase = Parameter(globalPhase)
        if highestHardwareQubit >= 0 {
            circuit.addQubitRegister(OpenQASMWriter.hardwareRegister, count: highestHardwareQubit + 1)
        }
        // In the order of the tables, as the writer writes them.
        if circuit.declarationAnnotations.count > 1 { circuit.sortDeclarationAnnotations() }
        if !needsCanonicalOrder { return circuit }
        var order = CanonicalOrder(circuit)
        return order.result()
    }
}
