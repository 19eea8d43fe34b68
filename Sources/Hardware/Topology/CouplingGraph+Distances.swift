import Circuits

extension CouplingGraph {
    /// The number of couplers on a shortest path from `origin` to each site; nil where there is none.
    public func distances(from origin: Site) -> [Int?] {
        distanceRow(from: origin).map { $0 == DistanceMatrix.unreachable ? nil : Int($0) }
    }

    /// All pairs, 2 bytes a pair.
    public func distanceMatrix() -> DistanceMatrix {
        var rows: [UInt16] = []
        rows.reserveCapacity(siteCount * siteCount)
        for index in 0..<siteCount { rows += distanceRow(from: Site(index)) }
        return DistanceMatrix(siteCount: siteCount, rows: rows)
    }

    /// A shortest path with both ends, through the lowest sites where several are shortest; nil if there is none.
    public func shortestPath(from start: Site, to end: Site) -> [Site]? {
        guard isUsable(start), isUsable(end) else { return nil }
        if start == end { return [start] }
        if isComplete { return [start, end] }
        let distance = distanceRow(from: end)
        guard distance[start.index] != DistanceMatrix.unreachable else { return nil }
        var path = [start]
        while let here = path.last, here != end {
            guard let next = neighbours(of: here).first(where: { distance[$0.index] + 1 == distance[here.index] })
            else { preconditionFailure("a finite distance without a path") }
            path.append(next)
        }
        return path
    }

    /// The usable sites in connected pieces: the largest first, equal ones by their lowest site; each in ascending order.
    public var components: [[Site]] { components(among: usableSites) }

    /// The pieces that hold together without the sites that are not named.
    ///
    /// - Parameter sites: usable ones, each once.
    public func components(among sites: [Site]) -> [[Site]] {
        if isComplete { return sites.isEmpty ? [] : [sites.sorted()] }
        var seen = [Bool](repeating: true, count: siteCount)
        for site in sites { seen[site.index] = false }
        var result: [[Site]] = []
        for start in sites.sorted() where !seen[start.index] {
            seen[start.index] = true
            var piece = [start], next = 0
            while next < piece.count {
                for neighbour in neighbours(of: piece[next]) where !seen[neighbour.index] {
                    seen[neighbour.index] = true
                    piece.append(neighbour)
                }
                next += 1
            }
            result.append(piece.sorted())
        }
        return result.sorted { $0.count != $1.count ? $0.count > $1.count : $0[0] < $1[0] }
    }

    private func distanceRow(from origin: Site) -> [UInt16] {
        var row = [UInt16](repeating: DistanceMatrix.unreachable, count: siteCount)
        guard isUsable(origin) else { return row }
        row[origin.index] = 0
        if isComplete {
            for site in usableSites where site != origin { row[site.index] = 1 }
            return row
        }
        var queue = [origin], next = 0
        queue.reserveCapacity(siteCount)
        while next < queue.count {
            let here = queue[next]
            next += 1
            for neighbour in neighbours(of: here) where row[neighbour.index] == DistanceMatrix.unreachable {
                row[neighbour.index] = row[here.index] + 1
                queue.append(neighbour)
            }
        }
        return row
    }
}

/// Distances between all pairs of sites of a `CouplingGraph`, in couplers.
public struct DistanceMatrix: Sendable {
    public let siteCount: Int
    @usableFromInline let rows: [UInt16]
    /// The entry of two sites that no path joins.
    public static let unreachable = UInt16.max

    init(siteCount: Int, rows: [UInt16]) {
        self.siteCount = siteCount
        self.rows = rows
    }

    /// The distance, or `unreachable`.
    @inlinable
    public subscript(a: Site, b: Site) -> UInt16 { rows[a.index * siteCount + b.index] }
}
