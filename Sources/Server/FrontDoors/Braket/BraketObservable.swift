import Circuits

/// In which basis a qubit must be measured for a result.
enum BraketBasis: Hashable, Sendable {
    case x, y, z, h
    /// Together with others: the eigenvectors of a matrix on these qubits, the first most significant.
    case matrix(Matrix, [Qubit])

    var name: String {
        switch self {
        case .x: "x"
        case .y: "y"
        case .z: "z"
        case .h: "h"
        case .matrix: "hermitian"
        }
    }
}

extension ResultRequest {
    /// The basis that each qubit must be measured in.
    ///
    /// - Parameter qubits: those of the program.
    func bases(_ qubits: [Qubit]) -> [Qubit: BraketBasis] {
        switch self {
        case .probabilities(let targets):
            return Dictionary(uniqueKeysWithValues: (targets ?? qubits).map { ($0, .z) })
        case .expectation(let observable), .variance(let observable), .samples(let observable):
            var bases: [Qubit: BraketBasis] = [:]
            for factor in observable.factors {
                for qubit in factor.qubits.isEmpty ? qubits : factor.qubits { bases[qubit] = factor.basis }
            }
            return bases
        case .stateVector, .densityMatrix, .amplitudes: return [:]
        }
    }

    /// The qubits that it names; nil for all.
    var targets: [Qubit]? {
        switch self {
        case .probabilities(let targets), .densityMatrix(let targets): targets
        case .expectation(let observable), .variance(let observable), .samples(let observable):
            observable.isForEachQubit ? nil : observable.factors.flatMap(\.qubits)
        case .stateVector, .amplitudes: nil
        }
    }

    var observable: RequestedObservable? {
        switch self {
        case .expectation(let observable), .variance(let observable), .samples(let observable): observable
        default: nil
        }
    }

    /// Whether it is about amplitudes, which no measurement shows.
    var isOfState: Bool {
        switch self {
        case .stateVector, .densityMatrix, .amplitudes: true
        default: false
        }
    }
}

extension RequestedObservable.Factor {
    /// Nil for the identity.
    var basis: BraketBasis? {
        switch kind {
        case .i: nil
        case .x: .x
        case .y: .y
        case .z: .z
        case .h: .h
        case .hermitian(let matrix): .matrix(matrix, qubits)
        }
    }
}

extension Circuit {
    /// Turns the bases into the computational one.
    mutating func rotate(_ bases: [Qubit: BraketBasis]) {
        for (qubit, basis) in bases.sorted(by: { $0.key < $1.key }) {
            switch basis {
            case .z: break
            case .x: append(.h, [qubit.index])
            case .y:
                append(.sdg, [qubit.index])
                append(.h, [qubit.index])
            case .h: append(.ry, [qubit.index], [-.pi / 4])
            case .matrix(let matrix, let qubits):
                guard qubits.first == qubit else { continue }
                let gate = addGate(
                    GateDefinition(
                        name: "eigenbasis\(qubit.index)", qubitCount: qubits.count,
                        implementation: .matrix(matrix.hermitianEigensystem().vectors.adjoint)))
                append(gate, qubits.reversed().map(\.index))
            }
        }
    }
}
