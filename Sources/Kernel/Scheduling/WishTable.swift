/// Which machine each waiting job waits for, and how much work of each class every machine has before it that way.
///
/// A cycle goes through the front of the queue only. Who stands behind it is not forgotten: a machine for which nobody in
/// front has a use goes to those that wait for it, and a job that comes in behind them all chooses its machine by the
/// work that waits there, not only by what the last cycle saw.
struct WishTable: Sendable {
    /// By row, the machine; −1 for none.
    private var machines: [Int32] = []
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var classes: [UInt8] = []
    private var seconds: [Float] = []
    /// By class · stride + machine, the first and the last of those that wait, in the order in which they began to.
    private var heads: [Int32] = []
    private var tails: [Int32] = []
    /// By class · stride + machine, the work of the jobs of this class and of those above it, seconds.
    private(set) var work: [Float] = []
    /// By machine, how many wait.
    private var counts: [Int32] = []
    private(set) var stride = 0

    private static let classCount = Priority.allCases.count

    /// Makes room for so many machines; wishes begin anew.
    mutating func widen(to count: Int) {
        let wider = (count + EstimateTable.lanes - 1) / EstimateTable.lanes * EstimateTable.lanes
        guard wider > stride else { return }
        stride = wider
        heads = Array(repeating: -1, count: wider * Self.classCount)
        (tails, work) = (heads, Array(repeating: 0, count: heads.count))
        counts = Array(repeating: 0, count: wider)
        for row in machines.indices { machines[row] = -1 }
    }

    /// The machine that a job waits for; −1 for none.
    @inline(__always)
    func machine(of row: Int32) -> Int { Int(row) < machines.count ? Int(machines[Int(row)]) : -1 }

    func count(on d: Int) -> Int { Int(counts[d]) }

    /// A job waits for a machine now, of which it will take so many seconds.
    mutating func set(_ row: Int32, _ d: Int, _ priority: Priority, _ time: Float) {
        if machine(of: row) == d {
            guard seconds[Int(row)] != time else { return }
            weigh(row, sign: -1)
            seconds[Int(row)] = time
            return weigh(row, sign: 1)
        }
        clear(row)
        if machines.count <= Int(row) {
            let extra = Int(row) + 1 - machines.count
            for column in [\WishTable.machines, \.next, \.previous] {
                self[keyPath: column].append(contentsOf: repeatElement(-1, count: extra))
            }
            classes.append(contentsOf: repeatElement(0, count: extra))
            seconds.append(contentsOf: repeatElement(0, count: extra))
        }
        let line = Int(priority.rawValue) * stride + d, last = tails[line]
        (machines[Int(row)], classes[Int(row)], seconds[Int(row)]) = (Int32(d), priority.rawValue, time)
        (previous[Int(row)], next[Int(row)]) = (last, -1)
        if last >= 0 { next[Int(last)] = row } else { heads[line] = row }
        tails[line] = row
        counts[d] += 1
        weigh(row, sign: 1)
    }

    /// A job waits for no machine any more.
    mutating func clear(_ row: Int32) {
        let d = machine(of: row)
        guard d >= 0 else { return }
        weigh(row, sign: -1)
        let line = Int(classes[Int(row)]) * stride + d
        let (before, behind) = (previous[Int(row)], next[Int(row)])
        if before >= 0 { next[Int(before)] = behind } else { heads[line] = behind }
        if behind >= 0 { previous[Int(behind)] = before } else { tails[line] = before }
        machines[Int(row)] = -1
        counts[d] -= 1
        // Sums of so many additions end exactly where they began.
        if counts[d] == 0 { for c in 0..<Self.classCount { work[c * stride + d] = 0 } }
    }

    private mutating func weigh(_ row: Int32, sign: Float) {
        let d = Int(machines[Int(row)])
        for c in 0...Int(classes[Int(row)]) { work[c * stride + d] += sign * seconds[Int(row)] }
    }

    /// The first jobs that wait for a machine, the higher classes first, without those that are left out.
    func first(_ most: Int, on d: Int, without isLeftOut: (Int32) -> Bool) -> [Int32] {
        var rows: [Int32] = [], looked = 0
        for c in (0..<Self.classCount).reversed() {
            var row = heads[c * stride + d]
            while row >= 0, looked < most {
                if !isLeftOut(row) { rows.append(row) }
                looked += 1
                row = next[Int(row)]
            }
        }
        return rows
    }
}

// Those behind the front of the queue.
extension FleetScheduler {
    /// Of those who wait for a machine, so many are weighed against each other, and so many get a try.
    private static let weighed = 64, tried = 4

    /// Gives a machine that nobody in front has a use for to those behind who wait for it.
    ///
    /// - Parameter place: how far the front was gone through.
    mutating func serveBehind(_ d: Int, from place: Int, _ book: KernelBook, _ now: Double) {
        guard cycle.isOpen[d], wishes.count(on: d) > 0 else { return }
        guard machines[d].isEmpty else { return fillBehind(d, from: place, book, now) }
        let rows = wishes.first(Self.weighed, on: d) { front.contains($0, before: place) }
        guard !rows.isEmpty else { return }
        var ordered = rows.map { row -> (row: Int32, job: WaitingJob, keys: [Double]) in
            let job = queue.rows[Int(row)]
            var keys: [Double] = []
            shares.walk(from: Int(job.account)) { keys.append(shares.key($0)) }
            return (row, job, keys.reversed())
        }
        // The order of the queue: classes, deadlines, shares down the tree, then who came first.
        ordered.sort { a, b in
            if a.job.priority != b.job.priority { return a.job.priority > b.job.priority }
            if a.job.deadline != b.job.deadline { return a.job.deadline < b.job.deadline }
            if a.keys != b.keys { return a.keys.lexicographicallyPrecedes(b.keys) }
            return a.job.sequence < b.job.sequence
        }
        for entry in ordered.prefix(Self.tried) where cycle.isOpen[d] { look(at: entry.row, book, now, isBehind: true) }
    }

    /// Beside others, the first that a program is not known to have no room for: a machine that is shared has some room most
    /// of the time, and the order among those far behind is not worth its price at every departure.
    private mutating func fillBehind(_ d: Int, from place: Int, _ book: KernelBook, _ now: Double) {
        let rows = wishes.first(Self.tried, on: d) { front.contains($0, before: place) }
        for row in rows where cycle.isOpen[d] && !machines[d].hasNoRoom.contains(Int(queue.rows[Int(row)].program)) {
            return look(at: row, book, now, isBehind: true)
        }
    }
}
