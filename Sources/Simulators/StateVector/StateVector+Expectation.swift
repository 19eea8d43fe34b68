public import Circuits

extension StateVector {
    /// ⟨ψ|P|ψ⟩ of a string of Pauli letters, its sign included.
    ///
    /// - Precondition: as many letters as qubits, and a real phase.
    public func expectation(of string: PauliString) -> Double {
        precondition(string.count == qubitCount, "\(string.count) letters for \(qubitCount) qubits")
        precondition(string.phase & 1 == 0, "a Pauli string with an imaginary phase is no observable")
        var x = 0, z = 0
        for qubit in 0..<qubitCount {
            let letter = string[qubit]
            if letter == .x || letter == .y { x |= 1 << qubit }
            if letter == .z || letter == .y { z |= 1 << qubit }
        }
        let value = expectation(x: x, z: z)
        return string.phase == 0 ? value : -value
    }

    /// ⟨ψ|O|ψ⟩.
    ///
    /// - Precondition: an observable on as many qubits.
    public func expectation(of observable: Observable) -> Double {
        observable.terms.reduce(0) { $0 + $1.coefficient * expectation(of: $1.string) }
    }
}
