public import Circuits

/// The two programs that measure the readout confusion of several qubits as they are read together.
///
/// They run on the very sites of the program that is to be corrected: compile them with qubit k pinned to the site whose
/// reading went to bit k.
public enum ReadoutExperiment: Int, CaseIterable, Sendable {
    case preparedZero, preparedOne

    /// Prepares all qubits in one state and reads them in the same instant; qubit k into bit k.
    public func circuit(qubitCount: Int) -> Circuit {
        var circuit = Circuit(name: "readout \(self)", qubitCount: qubitCount, bitCount: qubitCount)
        if self == .preparedOne { for qubit in 0..<qubitCount { circuit.append(.x, [qubit]) } }
        circuit.barrier(Array(0..<qubitCount))
        for qubit in 0..<qubitCount { circuit.measure(qubit, into: qubit) }
        return circuit
    }
}
