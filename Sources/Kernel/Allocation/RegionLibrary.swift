/// The good regions of a machine under one calibration, found once and looked up often.
///
/// From every site two orders of growth are kept: the cheapest next site wherever the region touches it, and the
/// cheapest path. The first n sites of an order are a connected region of n sites, so one growth serves programs of any
/// width; sums along the order give the mean costs of each prefix without looking at its sites again.
public final class RegionLibrary: Sendable {
    public let map: DeviceMap
    /// By width − 1, the first sites of every order that is so long.
    let regions: [[Region]]
    /// The width up to which regions are kept.
    let widest: Int
    /// Sites of the largest connected region.
    public let widestRegion: Int

    struct Region: Sendable {
        var sites = SiteMask()
        var figures = RegionFigures()
    }

    /// - Parameter widest: regions of more sites are not kept but grown when they are asked for.
    public init(_ map: DeviceMap, widest: Int = 32) {
        self.map = map
        self.widest = map.isAllToAll ? map.liveCount : min(widest, map.liveCount)
        widestRegion = map.isAllToAll ? map.liveCount : map.largestComponent
        var regions: [[Region]] = Array(repeating: [], count: self.widest)
        for seed in 0..<map.siteCount where !map.isAllToAll && map.live.contains(seed) {
            for isPath in [false, true] {
                var region = Region(), width = 0
                Self.grow(from: seed, within: map.live, to: self.widest, isPath: isPath, map) { site in
                    region.add(site, map)
                    // Paths and trees that grew from elsewhere often meet.
                    if !regions[width].suffix(8).contains(where: { $0.sites == region.sites }) {
                        regions[width].append(region)
                    }
                    width += 1
                }
            }
        }
        self.regions = regions
    }

    /// Known regions of a width.
    func known(_ width: Int) -> [Region] { width <= regions.count ? regions[width - 1] : [] }
}

extension DeviceMap {
    /// What a site costs a region that grows over this coupler.
    func score(of site: Int, over coupler: Int) -> Float {
        couplerCosts[coupler] + 0.5 * readoutCosts[site] + 2 * gateCosts[site]
            + idleRates[site] * Float(timing.twoQubitGate) * 4
    }

    /// Working sites of the largest connected part.
    fileprivate var largestComponent: Int {
        var seen = SiteMask(), largest = 0
        for seed in live.sites where !seen.contains(seed) {
            var frontier = [seed], count = 0
            seen.insert(seed)
            while let site = frontier.popLast() {
                count += 1
                for k in Int(starts[site])..<Int(starts[site + 1]) where !seen.contains(Int(neighbours[k])) {
                    seen.insert(Int(neighbours[k]))
                    frontier.append(Int(neighbours[k]))
                }
            }
            largest = max(largest, count)
        }
        return largest
    }
}

/// Sums over the sites and couplers of a region.
struct RegionFigures: Sendable {
    var sites: Float = 0
    var gateCost: Float = 0
    var readoutCost: Float = 0
    var idleRate: Float = 0
    var leastCoherence = Float.infinity
    var couplers: Float = 0
    var couplerCost: Float = 0
    /// Sites that stand beside the line along which the region grew.
    var branches: Float = 0
    private var depths: Float = 0

    mutating func add(
        _ site: Int, couplers count: Int, couplerCost cost: Float, distance: Float, isEnd: Bool, _ map: DeviceMap
    ) {
        sites += 1
        if !isEnd { branches += 1 }
        gateCost += map.gateCosts[site]
        readoutCost += map.readoutCosts[site]
        idleRate += map.idleRates[site]
        leastCoherence = min(leastCoherence, map.coherence[site])
        couplers += Float(count)
        couplerCost += cost
        depths += distance
    }

    /// Couplers between two sites of the region, on average: about the mean depth of the tree it grew as.
    var meanDistance: Float { max(1, depths / sites) }

    static func anyPair(_ map: DeviceMap, _ chosen: [Int]) -> RegionFigures {
        var figures = RegionFigures()
        for site in chosen {
            figures.add(site, couplers: 1, couplerCost: map.anyPairCost, distance: 1, isEnd: true, map)
        }
        return figures
    }
}
