import Foundation
public import Kernel

extension SQLTransaction {
    /// Number of the last fact.
    func lastNumber() throws(KernelError) -> Int64 {
        if let last { return last }
        let number = try row("SELECT last FROM journal") { $0.integer(0) ?? 0 } ?? 0
        last = number
        return number
    }

    public func livingFacts() throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        let last = try lastNumber()
        var entries = try entries(
            """
            SELECT time, detail FROM facts
            WHERE job IS NULL OR job IN (SELECT id FROM jobs WHERE isLive) ORDER BY number
            """, [])
        // Jobs that are over, in sums of an hour: enough for a share that halves in days.
        entries += try rows(
            """
            SELECT payer, session, MAX(updated) AS time, SUM(charged) AS seconds FROM jobs
            WHERE NOT isLive AND charged > 0
            GROUP BY payer, session, FLOOR(updated / 3600) ORDER BY time, payer, session
            """
        ) { row in
            JournalEntry(
                time: row.time(2),
                fact: .used(
                    AccountIndex(row.number(0)), row.integer(1).map { SessionIndex(Int($0)) }, seconds: row.time(3)))
        }
        return (entries, UInt64(last))
    }

    public func facts(after last: UInt64) throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        let newest = UInt64(try lastNumber())
        guard newest > last else { return ([], last) }
        let entries = try entries(
            "SELECT time, detail FROM facts WHERE number > ? ORDER BY number", [.integer(Int64(bitPattern: last))])
        return (entries, newest)
    }

    public func keptPromises(_ limit: Int) throws(KernelError) -> [(forecast: WaitForecaster.Forecast, wait: Double)] {
        try rows(
            """
            SELECT told.time, told.detail, (
                SELECT MIN(time) FROM facts WHERE job = told.job AND kind = 'placed' AND number > told.number
            )
            FROM facts AS told WHERE kind = 'foretold' ORDER BY number DESC LIMIT ?
            """, [.integer(Int64(limit))]
        ) { row throws(KernelError) -> (WaitForecaster.Forecast, Double)? in
            guard let placed = row.real(2),
                case .foretold(_, let forecast)? = FactRecord(json: row.word(1))?.fact
            else { return nil }
            return (forecast, placed - row.time(0))
        }.compactMap { $0 }.reversed()
    }

    public func arrivals(_ limit: Int, before job: JobID?) throws(KernelError) -> [JournalEntry] {
        try entries(
            """
            SELECT time, detail FROM facts
            WHERE job IN (SELECT id FROM jobs WHERE NOT isRemoved AND id < ? ORDER BY id DESC LIMIT ?)
            AND kind IN ('submitted', 'validated', 'queued') ORDER BY number
            """, [.integer(job?.stored ?? .max), .integer(Int64(limit))])
    }

    public func history(of job: JobID) throws(KernelError) -> [JournalEntry] {
        try entries("SELECT time, detail FROM facts WHERE job = ? ORDER BY number", [.integer(job.stored)])
    }

    public func append(_ entries: [JournalEntry]) throws(KernelError) -> UInt64 {
        let before = try lastNumber()
        try insert(entries.enumerated().map { (number: before + 1 + Int64($0), entry: $1) })
        var summaries: [JobID: JobSummary] = [:]
        var order: [JobID] = []
        for entry in entries {
            guard let job = entry.fact.job else { continue }
            if summaries[job] == nil {
                summaries[job] = try summary(of: job)
                order.append(job)
            }
            summaries[job]?.apply(entry)
            if entry.fact.state?.isFinal == true { try removeLease(of: job) }
        }
        for job in order { if let summary = summaries[job] { try update(summary) } }
        return UInt64(try lastNumber())
    }

    /// Facts whose numbers are known, and what they changed is written elsewhere.
    func insert(_ facts: [(number: Int64, entry: JournalEntry)]) throws(KernelError) {
        guard let last = facts.last else { return }
        let rows = facts.map { number, entry -> [SQLValue] in
            let record = FactRecord(entry.fact)
            return [
                .integer(number), .real(entry.time), entry.fact.job.map { .integer($0.stored) } ?? .null,
                .text(record.kind), .text(record.json),
            ]
        }
        try insert(into: "facts (number, time, job, kind, detail)", rows)
        if database.sharesWork { try noteDue(facts.map(\.entry)) }
        try setLast(last.number)
    }

    private func setLast(_ number: Int64) throws(KernelError) {
        try execute("UPDATE journal SET last = ?", [.integer(number)])
        last = number
    }

    /// Keeps the list of runs that wait for a worker; one that is placed and claimed at once never stands there.
    private func noteDue(_ entries: [JournalEntry]) throws(KernelError) {
        var due: [JobID: Fence] = [:], over: Set<JobID> = [], order: [JobID] = []
        for entry in entries {
            switch entry.fact {
            case .placed(let job, _, _, let fence), .unclaimed(let job, let fence):
                due[job] = fence
                order.append(job)
            case .queued(_, .accepted, _): break
            case .claimed(let job, _, _), .queued(let job, _, _), .paused(let job, _), .ended(let job, _):
                if due.removeValue(forKey: job) == nil, over.insert(job).inserted { order.append(job) }
            default: break
            }
        }
        for job in order {
            // What another worker has leased stays: it finds out when it has the turn.
            if over.remove(job) != nil {
                try execute(
                    """
                    DELETE FROM due WHERE job = ? AND fence IN (
                        SELECT fence FROM due WHERE job = ? \(database.passingOver)
                    )
                    """, [.integer(job.stored), .integer(job.stored)])
            }
            if let fence = due.removeValue(forKey: job) {
                try execute(
                    "INSERT INTO due (job, fence) VALUES (?, ?)", [.integer(job.stored), .integer(Int64(fence))])
            }
        }
    }

    private func entries(_ sql: String, _ values: [SQLValue]) throws(KernelError) -> [JournalEntry] {
        try rows(sql, values) { row throws(KernelError) in
            guard let fact = FactRecord(json: row.word(1))?.fact else {
                throw KernelError(
                    .system, code: "storage.version",
                    "the store holds a fact that this version cannot read: \(row.word(1))",
                    cure: "use the version of Kelvin that wrote it")
            }
            return JournalEntry(time: row.time(0), fact: fact)
        }
    }
}

extension FactRecord {
    init?(json: String) {
        guard let record = try? JSONDecoder().decode(FactRecord.self, from: Data(json.utf8)) else { return nil }
        self = record
    }
}
