/// Where the carriers of a machine are while a program runs, and the moves that bring pairs together.
///
/// The compiler, which needs the times, and an emulator, which needs the moves, follow the same rules: a pair stays in its
/// place of the entangling zone until one of the two is needed elsewhere or the place is needed; its place is the one where
/// one of the two already is, else a free one, else the one used longest ago. At the start all carriers rest.
public struct Itinerary: Sendable {
    private let transport: Transport
    private let resting: [Position]
    private let places: [Position]
    /// By site: the place of the entangling zone where its carrier is; nil at rest.
    private var place: [Int?]
    private var occupants: [[Site]]
    private var lastUse: [Int]
    private var clock = 0

    /// One carrier's way from where it was.
    public struct Move: Hashable, Sendable {
        public var site: Site
        /// Metres.
        public var distance: Double
        public var time: Seconds
    }

    /// Nil for a machine where nothing moves.
    public init?(_ description: DeviceDescription) {
        guard let transport = description.transport else { return nil }
        self.transport = transport
        resting = description.geometry.positions
        places = description.zones.filter { $0.purpose == .entangling }.flatMap(\.places)
        if places.isEmpty { return nil }
        place = Array(repeating: nil, count: description.siteCount)
        occupants = Array(repeating: [], count: places.count)
        lastUse = Array(repeating: 0, count: places.count)
    }

    /// How many pairs there is room for at once.
    public var placeCount: Int { places.count }

    /// Brings two carriers into one place; the moves happen at the same time.
    public mutating func bring(_ a: Site, _ b: Site) -> [Move] {
        clock += 1
        if let here = place[a.index], here == place[b.index] {
            lastUse[here] = clock
            return []
        }
        let target = place[a.index] ?? place[b.index] ?? idlestPlace
        lastUse[target] = clock
        var moves: [Move] = []
        for other in occupants[target] where other != a && other != b { moves.append(move(other, to: nil)) }
        for site in [a, b] where place[site.index] != target { moves.append(move(site, to: target)) }
        return moves
    }

    private var idlestPlace: Int {
        var best = 0
        for k in places.indices
        where (occupants[k].isEmpty ? 0 : 1, lastUse[k]) < (occupants[best].isEmpty ? 0 : 1, lastUse[best]) { best = k }
        return best
    }

    private mutating func move(_ site: Site, to target: Int?) -> Move {
        let start = position(of: site)
        if let old = place[site.index] { occupants[old].removeAll { $0 == site } }
        place[site.index] = target
        if let target { occupants[target].append(site) }
        let distance = start.flatMap { from in position(of: site).map { from.distance(to: $0) } } ?? 0
        return Move(site: site, distance: distance, time: transport.time(over: distance))
    }

    private func position(of site: Site) -> Position? {
        place[site.index].map { places[$0] } ?? (resting.isEmpty ? nil : resting[site.index])
    }

    /// Carriers that stand in the entangling zone without a partner, ascending.
    public var unpaired: [Site] { occupants.filter { $0.count == 1 }.map { $0[0] }.sorted() }
}

extension [Itinerary.Move] {
    /// Until all have arrived.
    public var time: Seconds { Seconds(reduce(0) { Swift.max($0, $1.time.value) }) }
}
