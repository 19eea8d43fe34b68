import Circuits
import Hardware
import Simulators

extension Motion {
    /// The error of a two-qubit gate on account of motion; nil for cold ions.
    func error(of gate: StandardGate, on qubits: Operands) -> LocatedChannel? {
        guard qubits.count == 2 else { return nil }
        let probability = error(of: (qubits[0].index, qubits[1].index))
        guard probability > 0 else { return nil }
        var probabilities = [Double](repeating: 0, count: 16)
        probabilities[0] = 1 - probability
        let axis =
            switch gate {
            case .rxx: "XX"
            case .ryy: "YY"
            default: "ZZ"
            }
        probabilities[PauliWeights.index(of: axis)] = probability
        return LocatedChannel(.pauli(probabilities), on: Array(qubits))
    }
}
