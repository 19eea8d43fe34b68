// Who makes room, and what the queue looks like from inside.
extension FleetScheduler {
    public mutating func preempt(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into jobs: inout [JobSlot]
    ) {
        guard rules.preemption != .none else { return }
        if case .device(let device) = cause { defragment(device.place, book, now, &jobs) }
        let systemWaits = queue.count(of: .system) > 0
        guard systemWaits || (rules.preemption == .higherClasses && queue.count > 0) else { return }
        catchUp(book)
        if case .device(let device) = cause { reconcile(device.place, book) }
        guard let c = queue.turn(at: now, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules)
        else { return }
        let job = queue.rows[Int(row)]
        guard rules.preemption == .higherClasses || job.priority == .system else { return }
        let candidates = job.device >= 0 ? Int(job.device)..<Int(job.device) + 1 : 0..<machines.count
        var victim: (device: Int, priority: Priority, end: Double)?
        for d in candidates where book.devices[d].isAvailable {
            guard expectation(of: job, on: d) != nil else { continue }
            // Room, or room that is being made: nobody else has to go.
            guard let highest = machines[d].tenants.map(\.priority).max() else { return }
            if machines[d].tenants.contains(where: { book.jobs[$0.slot].marks.contains(.yield) }) { return }
            guard highest < job.priority else { continue }
            let end = machines[d].tenants.map(\.end).max() ?? now
            if victim.map({ (highest, -end) < ($0.priority, -$0.end) }) ?? true { victim = (d, highest, end) }
        }
        guard let victim else { return }
        jobs.append(contentsOf: machines[victim.device].tenants.map(\.slot))
    }

    public var waitingCount: Int { queue.count }

    /// Waiting jobs that would start before this one if nothing else came in.
    public func position(of slot: JobSlot, in book: KernelBook) -> Int? {
        var copy = self
        return copy.order().firstIndex(of: slot)
    }

    /// Every waiting job in the order in which they would be looked at, each charged before the next is chosen.
    public mutating func order() -> [JobSlot] {
        var result: [JobSlot] = []
        let now = lastTime
        while let c = queue.turn(at: now, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules) {
            let job = queue.rows[Int(row)]
            queue.unlink(row, shares)
            charge(job.account, max(Double(job.seconds), 1e-3), at: now)
            result.append(JobSlot(rawValue: row))
        }
        return result
    }

    /// Plans the whole queue: where and when every waiting job should start.
    ///
    /// Jobs that do not fit any machine now are missing. Nothing is changed; the cost grows with jobs times machines.
    public func plan(in book: KernelBook, at now: Double) -> [PlannedStart] {
        var copy = self
        copy.catchUp(book)
        for d in copy.machines.indices { copy.reconcile(d, book) }
        var cycle = Cycle(copy, book, now)
        cycle.keepsPlan = true
        copy.run(&cycle, book, window: .max)
        return cycle.plan
    }
}
