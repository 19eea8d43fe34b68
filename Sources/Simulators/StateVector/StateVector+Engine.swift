public import Circuits

extension StateVector: Engine {
    enum Item: Sendable {
        case kernel(StateVectorKernel)
        case channel(Branching)
    }

    /// A channel as a trajectory takes it.
    struct Branching: Sendable {
        enum Kind: Sendable {
            /// Unitary or resetting events with fixed probabilities; with the rest nothing happens.
            case mixture
            /// Kraus operators whose probabilities depend on the state; the first is the survival.
            case kraus(effects: [Matrix])
        }

        enum Event: Sendable {
            case kernel(StateVectorKernel)
            case reset
        }

        var kind: Kind
        var qubits: [Int]
        var survival: Double
        /// Cumulative probabilities of the events, up to 1 − survival, for mixtures.
        var cumulative: [Double]
        var events: [Event]
    }

    static func prepare(_ steps: [Program.QuantumStep], qubitCount: Int) throws(SimulationError) -> [Item] {
        var items: [Item] = []
        var fusion = GateFusion(qubitCount: qubitCount, width: 3)
        func flush() {
            for gate in fusion.finish() { items.append(.kernel(StateVectorKernel(gate))) }
            fusion = GateFusion(qubitCount: qubitCount, width: 3)
        }
        for step in steps {
            switch step {
            case .gate(let gate): fusion.append(gate)
            case .channel(let channel, let qubits):
                flush()
                items.append(.channel(Branching(channel, on: qubits)))
            }
        }
        flush()
        return items
    }

    func apply(_ segment: [Item], from start: Int) -> Pause? {
        for index in start..<segment.count {
            switch segment[index] {
            case .kernel(let kernel): apply(kernel)
            case .channel(let channel): return Pause(item: index, survival: survival(of: channel))
            }
        }
        return nil
    }

    private func survival(of channel: Branching) -> Double {
        guard case .kraus(let effects) = channel.kind else { return channel.survival }
        return expectation(of: effects[0], on: channel.qubits)
    }

    /// ⟨ψ|M|ψ⟩ of a hermitian matrix on a few qubits, through their reduced density matrix.
    func expectation(of matrix: Matrix, on qubits: [Int]) -> Double {
        if qubits.count == 1 && matrix.isDiagonal {
            let one = probabilityOfOne(qubits[0])
            return matrix[0, 0].re * (1 - one) + matrix[1, 1].re * one
        }
        let reduced = reducedDensity(qubits)
        var sum = 0.0
        for r in 0..<matrix.dimension { for c in 0..<matrix.dimension { sum += (matrix[r, c] * reduced[c, r]).re } }
        return sum
    }

    /// The reduced density matrix of a few qubits; the first is the least significant.
    public func reducedDensity(_ qubits: [Int]) -> Matrix {
        let size = 1 << qubits.count
        var result = Matrix(zero: size)
        let mask = qubits.reduce(0) { $0 | 1 << $1 }
        let offsets = (0..<size).map { row in
            qubits.enumerated().reduce(0) { $0 | (row >> $1.offset & 1) << $1.element }
        }
        for base in 0..<count where base & mask == 0 {
            for r in 0..<size {
                let a = self[base | offsets[r]]
                for c in 0...r { result[r, c] += a * self[base | offsets[c]].conjugate }
            }
        }
        for r in 0..<size { for c in r + 1..<max(size, r + 1) { result[r, c] = result[c, r].conjugate } }
        return result
    }

    func applySurvival(_ segment: [Item], at item: Int, probability: Double) {
        guard case .channel(let channel) = segment[item], case .kraus = channel.kind,
            case .kernel(let kernel) = channel.events[0]
        else { return }
        apply(kernel)
        scale(by: 1 / probability.squareRoot())
    }

    func applyEvent(_ segment: [Item], at item: Int, uniform: Double, second: Double) {
        guard case .channel(let channel) = segment[item] else { return }
        var chosen = channel.events.count - 1
        var probability = 1.0
        switch channel.kind {
        case .mixture:
            let target = uniform * (1 - channel.survival)
            chosen = channel.cumulative.firstIndex { target < $0 } ?? chosen
        case .kraus(let effects):
            let weights = effects.dropFirst().map { max(0, expectation(of: $0, on: channel.qubits)) }
            var target = uniform * weights.reduce(0, +)
            for (k, weight) in weights.enumerated() where weight > 0 {
                chosen = k + 1
                probability = weight
                if target < weight { break }
                target -= weight
            }
        }
        switch channel.events[chosen] {
        case .kernel(let kernel):
            apply(kernel)
            if case .kraus = channel.kind { scale(by: 1 / probability.squareRoot()) }
        case .reset:
            let qubit = channel.qubits[0]
            let one = probabilityOfOne(qubit)
            let outcome = second < one
            collapse(qubit, to: outcome, probability: outcome ? one : 1 - one)
            if outcome { flip(qubit) }
        }
    }

    private func scale(by factor: Double) {
        let (x, y) = vectors
        Parallel.ranges(vectorCount, threads: threads(for: vectorCount)) { range in
            for k in range {
                x[k] *= factor
                y[k] *= factor
            }
        }
    }

    func sample(_ qubits: [Int], _ uniforms: [Double]) -> [[UInt64]] {
        sample(uniforms).map { state in
            var outcome: UInt64 = 0
            for (k, qubit) in qubits.enumerated() { outcome |= (state >> UInt64(qubit) & 1) << UInt64(k) }
            return [outcome]
        }
    }

    func collapse(_ qubits: [Int], to outcome: [UInt64]) {
        var mask = 0, pattern = 0
        for (k, qubit) in qubits.enumerated() {
            mask |= 1 << qubit
            if outcome[0] >> UInt64(k) & 1 == 1 { pattern |= 1 << qubit }
        }
        collapse(mask: mask, pattern: pattern, probability: probability(mask: mask, pattern: pattern))
    }

    static var resetsExactly: Bool { false }
    func resetExactly(_ qubit: Int) { preconditionFailure("a pure state does not survive a reset") }
    func flip(_ qubit: Int) { apply(ElementaryGate(.x, targets: [Qubit(qubit)])) }
}

extension StateVector.Branching {
    init(_ channel: NoiseChannel, on qubits: [Int]) {
        self.qubits = qubits
        func kernel(_ matrix: Matrix) -> Event {
            .kernel(StateVectorKernel(matrix, targets: qubits, controls: [], values: []))
        }
        switch channel.form {
        case .pauli(let probabilities):
            kind = .mixture
            survival = probabilities[0]
            events = []
            cumulative = []
            var sum = 0.0
            for index in probabilities.indices.dropFirst() where probabilities[index] > 0 {
                sum += probabilities[index]
                cumulative.append(sum)
                events.append(kernel(NoiseChannel.pauliMatrix(index, qubits: qubits.count)))
            }
        case .relaxation(let decay, let coherence) where coherence <= 1 - decay:
            // For T2 ≤ T1 the map is a mixture of nothing, a phase flip and a reset, whatever the state.
            kind = .mixture
            let flip = (1 - decay - coherence) / 2
            survival = 1 - decay - flip
            cumulative = [flip, flip + decay]
            events = [kernel(StandardGate.z.matrix()), .reset]
        case .relaxation, .kraus:
            let operators = channel.krausOperators
            kind = .kraus(effects: operators.map { $0.adjoint * $0 })
            survival = 0
            cumulative = []
            events = operators.map { kernel($0) }
        }
    }
}
