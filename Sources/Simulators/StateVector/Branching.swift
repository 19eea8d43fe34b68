import Circuits

/// A channel as a trajectory takes it: nothing happens, or one of several events.
///
/// "Nothing" is a fixed factor of the survival probability and, where survival depends on the state, an operator as well
/// (the no-jump evolution), whose effect on the norm is the rest of the probability. So the operator can be fused into
/// blocks of gates, and the norm read once at the end (Dalibard, Castin, Mølmer, PRL 68, 580 (1992)).
struct Branching: Sendable {
    enum Event: Sendable {
        /// A Pauli operator, two bits an operand as in `NoiseChannel.Form.pauli`.
        case pauli(Int)
        /// A Kraus operator.
        case jump(Matrix)
        /// The qubit is measured and brought to |0⟩.
        case reset
    }

    let qubits: [Int]
    /// The fixed factor of the probability that nothing happens.
    let survival: Double
    /// What no event does to the state; nil for nothing at all.
    let noJump: Matrix?
    /// Cumulative probabilities of the events, up to 1 − survival, where they do not depend on the state.
    let cumulative: [Double]
    let events: [Event]

    init(_ channel: NoiseChannel, on qubits: [Int]) {
        self.qubits = qubits
        switch channel.form {
        case .pauli(let probabilities):
            survival = probabilities[0]
            noJump = nil
            let possible = probabilities.indices.dropFirst().filter { probabilities[$0] > 0 }
            events = possible.map { .pauli($0) }
            var sum = 0.0
            cumulative = possible.map {
                sum += probabilities[$0]
                return sum
            }
        case .relaxation(let decay, let coherence) where coherence <= 1 - decay:
            // For T2 ≤ T1 the map is a mixture of nothing, a phase flip and a reset, whatever the state.
            let flip = (1 - decay - coherence) / 2
            survival = 1 - decay - flip
            noJump = nil
            cumulative = [flip, flip + decay]
            events = [.pauli(3), .reset]
        case .relaxation(let decay, let coherence) where channel.isMixture:
            // For T1 < T2 < 2·T1 the identity is still part of the map, with the largest weight that leaves the rest
            // completely positive: 1 − (1 − c)²/(2 − γ − 2c). The rest is one diagonal operator, and the decay.
            let rest = Self.restOfIdentity(decay, coherence)
            survival = 1 - rest
            noJump = nil
            cumulative = []
            let root = rest.squareRoot()
            events = [
                .jump(Matrix(diagonal: [Complex(root), Complex(root - (1 - coherence) / root)])),
                .jump(Matrix(dimension: 2, elements: [.zero, Complex(decay.squareRoot()), .zero, .zero])),
            ]
        case .relaxation(let decay, _):
            let operators = channel.krausOperators
            // The first operator is √(1 − flip)·diag(1, √(1 − decay)); the flip's share does not depend on the state.
            let keep = operators[0][0, 0]
            survival = keep.norm
            noJump = Matrix(diagonal: [.one, Complex((1 - decay).squareRoot())])
            cumulative = []
            events = operators.dropFirst().map { .jump($0) }
        case .coupling:
            survival = 1
            noJump = channel.unitary
            cumulative = []
            events = []
        case .kraus(let operators):
            survival = 1
            noJump = operators[0]
            cumulative = []
            events = operators.dropFirst().map { .jump($0) }
        }
    }

    /// The weight of a relaxation channel beside the identity, at its least.
    static func restOfIdentity(_ decay: Double, _ coherence: Double) -> Double {
        let weight = 2 * (1 - coherence) - decay
        return weight > 0 ? (1 - coherence) * (1 - coherence) / weight : 1
    }

    /// The no-jump operator as something to fuse.
    var noJumpGate: ElementaryGate? {
        noJump.map { ElementaryGate(.matrix($0), targets: qubits.map { Qubit($0) }) }
    }
}

extension NoiseChannel {
    /// Whether a trajectory takes the channel as one whose events have fixed probabilities, all in all.
    ///
    /// Relaxation can be taken so for any T2 < 2·T1, but close to it most events would be ones that do almost nothing;
    /// then following the norm is cheaper.
    var isMixture: Bool {
        switch form {
        case .pauli, .coupling: true
        case .relaxation(let decay, let coherence):
            coherence <= 1 - decay || Branching.restOfIdentity(decay, coherence) <= min(0.5, 4 * decay)
        case .kraus: false
        }
    }
}

extension StateVector {
    /// Applies one of a channel's events, chosen by `uniform` in [0, 1) and, where it has an outcome itself, by `second`;
    /// the state comes and goes normalised.
    func apply(_ channel: Branching, uniform: Double, second: Double) {
        var chosen = channel.events.count - 1
        var probability = 1.0
        if !channel.cumulative.isEmpty {
            let target = uniform * (1 - channel.survival)
            chosen = channel.cumulative.firstIndex { target < $0 } ?? chosen
        } else {
            let weights = channel.events.map { event in
                guard case .jump(let matrix) = event else { return 0.0 }
                return max(0, expectation(of: matrix.adjoint * matrix, on: channel.qubits))
            }
            var target = uniform * weights.reduce(0, +)
            for (k, weight) in weights.enumerated() where weight > 0 {
                chosen = k
                probability = weight
                if target < weight { break }
                target -= weight
            }
        }
        switch channel.events[chosen] {
        case .pauli(let index):
            for (k, qubit) in channel.qubits.enumerated() where index >> (2 * k) & 3 != 0 {
                let pauli = [StandardGate.id, .x, .y, .z][index >> (2 * k) & 3]
                apply(ElementaryGate(pauli, targets: [Qubit(qubit)]))
            }
        case .jump(let matrix):
            apply(StateVectorKernel(matrix, targets: channel.qubits, controls: [], values: []))
            scale(by: 1 / probability.squareRoot())
        case .reset:
            let qubit = channel.qubits[0]
            let one = probabilityOfOne(qubit)
            let outcome = second < one
            collapse(qubit, to: outcome, probability: outcome ? one : 1 - one)
            if outcome { flip(qubit) }
        }
    }

    func scale(by factor: Double) {
        let (x, y) = vectors
        Parallel.ranges(vectorCount, threads: threads(for: vectorCount)) { range in
            for k in range {
                x[k] *= factor
                y[k] *= factor
            }
        }
    }
}
