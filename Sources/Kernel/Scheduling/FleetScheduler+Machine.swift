// Machines and what runs on them, as far as the scheduler was told.
extension FleetScheduler {
    struct Machine: Sendable {
        /// Nil until its calibration is known: then it is given out whole.
        var library: RegionLibrary?
        /// Whether several programs may run side by side.
        var isShared = true
        /// 0 until the book was seen.
        var siteCount = 0
        var pricePerSecond = 0.0
        /// Measured run times over estimated ones.
        var runtimeFactor: Float = 1
        /// By the moment at which they should be gone.
        var tenants: [Tenant] = []
        /// Runs on it that are not among the tenants: told to stop, not yet gone.
        var strangers = 0
        /// Tenants who refuse neighbours.
        var solitary = 0
        /// Sites that tenants hold, and those within guard distance of them.
        var taken = SiteMask()
        /// Sites neither taken nor dead.
        var free = SiteMask()
        var freeCount = 0
        /// Regions good enough beside others, by program.
        var rooms = RoomTable()
        /// Programs that were found to have no room, until somebody leaves.
        var hasNoRoom = RowSet()
        /// Searches beyond the known regions that may still be made: successes earn more of them.
        var searches = 16
        var departures = 0
        /// When a move of a running program was last thought about.
        var consideredMove = -Double.infinity
        /// When it was last held for a job that does not want it alone.
        var lastHold = -Double.infinity

        var isEmpty: Bool { tenants.isEmpty && strangers == 0 }

        /// Whether one more job may come in beside those that are there, room or not.
        func isOpen(_ sharing: SharingPolicy) -> Bool {
            if isEmpty { return true }
            return isShared && tenants.count < sharing.maximumPrograms && library != nil && solitary == 0
        }

        mutating func add(_ tenant: Tenant) {
            let place = tenants.firstIndex { tenant.end < $0.end } ?? tenants.count
            tenants.insert(tenant, at: place)
            if tenant.isAlone { solitary += 1 }
        }
    }

    struct Tenant: Sendable {
        let job: JobID
        let slot: JobSlot
        let sites: SiteMask
        /// Its sites and those within guard distance.
        var reach: SiteMask
        /// Of them, those of a neighbour that it uses in turn with it.
        var borrowed = SiteMask()
        /// Of its own, those that a neighbour may use in turn with it.
        var lent = SiteMask()
        let isAlone: Bool
        let priority: Priority
        /// When it should be gone.
        let end: Double
        /// What its account was charged in advance, and when: taken back when it has gone.
        let line: Int32
        let advance: Double
        let chargedAt: Double
        /// For how long neighbours can disturb it, what that may cost it and what it does cost.
        var exposure = Exposure.none
        var spare: Float = 0
        var crosstalk: Float = 0
    }

    /// Drops tenants that have gone, gives back what they were charged in advance, and takes in runs that the book has and
    /// nobody placed here: after a restart the queue is told again, the cycles are not.
    mutating func reconcile(_ d: Int, _ book: KernelBook) {
        var k = 0
        while k < machines[d].tenants.count {
            if Self.isThere(machines[d].tenants[k], book) {
                k += 1
                continue
            }
            let gone = machines[d].tenants.remove(at: k)
            if gone.isAlone { machines[d].solitary -= 1 }
            noteCrosstalk(of: gone, on: d, sign: -1)
            if gone.advance != 0 { charge(gone.line, -gone.advance, at: gone.chargedAt) }
        }
        if book.devices[d].runs > machines[d].tenants.count { adopt(d, book) }
        machines[d].strangers = max(0, book.devices[d].runs - machines[d].tenants.count)
        retake(d, book)
        noteStanding(of: d, isAvailable: book.devices[d].isAvailable)
    }

    func isOpen(_ d: Int) -> Bool { machines[d].isOpen(rules.sharing) }

