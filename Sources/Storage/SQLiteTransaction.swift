import Foundation
import GRDB
import Kernel

/// One exclusive turn at the file.
struct SQLiteTransaction: StorageTransaction {
    let database: Database

    /// Runs what GRDB throws from, and says what a user can do about it.
    func asking<Value>(_ body: () throws -> Value) throws(KernelError) -> Value {
        do { return try body() } catch { throw Self.kernelError(error) }
    }

    static func kernelError(_ error: any Error) -> KernelError {
        if let error = error as? KernelError { return error }
        let cure: String? =
            switch (error as? DatabaseError)?.resultCode {
            case .SQLITE_FULL: "free space on the disk"
            case .SQLITE_BUSY: "another process holds the store; try again"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the file is damaged; move it away to begin a new one"
            case .SQLITE_READONLY: "make the state directory writable"
            default: nil
            }
        return KernelError(.system, code: "storage.sqlite", "the job store failed: \(error)", cure: cure)
    }

    func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        try asking {
            try Row.fetchOne(
                database.cachedStatement(sql: "SELECT * FROM jobs WHERE id = ? AND NOT isRemoved"),
                arguments: [job.stored]
            ).map(JobSummary.init)
        }
    }

    func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary] {
        // A list in the order of an index for each project and state, merged: never a sort of all that there is.
        var found: [JobSummary] = []
        for project in filter.projects.map({ $0.map(Optional.some) }) ?? [nil] {
            for state in filter.states.map({ Set($0).map(Optional.some) }) ?? [nil] {
                found += try summaries(filter, of: project, in: state)
            }
        }
        guard filter.projects?.count ?? 1 > 1 || filter.states?.count ?? 1 > 1 else { return found }
        return Array(found.sorted { $0.job > $1.job }.prefix(filter.limit))
    }

    private func summaries(
        _ filter: JobFilter, of project: String?, in state: JobState?
    ) throws(KernelError) -> [JobSummary] {
        try asking {
            // With the plus no index is taken for it: that of the states would have all jobs sorted.
            var conditions = ["+state IS NOT NULL", "NOT isRemoved"]
            var arguments: StatementArguments = []
            for (column, value) in [
                ("state", state?.description), ("account", filter.account), ("project", project),
                ("device", filter.device),
            ] {
                guard let value else { continue }
                conditions.append("\(column) = ?")
                arguments += [value]
            }
            if let tag = filter.tag {
                conditions.append("id IN (SELECT job FROM tags WHERE tag = ?)")
                arguments += [tag]
            }
            if let before = filter.before {
                conditions.append("id < ?")
                arguments += [before.stored]
            }
            arguments += [filter.limit]
            return try Row.fetchAll(
                database,
                sql: "SELECT * FROM jobs WHERE \(conditions.joined(separator: " AND ")) ORDER BY id DESC LIMIT ?",
                arguments: arguments
            ).map(JobSummary.init)
        }
    }

    func liveCount(ofProject project: String) throws(KernelError) -> Int {
        try asking {
            try Int.fetchOne(
                database.cachedStatement(sql: "SELECT COUNT(*) FROM jobs WHERE isLive AND project = ?"),
                arguments: [project]) ?? 0
        }
    }

    func remove(_ job: JobID) throws(KernelError) -> Bool {
        guard try summary(of: job)?.state?.isFinal == true else { return false }
        try asking {
            for sql in [
                "DELETE FROM documents WHERE job = ?", "DELETE FROM facts WHERE job = ?",
                "DELETE FROM tags WHERE job = ?",
                "UPDATE jobs SET isRemoved = 1, key = NULL, name = '', tags = '' WHERE id = ?",
            ] { try database.execute(sql: sql, arguments: [job.stored]) }
        }
        return true
    }

    func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
        if let key = submission.key {
            let known = try asking {
                try Int64.fetchOne(
                    database.cachedStatement(sql: "SELECT id FROM jobs WHERE key = ?"), arguments: [key])
            }
            if let job = known.map(JobID.init(stored:)) {
                guard try document(.request, of: job, number: 0) == submission.request else {
                    throw KernelError.keyReused(key, job)
                }
                return (job, false)
            }
        }
        let job = try asking {
            try insert(JobSummary(JobID(0), submission))
            return JobID(stored: database.lastInsertedRowID)
        }
        try asking {
            for tag in Set(submission.tags) {
                try database.cachedStatement(sql: "INSERT INTO tags (tag, job) VALUES (?, ?)").execute(arguments: [
                    tag, job.stored,
                ])
            }
        }
        try setDocument(.request, of: job, number: 0, submission.request)
        return (job, true)
    }

    private func insert(_ summary: JobSummary) throws {
        let columns = summary.columns + summary.fixedColumns
        try database.cachedStatement(
            sql: """
                INSERT INTO jobs (\(columns.map(\.0).joined(separator: ", ")))
                VALUES (\(databaseQuestionMarks(count: columns.count)))
                """
        ).execute(arguments: StatementArguments(columns.map(\.1)))
    }

    func update(_ summary: JobSummary) throws {
        let columns = summary.columns
        try database.cachedStatement(
            sql: "UPDATE jobs SET \(columns.map { "\($0.0) = ?" }.joined(separator: ", ")) WHERE id = ?"
        ).execute(arguments: StatementArguments(columns.map(\.1) + [summary.job.stored]))
    }
}

// Documents, calibrations, leases.
extension SQLiteTransaction {
    func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]? {
        try asking {
            try Data.fetchOne(
                database.cachedStatement(
                    sql: "SELECT bytes FROM documents WHERE kind = ? AND job = ? AND number = ?"),
                arguments: [kind.rawValue, job.stored, number]
            ).map(Array.init)
        }
    }

    func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) throws(KernelError) {
        try asking {
            try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO documents (kind, job, number, bytes) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [kind.rawValue, job.stored, number, Data(bytes)])
        }
    }

    func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        try asking {
            try database.cachedStatement(sql: "DELETE FROM documents WHERE kind = ? AND job = ?").execute(arguments: [
                kind.rawValue, job.stored,
            ])
        }
    }

    func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        try asking {
            try Data.fetchOne(
                database.cachedStatement(sql: "SELECT bytes FROM calibrations WHERE id = ?"), arguments: [id]
            ).map(Array.init)
        }
    }

    func setCalibration(_ id: String, _ bytes: [UInt8]) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "INSERT OR REPLACE INTO calibrations (id, bytes) VALUES (?, ?)", arguments: [id, Data(bytes)])
        }
    }

    func renew(_ job: JobID, _ fence: Fence, until end: Double) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "INSERT OR REPLACE INTO leases (job, fence, until) VALUES (?, ?, ?)",
                arguments: [job.stored, Int64(fence), end])
        }
    }

    func renewals() throws(KernelError) -> [LeaseRenewal] {
        try asking {
            try Row.fetchAll(
                database.cachedStatement(sql: "SELECT job, fence, until FROM leases ORDER BY job")
            ).map { row in
                LeaseRenewal(
                    job: JobID(stored: row["job"]), fence: UInt32(truncatingIfNeeded: row["fence"] as Int64),
                    end: row["until"])
            }
        }
    }
}
