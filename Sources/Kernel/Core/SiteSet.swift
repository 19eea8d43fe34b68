public import Hardware

/// A set of sites of one machine, a bit each.
public struct SiteSet: Hashable, Sendable {
    /// 64 sites a word, lowest first; no zero words at the end, so that equal sets are equal values.
    public private(set) var words: [UInt64] = []

    public init() {}

    public init(words: [UInt64]) {
        self.words = words
        trim()
    }

    public init(_ sites: some Sequence<Site>) {
        for site in sites { insert(site) }
    }

    /// The first sites of a machine.
    public init(all count: Int) {
        words = Array(repeating: ~0, count: count / 64)
        if count % 64 > 0 { words.append((1 << UInt64(count % 64)) - 1) }
    }

    public var isEmpty: Bool { words.isEmpty }
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    public func contains(_ site: Site) -> Bool {
        let (word, bit) = site.index.quotientAndRemainder(dividingBy: 64)
        return word < words.count && words[word] >> UInt64(bit) & 1 == 1
    }

    public mutating func insert(_ site: Site) {
        let (word, bit) = site.index.quotientAndRemainder(dividingBy: 64)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(bit)
    }

    public func isDisjoint(with other: SiteSet) -> Bool {
        for k in 0..<min(words.count, other.words.count) where words[k] & other.words[k] != 0 { return false }
        return true
    }

    public func isSubset(of other: SiteSet) -> Bool {
        guard words.count <= other.words.count else { return false }
        for k in words.indices where words[k] & ~other.words[k] != 0 { return false }
        return true
    }

    /// Whether all are among the first sites of a machine.
    public func fits(_ count: Int) -> Bool {
        guard let last = words.last else { return true }
        return words.count * 64 - last.leadingZeroBitCount <= count
    }

    public mutating func formUnion(_ other: SiteSet) {
        while words.count < other.words.count { words.append(0) }
        for k in other.words.indices { words[k] |= other.words[k] }
    }

    public mutating func subtract(_ other: SiteSet) {
        for k in 0..<min(words.count, other.words.count) { words[k] &= ~other.words[k] }
        trim()
    }

    /// Ascending.
    public var sites: [Site] {
        var result: [Site] = []
        for (place, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                result.append(Site(place * 64 + rest.trailingZeroBitCount))
                rest &= rest - 1
            }
        }
        return result
    }

    private mutating func trim() { while words.last == 0 { words.removeLast() } }
}
