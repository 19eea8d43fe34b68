// Regions are grown site by site: the cheapest next site wherever the region touches it, or at the ends of a path.
extension RegionLibrary {
    /// Grows a region and keeps every prefix; shorter than asked where there is no more room.
    static func grow(from seed: Int, within free: SiteMask, to width: Int, isPath: Bool, _ map: DeviceMap) -> Order {
        var order = Order(isPath: isPath)
        grow(from: seed, within: free, to: width, isPath: isPath, map) { site, couplers, cost, distance in
            order.append(site, couplers: couplers, couplerCost: cost, distance: distance, map)
        }
        return order
    }

    /// Grows a region of exactly so many sites; nil where there is no room for it.
    static func grown(
        from seed: Int, within free: SiteMask, to width: Int, isPath: Bool, _ map: DeviceMap
    ) -> (sites: SiteMask, figures: RegionFigures)? {
        var sites = SiteMask(), figures = RegionFigures(), count = 0
        grow(from: seed, within: free, to: width, isPath: isPath, map) { site, couplers, cost, distance in
            sites.insert(site)
            figures.add(site, couplers: couplers, couplerCost: cost, distance: distance, map)
            count += 1
        }
        return count == width ? (sites, figures) : nil
    }

    private struct Edge: BitwiseCopyable {
        var site: Int32
        var from: Int32
        var score: Float
    }

    /// - Parameter step: takes each site with the couplers that it closes, their cost, and its depth in the tree.
    private static func grow(
        from seed: Int, within free: SiteMask, to width: Int, isPath: Bool, _ map: DeviceMap,
        _ step: (_ site: Int, _ couplers: Int, _ cost: Float, _ distance: Float) -> Void
    ) {
        // Couplers from the region to sites outside, and some that have become internal since: each at most once from
        // either side.
        withUnsafeTemporaryAllocation(of: Edge.self, capacity: map.neighbours.count + 1) { border in
            withUnsafeTemporaryAllocation(of: Float.self, capacity: map.siteCount) { depth in
                var inside = SiteMask(), ends = (Int32(seed), Int32(seed)), count = 0, taken = 0
                var next = Edge(site: Int32(seed), from: Int32(seed), score: 0)
                while true {
                    let site = Int(next.site)
                    var couplers = 0
                    var cost: Float = 0
                    for k in Int(map.starts[site])..<Int(map.starts[site + 1]) {
                        let other = Int(map.neighbours[k])
                        if inside.contains(other) {
                            couplers += 1
                            cost += map.couplerCosts[k]
                        } else if free.contains(other) {
                            border[count] = Edge(
                                site: Int32(other), from: next.site, score: map.score(of: other, over: k))
                            count += 1
                        }
                    }
                    // Two random sites of a tree that grew to depth d are about d apart.
                    depth[site] = next.site == next.from ? 0 : depth[Int(next.from)] + 1
                    step(site, couplers, cost, depth[site])
                    inside.insert(site)
                    taken += 1
                    if next.from == ends.0 { ends.0 = next.site } else if next.from == ends.1 { ends.1 = next.site }
                    guard taken < width else { return }
                    var best: Edge?, bestAtEnd: Edge?, kept = 0
                    for k in 0..<count where !inside.contains(Int(border[k].site)) {
                        let edge = border[k]
                        border[kept] = edge
                        kept += 1
                        if edge.score < best?.score ?? .infinity { best = edge }
                        if isPath, edge.from == ends.0 || edge.from == ends.1,
                            edge.score < bestAtEnd?.score ?? .infinity
                        {
                            bestAtEnd = edge
                        }
                    }
                    count = kept
                    guard let chosen = bestAtEnd ?? best else { return }
                    next = chosen
                }
            }
        }
    }
}
