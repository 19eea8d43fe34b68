import Circuits

extension StabilizerTableau: Engine {
    enum Item: Sendable {
        case steps([CliffordStep])
        /// Pauli errors with their running probabilities; the twirl of the channel.
        case channel(qubits: [Int], survival: Double, cumulative: [Double], paulis: [Int])
    }

    static func prepare(_ steps: [Program.QuantumStep], qubitCount: Int) throws(SimulationError) -> [Item] {
        var recognizer = CliffordRecognizer()
        var items: [Item] = []
        var open: [CliffordStep] = []
        for step in steps {
            switch step {
            case .gate(let gate):
                guard let steps = recognizer.steps(for: gate) else {
                    throw SimulationError(
                        .unsupported, "the stabilizer engine was asked to apply a gate that is no Clifford gate")
                }
                open += steps
            case .event: break
            case .channel(let channel, let qubits):
                if !open.isEmpty { items.append(.steps(open)) }
                open = []
                let twirl = PauliTwirl(channel)
                items.append(
                    .channel(
                        qubits: qubits, survival: 1 - twirl.total, cumulative: twirl.cumulative, paulis: twirl.paulis))
            }
        }
        if !open.isEmpty { items.append(.steps(open)) }
        return items
    }

    func apply(_ segment: [Item], from start: Int, survival: inout Double, threshold: Double) -> Int? {
        for index in start..<segment.count {
            switch segment[index] {
            case .steps(let steps): for step in steps { apply(step) }
            case .channel(_, let factor, _, _):
                let next = survival * factor
                if next <= threshold && factor < 1 { return index }
                survival = next
            }
        }
        return nil
    }

    func applyEvent(_ segment: [Item], at item: Int, uniform: Double, second: Double) {
        guard case .channel(let qubits, _, let cumulative, let paulis) = segment[item], let last = cumulative.last
        else { return }
        let chosen = cumulative.firstIndex { uniform * last < $0 } ?? cumulative.count - 1
        for (k, qubit) in qubits.enumerated() {
            let pauli = paulis[chosen] >> (2 * k) & 3
            if pauli == 1 || pauli == 2 { apply(.x(qubit)) }
            if pauli >= 2 { apply(.z(qubit)) }
        }
    }

    func probabilityOfOne(_ qubit: Int) -> Double {
        isRandom(qubit) ? 0.5 : determinedOutcome(qubit) ? 1 : 0
    }

    func collapse(_ qubit: Int, to value: Bool, probability: Double) { measure(qubit, ifRandom: value) }

    func collapse(_ qubits: [Int], to outcome: [UInt64]) {
        for (k, qubit) in qubits.enumerated() {
            measure(qubit, ifRandom: outcome[k >> 6] >> UInt64(k & 63) & 1 == 1)
        }
    }

    /// The outcomes of measuring in turn form an affine space: one outcome, and for each random one the set that flips
    /// with it. Each shot adds a random subset of those.
    func sample(_ qubits: [Int], _ uniforms: [Double]) -> [[UInt64]] {
        let state = copy()
        let words = (qubits.count + 63) / 64
        var base = [UInt64](repeating: 0, count: words)
        var flips: [[UInt64]] = []
        for (k, qubit) in qubits.enumerated() {
            if let flip = state.flips(qubit, among: qubits) { flips.append(flip) }
            if state.measure(qubit, ifRandom: false) { base[k >> 6] |= 1 << UInt64(k & 63) }
        }
        return uniforms.map { uniform in
            var generator = Philox(seed: uniform.bitPattern, stream: 0x57AB)
            var outcome = base
            var random: UInt64 = 0
            for (k, flip) in flips.enumerated() {
                if k & 63 == 0 { random = generator.next() }
                if random >> UInt64(k & 63) & 1 == 1 { for w in 0..<words { outcome[w] ^= flip[w] } }
            }
            return outcome
        }
    }

    static var resetsExactly: Bool { false }
    func resetExactly(_ qubit: Int) { preconditionFailure("a stabilizer state resets through a measurement") }
    func flip(_ qubit: Int) { apply(.x(qubit)) }
}

/// The errors of a channel's Pauli twirl with their running probabilities.
struct PauliTwirl: Sendable {
    var cumulative: [Double] = []
    /// Two bits an operand.
    var paulis: [Int] = []
    var total: Double { cumulative.last ?? 0 }

    init(_ channel: NoiseChannel) {
        var sum = 0.0
        for (index, probability) in channel.pauliTwirl.enumerated() where index > 0 && probability > 1e-18 {
            sum += probability
            cumulative.append(sum)
            paulis.append(index)
        }
    }
}
