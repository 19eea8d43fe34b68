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
            book.devices[d].isAvailable, now - machines[d].consideredMove >= rules.batchSeconds
        else { return }
        machines[d].consideredMove = now
        reconcile(d, book)
        guard let c = queue.turn(at: now, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules)
        else { return }
        let job = queue.rows[Int(row)], slot = JobSlot(rawValue: row)
        guard job.device < 0 || Int(job.device) == d, !job.wantsMachineAlone, let own = profile(of: job),
            book.jobs[slot].notBefore <= now, case .fits(let cost, _) = estimate(of: job, on: d, library)
        else { return }
        let map = library.map
        guard map.liveCount - SiteMask(words: book.devices[d].occupied.words).count >= own.width else { return }
        if let found = find(own, on: library, without: machines[d].taken), isGoodEnough(found, cost) { return }
        // The youngest first: it has the least to lose by a move.
        for tenant in machines[d].tenants.reversed() where !tenant.isAlone && tenant.priority <= job.priority {
            guard !book.jobs[tenant.slot].marks.contains(.yield), book.jobs[tenant.slot].parts > 1 else { continue }
            var others = SiteMask()
            for other in machines[d].tenants where other.slot != tenant.slot { others = others.union(other.sites) }
            let taken = map.dilated(others, by: rules.sharing.guardDistance)
            guard let place = find(own, on: library, without: taken), isGoodEnough(place, cost) else { continue }
            let rest = taken.union(map.dilated(place.sites, by: rules.sharing.guardDistance))
            guard let program = profile(ofTag: book.jobs[tenant.slot].card),
                let moved = find(program, on: library, without: rest),
                case .success(let best) = library.region(
                    for: program, within: map.live, coherenceBudget: rules.coherenceBudget),
                isGoodEnough(moved, best.estimate.cost)
            else { continue }
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

    private func find(_ program: ProgramProfile, on library: RegionLibrary, without taken: SiteMask) -> FoundRegion? {
        let free = library.map.live.subtracting(taken)
        return try? library.region(for: program, within: free, coherenceBudget: rules.coherenceBudget).get()
    }

    private func isGoodEnough(_ found: FoundRegion, _ soloCost: Float) -> Bool {
        found.estimate.cost <= soloCost + Self.cost(ofLoss: rules.sharing.maximumLoss)
    }

    private func profile(of job: WaitingJob) -> ProgramProfile? {
        if job.program >= 0 { return programs[Int(job.program)] }
        return ProgramProfile(width: Int(job.width))
    }

    private func profile(ofTag card: JobCard) -> ProgramProfile? {
        if Int(card.tag) < programs.count { return programs[Int(card.tag)] }
        return ProgramProfile(width: Int(card.width))
    }

    private mutating func estimate(of job: WaitingJob, on d: Int, _ library: RegionLibrary) -> EstimateTable.Entry {
        guard job.program >= 0 else {
            let profile = ProgramProfile(width: Int(job.width))
            return EstimateTable.estimate(profile, library, rules)
        }
        return estimates.entry(
            program: Int(job.program), device: d, library: library, rules: rules, profile: programs[Int(job.program)])
    }
}
