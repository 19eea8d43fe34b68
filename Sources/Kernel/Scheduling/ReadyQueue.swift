/// The jobs that wait, in the order in which they may start.
///
/// Strict classes; inside a class deadlines, earliest first; then fair share down the tree of accounts (the child with
/// the least usage per share, at every level); then first come, first served. All structures are intrusive lists and
/// heaps over flat columns: taking the next job costs the logarithm of the number of active accounts.
struct ReadyQueue: Sendable {
    private(set) var rows: [WaitingJob] = []
    /// Neighbours of a row in its account's line, by submission.
    private var next: [Int32] = []
    private var previous: [Int32] = []
    var lines: [ClassLines]

    private(set) var count = 0

    init() { lines = Array(repeating: ClassLines(), count: Priority.allCases.count) }

    func count(of priority: Priority) -> Int { lines[Int(priority.rawValue)].count }

    /// Puts a job in line: behind those of its account and class that were submitted before it.
    ///
    /// - Parameter row: its place in the kernel's table of jobs.
    mutating func insert(_ job: WaitingJob, at row: Int32, shares: ShareTree, now: Double) {
        if rows.count <= Int(row) {
            let extra = Int(row) + 1 - rows.count
            rows.append(contentsOf: repeatElement(job, count: extra))
            next.append(contentsOf: repeatElement(-1, count: extra))
            previous.append(contentsOf: repeatElement(-1, count: extra))
        }
        rows[Int(row)] = job
        let c = Int(job.priority.rawValue)
        if lines[c].count == 0 { lines[c].lastStart = now }
        link(row, shares)
    }
}

extension ReadyQueue {
    /// One class: deadlines in a heap, the rest in lines by account, and the active children of each inner account.
    struct ClassLines: Sendable {
        var count = 0
        /// Rows with a deadline, a binary heap.
        var deadlines: [Int32] = []
        /// First and last row of each account's line.
        var heads: [Int32] = []
        var tails: [Int32] = []
        /// Active children of each node, a binary heap by usage per share.
        var children: [[Int32]] = []
        /// Where a node stands in its parent's heap; −1 while it has nothing waiting.
        var positions: [Int32] = []
        /// When the class last started a job or had nothing waiting.
        var lastStart = 0.0

        mutating func grow(to nodes: Int) {
            guard heads.count < nodes else { return }
            let extra = nodes - heads.count
            heads.append(contentsOf: repeatElement(-1, count: extra))
            tails.append(contentsOf: repeatElement(-1, count: extra))
            positions.append(contentsOf: repeatElement(-1, count: extra))
            children.append(contentsOf: repeatElement([], count: extra))
        }
    }

    /// Puts a row in line without counting it as new.
    mutating func link(_ row: Int32, _ shares: ShareTree) {
        let job = rows[Int(row)], c = Int(job.priority.rawValue)
        lines[c].grow(to: shares.count)
        count += 1
        lines[c].count += 1
        // With a deadline it stands in both lines: where its account has overdrawn, fair share still gets to it.
        if job.deadline < .infinity { pushDeadline(row, c) }
        let account = Int(job.account)
        // Nearly always the last of its line; a job that was taken off its device goes back in front.
        let head = lines[c].heads[account]
        var behind = head >= 0 && rows[Int(head)].sequence > job.sequence ? -1 : lines[c].tails[account]
        while behind >= 0, rows[Int(behind)].sequence > job.sequence { behind = previous[Int(behind)] }
        let before = behind >= 0 ? next[Int(behind)] : lines[c].heads[account]
        previous[Int(row)] = behind
        next[Int(row)] = before
        if behind >= 0 { next[Int(behind)] = row } else { lines[c].heads[account] = row }
        if before >= 0 { previous[Int(before)] = row } else { lines[c].tails[account] = row }
        if lines[c].positions[account] < 0 {
            activate(account, c, shares)
        } else if behind < 0 {
            settle(account, c, shares)
        }
    }

    mutating func unlink(_ row: Int32, _ shares: ShareTree) {
        take(row, shares)
        settle(Int(rows[Int(row)].account), Int(rows[Int(row)].priority.rawValue), shares)
    }

