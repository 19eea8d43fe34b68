/// The first waiting jobs in the order of `ReadyQueue`, each charged before the next was chosen, kept between cycles.
///
/// Starts take jobs out without changing the order of the rest, since those were chosen as if what started had been paid
/// for; arrivals are put where they would have been chosen. What may change more makes the front void, and the next cycle
/// that needs it orders it anew: a deadline, a class that runs out of patience, the passing of many cycles.
struct QueueFront: Sendable {
    /// A job's place, and what it rests on.
    struct Entry: Sendable {
        /// −1 where the job has left.
        var row: Int32
        var priority: Priority
        /// Whether it stands before others for a reason that keys do not tell: its deadline, or its class was out of
        /// patience.
        var isAhead: Bool
        var line: Int32
        var sequence: UInt64
        /// What its account was charged before the next was chosen, as `ShareTree` writes it down.
        var charge: Double
        /// Where in `keys` those of its account and of all above it begin, as they were when it was chosen.
        var keys: Int32
    }

    private(set) var entries: [Entry] = []
    private(set) var keys: [Double] = []
    /// By row, where it stands; −1 for rows that are not here.
    private var places: [Int32] = []
    private(set) var count = 0
    private(set) var isValid = false
    /// No job waits behind it.
    private(set) var holdsAll = false
    /// A class below the highest was out of patience, so that one of its jobs stands first.
    private(set) var isLedByImpatience = false
    /// The epoch of usage that the keys belong to.
    private(set) var epoch = 0.0
    private var validUntil = Double.infinity
    private var uses = 0

    /// Usage moves on while the order stands: after so many cycles it is found anew.
    private static let mostUses = 32

    var length: Int { entries.count }
    func row(at place: Int) -> Int32 { entries[place].row }

    private func contains(_ row: Int32) -> Bool { Int(row) < places.count && places[Int(row)] >= 0 }

    /// Whether a job stands before a place of the front.
    func contains(_ row: Int32, before place: Int) -> Bool { contains(row) && Int(places[Int(row)]) < place }

    mutating func invalidate() { isValid = false }

    /// Whether the next cycle can go through it.
    mutating func isUsable(at now: Double, window: Int) -> Bool {
        uses += 1
        return isValid && now < validUntil && uses <= Self.mostUses && (holdsAll || 2 * count > window)
    }

    mutating func remove(_ row: Int32) {
        guard contains(row) else { return }
        entries[Int(places[Int(row)])].row = -1
        places[Int(row)] = -1
        count -= 1
    }

    mutating func begin(rowCount: Int, epoch: Double) {
        for entry in entries where entry.row >= 0 { places[Int(entry.row)] = -1 }
        entries.removeAll(keepingCapacity: true)
        keys.removeAll(keepingCapacity: true)
        makeRoom(for: rowCount)
        count = 0
        self.epoch = epoch
    }

    private mutating func makeRoom(for rowCount: Int) {
        if places.count < rowCount { places += repeatElement(-1, count: rowCount - places.count) }
    }

    /// - Parameter above: the keys of its account and of all above it.
    mutating func insert(_ entry: Entry, at place: Int, above: some Sequence<Double>) {
        var entry = entry
        entry.keys = Int32(keys.count)
        keys.append(contentsOf: above)
        makeRoom(for: Int(entry.row) + 1)
        entries.insert(entry, at: place)
        for k in place..<entries.count where entries[k].row >= 0 { places[Int(entries[k].row)] = Int32(k) }
        count += 1
    }

    /// Puts a job behind all others, with the keys of its account and of all above it as they are.
    mutating func append(_ entry: Entry, _ shares: ShareTree) {
        var entry = entry
        entry.keys = Int32(keys.count)
        shares.walk(from: Int(entry.line)) { keys.append(shares.key($0)) }
        places[Int(entry.row)] = Int32(entries.count)
        entries.append(entry)
        count += 1
    }

    mutating func raise(_ key: Int, by amount: Double) { keys[key] += amount }

    mutating func end(holdsAll: Bool, isLedByImpatience: Bool, validUntil: Double) {
        (isValid, self.holdsAll, self.validUntil, uses) = (true, holdsAll, validUntil, 0)
        self.isLedByImpatience = isLedByImpatience
    }

    /// A class may run out of patience earlier than was known.
    mutating func expire(by time: Double) { validUntil = min(validUntil, time) }
}

/// Jobs taken out of line for a trial, and what their accounts had used before.
struct FrontTrial {
    /// By order of taking, with the place of the one of its account that was taken before; −1 for none.
    private(set) var taken: [(row: Int32, before: Int)] = []
    /// By order of the first taking: the place of the last, and where the figures of the account and of all above it begin.
    private(set) var accounts: [(node: Int, last: Int, usage: Int)] = []
    private(set) var usages: [Double] = []
    /// By node, its place among the accounts; −1 for none.
    private var places: [Int32] = []

    mutating func note(_ row: Int32, of account: Int, _ shares: ShareTree) {
        if places.isEmpty { places = Array(repeating: -1, count: shares.count) }
        if places[account] < 0 {
            places[account] = Int32(accounts.count)
            accounts.append((account, -1, usages.count))
            shares.note(above: account, in: &usages)
        }
        let place = Int(places[account])
        taken.append((row, accounts[place].last))
        accounts[place].last = taken.count - 1
    }
}

