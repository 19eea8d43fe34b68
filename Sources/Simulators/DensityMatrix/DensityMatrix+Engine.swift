import Circuits

extension DensityMatrix: Engine {
    static func prepare(
        _ steps: [Program.QuantumStep], qubitCount: Int
    ) throws(SimulationError) -> [StateVectorKernel] {
        var fusion = SuperoperatorFusion(qubitCount: qubitCount)
        for step in steps {
            switch step {
            case .gate(let gate): fusion.append(gate)
            case .channel(let channel, let qubits):
                if let unitary = channel.unitary {
                    fusion.append(ElementaryGate(.matrix(unitary), targets: qubits.map { Qubit($0) }))
                } else {
                    fusion.append(channel, on: qubits)
                }
            case .event: break
            }
        }
        return fusion.finish()
    }

    var byteCount: Int { vector.byteCount }

    func apply(
        _ segment: [StateVectorKernel], from start: Int, survival: inout Double, threshold: Double
    ) -> Int? {
        for kernel in segment[start...] { vector.apply(kernel) }
        return nil
    }

    func applyEvent(_ segment: [StateVectorKernel], at item: Int, uniform: Double, second: Double) {}

    /// The probability that measuring `qubit` gives 1.
    public func probabilityOfOne(_ qubit: Int) -> Double {
        var sum = 0.0, total = 0.0
        for index in 0..<1 << qubitCount {
            let weight = vector.re[index | index << qubitCount]
            total += weight
            if index >> qubit & 1 == 1 { sum += weight }
        }
        return min(max(sum / total, 0), 1)
    }

    /// Projects `qubit` onto `value`, and normalises.
    ///
    /// - Precondition: `probability` is that of the value, and positive.
    public func collapse(_ qubit: Int, to value: Bool, probability: Double) {
        collapse([qubit], to: [value ? 1 : 0])
    }

    func collapse(_ qubits: [Int], to outcome: [UInt64]) {
        var mask = 0, pattern = 0
        for (k, qubit) in qubits.enumerated() {
            mask |= 1 << qubit
            if outcome[0] >> UInt64(k) & 1 == 1 { pattern |= 1 << qubit }
        }
        var probability = 0.0
        for index in 0..<1 << qubitCount where index & mask == pattern {
            probability += vector.re[index | index << qubitCount]
        }
        vector.collapse(
            mask: mask | mask << qubitCount, pattern: pattern | pattern << qubitCount,
            probability: probability * probability)
    }

    func sample(_ qubits: [Int], _ uniforms: [Double]) -> [[UInt64]] {
        let sampler = CumulativeSampler(probabilities)
        return uniforms.map { uniform in
            let state = sampler.index(at: uniform)
            var outcome: UInt64 = 0
            for (k, qubit) in qubits.enumerated() { outcome |= UInt64(state >> qubit & 1) << UInt64(k) }
            return [outcome]
        }
    }

    static var resetsExactly: Bool { true }

    func resetExactly(_ qubit: Int) {
        let keep = Matrix(dimension: 2, elements: [.one, .zero, .zero, .zero])
        let drop = Matrix(dimension: 2, elements: [.zero, .one, .zero, .zero])
        vector.apply(Self.kernel(keep.conjugation + drop.conjugation, [qubit], qubitCount: qubitCount))
    }

    func flip(_ qubit: Int) { apply(ElementaryGate(.x, targets: [Qubit(qubit)])) }
}

/// Draws indices from a distribution by its running sum.
struct CumulativeSampler {
    private var sums: [Double]
    private var last = 0

    /// Weights need not add up to one; negative rounding counts as zero.
    init(_ weights: [Double]) {
        sums = []
        sums.reserveCapacity(weights.count)
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
            if weight > 0 {
                sum += weight
                last = index
            }
            sums.append(sum)
        }
    }

    /// The index whose share of the running sum contains `uniform`, which is in [0, 1).
    func index(at uniform: Double) -> Int {
        let target = uniform * (sums.last ?? 0)
        var low = 0, high = sums.count
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] > target { high = middle } else { low = middle + 1 }
        }
        return min(low, last)
    }
}
