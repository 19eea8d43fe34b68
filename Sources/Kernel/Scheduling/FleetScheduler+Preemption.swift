// Who makes room for whom.
extension FleetScheduler {
    public mutating func preempt(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into jobs: inout [JobSlot]
    ) {
        guard rules.preemption != .none, queue.count > 0 else { return }
        if case .device(let device) = cause { defragment(device.place, book, now, &jobs) }
        guard queue.count(of: .system) > 0 || rules.preemption == .higherClasses else { return }
        catchUp(book)
        if case .device(let device) = cause { reconcile(device.place, book) }
        guard let c = queue.turn(at: now, rules: rules), let row = queue.first(of: c, shares: shares, rules: rules)
        else { return }
        let job = queue.rows[Int(row)]
        guard rules.preemption == .higherClasses || job.priority == .system else { return }
        estimates.complete(Int(job.program), machines, rules)
        // Who holds a machine waits for that one.
        let only = holds.hold(of: row)?.device ?? Int(job.device)
        let candidates = only >= 0 ? only..<only + 1 : 0..<machines.count
        var victim: (device: Int, priority: Priority, end: Double)?
        let card = book.jobs[JobSlot(rawValue: row)].card
        for d in candidates where book.devices[d].isAvailable && card.admits(DeviceIndex(d)) {
            guard estimates.costs[Int(job.program) * estimates.stride + d] < .infinity else { continue }
            // Room, or room that is being made: nobody else has to go.
            guard let highest = machines[d].tenants.map(\.priority).max() else { return }
            if machines[d].tenants.contains(where: { book.jobs[$0.slot].marks.contains(.yield) }) { return }
            guard highest < job.priority else { continue }
            let end = machines[d].tenants.last?.end ?? now
            if victim.map({ (highest, -end) < ($0.priority, -$0.end) }) ?? true { victim = (d, highest, end) }
        }
        guard let victim else { return }
        jobs.append(contentsOf: machines[victim.device].tenants.map(\.slot))
    }
}
