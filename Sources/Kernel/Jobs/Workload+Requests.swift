public import Circuits

extension Workload {
    /// Whether some program says itself on which sites it runs.
    public var namesSites: Bool {
        switch self {
        case .sample(let pubs): pubs.contains { $0.circuit.namesPhysicalQubits }
        case .estimate(let pubs): pubs.contains { $0.circuit.namesPhysicalQubits }
        }
    }

    /// What a program asks for itself: its expectation values, or the distribution over the qubits it names; without any
    /// request its outcomes.
    ///
    /// - Throws: `KernelError` that names a request that shots cannot answer, or that cannot share a run with another.
    public init(of circuit: Circuit, parameters: ParameterTable = ParameterTable()) throws(KernelError) {
        guard let first = circuit.requests.first else {
            self = .sample([SamplerPUB(circuit, parameters: parameters)])
            return
        }
        var observables: [Observable] = []
        for request in circuit.requests {
            switch request {
            case .expectation(let observable):
                observables += observable.observables(qubitCount: circuit.qubitCount)
            case .probabilities: break
            case .stateVector, .densityMatrix, .amplitudes, .variance, .samples: throw Self.refusal(request)
            }
        }
        if case .probabilities(let qubits) = first, circuit.requests.count == 1 {
            self = .sample([SamplerPUB(circuit.measuring(qubits), parameters: parameters)])
            return
        }
        guard case .expectation = first, !circuit.requests.contains(where: { $0.name == "probability" }) else {
            throw KernelError(
                .program, code: "result-request",
                "the program asks for \(Set(circuit.requests.map(\.name)).sorted().joined(separator: " and ")) in one run",
                cure: "ask for one probability, or for expectation values, and run the other separately")
        }
        self = .estimate([EstimatorPUB(circuit, observables: observables, parameters: parameters)])
    }

    private static func refusal(_ request: ResultRequest) -> KernelError {
        let cure =
            switch request {
            case .variance: "ask for the expectation: the variance of a product of Paulis is 1 − ⟨O⟩²"
            case .samples: "measure the qubits in the observable's basis"
            default: "ask for probabilities or expectation values, which shots can answer"
            }
        return KernelError(
            .program, code: "result-request",
            "the result '\(request.name)' that the program asks for cannot be had here",
            cure: cure)
    }
}

extension Circuit {
    /// The program with these qubits measured at its end, the first one into the leftmost bit; nil for all.
    fileprivate func measuring(_ qubits: [Qubit]?) -> Circuit {
        var result = self
        result.requests = []
        let targets = qubits ?? (0..<qubitCount).map { Qubit($0) }
        let start = bitCount
        result.addBitRegister("probability", count: targets.count)
        for (k, qubit) in targets.enumerated() { result.measure(qubit.index, into: start + targets.count - 1 - k) }
        return result
    }
}