    /// Takes a row out of line. Its account has another first job then: `settle` or `usageChanged` must follow.
    mutating func take(_ row: Int32, _ shares: ShareTree) {
        let job = rows[Int(row)], c = Int(job.priority.rawValue)
        count -= 1
        lines[c].count -= 1
        if job.deadline < .infinity { removeDeadline(row, c) }
        let account = Int(job.account)
        let (behind, before) = (previous[Int(row)], next[Int(row)])
        if behind >= 0 { next[Int(behind)] = before } else { lines[c].heads[account] = before }
        if before >= 0 { previous[Int(before)] = behind } else { lines[c].tails[account] = behind }
        if lines[c].heads[account] < 0 { deactivate(account, c, shares) }
    }

    /// Puts a row back where it was taken out. Rows that were taken later are back already; once all of the account are,
    /// `reactivate` must follow.
    mutating func putBack(_ row: Int32) {
        let job = rows[Int(row)], c = Int(job.priority.rawValue)
        count += 1
        lines[c].count += 1
        if job.deadline < .infinity { pushDeadline(row, c) }
        let account = Int(job.account)
        let (behind, before) = (previous[Int(row)], next[Int(row)])
        if behind >= 0 { next[Int(behind)] = row } else { lines[c].heads[account] = row }
        if before >= 0 { previous[Int(before)] = row } else { lines[c].tails[account] = row }
    }

    /// Restores the order after rows of an account were put back, and its usage.
    mutating func reactivate(_ account: Int, _ shares: ShareTree) {
        for c in lines.indices where account < lines[c].heads.count && lines[c].heads[account] >= 0 {
            if lines[c].positions[account] < 0 { activate(account, c, shares) }
        }
        usageChanged(of: account, shares: shares)
    }

    /// The next job of a class, nil if none waits there.
    func first(of c: Int, shares: ShareTree, rules: SchedulingRules) -> Int32? {
        if let urgent = urgent(of: c, shares, rules) { return urgent }
        var node = 0
        while let child = lines[c].children.isEmpty ? nil : lines[c].children[node].first { node = Int(child) }
        return node > 0 ? lines[c].heads[node] : nil
    }

    /// The earliest deadline among accounts that have not overdrawn.
    private func urgent(of c: Int, _ shares: ShareTree, _ rules: SchedulingRules) -> Int32? {
        guard let earliest = lines[c].deadlines.first else { return nil }
        let isEntitled = { (row: Int32) in !shares.exceeds(rules.deadlineCredit, Int(rows[Int(row)].account)) }
        if isEntitled(earliest) { return earliest }
        return lines[c].deadlines.filter(isEntitled).min { isDueBefore($0, $1) }
    }

    /// The first jobs in the lines of a class that were submitted before a moment, an account's oldest before its others.
    func elders(of c: Int, submittedBefore time: Double, most: Int) -> [Int32] {
        var found: [Int32] = []
        guard lines[c].count > 0 else { return found }
        // As many of each account as leave the others theirs.
        for head in lines[c].heads where head >= 0 {
            var row = head, own = 0
            while row >= 0, own < most, rows[Int(row)].submitted <= time {
                found.append(row)
                row = next[Int(row)]
                own += 1
            }
        }
        return Array(found.sorted { rows[Int($0)].sequence < rows[Int($1)].sequence }.prefix(most))
    }

    /// The class whose turn it is: the highest, unless a lower one has run out of patience.
    func turn(at time: Double, rules: SchedulingRules) -> Int? { impatientClass(at: time, rules) ?? highestClass }

    var highestClass: Int? {
        for c in lines.indices.reversed() where lines[c].count > 0 { return c }
        return nil
    }

    /// The highest of the classes below the first that have waited too long for a start.
    func impatientClass(at time: Double, _ rules: SchedulingRules) -> Int? {
        guard let highest = highestClass, highest != Int(Priority.system.rawValue) else { return nil }
        for c in lines.indices.reversed()
        where c < highest && lines[c].count > 0 && time - lines[c].lastStart > rules.patience { return c }
        return nil
    }

    /// When the next class runs out of patience.
    func nextImpatience(after time: Double, _ rules: SchedulingRules) -> Double {
        var next = Double.infinity
        for c in lines.indices where lines[c].count > 0 && c < Int(Priority.system.rawValue) {
            let moment = lines[c].lastStart + rules.patience
            if moment > time { next = min(next, moment) }
        }
        return next
    }

    /// The last of an account's jobs in a class.
    func last(of account: Int32, in priority: Priority) -> Int32? {
        let tails = lines[Int(priority.rawValue)].tails
        guard Int(account) < tails.count, tails[Int(account)] >= 0 else { return nil }
        return tails[Int(account)]
    }
}
