/// A set of sites of one machine, up to 512 of them; wider machines are not shared.
public struct SiteMask: Hashable, Sendable {
    public static let capacity = 512
    private(set) var words: SIMD8<UInt64>

    public init() { words = .zero }

    public init(_ sites: some Sequence<Int>) {
        words = .zero
        for site in sites { insert(site) }
    }

    @inline(__always)
    public func contains(_ site: Int) -> Bool { words[site >> 6] & (1 << UInt64(site & 63)) != 0 }

    @inline(__always)
    public mutating func insert(_ site: Int) { words[site >> 6] |= 1 << UInt64(site & 63) }

    @inline(__always)
    public mutating func remove(_ site: Int) { words[site >> 6] &= ~(1 << UInt64(site & 63)) }

    @inline(__always) public func union(_ other: SiteMask) -> SiteMask { SiteMask(words: words | other.words) }
    @inline(__always) public func intersection(_ other: SiteMask) -> SiteMask { SiteMask(words: words & other.words) }
    @inline(__always) public func subtracting(_ other: SiteMask) -> SiteMask { SiteMask(words: words & ~other.words) }
    @inline(__always) public func isSubset(of other: SiteMask) -> Bool { words & ~other.words == .zero }
    @inline(__always) public func isDisjoint(with other: SiteMask) -> Bool { words & other.words == .zero }
    public var isEmpty: Bool { words == .zero }

    public var count: Int {
        var total = 0
        for k in 0..<8 { total += words[k].nonzeroBitCount }
        return total
    }

    /// 64 sites a word, lowest first; words beyond the capacity are left out.
    init(words list: [UInt64]) {
        words = .zero
        for (k, word) in list.prefix(8).enumerated() { words[k] = word }
    }

    /// Calls for each site, ascending.
    @inline(__always)
    func forEach(_ body: (Int) -> Void) {
        for k in 0..<8 {
            var word = words[k]
            while word != 0 {
                body(k * 64 + word.trailingZeroBitCount)
                word &= word - 1
            }
        }
    }

    /// Ascending.
    public var sites: [Int] {
        var result: [Int] = []
        forEach { result.append($0) }
        return result
    }

    private init(words: SIMD8<UInt64>) { self.words = words }
}

extension SiteSet {
    public init(_ mask: SiteMask) { self.init(words: (0..<8).map { mask.words[$0] }) }
}
