public import Circuits

/// What one readout experiment gave, bit by bit: all that a confusion of independent bits depends on.
public struct ReadoutTally: Hashable, Sendable, Codable {
    /// Shots with an outcome.
    public var shots: Int
    /// How many of them read 1, by bit.
    public var ones: [Int]

    public init(_ counts: Counts, bitCount: Int) {
        shots = counts.total
        ones = (0..<bitCount).map { bit in counts.entries.reduce(0) { $0 + ($1.bits[bit] ? $1.count : 0) } }
    }
}
