/// The first waiting jobs in the order of `ReadyQueue`, each charged before the next was chosen, kept between cycles.
///
/// Starts take jobs out without changing the order of the rest, since those were chosen as if what started had been paid
/// for. What may change it makes the front void, and the next cycle that needs it orders it anew: an arrival that may
/// belong into it, a class that runs out of patience, the passing of many cycles.
struct QueueFront: Sendable {
    /// −1 where a job has left.
    private(set) var rows: [Int32] = []
    /// By row, where it stands; −1 for rows that are not here.
    private var places: [Int32] = []
    private(set) var count = 0
    private(set) var isValid = false
    /// No job waits behind it.
    private(set) var holdsAll = false
    private var validUntil = Double.infinity
    private var uses = 0

    /// Usage moves on while the order stands: after so many cycles it is found anew.
    private static let mostUses = 32

    private func contains(_ row: Int32) -> Bool { Int(row) < places.count && places[Int(row)] >= 0 }

    mutating func invalidate() { isValid = false }

    /// Whether the next cycle can go through it.
    mutating func isUsable(at now: Double, window: Int) -> Bool {
        uses += 1
        return isValid && now < validUntil && uses <= Self.mostUses && (holdsAll || 2 * count > window)
    }

    /// A job is about to be put in line.
    mutating func expect(_ job: WaitingJob, in queue: ReadyQueue) {
        guard isValid else { return }
        guard !holdsAll, job.deadline == .infinity,
            let last = queue.last(of: job.account, in: job.priority), !contains(last),
            queue.rows[Int(last)].sequence < job.sequence
        else {
            isValid = false
            return
        }
    }

    mutating func remove(_ row: Int32) {
        guard contains(row) else { return }
        rows[Int(places[Int(row)])] = -1
        places[Int(row)] = -1
        count -= 1
    }

    mutating func begin(rowCount: Int) {
        for row in rows where row >= 0 { places[Int(row)] = -1 }
        rows.removeAll(keepingCapacity: true)
        if places.count < rowCount { places += repeatElement(-1, count: rowCount - places.count) }
        count = 0
    }

    mutating func append(_ row: Int32) {
        places[Int(row)] = Int32(rows.count)
        rows.append(row)
        count += 1
    }

    mutating func end(holdsAll: Bool, validUntil: Double) {
        (isValid, self.holdsAll, self.validUntil, uses) = (true, holdsAll, validUntil, 0)
    }
}

extension FleetScheduler {
    /// Orders the front of the queue where it does not stand any more.
    mutating func orderFront(_ book: KernelBook, _ now: Double) {
        if front.isUsable(at: now, window: rules.window) { return }
        var taken: [(row: Int32, usage: Int)] = []
        var usages: [Double] = []
        front.begin(rowCount: queue.rows.count)
        let depth = rules.window < .max / 2 ? rules.window * 3 / 2 : .max
        var impatient = queue.impatientClass(at: now, rules)
        while taken.count < depth, let c = impatient ?? queue.highestClass,
            let row = queue.first(of: c, shares: shares, rules: rules)
        {
            let job = queue.rows[Int(row)]
            queue.unlink(row, shares)
            // The class gets one start, so one of its jobs stands in front of all others.
            impatient = nil
            guard book.jobs[JobSlot(rawValue: row)].notBefore <= now else {
                taken.append((row, -1))
                continue
            }
            taken.append((row, usages.count))
            shares.note(above: Int(job.account), in: &usages)
            charge(job.account, expectedSeconds(of: job), at: now)
            front.append(row)
        }
        let holdsAll = queue.count == 0
        // What was tried on is taken back exactly, last first; the kernel says itself what starts.
        for (row, usage) in taken.reversed() {
            let account = Int(queue.rows[Int(row)].account)
            if usage >= 0 {
                shares.restore(usages[usage...], above: account)
                queue.usageChanged(of: account, shares: shares)
            }
            queue.link(row, shares)
        }
        front.end(holdsAll: holdsAll, validUntil: queue.nextImpatience(after: now, rules))
    }

    /// Machine time of a job on some machine, seconds.
    mutating func expectedSeconds(of job: WaitingJob) -> Double {
        if job.seconds > 0 { return Double(job.seconds) }
        estimates.complete(Int(job.program), machines, rules)
        return max(1e-3, Double(job.shots) * Double(estimates.typicalShotSeconds[Int(job.program)]))
    }
}
