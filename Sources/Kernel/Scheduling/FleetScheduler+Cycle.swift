// One cycle: from the front of the queue to machines.
extension FleetScheduler {
    public mutating func place(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into placements: inout [Placement]
    ) {
        catchUp(book)
        lastTime = max(lastTime, now)
        let refused = proposed.isEmpty ? [] : proposed.filter { isWaiting($0, book) }
        let isDone = !proposed.isEmpty && refused.isEmpty
        proposed.removeAll(keepingCapacity: true)
        // A cycle finds all there is to find: where the kernel took everything, nothing is left to do.
        if isDone { return }
        switch cause {
        case .device(let device): reconcile(device.place, book)
        case .everything:
            for d in machines.indices { reconcile(d, book) }
            wakes.removeAll { $0 <= now }
        case .job: break
        }
        if !refused.isEmpty || isOutOfDate { for d in book.devices.indices { reconcile(d, book) } }
        isOutOfDate = false
        guard queue.count > 0, machines.indices.contains(where: { isOpen($0, book) }) else { return }
        var cycle = Cycle(self, book, now)
        guard cycle.openCount > 0 else { return }
        run(&cycle, book, window: rules.window, refused: refused)
        for start in cycle.starts {
            placements.append(start.placement)
            proposed.append(start.row)
        }
    }

    /// Whether a machine may take one more job now.
    func isOpen(_ d: Int, _ book: KernelBook) -> Bool {
        guard book.devices[d].isAvailable else { return false }
        if machines[d].isEmpty { return true }
        return machines[d].tenants.count < rules.sharing.maximumPrograms && machines[d].library != nil
            && machines[d].isShared && !machines[d].tenants.contains { $0.isAlone }
    }

    private func isWaiting(_ row: Int32, _ book: KernelBook) -> Bool {
        book.jobs[JobSlot(rawValue: row)].state == .queued
    }

    /// The state of the fleet during a cycle.
    struct Cycle {
        let now: Double
        /// By machine: whether it takes anything now.
        var isOpen: [Bool]
        var openCount = 0
        /// By machine: seconds until the jobs that run or were planned before leave room.
        var delay: [Float]
        /// By machine: the moment that is promised to a job that waits for it.
        var promise: [Double]
        var starts: [Start] = []
        /// Jobs that wait for a machine, where the whole queue is planned.
        var plan: [PlannedStart] = []
        var keepsPlan = false
        /// Jobs taken out of the queue to be tried on, with the usage of their accounts before.
        var taken: [(row: Int32, usage: Int)] = []
        /// The usage of accounts before, a path after the other.
        var usages: [Double] = []

        struct Start {
            let row: Int32
            let placement: Placement
        }

        init(_ scheduler: FleetScheduler, _ book: KernelBook, _ now: Double) {
            self.now = now
            let count = scheduler.machines.count
            isOpen = Array(repeating: false, count: count)
            delay = Array(repeating: 0, count: count)
            promise = Array(repeating: .infinity, count: count)
            for d in 0..<count {
                let device = book.devices[d], tenants = scheduler.machines[d].tenants
                if !device.isAvailable {
                    delay[d] = .infinity
                    continue
                }
                isOpen[d] = scheduler.isOpen(d, book)
                if isOpen[d] { openCount += 1 }
                if !isOpen[d] { delay[d] = Float(max(0, (tenants.map(\.end).max() ?? now) - now)) }
            }
        }

        mutating func close(_ d: Int) {
            if isOpen[d] { openCount -= 1 }
            isOpen[d] = false
        }
    }

    mutating func run(_ cycle: inout Cycle, _ book: KernelBook, window: Int, refused: [Int32] = []) {
        var looked = 0
        var claimants = takeClaims(book)
        while looked < window, cycle.openCount > 0 || cycle.keepsPlan,
            let row = claimants.popLast() ?? nextRow(at: cycle.now)
        {
            looked += 1
            let job = queue.rows[Int(row)], c = Int(job.priority.rawValue)
            queue.unlink(row, shares)
            cycle.taken.append((row, -1))
            if book.jobs[JobSlot(rawValue: row)].notBefore > cycle.now || refused.contains(row) { continue }
            let before = cycle.starts.count
            let seconds = give(row, job, &cycle, book)
            if cycle.starts.count > before { queue.lines[c].lastStart = cycle.now }
            // The next job is chosen as if this one had been paid for.
            cycle.taken[cycle.taken.count - 1].usage = cycle.usages.count
            shares.note(above: Int(job.account), in: &cycle.usages)
            charge(job.account, seconds, at: cycle.now)
        }
        // What was tried on is taken back exactly, last first; the kernel says itself what starts.
        for (row, usage) in cycle.taken.reversed() {
            let account = Int(queue.rows[Int(row)].account)
            if usage >= 0 {
                shares.restore(cycle.usages[usage...], above: account)
                queue.usageChanged(of: account, shares: shares)
            }
            queue.link(row, shares)
        }
        for start in cycle.starts { settle(start, cycle.now) }
    }

