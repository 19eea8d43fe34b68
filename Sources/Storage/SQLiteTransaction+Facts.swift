import Foundation
import GRDB
import Kernel

extension SQLiteTransaction {
    func livingFacts() throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        let last = try asking { try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM facts") ?? 0 }
        var entries = try fetch(
            """
            SELECT time, detail FROM facts
            WHERE job IS NULL OR job IN (SELECT id FROM jobs WHERE isLive) ORDER BY number
            """, [])
        // Jobs that are over, in sums of an hour: enough for a share that halves in days.
        entries += try asking {
            try Row.fetchAll(
                database,
                sql: """
                    SELECT payer, session, MAX(updated) AS time, SUM(charged) AS seconds FROM jobs
                    WHERE NOT isLive AND charged > 0
                    GROUP BY payer, session, CAST(updated / 3600 AS INTEGER) ORDER BY time, payer, session
                    """
            ).map { row in
                let session: Int? = row["session"]
                return JournalEntry(
                    time: row["time"],
                    fact: .used(
                        AccountIndex(row["payer"]), session.map { SessionIndex($0) }, seconds: row["seconds"]))
            }
        }
        return (entries, UInt64(last))
    }

    func facts(after last: UInt64) throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        let newest = try asking {
            try Int64.fetchOne(database.cachedStatement(sql: "SELECT MAX(number) FROM facts")) ?? 0
        }
        guard UInt64(newest) > last else { return ([], last) }
        let entries = try fetch(
            "SELECT time, detail FROM facts WHERE number > ? ORDER BY number", [Int64(bitPattern: last)])
        return (entries, UInt64(newest))
    }

    func keptPromises(_ limit: Int) throws(KernelError) -> [(forecast: WaitForecaster.Forecast, wait: Double)] {
        try asking {
            let decoder = JSONDecoder()
            return try Row.fetchAll(
                database,
                sql: """
                    SELECT told.time AS time, told.detail AS detail, (
                        SELECT MIN(time) FROM facts
                        WHERE job = told.job AND kind = 'placed' AND number > told.number
                    ) AS placed
                    FROM facts AS told WHERE kind = 'foretold' ORDER BY number DESC LIMIT ?
                    """, arguments: [limit]
            ).compactMap { row in
                let detail: String = row["detail"], placed: Double? = row["placed"], time: Double = row["time"]
                guard let placed,
                    case .foretold(_, let forecast)? = try decoder.decode(FactRecord.self, from: Data(detail.utf8)).fact
                else { return nil }
                return (forecast, placed - time)
            }.reversed()
        }
    }

    func history(of job: JobID) throws(KernelError) -> [JournalEntry] {
        try fetch("SELECT time, detail FROM facts WHERE job = ? ORDER BY number", [job.stored])
    }

    func append(_ entries: [JournalEntry]) throws(KernelError) -> UInt64 {
        try asking {
            let insert = try database.cachedStatement(
                sql: "INSERT INTO facts (time, job, kind, detail) VALUES (?, ?, ?, ?)")
            var summaries: [JobID: JobSummary] = [:]
            for entry in entries {
                let record = FactRecord(entry.fact)
                try insert.execute(arguments: [entry.time, entry.fact.job?.stored, record.kind, record.json])
                guard let job = entry.fact.job else { continue }
                if summaries[job] == nil { summaries[job] = try summary(of: job) }
                summaries[job]?.apply(entry)
                if entry.fact.state?.isFinal == true {
                    try database.cachedStatement(sql: "DELETE FROM leases WHERE job = ?").execute(arguments: [
                        job.stored
                    ])
                }
            }
            let last = UInt64(database.lastInsertedRowID)
            for job in summaries.keys.sorted() { if let summary = summaries[job] { try update(summary) } }
            return last
        }
    }

    private func fetch(_ sql: String, _ arguments: StatementArguments) throws(KernelError) -> [JournalEntry] {
        try asking {
            let decoder = JSONDecoder()
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                let detail: String = row["detail"]
                guard let fact = try decoder.decode(FactRecord.self, from: Data(detail.utf8)).fact else {
                    throw KernelError(
                        .system, code: "storage.version",
                        "the store holds a fact that this version cannot read: \(detail)",
                        cure: "use the version of Kelvin that wrote it")
                }
                return JournalEntry(time: row["time"], fact: fact)
            }
        }
    }
}

extension JobID {
    var stored: Int64 { Int64(bitPattern: rawValue) }
    init(stored: Int64) { self.init(UInt64(bitPattern: stored)) }
}

extension JobSummary {
    /// All columns but the id.
    var columns: [(String, (any DatabaseValueConvertible)?)] {
        [
            ("key", key), ("name", name), ("account", account), ("device", device),
            ("owner", Int64(bitPattern: owner)), ("payer", payer.place), ("session", session?.place),
            ("state", state?.description), ("submitted", submitted), ("updated", updated), ("parts", parts),
            ("finishedParts", finishedParts), ("charged", charged), ("retries", retries), ("stopping", stopping),
            ("isLive", isLive),
        ]
    }

    /// What is set once.
    var fixedColumns: [(String, (any DatabaseValueConvertible)?)] {
        [("project", project), ("tags", tags.joined(separator: "\u{1F}"))]
    }

    init(_ row: Row) {
        self.init(
            JobID(stored: row["id"]),
            Submission(
                key: row["key"], name: row["name"], account: row["account"], device: row["device"],
                owner: UInt64(bitPattern: row["owner"] as Int64),
                tags: (row["tags"] as String).split(separator: "\u{1F}").map(String.init), request: []))
        payer = AccountIndex(row["payer"])
        session = (row["session"] as Int?).map { SessionIndex($0) }
        state = (row["state"] as String?).flatMap { JobState(name: $0) }
        submitted = row["submitted"]
        updated = row["updated"]
        parts = row["parts"]
        finishedParts = row["finishedParts"]
        charged = row["charged"]
        retries = row["retries"]
        stopping = row["stopping"]
    }
}
