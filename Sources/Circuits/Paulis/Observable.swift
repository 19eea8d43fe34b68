/// A Hermitian operator as a real combination of Pauli strings.
public struct Observable: Hashable, Sendable {
    public struct Term: Hashable, Sendable {
        public var coefficient: Double
        /// Of phase 0.
        public var string: PauliString

        /// - Precondition: the string's phase is 0, so that the term is Hermitian; the coefficient is finite.
        public init(_ coefficient: Double, _ string: PauliString) {
            precondition(string.phase == 0 && coefficient.isFinite, "a term of an observable is real")
            self.coefficient = coefficient
            self.string = string
        }
    }

    public let qubitCount: Int
    /// Strings in the order they first occurred, each once.
    public let terms: [Term]

    /// Adds up equal strings; keeps terms that cancel to zero out.
    ///
    /// - Precondition: all strings are on `qubitCount` qubits.
    public init(qubitCount: Int, terms: [Term]) {
        var places: [PauliString: Int] = [:]
        var merged: [Term] = []
        for term in terms {
            precondition(term.string.count == qubitCount, "a Pauli string of another width than its observable")
            if let place = places[term.string] {
                merged[place].coefficient += term.coefficient
            } else {
                places[term.string] = merged.count
                merged.append(term)
            }
        }
        self.qubitCount = qubitCount
        self.terms = merged.filter { $0.coefficient != 0 }
    }

    public init(_ string: PauliString) { self.init(qubitCount: string.count, terms: [Term(1, string)]) }

    public var matrix: Matrix {
        terms.reduce(Matrix(zero: 1 << qubitCount)) { $0 + (Complex($1.coefficient) * $1.string.matrix) }
    }

    /// The same operator on more qubits, the identity on the new ones.
    ///
    /// - Precondition: `qubitCount` is at least the present one.
    public func widened(to qubitCount: Int) -> Observable {
        precondition(qubitCount >= self.qubitCount, "an observable cannot shed qubits")
        if qubitCount == self.qubitCount { return self }
        return Observable(
            qubitCount: qubitCount,
            terms: terms.map { term in
                var string = PauliString(identity: qubitCount)
                for qubit in term.string.support { string[qubit] = term.string[qubit] }
                return Term(term.coefficient, string)
            })
    }
}

extension Observable: CustomStringConvertible {
    public var description: String {
        if terms.isEmpty { return "0" }
        return terms.map { $0.coefficient == 1 ? "\($0.string)" : "\($0.coefficient)*\($0.string)" }
            .joined(separator: " + ").replacing("+ -", with: "- ")
    }
}
