// Sites that two programs use in turn within a shot, where both asked for it.
//
// A program that is compiled tells which of its sites nobody will read. One that finds no room of its own may have some of
// them besides sites of its own: it begins when they are free, behind a reset (`PackedExecutable`). The book knows each
// site under the name of its owner alone.
extension FleetScheduler {
    /// Says which sites of a running job others may use in turn with it.
    public mutating func lend(_ sites: SiteMask, of job: JobID) {
        for d in machines.indices {
            for k in machines[d].tenants.indices where machines[d].tenants[k].job == job {
                let tenant = machines[d].tenants[k]
                machines[d].tenants[k].lent = sites.intersection(tenant.sites).subtracting(tenant.borrowed)
                machines[d].hasNoRoom.removeAll()
                changed.append(d)
                hasRun = false
            }
        }
    }

    /// The sites of neighbours that a job uses in turn with them.
    public func sitesBorrowed(by job: JobID) -> SiteMask {
        for machine in machines {
            if let tenant = machine.tenants.first(where: { $0.job == job }) { return tenant.borrowed }
        }
        return SiteMask()
    }

    /// Room that becomes large enough by sites that one neighbour lends; at most as many as the program has helpers, and not
    /// all of it.
    func borrowedRoom(_ row: Int, _ d: Int, _ library: RegionLibrary, _ limit: Float) -> Room? {
        let profile = estimates.profiles[row], map = library.map
        let borrowed = machines[d].tenants.reduce(SiteMask()) { $0.union($1.borrowed) }
        for lender in machines[d].tenants.indices {
            let lent = machines[d].tenants[lender].lent.subtracting(borrowed)
            if lent.isEmpty { continue }
            // The lender keeps its distance from the sites that stay its own.
            var taken = reach(of: machines[d].tenants[lender].sites.subtracting(lent), on: d), others = SiteMask()
            for k in machines[d].tenants.indices where k != lender {
                others = others.union(machines[d].tenants[k].reach)
            }
            taken = taken.union(others)
            let free = map.live.subtracting(taken), sites = lent.subtracting(others).sites
            let offers = sites.map { [$0] } + (profile.helpers > 1 ? [Array(sites.prefix(profile.helpers))] : [])
            for offer in offers {
                let helpers = SiteMask(offer)
                guard
                    case .success(let found) = library.region(
                        for: profile, within: free.union(helpers), coherenceBudget: rules.coherenceBudget),
                    found.estimate.cost <= limit
                else { continue }
                let used = found.sites.intersection(helpers)
                if used.isEmpty || used == found.sites { continue }
                let crosstalk = crosstalk(of: found.sites, row, on: d, map)
                guard found.estimate.cost + crosstalk <= limit else { continue }
                return Room(
                    sites: found.sites, borrowed: used, spare: limit - found.estimate.cost, crosstalk: crosstalk)
            }
        }
        return nil
    }
}
