import Hardware

/// A path of neighbouring sites.
enum Chain {
    /// The chain of so many sites with the least sum of errors, among many: partial chains grow from every coupler at both
    /// ends, the best few hundred of each length survive.
    ///
    /// - Parameter sites: the sites it may use.
    /// - Returns: nil where no chain of that length was found.
    static func best(_ length: Int, within sites: [Site], of machine: Machine) -> [Site]? {
        let allowed = Set(sites)
        if length == 1 { return sites.min { machine.oneQubitError($0) < machine.oneQubitError($1) }.map { [$0] } }
        struct Partial {
            var sites: [Site]
            var cost: Double
        }
        func cost(_ a: Site, _ b: Site) -> Double? { machine.entangler(a, b).map { machine.error(of: $0) } }
        var costs: [Coupling: Double] = [:]
        func known(_ a: Site, _ b: Site) -> Double? {
            let key = a < b ? Coupling(a, b) : Coupling(b, a)
            if let cost = costs[key] { return cost }
            guard let cost = cost(a, b) else { return nil }
            costs[key] = cost
            return cost
        }
        var partial: [Partial] = []
        for a in sites {
            for b in machine.graph.neighbours(of: a) where a < b && allowed.contains(b) {
                if let cost = known(a, b) { partial.append(Partial(sites: [a, b], cost: cost)) }
            }
        }
        for _ in 2..<max(2, length) {
            var next: [[Site]: Partial] = [:]
            for chain in partial {
                for end in [chain.sites.first!, chain.sites.last!] {
                    for site in machine.graph.neighbours(of: end)
                    where allowed.contains(site) && !chain.sites.contains(site) {
                        guard let cost = known(end, site) else { continue }
                        let grown = end == chain.sites.last! ? chain.sites + [site] : [site] + chain.sites
                        // One of the two directions, so that each chain counts once.
                        let key = grown.first! < grown.last! ? grown : grown.reversed()
                        next[key] = Partial(sites: key, cost: chain.cost + cost)
                    }
                }
            }
            partial = next.values.sorted {
                $0.cost != $1.cost ? $0.cost < $1.cost : $0.sites.lexicographicallyPrecedes($1.sites)
            }.prefix(400).map { $0 }
        }
        return partial.min {
            $0.cost != $1.cost ? $0.cost < $1.cost : $0.sites.lexicographicallyPrecedes($1.sites)
        }?.sites
    }
}
