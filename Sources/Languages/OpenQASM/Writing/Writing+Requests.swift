import Circuits

extension Writing {
    /// A request as a pragma of Kelvin's, in the words of Braket's.
    func pragma(_ request: ResultRequest) throws(OpenQASMWriterError) -> String {
        if isVersion2 { throw refusal("a request for '\(request.name)'") }
        var words = ["pragma kelvin result \(request.name)"]
        switch request {
        case .stateVector: break
        case .densityMatrix(let qubits), .probabilities(let qubits): if let qubits { words.append(names(qubits)) }
        case .amplitudes(let states): words.append(states.map { "\"\($0)\"" }.joined(separator: ", "))
        case .expectation(let observable), .variance(let observable), .samples(let observable):
            words.append(observable.factors.map(text).joined(separator: " @ "))
        }
        return words.joined(separator: " ")
    }

    private func names(_ qubits: [Qubit]) -> String { qubits.map { qubitNames[$0.index] }.joined(separator: ", ") }

    private func text(_ factor: RequestedObservable.Factor) -> String {
        let letter: String
        switch factor.kind {
        case .i: letter = "i"
        case .x: letter = "x"
        case .y: letter = "y"
        case .z: letter = "z"
        case .h: letter = "h"
        case .hermitian(let matrix): return "hermitian(\(BraketPragma.text(matrix))) \(names(factor.qubits))"
        }
        return factor.qubits.isEmpty ? "\(letter) all" : "\(letter)(\(names(factor.qubits)))"
    }
}
