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
            front.invalidate()
        case .job: break
        }
        guard queue.count > 0 else { return }
        for d in changed where d < book.devices.count { reconcile(d, book) }
        changed.removeAll(keepingCapacity: true)
        if !refused.isEmpty { for d in machines.indices { reconcile(d, book) } }
        if case .job(let slot) = cause, refused.isEmpty, hasRun, !isFirst(slot.rawValue, now) {
            // Those before it have found all they can have: it is looked at behind them, and chooses by all that waits.
            look(at: slot.rawValue, book, now, isBehind: queue.count > rules.window)
        } else {
            var changed: Int?
            if case .device(let device) = cause, hasRun, refused.isEmpty { changed = device.place }
            run(book, now, refused: refused, changed: changed)
        }
        for start in cycle.starts {
            placements.append(start.placement)
            proposed.append(start.row)
        }
        cycle.starts.removeAll(keepingCapacity: true)
    }

    private func isWaiting(_ row: Int32, _ book: KernelBook) -> Bool {
        book.jobs[JobSlot(rawValue: row)].state == .queued
    }

    private func isFirst(_ row: Int32, _ now: Double) -> Bool {
        queue.turn(at: now, rules: rules).flatMap { queue.first(of: $0, shares: shares, rules: rules) } == row
    }

    /// Goes through the queue from its front until no machine is open any more.
    ///
    /// - Parameter changed: the only machine that has more room than at the last cycle, where that is known.
    private mutating func run(_ book: KernelBook, _ now: Double, refused: [Int32], changed: Int?) {
        cycle.begin(at: now)
        hasRun = true
        // Whoever comes in between two cycles stands behind them all.
        defer { enforceHolds() }
        guard cycle.openCount > 0 else { return }
        for row in takeClaims(book) where !refused.contains(row) { look(at: row, book, now) }
        suspendHolds(now)
        serveHolders(book, now, firm: true, refused: refused, changed: changed)
        guard cycle.openCount > 0 else { return }
        orderFront(book, now)
        var place = 0, looked = 0
        while place < front.length, looked < rules.window, cycle.openCount > 0 {
            let row = front.row(at: place)
            place += 1
            guard row >= 0 else { continue }
            looked += 1
            if !refused.isEmpty, refused.contains(row) { continue }
            if holds.contains(row) {
                serveHolder(row, book, now, changed: changed)
                continue
            }
            if let changed, keepsWaiting(row, changed, now) { continue }
            look(at: row, book, now)
        }
        enforceHolds()
        serveHolders(book, now, firm: false, refused: refused, changed: changed)
        guard queue.count > looked, cycle.openCount > 0 else { return }
        serveElders(from: place, book, now)
        if let changed { return serveBehind(changed, from: place, book, now) }
        for d in machines.indices { serveBehind(d, from: place, book, now) }
    }

    /// Whether a job goes on waiting for the machine that it waits for, since that is still better than the one that
    /// changed; if so, it holds its moment there.
    private mutating func keepsWaiting(_ row: Int32, _ changed: Int, _ now: Double) -> Bool {
        let d = wishes.machine(of: row)
        guard d >= 0, d != changed else { return false }
        let job = queue.rows[Int(row)], place = Int(job.program) * estimates.stride
        guard !estimates.costs[place + d].isNaN, !estimates.costs[place + changed].isNaN else { return false }
        if cycle.isOpen[d], delay(d, at: now) == 0 {
            guard machines[d].hasNoRoom.contains(Int(job.program)) else { return false }
            setDelay(d, Float(now - cycle.origin + roomDelay(for: job, on: d, now)))
        }
        guard job.device >= 0 || score(job, on: d, now) <= score(job, on: changed, now) else { return false }
        wait(row, job, d, seconds(of: job, on: d), now)
        return true
    }

    /// What the choice of a machine minimises, in seconds of waiting. The job's row in the estimates is complete.
    private func score(_ job: WaitingJob, on d: Int, _ now: Double, isBehind: Bool = false) -> Float {
        let place = Int(job.program) * estimates.stride + d
        let score = cycle.score(
            d, cost: estimates.costs[place], shotSeconds: estimates.shotSeconds[place], of: job, at: now)
        guard isBehind else { return score }
        return score + cycle.unseen(d, wishes.work[Int(job.priority.rawValue) * wishes.stride + d])
    }

    /// Finds one job its place, now or later.
    ///
    /// - Parameter isBehind: others wait before it that this cycle has not looked at.
    mutating func look(at row: Int32, _ book: KernelBook, _ now: Double, isBehind: Bool = false) {
        let slot = JobSlot(rawValue: row)
        // A claimant may stand in front too.
        if book.jobs[slot].notBefore > now || cycle.starts.contains(where: { $0.row == row }) { return }
        let job = isBehind ? eased(queue.rows[Int(row)], now) : queue.rows[Int(row)]
        guard let start = give(row, job, book, now, isBehind: isBehind) else { return }
        note(start, of: job, now)
    }

    /// - Returns: the tenant that the job becomes; nil where it waits.
    mutating func give(
        _ row: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double, isBehind: Bool = false
    ) -> Tenant? {
        if holds.contains(row) { return giveHeld(row, job, book, now) }
        // A machine that turns out to have no room is asked once more, with the time until it has.
        var tries = 0
        while let (d, cost, seconds) = choose(row, job, book, now, isBehind) {
            guard book.devices[d].isAvailable else {
                reconcile(d, book)
                cycle.close(d, for: .infinity)
                continue
            }
            tries += 1
            if cycle.isOpen[d], mayPass(job, on: d, until: now + seconds * (1 + rules.backfillMargin), now),
                let room = room(for: job, on: d, soloCost: cost)
            {
                let placement = placement(of: row, job, in: room, on: d, book)
                // What the job may not do now keeps nobody else from doing it.
                if let refusal = book.refusal(of: placement, at: now), refusal != .occupied { return nil }
                return start(row, job, placement, room, seconds, book, now)
            }
            if cycle.isOpen[d], !machines[d].isEmpty, delay(d, at: now) == 0 {
                setDelay(d, Float(now - cycle.origin + roomDelay(for: job, on: d, now)))
                if tries < 4, !job.wantsMachineAlone { continue }
            }
            let mayHold = !isBehind || now - job.submitted >= rules.roomPatience
            let isHeld = mayHold && hold(d, for: row, job, book, now)
            let isBarred = book.bar(JobSlot(rawValue: row), from: DeviceIndex(d), at: now) != nil
            wait(row, job, d, seconds, now, isPromised: !isHeld && !isBarred)
            return nil
        }
        return nil
    }

    /// The machine with the least sum of waiting, error and price.
    private mutating func choose(
        _ number: Int32, _ job: WaitingJob, _ book: KernelBook, _ now: Double, _ isBehind: Bool
    ) -> (device: Int, cost: Float, seconds: Double)? {
        let row = Int(job.program)
        estimates.complete(row, machines, rules)
        let base = row * estimates.stride
        var device = Int(job.device)
        if device < 0, job.wantsMachineAlone, !isBehind, rules.sharing.maximumPrograms > 1,
            job.secondsPerNat < .infinity, let best = chooseAlone(number, job, book, now)
        {
            device = best
        } else if job.hasChoices {
            let card = book.jobs[JobSlot(rawValue: number)].card
            // A machine that is kept for others is not chosen for being the best.
            let choices = card.choices.map(\.place)
                .filter { $0 < machines.count && cycle.delay($0, at: now) < .infinity }
                .map { d -> (score: Float, place: Int) in
                    let kept = book.devices[d].secondsKept(from: card, at: now, in: book)
                    return (score(job, on: d, now, isBehind: isBehind) + Float(min(1e9, kept)), d)
                }
            device = choices.min { ($0.score, $0.place) < ($1.score, $1.place) }?.place ?? -1
            guard device >= 0 else { return nil }
        } else if device < 0 {
            // Success and price count as waiting does: in seconds.
            let best = estimates.costs.withUnsafeBufferPointer { costs in
                estimates.shotSeconds.withUnsafeBufferPointer { seconds in
                    wishes.work.withUnsafeBufferPointer { work in
                        cycle.best(
                            costs.baseAddress! + base, seconds.baseAddress! + base, of: job, at: now,
                            waiting: isBehind ? work.baseAddress! + Int(job.priority.rawValue) * wishes.stride : nil)
                    }
                }
            }
            guard let best else { return nil }
            device = best
        }
        guard device < machines.count, estimates.costs[base + device] < .infinity,
            cycle.delay(device, at: now) < .infinity
        else { return nil }
        return (device, estimates.costs[base + device], seconds(of: job, on: device))
    }

    /// Machine time of a job, seconds. Its row in the estimates is complete.
    func seconds(of job: WaitingJob, on d: Int) -> Double {
        if job.seconds > 0 { return Double(job.seconds) }
        let shot = estimates.shotSeconds[Int(job.program) * estimates.stride + d]
        return max(1e-3, Double(job.shots) * Double(shot * machines[d].runtimeFactor))
    }
}
