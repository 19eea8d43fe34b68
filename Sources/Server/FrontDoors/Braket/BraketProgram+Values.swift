import Circuits
import Kernel

extension BraketProgram {
    /// What was asked for, each with its value, in the order of the requests.
    ///
    /// - Parameter outcomes: of each run.
    func values(_ outcomes: [BraketOutcomes]) throws -> [WireValue] {
        var state: [Complex]?
        return try zip(requests, answers).map { request, run in
            var type: [String: WireValue] = ["type": .text(request.name)]
            if let observable = request.observable {
                type["observable"] = .list(observable.factors.map(\.document))
                if !observable.isForEachQubit { type["targets"] = Self.list(observable.factors.flatMap(\.qubits)) }
            }
            if request.isOfState, state == nil {
                state = BraketState.amplitudes(outcomes[run], outcomes[run + 1])
            }
            let value: WireValue
            switch request {
            case .expectation(let observable):
                value = self.value(observable) { .number(outcomes[run].mean($0)) }
            case .variance(let observable):
                value = self.value(observable) { .number(outcomes[run].variance($0)) }
            case .samples(let observable):
                value = self.value(observable) { .list(outcomes[run].values($0).map { .number($0) }) }
            case .probabilities(let targets):
                if let targets { type["targets"] = Self.list(targets) }
                value = .list(
                    outcomes[run].probabilities((targets ?? qubits).map(\.index)).map { .number($0) })
            case .stateVector:
                type["type"] = .text("statevector")
                value = .list((state ?? []).map(Self.pair))
            case .amplitudes(let states):
                type["states"] = .list(states.map { .text($0.description) })
                var values: [String: WireValue] = [:]
                for basis in states {
                    guard basis.count == qubits.count, let index = Int(basis.description, radix: 2) else {
                        throw Problem(
                            .badField, "amplitude \"\(basis)\": the program uses \(qubits.count) qubits")
                    }
                    values[basis.description] = Self.pair((state ?? [])[index])
                }
                value = .object(values)
            case .densityMatrix(let targets):
                type["type"] = .text("densitymatrix")
                if let targets { type["targets"] = Self.list(targets) }
                let places = (targets ?? qubits).compactMap(qubits.firstIndex(of:))
                let matrix = BraketState.densityMatrix(state ?? [], places)
                value = .list(
                    (0..<matrix.dimension).map { row in
                        .list((0..<matrix.dimension).map { Self.pair(matrix[row, $0]) })
                    })
            }
            return .object(["type": .object(type), "value": value])
        }
    }

    /// A value, or one for each qubit of the program.
    private func value(_ observable: RequestedObservable, _ read: (RequestedObservable) -> WireValue) -> WireValue {
        guard observable.isForEachQubit else { return read(observable) }
        return .list(
            qubits.map { qubit in
                read(RequestedObservable(factors: [.init(kind: observable.factors[0].kind, qubits: [qubit])]))
            })
    }

    private static func list(_ qubits: [Qubit]) -> WireValue { .list(qubits.map { .integer(Int64($0.index)) }) }

    fileprivate static func pair(_ value: Complex) -> WireValue { .list([.number(value.re), .number(value.im)]) }
}

extension RequestedObservable.Factor {
    /// As Braket's results name it: a letter, or a matrix.
    fileprivate var document: WireValue {
        switch kind {
        case .i: .text("i")
        case .x: .text("x")
        case .y: .text("y")
        case .z: .text("z")
        case .h: .text("h")
        case .hermitian(let matrix):
            .list(
                (0..<matrix.dimension).map { row in
                    .list((0..<matrix.dimension).map { BraketProgram.pair(matrix[row, $0]) })
                })
        }
    }
}