    private func nextRow(at now: Double) -> Int32? {
        queue.turn(at: now, rules: rules).flatMap { queue.first(of: $0, shares: shares, rules: rules) }
    }

    /// Charges a job that starts in advance, so that the next cycle knows of it.
    private mutating func settle(_ start: Cycle.Start, _ now: Double) {
        let tenants = machines[start.placement.device.place].tenants
        guard let tenant = tenants.last(where: { $0.slot.rawValue == start.row }) else { return }
        charge(tenant.line, tenant.advance, at: now)
    }

    /// Finds the job its place, now or later.
    ///
    /// - Returns: machine time it is expected to take, seconds.
    private mutating func give(_ row: Int32, _ job: WaitingJob, _ cycle: inout Cycle, _ book: KernelBook) -> Double {
        // A machine that turns out to have no room is asked once more, with the time until it has.
        for _ in 0..<4 {
            guard let (d, cost, seconds) = choose(row, job, cycle, book) else { return 0 }
            if cycle.isOpen[d], cycle.now + seconds * (1 + rules.backfillMargin) <= cycle.promise[d],
                let found = room(for: job, on: d, soloCost: cost)
            {
                let placement = Placement(
                    job: JobSlot(rawValue: row), device: DeviceIndex(d), sites: sites(of: job, found, d, book))
                // What the job may not do now keeps nobody else from doing it.
                if let refusal = book.refusal(of: placement, at: cycle.now), refusal != .occupied { return 0 }
                admit(row, job, placement, found, seconds, &cycle, book)
                return seconds
            }
            if cycle.isOpen[d], !machines[d].isEmpty, cycle.delay[d] == 0 {
                cycle.delay[d] = Float(roomDelay(for: job, on: d, cycle.now))
                if cycle.delay[d] > 0 { continue }
            }
            wait(row, job, d, seconds, &cycle)
            return seconds
        }
        guard let (d, _, seconds) = choose(row, job, cycle, book) else { return 0 }
        wait(row, job, d, seconds, &cycle)
        return seconds
    }

    /// The machine with the least sum of waiting, error and price.
    private mutating func choose(
        _ row: Int32, _ job: WaitingJob, _ cycle: Cycle, _ book: KernelBook
    ) -> (device: Int, cost: Float, seconds: Double)? {
        var best: (device: Int, cost: Float, seconds: Double)?
        var least = Float.infinity
        let patience = Float(rules.secondsPerNat), thrift = Float(rules.secondsPerPrice)
        let range = job.device >= 0 ? Int(job.device)..<Int(job.device) + 1 : 0..<machines.count
        let choices = job.device >= 0 ? [] : book.jobs[JobSlot(rawValue: row)].card.choices
        for d in range where cycle.delay[d] < .infinity {
            if !choices.isEmpty, !choices.contains(DeviceIndex(d)) { continue }
            guard let (cost, seconds) = expectation(of: job, on: d) else { continue }
            // Success counts as waiting does: in seconds.
            let kept = book.devices[d].secondsKept(
                from: book.jobs[JobSlot(rawValue: row)].card, at: cycle.now, in: book)
            guard kept < .infinity || range.count == 1 else { continue }
            var score = max(cycle.delay[d], Float(min(1e9, kept))) + Float(seconds) * 1e-3
            score += patience.isFinite ? patience * cost : cost * 1e12
            if thrift > 0 { score += thrift * Float(machines[d].pricePerSecond * seconds) }
            if score < least {
                least = score
                best = (d, cost, seconds)
            }
        }
        return best
    }

    /// Cost and machine time of a job alone on a machine; nil where it does not fit.
    mutating func expectation(of job: WaitingJob, on d: Int) -> (cost: Float, seconds: Double)? {
        if job.program >= 0,
            case .fits(let cost, let shotSeconds) = estimates.known(program: Int(job.program), device: d)
        {
            return (cost, seconds(of: job, shotSeconds, d))
        }
        guard let library = machines[d].library else { return (0, Double(max(job.seconds, 1e-3))) }
        let entry: EstimateTable.Entry
        if job.program >= 0 {
            entry = estimates.entry(
                program: Int(job.program), device: d, library: library, rules: rules,
                profile: programs[Int(job.program)])
        } else {
            let profile = ProgramProfile(width: Int(job.width))
            entry = EstimateTable.estimate(profile, library, rules)
        }
        guard case .fits(let cost, let shotSeconds) = entry else { return nil }
        return (cost, seconds(of: job, shotSeconds, d))
    }

    @inline(__always)
    private func seconds(of job: WaitingJob, _ shotSeconds: Float, _ d: Int) -> Double {
        job.seconds > 0 ? Double(job.seconds) : Double(job.shots) * Double(shotSeconds * machines[d].runtimeFactor)
    }

