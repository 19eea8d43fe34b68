// Regions are grown site by site: the cheapest next site wherever the region touches it, or at the ends of a path.
extension RegionLibrary {
    /// A site that a region takes in: the couplers that it closes, their cost, its depth in the tree, and whether the
    /// region is still a line with it, if it was one.
    struct Step {
        var site: Int
        var couplers: Int
        var cost: Float
        var distance: Float
        var isEnd: Bool
    }

    /// Grows a region of exactly so many sites; nil where there is no room for it.
    static func grown(
        from seed: Int, within free: SiteMask, to width: Int, isPath: Bool, _ map: DeviceMap
    ) -> Region? {
        var region = Region(), count = 0
        grow(from: seed, within: free, to: width, isPath: isPath, map) { step in
            region.add(step, map)
            count += 1
        }
        return count == width ? region : nil
    }

    private struct Edge: BitwiseCopyable {
        var site: Int32
        var from: Int32
        var score: Float
    }

    /// Grows a region step by step, to fewer sites than asked where there is no more room.
    static func grow(
        from seed: Int, within free: SiteMask, to width: Int, isPath: Bool, _ map: DeviceMap,
        _ step: (Step) -> Void
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
                    let isEnd = next.from == ends.0 || next.from == ends.1
                    step(Step(site: site, couplers: couplers, cost: cost, distance: depth[site], isEnd: isEnd))
                    inside.insert(site)
                    taken += 1
                    if next.from == ends.0 { ends.0 = next.site } else if isEnd { ends.1 = next.site }
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

extension RegionLibrary.Region {
    mutating func add(_ step: RegionLibrary.Step, _ map: DeviceMap) {
        sites.insert(step.site)
        figures.add(
            step.site, couplers: step.couplers, couplerCost: step.cost, distance: step.distance, isEnd: step.isEnd, map)
    }
}
