// What becomes of a job that was looked at: it starts, or it waits for a machine.
extension FleetScheduler {
    func placement(of row: Int32, _ job: WaitingJob, in room: Room, on d: Int, _ book: KernelBook) -> Placement {
        let isWhole = job.wantsMachineAlone || room.sites.isEmpty
        return Placement(
            job: JobSlot(rawValue: row), device: DeviceIndex(d),
            sites: isWhole ? SiteSet(all: book.devices[d].siteCount) : SiteSet(room.sites.subtracting(room.borrowed)))
    }

    mutating func start(
        _ row: Int32, _ job: WaitingJob, _ placement: Placement, _ room: Room, _ seconds: Double,
        _ book: KernelBook, _ now: Double
    ) -> Tenant {
        let d = placement.device.place
        let tenant = Tenant(
            job: book.jobs[placement.job].id, slot: placement.job, sites: room.sites,
            reach: reach(of: room.sites, on: d), borrowed: room.borrowed, isAlone: job.wantsMachineAlone,
            priority: job.priority, end: now + seconds, line: job.account, advance: seconds, chargedAt: now,
            exposure: exposure(of: Int(job.program), on: d), spare: room.spare, crosstalk: room.crosstalk)
        cycle.starts.append(Cycle.Start(row: row, placement: placement))
        if cycle.keepsPlan {
            cycle.plan.append(
                PlannedStart(job: placement.job, device: placement.device, start: now, seconds: seconds))
        }
        admit(tenant, on: d)
        holds.postpone(on: d, to: tenant.end)
        if !cycle.isOpen[d] {
            let end = Float(now - cycle.origin + seconds)
            if let hold = holds.pending(on: d) { setDelay(d, max(hold.ahead, end)) }
            cycle.close(d, for: end)
        }
        return tenant
    }

    /// Lets a job wait for a machine: the first to do so is promised the moment at which it should have room, unless it holds
    /// the machine or may not have it whoever leaves.
    mutating func wait(
        _ row: Int32, _ job: WaitingJob, _ d: Int, _ seconds: Double, _ now: Double, isPromised: Bool = true
    ) {
        let start = now + Double(delay(d, at: now))
        if isPromised { cycle.promise(d, start) }
        if cycle.keepsPlan {
            cycle.plan.append(
                PlannedStart(job: JobSlot(rawValue: row), device: DeviceIndex(d), start: start, seconds: seconds))
        }
        let part = part(of: job, on: d)
        wishes.set(row, d, job.priority, Float(seconds * part))
        cycle.see(d, Float(seconds * part))
        setDelay(d, Float(start - cycle.origin + seconds * part))
    }

    /// What a job takes of a machine's time: beside others its part of the machine; regions and guards leave about half of
    /// the rest unused.
    func part(of job: WaitingJob, on d: Int) -> Double {
        guard !job.wantsMachineAlone, rules.sharing.maximumPrograms > 1, let library = machines[d].library else {
            return 1
        }
        return min(1, 1.6 * Double(job.width) / Double(max(1, library.map.liveCount)))
    }

    /// A job starts: its class has had its turn, and its account pays in advance, so that the next cycle knows of it.
    mutating func note(_ start: Tenant, of job: WaitingJob, _ now: Double) {
        let c = Int(job.priority.rawValue)
        queue.lines[c].lastStart = now
        // Others may have run out of patience, too, whose turn it is now.
        if let highest = queue.highestClass, c < highest, front.isLedByImpatience { front.invalidate() }
        charge(job.account, start.advance, at: now)
    }
}
