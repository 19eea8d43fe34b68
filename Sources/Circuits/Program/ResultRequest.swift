/// What a program asks to be told about its final state, besides its classical bits.
///
/// Languages that can ask (Braket's result pragmas) keep it with the circuit; who runs the program answers or refuses.
public enum ResultRequest: Hashable, Sendable {
    case stateVector
    /// Reduced to these qubits, the first one most significant; nil for all.
    case densityMatrix([Qubit]?)
    /// Of these basis states, qubit 0 leftmost as the language writes them.
    case amplitudes([BitString])
    /// Of the outcomes on these qubits; nil for all.
    case probabilities([Qubit]?)
    case expectation(RequestedObservable)
    case variance(RequestedObservable)
    case samples(RequestedObservable)

    /// The language's own word for it.
    public var name: String {
        switch self {
        case .stateVector: "state_vector"
        case .densityMatrix: "density_matrix"
        case .amplitudes: "amplitude"
        case .probabilities: "probability"
        case .expectation: "expectation"
        case .variance: "variance"
        case .samples: "sample"
        }
    }
}

extension ResultRequest {
    /// The request on other qubits.
    public func mapped(_ map: (Qubit) -> Qubit) -> ResultRequest {
        switch self {
        case .stateVector, .amplitudes: self
        case .densityMatrix(let qubits): .densityMatrix(qubits?.map(map))
        case .probabilities(let qubits): .probabilities(qubits?.map(map))
        case .expectation(let observable): .expectation(observable.mapped(map))
        case .variance(let observable): .variance(observable.mapped(map))
        case .samples(let observable): .samples(observable.mapped(map))
        }
    }
}

/// A tensor product of observables on distinct qubits.
public struct RequestedObservable: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case i, x, y, z
        /// (X + Z)/√2.
        case h
        /// Any Hermitian matrix; the first of its qubits is the most significant.
        case hermitian(Matrix)
    }

    public struct Factor: Hashable, Sendable {
        public var kind: Kind
        /// One, except for a matrix; none for `all`, which asks for the observable on each qubit in turn.
        public var qubits: [Qubit]

        public init(kind: Kind, qubits: [Qubit]) {
            self.kind = kind
            self.qubits = qubits
        }
    }

    public var factors: [Factor]

    public init(factors: [Factor]) { self.factors = factors }

    func mapped(_ map: (Qubit) -> Qubit) -> RequestedObservable {
        RequestedObservable(factors: factors.map { Factor(kind: $0.kind, qubits: $0.qubits.map(map)) })
    }

    /// Whether it stands for one observable on each qubit of the program.
    public var isForEachQubit: Bool { factors.count == 1 && factors[0].qubits.isEmpty }
}

extension RequestedObservable {
    /// The observables it asks for on a program of `qubitCount` qubits, as sums of Pauli strings.
    public func observables(qubitCount: Int) -> [Observable] {
        if isForEachQubit {
            return (0..<qubitCount).map { qubit in
                RequestedObservable(factors: [Factor(kind: factors[0].kind, qubits: [Qubit(qubit)])])
                    .product(qubitCount)
            }
        }
        return [product(qubitCount)]
    }

    private func product(_ qubitCount: Int) -> Observable {
        var terms = [Observable.Term(1, PauliString(identity: qubitCount))]
        for factor in factors {
            let sum = factor.paulis
            terms = terms.flatMap { term in
                sum.map { part in
                    var string = term.string
                    for (qubit, pauli) in zip(factor.qubits, part.paulis) { string[qubit.index] = pauli }
                    return Observable.Term(term.coefficient * part.coefficient, string)
                }
            }
        }
        return Observable(qubitCount: qubitCount, terms: terms)
    }
}

extension RequestedObservable.Factor {
    /// As Σ c·P, a Pauli for each of the qubits.
    fileprivate var paulis: [(coefficient: Double, paulis: [Pauli])] {
        switch kind {
        case .i: return [(1, [.i])]
        case .x: return [(1, [.x])]
        case .y: return [(1, [.y])]
        case .z: return [(1, [.z])]
        case .h: return [(0.5.squareRoot(), [.x]), (0.5.squareRoot(), [.z])]
        case .hermitian(let matrix):
            // c_P = tr(P M)/2ⁿ.
            let count = qubits.count
            var result: [(coefficient: Double, paulis: [Pauli])] = []
            for index in 0..<1 << (2 * count) {
                let letters = (0..<count).map { Pauli.allCases[index >> (2 * $0) & 3] }
                var string = PauliString(identity: count)
                for (k, pauli) in letters.enumerated() { string[count - 1 - k] = pauli }
                let coefficient = (string.matrix * matrix).trace.re / Double(1 << count)
                if abs(coefficient) > 1e-14 { result.append((coefficient, letters)) }
            }
            return result
        }
    }
}
