/// A region found for a program.
public struct FoundRegion: Sendable {
    public var sites: SiteMask
    public var estimate: RegionEstimate
}

/// Why no region was found.
public enum RegionRefusal: Error, Hashable, Sendable {
    /// The machine has no connected region of so many working sites.
    case tooWide(needed: Int, available: Int)
    /// The program takes `use` times the least T2 of the best region.
    case tooDeep(use: Float, budget: Float)
    /// Sites enough, but not free or not in one piece now.
    case noRoom
}

extension RegionLibrary {
    /// The cheapest region for a program among free sites.
    ///
    /// Known regions that are free come first; where none is, one is grown among the free sites from each of them. With
    /// a coherence budget that the best region breaks, regions are grown again without the sites that decohere too fast.
    public func region(
        for program: ProgramProfile, within free: SiteMask, coherenceBudget: Double
    ) -> Swift.Result<FoundRegion, RegionRefusal> {
        guard program.width > 0 else {
            return .success(FoundRegion(sites: SiteMask(), estimate: RegionEstimate(program, .one, map.timing)))
        }
        guard program.width <= widestRegion else {
            return .failure(.tooWide(needed: program.width, available: widestRegion))
        }
        if map.isAllToAll { return anySites(for: program, within: free, Float(coherenceBudget)) }
        let budget = Float(coherenceBudget)
        var best: FoundRegion?
        var deepest: Float = .infinity
        let n = program.width - 1
        for order in orders where order.sites.count > n && order.masks[n].isSubset(of: free) {
            take(order, n, program, budget, &best, &deepest)
        }
        if let best { return .success(best) }
        if free != map.live || deepest < .infinity || program.width > widest {
            // Too fast decoherence at some site of every known region, or none of them is free: grow among what is left.
            var allowed = free
            if deepest < .infinity { allowed = free.intersection(lasting(program, budget)) }
            // Two dozen starting points, spread over what is free, find what all would, nearly always.
            let seeds = allowed.sites, step = max(1, seeds.count / 24)
            for seed in stride(from: 0, to: seeds.count, by: step).map({ seeds[$0] }) {
                for isPath in [false, true] {
                    let order = Self.grow(from: seed, within: allowed, to: program.width, isPath: isPath, map)
                    if order.sites.count > n { take(order, n, program, budget, &best, &deepest) }
                }
            }
            if let best { return .success(best) }
        }
        if deepest < .infinity { return .failure(.tooDeep(use: deepest, budget: budget)) }
        return .failure(free == map.live ? .tooWide(needed: program.width, available: widestRegion) : .noRoom)
    }

    private func take(
        _ order: Order, _ n: Int, _ program: ProgramProfile, _ budget: Float, _ best: inout FoundRegion?,
        _ deepest: inout Float
    ) {
        let estimate = RegionEstimate(program, order.figures[n], map.timing)
        guard estimate.coherenceUse <= budget else {
            deepest = min(deepest, estimate.coherenceUse)
            return
        }
        if best.map({ estimate.cost < $0.estimate.cost }) ?? true {
            best = FoundRegion(sites: order.masks[n], estimate: estimate)
        }
    }

    /// Sites that stay coherent for as long as the program takes in a region without routing.
    private func lasting(_ program: ProgramProfile, _ budget: Float) -> SiteMask {
        let active =
            Float(program.oneQubitDepth) * Float(map.timing.oneQubitGate)
            + Float(program.twoQubitDepth) * Float(map.timing.twoQubitGate)
        return SiteMask((0..<map.siteCount).filter { map.live.contains($0) && map.coherence[$0] * budget >= active })
    }

    /// Where every site is joined to every other: the best of the free ones.
    private func anySites(
        for program: ProgramProfile, within free: SiteMask, _ budget: Float
    ) -> Swift.Result<FoundRegion, RegionRefusal> {
        let ranked = free.sites.sorted { (score($0), $0) < (score($1), $1) }
        guard ranked.count >= program.width else { return .failure(.noRoom) }
        let chosen = Array(ranked.prefix(program.width))
        let estimate = RegionEstimate(program, .anyPair(map, chosen), map.timing)
        guard estimate.coherenceUse <= budget else {
            return .failure(.tooDeep(use: estimate.coherenceUse, budget: budget))
        }
        return .success(FoundRegion(sites: SiteMask(chosen), estimate: estimate))
    }

    private func score(_ site: Int) -> Float { map.readoutCosts[site] + 4 * map.gateCosts[site] }
}

extension RegionFigures {
    static var one: RegionFigures {
        var figures = RegionFigures()
        figures.sites = 1
        return figures
    }
}
