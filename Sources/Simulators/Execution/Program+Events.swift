import Circuits

extension Program {
    /// Something that happens to some shots at a place among the steps of a segment, whatever the state.
    struct Event: Sendable {
        enum Kind: Hashable, Sendable {
            case departure(Departure.Kind)
            /// A Z on this qubit, and on another one in another part of the program in the same shots: what remains of
            /// a ZZ coupling between parts that are simulated apart. The number names the pair of events.
            case phaseFlip(shared: UInt64)
        }

        var kind: Kind
        var qubit: Int
        var probability: Double
    }
}

extension [Program.QuantumStep] {
    /// Without the events, and without what would act on carriers that are not there.
    ///
    /// - Parameter presence: by qubit; empty if all are there.
    func acting(on presence: [Presence]) -> [Program.QuantumStep] {
        compactMap { step in
            switch step {
            case .event: return nil
            case .gate(let gate):
                let isThere = presence.isEmpty || gate.qubits.allSatisfy { presence[$0.index] == .present }
                return isThere ? step : nil
            case .channel(let channel, let qubits):
                if presence.isEmpty || qubits.allSatisfy({ presence[$0] == .present }) { return step }
                return channel.restricted(to: qubits.map { presence[$0] == .present }).map {
                    .channel($0, qubits.filter { presence[$0] == .present })
                }
            }
        }
    }
}

extension NoiseChannel {
    /// What a Pauli channel does to some of its operands; nil for nothing, and for channels that are not Pauli channels.
    func restricted(to isKept: [Bool]) -> NoiseChannel? {
        guard case .pauli(let probabilities) = form, isKept.contains(true) else { return nil }
        var result = [Double](repeating: 0, count: 1 << (2 * isKept.count { $0 }))
        for (index, probability) in probabilities.enumerated() {
            var reduced = 0, place = 0
            for (k, kept) in isKept.enumerated() where kept {
                reduced |= (index >> (2 * k) & 3) << (2 * place)
                place += 1
            }
            result[reduced] += probability
        }
        return .pauli(result)
    }
}
