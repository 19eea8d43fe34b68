/// A measurement of the body that nothing follows.
public struct TerminalMeasurement: Hashable, Sendable {
    public var qubit: Qubit
    public var bit: ClassicalBit

    public init(qubit: Qubit, bit: ClassicalBit) {
        self.qubit = qubit
        self.bit = bit
    }
}

extension Circuit {
    /// The measurements, if the program does nothing but apply gates and measure at the end: each measured qubit rests
    /// afterwards, no bit is written twice, and no bit is read; nil for every other program.
    public var terminalMeasurements: [TerminalMeasurement]? {
        var measured: [TerminalMeasurement] = []
        var finished: Set<Qubit> = []
        var written: Set<ClassicalBit> = []
        for position in body.indices {
            switch body.operation(at: position) {
            case .measure(let bit):
                let qubit = body.qubits(at: position)[0]
                guard let bit, finished.insert(qubit).inserted, written.insert(bit).inserted else { return nil }
                measured.append(TerminalMeasurement(qubit: qubit, bit: bit))
            case .barrier, .delay: continue
            case .gate: if body.qubits(at: position).contains(where: finished.contains) { return nil }
            case .reset, .assign, .controlFlow, .break, .continue, .end: return nil
            }
        }
        return measured
    }
}
