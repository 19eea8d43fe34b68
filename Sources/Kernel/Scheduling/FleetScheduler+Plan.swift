// What the queue looks like from inside.
extension FleetScheduler {
    public var waitingCount: Int { queue.count }

    /// Waiting jobs that would start before this one if nothing else came in.
    public func position(of slot: JobSlot, in book: KernelBook) -> Int? {
        var copy = self
        return copy.order().firstIndex(of: slot)
    }

    /// Every waiting job in the order in which they would be looked at, each charged before the next is chosen.
    public mutating func order() -> [JobSlot] {
        var result: [JobSlot] = []
        while let row = takeNext(at: lastTime) {
            let job = queue.rows[Int(row)]
            charge(job.account, max(Double(job.seconds), 1e-3), at: lastTime)
            result.append(JobSlot(rawValue: row))
        }
        return result
    }

    private mutating func takeNext(at time: Double) -> Int32? {
        guard let c = queue.turn(at: time, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules)
        else { return nil }
        queue.unlink(row, shares)
        return row
    }

    /// Plans the whole queue: where and when every waiting job should start.
    ///
    /// Jobs are taken in the order that will hold when their turn comes: usage and patience move on with the plan. Jobs
    /// that fit no machine now are missing. Nothing is changed; the cost grows with jobs times machines.
    ///
    /// - Parameter job: stops with this one.
    public func plan(in book: KernelBook, at now: Double, until job: JobSlot? = nil) -> [PlannedStart] {
        var copy = self
        copy.catchUp(book)
        for d in copy.machines.indices { copy.reconcile(d, book) }
        copy.cycle.begin(at: now)
        copy.cycle.keepsPlan = true
        copy.suspendHolds(now)
        copy.cycle.plan.reserveCapacity(copy.queue.count)
        var time = now
        while let row = copy.takeNext(at: time) {
            let waiting = copy.queue.rows[Int(row)]
            let planned = copy.cycle.plan.count
            _ = copy.give(row, waiting, book, now)
            let seconds = planned < copy.cycle.plan.count ? copy.cycle.plan[planned].seconds : 0
            copy.charge(waiting.account, seconds, at: now)
            copy.queue.lines[Int(waiting.priority.rawValue)].lastStart = time
            if row == job?.rawValue { break }
            let next = copy.cycle.earliest(among: copy.machines.count)
            if next.isFinite { time = max(now, next) }
        }
        return copy.cycle.plan
    }
}
