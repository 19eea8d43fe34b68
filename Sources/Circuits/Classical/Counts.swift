/// How often each outcome occurred: ordered by outcome, so that the same shots always read the same.
public struct Counts: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let bits: BitString
        public let count: Int
    }

    /// Ascending by bits; every count is positive.
    public let entries: [Entry]
    /// The number of shots.
    public let total: Int

    public init(_ shots: some Sequence<BitString>) {
        var tally: [BitString: Int] = [:]
        for shot in shots { tally[shot, default: 0] += 1 }
        self.init(tally: tally)
    }

    public init(tally: [BitString: Int]) {
        entries = tally.filter { $0.value > 0 }.map { Entry(bits: $0.key, count: $0.value) }.sorted {
            $0.bits < $1.bits
        }
        total = entries.reduce(0) { $0 + $1.count }
    }

    /// Occurrences of one outcome; zero if it never occurred.
    public subscript(bits: BitString) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].bits < bits { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].bits == bits ? entries[low].count : 0
    }

    /// The counts of a selection of bits: bit k of the new strings is bit `bits[k]` of the old.
    public func selecting(_ bits: [Int]) -> Counts {
        var tally: [BitString: Int] = [:]
        for entry in entries { tally[entry.bits.selecting(bits), default: 0] += entry.count }
        return Counts(tally: tally)
    }
}

extension BitString {
    /// Bit k of the result is bit `bits[k]` of this string.
    public func selecting(_ bits: [Int]) -> BitString {
        var result = BitString(zeros: bits.count)
        for (k, bit) in bits.enumerated() where self[bit] { result[k] = true }
        return result
    }
}
