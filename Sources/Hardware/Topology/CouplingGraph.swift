import Circuits

/// The sites that can be used and the couplers that work, as an undirected graph: dead sites and couplers are left out.
///
/// Two sites are neighbours if some native two-qubit gate works on them in at least one direction. Which gate in which
/// direction with which error is asked of the `Calibration`.
public struct CouplingGraph: Sendable {
    public let siteCount: Int
    /// Whether any two usable sites are neighbours (`Connectivity.all`); then `edges` is empty.
    public let isComplete: Bool
    /// The working couplers, `first < second`, in ascending order; empty if the graph is complete.
    public let edges: [Coupling]
    private let usable: [Bool]
    /// Neighbour lists one after the other; those of site k are `offsets[k]..<offsets[k + 1]`.
    private let adjacency: [Site]
    private let offsets: [Int]

    public init(description: DeviceDescription, calibration: Calibration) {
        siteCount = description.siteCount
        usable = (0..<siteCount).map { calibration.isOperational(Site($0)) }
        var edges: [Coupling] = []
        switch description.connectivity {
        case .all: isComplete = true
        case .couplings(let couplings):
            isComplete = false
            let gates = description.nativeGates.map(\.gate).filter { $0.qubitCount == 2 }
            for coupling in couplings where usable[coupling.first.index] && usable[coupling.second.index] {
                let pair = [coupling.first, coupling.second]
                let works = gates.contains { calibration.figures(for: $0, on: pair).map { !$0.isDead } ?? false }
                if works { edges.append(coupling.first < coupling.second ? coupling : coupling.reversed) }
            }
            edges.sort { ($0.first, $0.second) < ($1.first, $1.second) }
            edges = edges.indices.filter { $0 == 0 || edges[$0] != edges[$0 - 1] }.map { edges[$0] }
        }
        self.edges = edges
        var degrees = [Int](repeating: 0, count: siteCount + 1)
        for edge in edges {
            degrees[edge.first.index + 1] += 1
            degrees[edge.second.index + 1] += 1
        }
        for k in 0..<siteCount { degrees[k + 1] += degrees[k] }
        offsets = degrees
        var next = degrees
        var adjacency = [Site](repeating: Site(0), count: 2 * edges.count)
        // The lower neighbours first, then the higher: both passes run in ascending order, so the lists are sorted.
        for edge in edges {
            adjacency[next[edge.second.index]] = edge.first
            next[edge.second.index] += 1
        }
        for edge in edges {
            adjacency[next[edge.first.index]] = edge.second
            next[edge.first.index] += 1
        }
        self.adjacency = adjacency
    }

    /// Whether programs may use the site.
    public func isUsable(_ site: Site) -> Bool { site.index < siteCount && usable[site.index] }

    /// In ascending order.
    public var usableSites: [Site] { (0..<siteCount).filter { usable[$0] }.map { Site($0) } }

    /// The neighbours of a site in ascending order; in a complete graph all other usable sites.
    public func neighbours(of site: Site) -> ArraySlice<Site> {
        if isComplete { return usable[site.index] ? usableSites.filter { $0 != site }[...] : [] }
        return adjacency[offsets[site.index]..<offsets[site.index + 1]]
    }

    public func degree(of site: Site) -> Int {
        isComplete ? neighbours(of: site).count : offsets[site.index + 1] - offsets[site.index]
    }

    public func areNeighbours(_ a: Site, _ b: Site) -> Bool {
        if isComplete { return a != b && isUsable(a) && isUsable(b) }
        return neighbours(of: a).contains(b)
    }
}
