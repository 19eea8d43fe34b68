// Room that programs in their turn would never leave: a machine is held until those that run have gone.
extension FleetScheduler {
    /// Whether a job that would end at a moment may go to a machine although others wait for it.
    ///
    /// A hold binds those behind its job in the queue, and of those that come in between two cycles its own class and those
    /// below. All others still come in, until the hold has lasted for `roomPatience` or its class has run out of patience:
    /// from then on it binds everybody but calibration and maintenance.
    @inline(__always)
    func mayPass(_ job: WaitingJob, on d: Int, until end: Double, _ now: Double) -> Bool {
        guard end <= cycle.promises[d] else { return false }
        guard let hold = holds.hold(on: d), hold.isInForce, end > hold.moment, job.priority != .system else {
            return true
        }
        return job.priority > hold.priority && !isFirm(hold, now)
    }

    private func isFirm(_ hold: HoldTable.Hold, _ now: Double) -> Bool {
        now - hold.since >= rules.roomPatience
            || now - queue.lines[Int(hold.priority.rawValue)].lastStart >= rules.patience
    }

    /// A cycle begins: for how long machines are spoken for counts in everybody's choice, but holds come into force when the
    /// cycle comes to their jobs, only firm ones at once.
    mutating func suspendHolds(_ now: Double) {
        for hold in holds.all {
            holds.suspend(hold.row, behind: cycle.delays[hold.device])
            cycle.setDelay(hold.device, end(of: hold, behind: cycle.delays[hold.device]))
            if isFirm(hold, now) { holds.enforce(hold.row) }
        }
    }

    mutating func enforceHolds() { for hold in holds.all { holds.enforce(hold.row) } }

    private func end(of hold: HoldTable.Hold, behind ahead: Float) -> Float {
        max(ahead, Float(hold.moment - cycle.origin)) + Float(hold.seconds)
    }

    /// Seconds until a machine has room for the job that is looked at: whoever holds it and stands behind does not count.
    @inline(__always)
    func delay(_ d: Int, at now: Double) -> Float {
        guard let hold = holds.pending(on: d) else { return cycle.delay(d, at: now) }
        return max(0, hold.ahead - Float(now - cycle.origin))
    }

    /// - Parameter seconds: from the cycle's origin.
    @inline(__always)
    mutating func setDelay(_ d: Int, _ seconds: Float) {
        guard let hold = holds.pending(on: d) else { return cycle.setDelay(d, seconds) }
        holds.suspend(hold.row, behind: seconds)
        cycle.setDelay(d, end(of: hold, behind: seconds))
    }

    /// Looks at those that hold a machine: first at those that have been patient, before the queue, and at the rest in
    /// their turn or behind it.
    mutating func serveHolders(
        _ book: KernelBook, _ now: Double, firm: Bool, refused: [Int32], changed: Int?
    ) {
        for hold in holds.all where !firm || isFirm(hold, now) {
            if refused.contains(hold.row) { continue }
            serveHolder(hold.row, book, now, changed: changed)
        }
    }

    /// Gives a job the machine that it holds, or the one that changed where that is as good.
    mutating func serveHolder(_ row: Int32, _ book: KernelBook, _ now: Double, changed: Int?) {
        guard let hold = holds.hold(of: row), !cycle.starts.contains(where: { $0.row == row }) else { return }
        holds.enforce(row)
        let job = queue.rows[Int(row)]
        estimates.complete(Int(job.program), machines, rules)
        guard mayHold(hold.device, row, job, book, now) else { return holds.release(row) }
        guard let changed, changed != hold.device else { return look(at: row, book, now) }
        guard !holds.isHeld(changed), mayHold(changed, row, job, book, now) else { return }
        let base = Int(job.program) * estimates.stride
        let gain = Float(max(0, hold.moment - now)) - cycle.delay(changed, at: now)
        let loss = (estimates.costs[base + changed] - estimates.costs[base + hold.device]) * job.secondsPerNat
        guard gain >= loss, let start = startHeld(row, job, on: changed, book, now) else { return }
        note(start, of: job, now)
        // What it held may be of use to anybody now.
        hasRun = false
    }

    /// What a job that holds a machine gets there: a place, or the moment at which there should be one.
    mutating func giveHeld(_ row: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double) -> Tenant? {
        guard let hold = holds.hold(of: row) else { return nil }
        holds.enforce(row)
        estimates.complete(Int(job.program), machines, rules)
        if let start = startHeld(row, job, on: hold.device, book, now) { return start }
        guard cycle.keepsPlan, holds.contains(row) else { return nil }
        // Its own time is in the delay already.
        let start = max(now, hold.moment, cycle.origin + Double(hold.ahead))
        cycle.plan.append(
            PlannedStart(
                job: JobSlot(rawValue: row), device: DeviceIndex(hold.device), start: start,
                seconds: seconds(of: job, on: hold.device)))
        return nil
    }

