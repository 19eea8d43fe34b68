import Circuits

extension StateVector {
    /// Amplitudes whose probabilities are added up in one piece; sums do not depend on the number of threads.
    private static let chunk = 1 << 12

    /// The sums of |amplitude|² over consecutive chunks, where the masked bits of the index hold `pattern`.
    private func chunkSums(mask: Int, pattern: Int) -> [Double] {
        let size = min(Self.chunk, capacity)
        let chunks = capacity / size
        let lowMask = mask & (laneCount - 1), lowPattern = pattern & (laneCount - 1)
        var weights = Lanes.zero
        for lane in 0..<laneCount where lane & lowMask == lowPattern { weights[lane] = 1 }
        let highMask = mask >> laneQubits, highPattern = pattern >> laneQubits
        let (x, y) = vectors
        var sums = [Double](repeating: 0, count: chunks)
        sums.withUnsafeMutableBufferPointer { sums in
            let target = Parallel.Unchecked(sums.baseAddress!)
            Parallel.ranges(chunks, threads: threads(for: vectorCount)) { range in
                for chunk in range {
                    var total = Lanes.zero
                    let perChunk = size / laneCount
                    for k in chunk * perChunk..<(chunk + 1) * perChunk where k & highMask == highPattern {
                        total += weights * (x[k] * x[k] + y[k] * y[k])
                    }
                    target.value[chunk] = total.sum()
                }
            }
        }
        return sums
    }

    /// ⟨ψ|ψ⟩.
    public var norm: Double { chunkSums(mask: 0, pattern: 0).reduce(0, +) }

    /// The probability that measuring `qubit` gives 1.
    public func probabilityOfOne(_ qubit: Int) -> Double {
        chunkSums(mask: 1 << qubit, pattern: 1 << qubit).reduce(0, +)
    }

    /// The probability that the masked bits hold `pattern`.
    func probability(mask: Int, pattern: Int) -> Double { chunkSums(mask: mask, pattern: pattern).reduce(0, +) }

    /// |amplitude|² for all basis states.
    public var probabilities: [Double] { (0..<count).map { re[$0] * re[$0] + im[$0] * im[$0] } }

    /// Projects onto the basis states whose masked bits hold `pattern`, and scales so that the norm is one.
    ///
    /// - Parameter probability: of the pattern; positive.
    func collapse(mask: Int, pattern: Int, probability: Double) {
        let scale = 1 / probability.squareRoot()
        let highMask = mask >> laneQubits, highPattern = pattern >> laneQubits
        let lowMask = mask & (laneCount - 1), lowPattern = pattern & (laneCount - 1)
        var weights = Lanes.zero
        for lane in 0..<laneCount where lane & lowMask == lowPattern { weights[lane] = scale }
        let (x, y) = vectors
        Parallel.ranges(vectorCount, threads: threads(for: vectorCount)) { range in
            for k in range {
                let factor = k & highMask == highPattern ? weights : .zero
                x[k] *= factor
                y[k] *= factor
            }
        }
    }

    /// Projects `qubit` onto `value`.
    ///
    /// - Precondition: `probability` is that of the value, and positive.
    public func collapse(_ qubit: Int, to value: Bool, probability: Double) {
        precondition(probability > 0, "a collapse onto an outcome of probability zero")
        collapse(mask: 1 << qubit, pattern: value ? 1 << qubit : 0, probability: probability)
    }

    /// Measures `qubit`: draws an outcome and collapses.
    @discardableResult
    public func measure(_ qubit: Int, using generator: inout some RandomNumberGenerator) -> Bool {
        let one = probabilityOfOne(qubit)
        let outcome = Double(generator.next() >> 11) * 0x1p-53 < one
        collapse(qubit, to: outcome, probability: outcome ? one : 1 - one)
        return outcome
    }

    /// Basis states drawn from the distribution of a measurement of all qubits, one for each of the numbers in [0, 1).
    ///
    /// One pass over the state however many are drawn: the numbers are sorted and met by the running sum.
    func sample(_ uniforms: [Double]) -> [UInt64] {
        let order = uniforms.indices.sorted { uniforms[$0] < uniforms[$1] }
        let sums = chunkSums(mask: 0, pattern: 0)
        let total = sums.reduce(0, +)
        let size = min(Self.chunk, capacity)
        var result = [UInt64](repeating: 0, count: uniforms.count)
        var chunk = 0
        var before = 0.0
        var index = 0
        var running = 0.0
        var last = 0
        for shot in order {
            let target = uniforms[shot] * total
            // Whole chunks first, then single amplitudes within the chunk that the number falls into.
            while chunk + 1 < sums.count && before + sums[chunk] <= target {
                before += sums[chunk]
                chunk += 1
                index = chunk * size
                running = before
            }
            let end = min((chunk + 1) * size, count)
            while index < end {
                let weight = re[index] * re[index] + im[index] * im[index]
                if weight > 0 { last = index }
                if running + weight > target { break }
                running += weight
                index += 1
            }
            // Rounding can leave the sum short of the number: then the last possible state is meant.
            result[shot] = UInt64(index < end ? index : last)
        }
        return result
    }

    /// ⟨ψ|P|ψ⟩ for the Pauli operator with X on `x`, Z on `z`, Y on both; bit k for qubit k.
    func expectation(x: Int, z: Int) -> Double {
        // P|k⟩ = i^{|x∧z|} (−1)^{|k∧z|} |k⊕x⟩.
        let size = min(Self.chunk, count)
        let chunks = count / size
        var sums = [Double](repeating: 0, count: chunks)
        let yCount = (x & z).nonzeroBitCount
        sums.withUnsafeMutableBufferPointer { sums in
            let target = Parallel.Unchecked(sums.baseAddress!)
            Parallel.ranges(chunks, threads: threads(for: vectorCount)) { range in
                for chunk in range {
                    var total = 0.0
                    for k in chunk * size..<(chunk + 1) * size {
                        let j = k ^ x
                        // conj(ψ_j) ψ_k, its real or imaginary part by the power of i.
                        let term =
                            yCount & 1 == 0
                            ? re[j] * re[k] + im[j] * im[k] : -(re[j] * im[k] - im[j] * re[k])
                        total += (k & z).nonzeroBitCount & 1 == 0 ? term : -term
                    }
                    target.value[chunk] = total
                }
            }
        }
        let sum = sums.reduce(0, +)
        return yCount & 2 == 0 ? sum : -sum
    }
}