    /// A region for the job among the sites that are free now, good enough against the machine all to itself.
    private mutating func room(for job: WaitingJob, on d: Int, soloCost: Float) -> FoundRegion? {
        guard let library = machines[d].library else { return machines[d].isEmpty ? .unknown : nil }
        // Alone, a job gets all sites, and the compiler chooses among them.
        if job.wantsMachineAlone || !machines[d].isShared { return machines[d].isEmpty ? .unknown : nil }
        let profile = job.program >= 0 ? programs[Int(job.program)] : ProgramProfile(width: Int(job.width))
        if profile.width >= machines[d].fullFrom { return nil }
        let free = library.map.live.subtracting(machines[d].taken)
        guard
            case .success(let found) = library.region(
                for: profile, within: free, coherenceBudget: rules.coherenceBudget)
        else {
            machines[d].fullFrom = profile.width
            return nil
        }
        // The loss that is still allowed, in the same logarithm.
        let allowed = Self.cost(ofLoss: rules.sharing.maximumLoss)
        return machines[d].isEmpty || found.estimate.cost <= soloCost + allowed ? found : nil
    }

    /// Seconds until so many tenants have gone that the job should find room.
    private func roomDelay(for job: WaitingJob, on d: Int, _ now: Double) -> Double {
        let tenants = machines[d].tenants.sorted { ($0.end, $0.job) < ($1.end, $1.job) }
        guard !job.wantsMachineAlone, let map = machines[d].library?.map else {
            return max(1e-3, (tenants.last?.end ?? now) - now)
        }
        var free = map.liveCount - machines[d].taken.intersection(map.live).count
        for tenant in tenants {
            free += map.dilated(tenant.sites, by: rules.sharing.guardDistance).count
            // Half of what is free is in one piece, more or less.
            if free >= 2 * Int(job.width) { return max(1e-3, tenant.end - now) }
        }
        return max(1e-3, (tenants.last?.end ?? now) - now)
    }

    /// What a job holds: its region, or the whole machine where it wants that or no region is known.
    private func sites(of job: WaitingJob, _ found: FoundRegion, _ d: Int, _ book: KernelBook) -> SiteSet {
        let isWhole = job.wantsMachineAlone || found.sites.isEmpty
        return isWhole ? SiteSet(all: book.devices[d].siteCount) : SiteSet(words: found.sites.wordArray)
    }

    private mutating func admit(
        _ row: Int32, _ job: WaitingJob, _ placement: Placement, _ found: FoundRegion, _ seconds: Double,
        _ cycle: inout Cycle, _ book: KernelBook
    ) {
        let d = placement.device.place
        cycle.starts.append(Cycle.Start(row: row, placement: placement))
        if cycle.keepsPlan {
            cycle.plan.append(
                PlannedStart(job: placement.job, device: placement.device, start: cycle.now, seconds: seconds))
        }
        machines[d].tenants.append(
            Tenant(
                job: book.jobs[JobSlot(rawValue: row)].id, slot: JobSlot(rawValue: row), sites: found.sites,
                isAlone: job.wantsMachineAlone, priority: job.priority, end: cycle.now + seconds, line: job.account,
                advance: seconds, chargedAt: cycle.now))
        if let map = machines[d].library?.map {
            machines[d].taken = machines[d].taken.union(map.dilated(found.sites, by: rules.sharing.guardDistance))
        }
        let isFull =
            job.wantsMachineAlone || machines[d].library == nil || !machines[d].isShared
            || machines[d].tenants.count >= rules.sharing.maximumPrograms
        if isFull {
            cycle.close(d)
            cycle.delay[d] = max(cycle.delay[d], Float(seconds))
        }
    }

    /// Lets a job wait for a machine: the first to do so is promised the moment at which it should have room.
    private mutating func wait(_ row: Int32, _ job: WaitingJob, _ d: Int, _ seconds: Double, _ cycle: inout Cycle) {
        let start = cycle.now + Double(cycle.delay[d])
        if cycle.promise[d] == .infinity { cycle.promise[d] = start }
        if cycle.keepsPlan {
            cycle.plan.append(
                PlannedStart(job: JobSlot(rawValue: row), device: DeviceIndex(d), start: start, seconds: seconds))
        }
        // Beside others a job takes its part of the machine; regions and guards leave about half of the rest unused.
        var part = 1.0
        if !job.wantsMachineAlone, rules.sharing.maximumPrograms > 1, let map = machines[d].library?.map {
            part = min(1, 1.6 * Double(job.width) / Double(max(1, map.liveCount)))
        }
        cycle.delay[d] += Float(seconds * part)
    }

    /// −ln(1 − loss).
    static func cost(ofLoss loss: Double) -> Float { DeviceMap.cost(loss) }
}

/// When and where a waiting job should start.
public struct PlannedStart: Hashable, Sendable {
    public var job: JobSlot
    public var device: DeviceIndex
    /// Seconds on the kernel's clock.
    public var start: Double
    /// Machine time, seconds.
    public var seconds: Double
}

extension FoundRegion {
    /// The whole of a machine whose regions are not known.
    static var unknown: FoundRegion {
        FoundRegion(sites: SiteMask(), estimate: RegionEstimate(ProgramProfile(), .one, .none))
    }
}
