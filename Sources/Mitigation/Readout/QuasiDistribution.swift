public import Circuits

/// A corrected distribution over outcomes: sums to one, single entries may be slightly negative.
public struct QuasiDistribution: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public var bits: BitString
        public var probability: Double
        public var standardError: Double

        public init(bits: BitString, probability: Double, standardError: Double) {
            self.bits = bits
            self.probability = probability
            self.standardError = standardError
        }
    }

    /// Ascending by bits.
    public var entries: [Entry]

    public init(entries: [Entry]) { self.entries = entries }
}

extension ReadoutConfusion {
    /// The distribution with the readout error inverted within the subspace of outcomes that occurred.
    ///
    /// Matrix elements between observed strings, columns normalised over the subspace (M3: Nation, Kang, Sundaresan,
    /// Gambetta, PRX Quantum 2, 040326); solved directly up to `directLimit` strings, else iteratively without forming
    /// the matrix, dropping elements beyond three bit flips. Standard errors come from the rows of the inverse and the
    /// multinomial covariance of the counts; above the direct limit from the diagonal alone.
    ///
    /// - Throws: `MitigationError.notConverged`.
    public func mitigate(_ counts: Counts, directLimit: Int = 384) throws(MitigationError) -> QuasiDistribution {
        let system = SubspaceConfusion(
            confusion: self, outcomes: counts.entries.map(\.bits), isExact: counts.entries.count <= directLimit)
        let observed = counts.entries.map { Double($0.count) / Double(counts.total) }
        let solution: [Double]
        let errors: [Double]
        if observed.count <= directLimit {
            let inverse = system.inverse()
            solution = inverse.map { row in zip(row, observed).reduce(0) { $0 + $1.0 * $1.1 } }
            errors = zip(inverse, solution).map { row, mean in
                let second = zip(row, observed).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
                return (max(0, second - mean * mean) / Double(counts.total)).squareRoot()
            }
        } else {
            solution = try system.solve(observed)
            // With this many strings each is rare and the inverse is near-diagonal: its diagonal alone carries the spread.
            errors = zip(system.diagonal, observed).map { diagonal, p in
                (p * (1 - p) / Double(counts.total)).squareRoot() / diagonal
            }
        }
        let entries = counts.entries.indices.map {
            QuasiDistribution.Entry(
                bits: counts.entries[$0].bits, probability: solution[$0], standardError: errors[$0])
        }
        return QuasiDistribution(entries: entries)
    }
}
