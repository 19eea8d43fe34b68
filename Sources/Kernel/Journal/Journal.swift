/// One line of the kernel's memory.
public struct JournalEntry: Hashable, Sendable {
    /// Seconds since 1970-01-01 UTC.
    public var time: Double
    public var fact: Transition

    public init(time: Double, fact: Transition) {
        self.time = time
        self.fact = fact
    }
}

/// Where a driver in virtual time writes facts: a simulation has no processes to share them with.
public protocol Journal {
    mutating func append(_ facts: [Transition], at time: Double)
}

/// A journal that keeps a digest of what it is told: two runs of the same seed agree in it, or they differ somewhere.
public struct DigestJournal: Journal, Hashable, Sendable {
    public private(set) var count: UInt64 = 0
    public private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325

    public init() {}

    public mutating func append(_ facts: [Transition], at time: Double) {
        for fact in facts {
            count += 1
            mix(time.bitPattern)
            fact.feed { mix($0) }
        }
    }

    /// A word of FNV-1a, then stirred: the same in every process, unlike `Hasher`.
    private mutating func mix(_ word: UInt64) {
        digest = (digest ^ word) &* 0x100_0000_01B3
        digest ^= digest >> 29
    }
}