extension FleetScheduler {
    /// A job is about to be put in line: finds its place in the front, as if it had been there when that was ordered.
    mutating func expect(_ job: WaitingJob, _ row: Int32, _ now: Double) {
        guard front.isValid else { return }
        guard job.deadline == .infinity, front.epoch == shares.epoch, front.length / 3 <= rules.window else {
            return front.invalidate()
        }
        front.expire(by: now + rules.patience)
        var path: [Int] = [], usages: [Double] = []
        shares.walk(from: Int(job.account)) {
            path.append($0)
            usages.append(shares.inflated[$0])
        }
        // Whoever of its account and class waits already goes first.
        let first =
            front.entries.lastIndex {
                $0.row >= 0 && $0.line == job.account && $0.priority == job.priority
            }.map { $0 + 1 } ?? 0
        var place = 0
        while place < front.length {
            let other = front.entries[place]
            if other.row >= 0 {
                // Of its own account's jobs the earlier go first; one that was submitted before those stands elsewhere.
                if other.line == job.account, other.priority == job.priority, other.sequence > job.sequence {
                    return front.invalidate()
                }
                if place >= first, !other.isAhead, other.priority <= job.priority,
                    other.priority < job.priority || goesBefore(other, path, usages)
                {
                    break
                }
                var node = Int(other.line)
                while node > 0 {
                    if let k = path.firstIndex(of: node) { usages[k] += other.charge }
                    node = Int(shares.parents[node])
                }
            }
            place += 1
        }
        // It belongs behind what is known of the queue.
        if place == front.length, !front.holdsAll { return }
        let charge = shares.weighted(expectedSeconds(of: job), at: now)
        front.insert(
            QueueFront.Entry(
                row: row, priority: job.priority, isAhead: false, line: job.account, sequence: job.sequence,
                charge: charge, keys: 0),
            at: place, above: zip(path, usages).map { $1 / shares.shares[$0] })
        // Whoever stands behind it was chosen as if it had been paid for; their order is put right with the next one.
        for later in front.entries.indices.dropFirst(place + 1) {
            var node = Int(front.entries[later].line), level = Int(front.entries[later].keys)
            while node > 0 {
                if path.contains(node) { front.raise(level, by: charge / shares.shares[node]) }
                node = Int(shares.parents[node])
                level += 1
            }
        }
    }

    /// Whether a job with these usages, from its account up, would have been chosen before one of the front: where their
    /// ways through the tree part, the lesser key goes first.
    private func goesBefore(_ other: QueueFront.Entry, _ path: [Int], _ usages: [Double]) -> Bool {
        var node = Int(other.line), level = Int(other.keys)
        while node > 0 {
            if path.contains(node) { return false }
            let parent = Int(shares.parents[node])
            if let k = path.firstIndex(where: { Int(shares.parents[$0]) == parent }) {
                return usages[k] / shares.shares[path[k]] < front.keys[level]
            }
            node = parent
            level += 1
        }
        return false
    }

    /// Orders the front of the queue where it does not stand any more.
    mutating func orderFront(_ book: KernelBook, _ now: Double) {
        if front.isUsable(at: now, window: rules.window) { return }
        var trial = FrontTrial()
        // A charge may bring all figures back to one: before the keys are noted.
        let weight = shares.weighted(1, at: now)
        front.begin(rowCount: queue.rows.count, epoch: shares.epoch)
        let depth = rules.window < .max / 2 ? rules.window * 3 / 2 : .max
        var impatient = queue.impatientClass(at: now, rules)
        let isLedByImpatience = impatient != nil
        while trial.taken.count < depth, let c = impatient ?? queue.highestClass,
            let row = queue.first(of: c, shares: shares, rules: rules)
        {
            let job = queue.rows[Int(row)], account = Int(job.account)
            trial.note(row, of: account, shares)
            queue.take(row, shares)
            guard book.jobs[JobSlot(rawValue: row)].notBefore <= now else {
                impatient = nil
                queue.settle(account, c, shares)
                continue
            }
            let charge = weight * expectedSeconds(of: job)
            front.append(
                QueueFront.Entry(
                    row: row, priority: job.priority, isAhead: impatient != nil || job.deadline < .infinity,
                    line: job.account, sequence: job.sequence, charge: charge, keys: 0), shares)
            shares.add(charge, to: account)
            queue.usageChanged(of: account, shares: shares)
            // The class gets one start, so one of its jobs stands in front of all others.
            impatient = nil
        }
        let holdsAll = queue.count == 0
        takeBack(trial)
        front.end(
            holdsAll: holdsAll, isLedByImpatience: isLedByImpatience,
            validUntil: queue.nextImpatience(after: now, rules))
    }

    /// Takes back exactly what was tried on, account by account, the last to be tried first; the kernel says itself what
    /// starts.
    private mutating func takeBack(_ trial: FrontTrial) {
        for account in trial.accounts.reversed() {
            var place = account.last
            while place >= 0 {
                queue.putBack(trial.taken[place].row)
                place = trial.taken[place].before
            }
            shares.restore(trial.usages[account.usage...], above: account.node)
            queue.reactivate(account.node, shares)
        }
    }

    /// Machine time of a job on some machine, seconds.
    mutating func expectedSeconds(of job: WaitingJob) -> Double {
        if job.seconds > 0 { return Double(job.seconds) }
        estimates.complete(Int(job.program), machines, rules)
        return max(1e-3, Double(job.shots) * Double(estimates.typicalShotSeconds[Int(job.program)]))
    }
}