    private mutating func startHeld(
        _ row: Int32, _ job: WaitingJob, on d: Int, _ book: KernelBook, _ now: Double
    ) -> Tenant? {
        let cost = estimates.costs[Int(job.program) * estimates.stride + d], seconds = seconds(of: job, on: d)
        // What was promised by now was promised to those before it.
        let end = now + seconds * (1 + rules.backfillMargin)
        guard cycle.isOpen[d], end <= cycle.promises[d],
            let room = room(for: job, on: d, soloCost: cost)
        else { return nil }
        let placement = placement(of: row, job, in: room, on: d, book)
        if let refusal = book.refusal(of: placement, at: now), refusal != .occupied {
            // What the job may not do now keeps nobody else from doing it.
            holds.release(row)
            return nil
        }
        return start(row, job, placement, room, seconds, book, now)
    }

    /// A job that found no room on the machine of its choice holds it, if it may: one that wants a machine alone at once. To
    /// others gaps between neighbours come by themselves, and a machine that is held is used less: they hold one when they
    /// have waited for `roomPatience`, and each machine once in that time.
    ///
    /// - Returns: whether it holds the machine now.
    mutating func hold(_ d: Int, for row: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double) -> Bool {
        guard rules.sharing.maximumPrograms > 1, job.priority != .system, isShared(d), !holds.isHeld(d),
            job.wantsMachineAlone || min(now - job.submitted, now - machines[d].lastHold) >= rules.roomPatience,
            mayHold(d, row, job, book, now)
        else { return false }
        if !job.wantsMachineAlone { machines[d].lastHold = now }
        let moment = now + delayOfHold(for: job, on: d, book, now)
        holds.add(
            HoldTable.Hold(
                row: row, device: d, priority: job.priority, since: now, moment: moment,
                seconds: seconds(of: job, on: d) * part(of: job, on: d)))
        cycle.setDelay(d, max(cycle.delays[d], Float(moment - cycle.origin)))
        return true
    }

    /// The machine for a job that wants one alone, where machines are shared: with the least sum of waiting, error and price
    /// like any other, but waiting is until all that run there have gone, and for as long as higher classes may come in
    /// besides where they are already. Nil where each is held by somebody.
    func chooseAlone(_ row: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double) -> Int? {
        var best: (device: Int, score: Double)?
        for d in machines.indices where !holds.isHeld(d) && mayHold(d, row, job, book, now) {
            let delay = max(Double(cycle.delay(d, at: now)), delayOfHold(for: job, on: d, book, now))
            let isContested = machines[d].tenants.contains { $0.priority > job.priority && $0.priority != .system }
            let cost = estimates.costs[Int(job.program) * estimates.stride + d]
            let price = Float(seconds(of: job, on: d) * machines[d].pricePerSecond)
            let score =
                delay + (isContested ? rules.roomPatience : 0)
                + Double(cost * job.secondsPerNat + price * job.secondsPerPrice)
            if best.map({ score < $0.score }) ?? true { best = (d, score) }
        }
        return best?.device
    }

    /// Seconds until a machine should have room; those that were told to make some do so at the end of a batch.
    private func delayOfHold(for job: WaitingJob, on d: Int, _ book: KernelBook, _ now: Double) -> Double {
        if machines[d].isEmpty { return 0 }
        let delay = roomDelay(for: job, on: d, now)
        let areLeaving = machines[d].tenants.allSatisfy { book.jobs[$0.slot].marks.contains(.yield) }
        return areLeaving ? min(delay, rules.batchSeconds) : delay
    }

    private func isShared(_ d: Int) -> Bool { machines[d].isShared && machines[d].library != nil }

    /// Whether nothing but those that run keeps a job from a machine. Its row in the estimates is complete.
    private func mayHold(_ d: Int, _ row: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double) -> Bool {
        guard job.device < 0 || Int(job.device) == d, book.devices[d].isAvailable,
            estimates.costs[Int(job.program) * estimates.stride + d] < .infinity
        else { return false }
        let slot = JobSlot(rawValue: row)
        guard book.jobs[slot].notBefore <= now, book.jobs[slot].card.admits(DeviceIndex(d)) else { return false }
        return book.bar(slot, from: DeviceIndex(d), at: now) == nil
    }
}