    private mutating func noteStanding(of d: Int, isAvailable: Bool) {
        let isOpen = isAvailable && machines[d].isOpen(rules.sharing)
        // A stranger's end is not known: any moment now.
        cycle.note(d, isOpen: isOpen, end: isAvailable ? machines[d].tenants.last?.end ?? 0 : .infinity)
    }

    private mutating func adopt(_ d: Int, _ book: KernelBook) {
        let known = Set(machines[d].tenants.map(\.slot))
        for run in book.liveRuns where run.device.place == d && !run.sites.isEmpty {
            guard let slot = book.jobs.slot(of: run.job), book.jobs[slot].state.holdsSites, !known.contains(slot) else {
                continue
            }
            let card = book.jobs[slot].card, sites = SiteMask(words: run.sites.words), row = Int(row(of: card))
            machines[d].add(
                Tenant(
                    job: run.job, slot: slot, sites: sites, reach: reach(of: sites, on: d),
                    isAlone: card.wantsMachineAlone, priority: card.priority,
                    end: run.placed + Double(max(card.seconds, 1)), line: Int32(Self.line(of: card.account)),
                    advance: 0, chargedAt: run.placed, exposure: exposure(of: row, on: d),
                    spare: DeviceMap.cost(rules.sharing.maximumLoss)))
        }
    }

    private static func isThere(_ tenant: Tenant, _ book: KernelBook) -> Bool {
        book.jobs.slot(of: tenant.job) == tenant.slot && book.jobs[tenant.slot].state.holdsSites
    }

    /// Computes the sites taken: those the book knows, those just given away, and the guard around them.
    private mutating func retake(_ d: Int, _ book: KernelBook) {
        guard let library = machines[d].library else { return }
        var sites = SiteMask(), taken = SiteMask()
        for k in machines[d].tenants.indices {
            sites = sites.union(machines[d].tenants[k].sites)
            taken = taken.union(machines[d].tenants[k].reach)
        }
        let others = SiteMask(words: book.devices[d].occupied.words).subtracting(sites)
        if !others.isEmpty { taken = taken.union(library.map.dilated(others, by: rules.sharing.guardDistance)) }
        if taken != machines[d].taken {
            machines[d].hasNoRoom.removeAll()
            // Now and then a search, whatever came of the last ones.
            machines[d].departures &+= 1
            if machines[d].departures % 4 == 0 { machines[d].searches = max(1, machines[d].searches) }
        }
        setTaken(taken, d, library)
    }

    private mutating func setTaken(_ taken: SiteMask, _ d: Int, _ library: RegionLibrary) {
        machines[d].taken = taken
        machines[d].free = library.map.live.subtracting(taken)
        machines[d].freeCount = machines[d].free.count
    }

    func reach(of sites: SiteMask, on d: Int) -> SiteMask {
        guard let library = machines[d].library else { return sites }
        return library.map.dilated(sites, by: rules.sharing.guardDistance)
    }

    /// A job comes in.
    mutating func admit(_ tenant: Tenant, on d: Int) {
        machines[d].add(tenant)
        noteCrosstalk(of: tenant, on: d, sign: 1)
        if let library = machines[d].library { setTaken(machines[d].taken.union(tenant.reach), d, library) }
        noteStanding(of: d, isAvailable: true)
    }
}

/// A set of rows of a table, a bit each.
struct RowSet: Sendable {
    private var words: [UInt64] = []

    @inline(__always)
    func contains(_ row: Int) -> Bool { row >> 6 < words.count && words[row >> 6] >> UInt64(row & 63) & 1 == 1 }

    mutating func insert(_ row: Int) {
        while words.count <= row >> 6 { words.append(0) }
        words[row >> 6] |= 1 << UInt64(row & 63)
    }

    mutating func remove(_ row: Int) {
        if row >> 6 < words.count { words[row >> 6] &= ~(1 << UInt64(row & 63)) }
    }

    mutating func removeAll() { for k in words.indices { words[k] = 0 } }
}
