// Room that is there but not in one piece: a running program is moved at the end of a batch.
extension FleetScheduler {
    /// A waiting job for which a running one leaves its region.
    struct Claim: Sendable {
        let row: Int32
        let job: JobID
        let victim: JobID
    }

    /// Moves one program, if that lets the first waiting job in and the program finds another region as good as the rules
    /// demand. It goes back to the queue with its counts and is placed again in the same cycle, behind the newcomer.
    mutating func defragment(_ d: Int, _ book: KernelBook, _ now: Double, _ jobs: inout [JobSlot]) {
        guard rules.sharing.defragments, rules.sharing.maximumPrograms > 1, queue.count > 0, claims[d] == nil,
            d < machines.count, machines[d].tenants.count > 0,
            machines[d].tenants.count < rules.sharing.maximumPrograms, let library = machines[d].library,
            book.devices[d].isAvailable, now - machines[d].consideredMove >= rules.sharing.moveSeconds
        else { return }
        machines[d].consideredMove = now
        reconcile(d, book)
        guard let c = queue.turn(at: now, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules)
        else { return }
        let job = queue.rows[Int(row)], slot = JobSlot(rawValue: row), program = Int(job.program)
        estimates.complete(program, machines, rules)
        guard job.device < 0 || Int(job.device) == d, book.jobs[slot].card.admits(DeviceIndex(d)),
            !job.wantsMachineAlone, book.jobs[slot].notBefore <= now, holds.hold(of: row)?.device ?? d == d,
            estimates.costs[program * estimates.stride + d] < .infinity
        else { return }
        let width = estimates.profiles[program].width
        guard library.map.liveCount - SiteMask(words: book.devices[d].occupied.words).count >= width,
            find(program, d, library, without: machines[d].taken) == nil
        else { return }
        // Who stays longest loses the least by a move.
        for tenant in machines[d].tenants.reversed() where !tenant.isAlone && tenant.priority <= job.priority {
            let card = book.jobs[tenant.slot].card
            guard !book.jobs[tenant.slot].marks.contains(.yield), book.jobs[tenant.slot].parts > 1 else { continue }
            var taken = SiteMask()
            for other in machines[d].tenants where other.slot != tenant.slot { taken = taken.union(other.reach) }
            guard let place = find(program, d, library, without: taken) else { continue }
            let moved = Int(self.row(of: card))
            estimates.complete(moved, machines, rules)
            let rest = taken.union(library.map.dilated(place, by: rules.sharing.guardDistance))
            guard find(moved, d, library, without: rest) != nil else { continue }
            claims[d] = Claim(row: row, job: book.jobs[slot].id, victim: tenant.job)
            jobs.append(tenant.slot)
            return
        }
    }

    /// The claimants whose room has been made; they are looked at before all others.
    mutating func takeClaims(_ book: KernelBook) -> [Int32] {
        guard !claims.isEmpty else { return [] }
        var ready: [Int32] = []
        for (d, claim) in claims.sorted(by: { $0.key < $1.key }) {
            let waits = book.jobs.slot(of: claim.job).map { book.jobs[$0].state == .queued } ?? false
            if waits, machines[d].tenants.contains(where: { $0.job == claim.victim }) { continue }
            claims[d] = nil
            if waits { ready.append(claim.row) }
        }
        return ready
    }

    /// The cheapest region of a program that loses no more than is allowed.
    private func find(_ row: Int, _ d: Int, _ library: RegionLibrary, without taken: SiteMask) -> SiteMask? {
        let cost = estimates.costs[row * estimates.stride + d], profile = estimates.profiles[row]
        guard cost < .infinity, profile.width > 0 else { return nil }
        let free = library.map.live.subtracting(taken), limit = cost + DeviceMap.cost(rules.sharing.maximumLoss)
        if machines[d].rooms.knows(row), let known = machines[d].rooms.first(of: row, within: free) { return known }
        return library.search(for: profile, within: free, below: limit, coherenceBudget: rules.coherenceBudget)?.sites
    }
}
