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
        for region in known(program.width) where region.sites.isSubset(of: free) {
            take(region, program, budget, &best, &deepest)
        }
        if let best { return .success(best) }
        if free != map.live || deepest < .infinity || program.width > widest {
            // Too fast decoherence at some site of every known region, or none of them is free: grow among what is left.
            var allowed = free
            if deepest < .infinity { allowed = free.intersection(lasting(program, budget)) }
            // Two dozen starting points, spread over what is free, find what all would, nearly always.
            for seed in Self.spread(24, over: allowed) {
                for isPath in [false, true] {
                    guard let grown = Self.grown(from: seed, within: allowed, to: program.width, isPath: isPath, map)
                    else { continue }
                    take(grown, program, budget, &best, &deepest)
                }
            }
            if let best { return .success(best) }
        }
        if deepest < .infinity { return .failure(.tooDeep(use: deepest, budget: budget)) }
        return .failure(free == map.live ? .tooWide(needed: program.width, available: widestRegion) : .noRoom)
    }

    private func take(
        _ region: Region, _ program: ProgramProfile, _ budget: Float, _ best: inout FoundRegion?,
        _ deepest: inout Float
    ) {
        let estimate = RegionEstimate(program, region.figures, map.timing)
        guard estimate.coherenceUse <= budget else {
            deepest = min(deepest, estimate.coherenceUse)
            return
        }
        if best.map({ estimate.cost < $0.estimate.cost }) ?? true {
            best = FoundRegion(sites: region.sites, estimate: estimate)
        }
    }

    /// So many of the sites, evenly spread.
    private static func spread(_ count: Int, over sites: SiteMask) -> [Int] {
        let all = sites.sites, step = max(1, all.count / count)
        return stride(from: 0, to: all.count, by: step).map { all[$0] }
    }

    /// Every known region whose cost is within a limit, cheapest first, each once.
    ///
    /// Where the coherence budget or the width leaves none, the best that `region` grows stands alone.
    func regions(
        for program: ProgramProfile, below limit: Float, coherenceBudget: Double
    ) -> [(sites: SiteMask, cost: Float)] {
        var found: [(sites: SiteMask, cost: Float)] = []
        for region in known(program.width) {
            let estimate = RegionEstimate(program, region.figures, map.timing)
            guard estimate.cost <= limit, estimate.coherenceUse <= Float(coherenceBudget) else { continue }
            if !found.contains(where: { $0.sites == region.sites }) { found.append((region.sites, estimate.cost)) }
        }
        if found.isEmpty,
            case .success(let best) = region(for: program, within: map.live, coherenceBudget: coherenceBudget)
        {
            found.append((best.sites, best.estimate.cost))
        }
        return found.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }.map(\.element)
    }

    /// The cheapest region that grows from some of the free sites and is within a limit.
    func search(
        for program: ProgramProfile, within free: SiteMask, below limit: Float, coherenceBudget: Double
    ) -> (sites: SiteMask, cost: Float)? {
        var best: (sites: SiteMask, cost: Float)?
        for (k, seed) in Self.spread(8, over: free).enumerated() {
            guard
                let grown = Self.grown(from: seed, within: free, to: program.width, isPath: k % 2 == 0, map)
            else { continue }
            let estimate = RegionEstimate(program, grown.figures, map.timing)
            guard estimate.cost <= min(limit, best?.cost ?? .infinity),
                estimate.coherenceUse <= Float(coherenceBudget)
            else { continue }
            best = (grown.sites, estimate.cost)
        }
        return best
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
