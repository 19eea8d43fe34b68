// What programs that touch do to each other. Where sites are left free between them, nothing.
extension FleetScheduler {
    func weighsCrosstalk(_ map: DeviceMap) -> Bool { rules.sharing.guardDistance == 0 && map.hasCrosstalk }

    func exposure(of row: Int, on d: Int) -> Exposure {
        guard let map = machines[d].library?.map else { return .none }
        return Exposure(estimates.profiles[row], map.timing)
    }

    /// What the neighbours of a place would cost a program there; infinite where it would cost one of them more than that
    /// one may lose.
    func crosstalk(of sites: SiteMask, _ row: Int, on d: Int, _ map: DeviceMap) -> Float {
        guard weighsCrosstalk(map) else { return 0 }
        let own = Exposure(estimates.profiles[row], map.timing), reach = map.dilated(sites, by: 1)
        var sum: Float = 0
        for tenant in machines[d].tenants where !tenant.sites.isDisjoint(with: reach) {
            let cost = map.crosstalkCost(sites, own, tenant.sites, tenant.exposure)
            if tenant.crosstalk + cost > tenant.spare { return .infinity }
            sum += cost
        }
        return sum
    }

    /// Tells those who stay that a neighbour has come or gone.
    mutating func noteCrosstalk(of tenant: Tenant, on d: Int, sign: Float) {
        guard let map = machines[d].library?.map, weighsCrosstalk(map) else { return }
        let reach = map.dilated(tenant.sites, by: 1)
        for k in machines[d].tenants.indices {
            let other = machines[d].tenants[k]
            guard other.slot != tenant.slot, !other.sites.isDisjoint(with: reach) else { continue }
            let cost = map.crosstalkCost(tenant.sites, tenant.exposure, other.sites, other.exposure)
            machines[d].tenants[k].crosstalk = max(0, other.crosstalk + sign * cost)
        }
    }
}
