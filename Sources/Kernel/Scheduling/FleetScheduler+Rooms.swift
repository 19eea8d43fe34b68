// Where on a machine a job fits, beside those that are there.
extension FleetScheduler {
    /// Sites for a job.
    struct Room: Sendable {
        /// Empty for the whole machine.
        var sites = SiteMask()
        /// Of them, those that a neighbour lends.
        var borrowed = SiteMask()
        /// What neighbours may cost it besides, and what those do that are there.
        var spare: Float = 0
        var crosstalk: Float = 0
    }

    /// A region for the job among the sites that are free now, good enough against the machine all to itself; nil for
    /// none.
    mutating func room(for job: WaitingJob, on d: Int, soloCost: Float) -> Room? {
        let row = Int(job.program), width = estimates.profiles[row].width
        // Alone, a job gets all sites, and the compiler chooses among them.
        guard let library = machines[d].library, machines[d].isShared, !job.wantsMachineAlone, width > 0 else {
            return machines[d].isEmpty ? Room() : nil
        }
        let borrows = estimates.profiles[row].helpers > 0
        if machines[d].freeCount < width && !borrows || machines[d].hasNoRoom.contains(row) { return nil }
        let limit = soloCost + DeviceMap.cost(rules.sharing.maximumLoss)
        if machines[d].freeCount >= width {
            if let known = knownRoom(row, d, library, limit) { return known }
            if let found = searchRoom(row, d, library, limit) { return found }
        }
        if borrows, let shared = borrowedRoom(row, d, library, limit) { return shared }
        machines[d].hasNoRoom.insert(row)
        return nil
    }

    private mutating func knownRoom(_ row: Int, _ d: Int, _ library: RegionLibrary, _ limit: Float) -> Room? {
        let free = machines[d].free
        if library.map.isAllToAll {
            let found = library.region(
                for: estimates.profiles[row], within: free, coherenceBudget: rules.coherenceBudget)
            guard case .success(let region) = found, region.estimate.cost <= limit else { return nil }
            return Room(sites: region.sites)
        }
        if !machines[d].rooms.knows(row) {
            let profile = estimates.profiles[row]
            machines[d].rooms.fill(
                row, with: library.regions(for: profile, below: limit, coherenceBudget: rules.coherenceBudget))
        }
        guard weighsCrosstalk(library.map) else {
            return machines[d].rooms.first(of: row, within: free).map { Room(sites: $0) }
        }
        return machines[d].rooms.first(of: row, within: free, below: limit) {
            crosstalk(of: $0, row, on: d, library.map)
        }
    }

    /// Looks beyond the known regions, as often as that has paid on this machine.
    private mutating func searchRoom(_ row: Int, _ d: Int, _ library: RegionLibrary, _ limit: Float) -> Room? {
        guard !library.map.isAllToAll, machines[d].searches > 0 else { return nil }
        machines[d].searches -= 1
        guard
            let found = library.search(
                for: estimates.profiles[row], within: machines[d].free, below: limit,
                coherenceBudget: rules.coherenceBudget)
        else { return nil }
        machines[d].searches = min(32, machines[d].searches + 8)
        machines[d].rooms.learn(found.sites, found.cost, for: row)
        let crosstalk = crosstalk(of: found.sites, row, on: d, library.map)
        guard found.cost + crosstalk <= limit else { return nil }
        return Room(sites: found.sites, spare: limit - found.cost, crosstalk: crosstalk)
    }

    /// Seconds until so many tenants have gone that the job should find room.
    func roomDelay(for job: WaitingJob, on d: Int, _ now: Double) -> Double {
        let tenants = machines[d].tenants
        guard !job.wantsMachineAlone, machines[d].library != nil else {
            return max(1e-3, (tenants.last?.end ?? now) - now)
        }
        var free = machines[d].freeCount
        for tenant in tenants {
            free += tenant.reach.count
            // Half of what is free is in one piece, more or less.
            if free >= 2 * Int(job.width) { return max(1e-3, tenant.end - now) }
        }
        return max(1e-3, (tenants.last?.end ?? now) - now)
    }
}

/// The regions of one machine in which programs lose no more than is allowed, cheapest first: what the region library
/// knows under the calibration, and what searches found since.
struct RoomTable: Sendable {
    /// By row, where its regions begin; −1 for rows that were not asked for.
    private var starts: [Int32] = []
    private var counts: [UInt8] = []
    private var masks: [SiteMask] = []
    private var costs: [Float] = []

    /// Regions kept a program, and how many of these places are left to searches.
    static let capacity = 32
    private static let learned = 12
    /// Those that are there from the beginning.
    static let given = capacity - learned

    @inline(__always)
    func knows(_ row: Int) -> Bool { row < starts.count && starts[row] >= 0 }

    /// - Parameter regions: sorted by cost.
    mutating func fill(_ row: Int, with regions: [(sites: SiteMask, cost: Float)]) {
        while starts.count <= row {
            starts.append(-1)
            counts.append(0)
        }
        let kept = regions.prefix(Self.given)
        starts[row] = Int32(masks.count)
        counts[row] = UInt8(kept.count)
        masks += kept.map(\.sites) + repeatElement(SiteMask(), count: Self.capacity - kept.count)
        costs += kept.map(\.cost) + repeatElement(.infinity, count: Self.capacity - kept.count)
    }

    /// The cheapest region of a row whose sites are all free.
    @inline(__always)
    func first(of row: Int, within free: SiteMask) -> SiteMask? {
        let start = Int(starts[row]), end = start + Int(counts[row])
        return masks.withUnsafeBufferPointer { masks in
            for k in start..<end where masks[k].isSubset(of: free) { return masks[k] }
            return nil
        }
    }

    /// The cheapest region of a row whose sites are all free and where what the neighbours add can be borne: looking for the
    /// least of both would scatter programs over the machine.
    func first(
        of row: Int, within free: SiteMask, below limit: Float, crosstalk: (SiteMask) -> Float
    ) -> FleetScheduler.Room? {
        for k in Int(starts[row])..<Int(starts[row]) + Int(counts[row]) where masks[k].isSubset(of: free) {
            let added = crosstalk(masks[k])
            if costs[k] + added <= limit {
                return FleetScheduler.Room(sites: masks[k], spare: limit - costs[k], crosstalk: added)
            }
        }
        return nil
    }

    mutating func learn(_ sites: SiteMask, _ cost: Float, for row: Int) {
        guard knows(row), Int(counts[row]) < Self.capacity else { return }
        var place = Int(starts[row]) + Int(counts[row])
        counts[row] += 1
        while place > Int(starts[row]), costs[place - 1] > cost {
            masks[place] = masks[place - 1]
            costs[place] = costs[place - 1]
            place -= 1
        }
        masks[place] = sites
        costs[place] = cost
    }
}
