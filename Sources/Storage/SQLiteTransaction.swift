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
            try Row.fetchOne(database, sql: "SELECT * FROM jobs WHERE id = ?", arguments: [job.stored])
                .map(JobSummary.init)
        }
    }

    func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary] {
        try asking {
            var sql = "SELECT * FROM jobs WHERE state IS NOT NULL"
            var arguments: StatementArguments = []
            if let states = filter.states {
                sql += " AND state IN (\(databaseQuestionMarks(count: states.count)))"
                arguments += StatementArguments(states.map(\.description))
            }
            if let account = filter.account {
                sql += " AND account = ?"
                arguments += [account]
            }
            sql += " ORDER BY id DESC LIMIT ?"
            arguments += [filter.limit]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map(JobSummary.init)
        }
    }

    func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
        if let key = submission.key {
            let known = try asking {
                try Int64.fetchOne(database, sql: "SELECT id FROM jobs WHERE key = ?", arguments: [key])
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
        try setDocument(.request, of: job, number: 0, submission.request)
        return (job, true)
    }

    private func insert(_ summary: JobSummary) throws {
        let columns = summary.columns
        try database.execute(
            sql: """
                INSERT INTO jobs (\(columns.map(\.0).joined(separator: ", ")))
                VALUES (\(databaseQuestionMarks(count: columns.count)))
                """, arguments: StatementArguments(columns.map(\.1)))
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
                database, sql: "SELECT bytes FROM documents WHERE kind = ? AND job = ? AND number = ?",
                arguments: [kind.rawValue, job.stored, number]
            ).map(Array.init)
        }
    }

    func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "INSERT OR REPLACE INTO documents (kind, job, number, bytes) VALUES (?, ?, ?, ?)",
                arguments: [kind.rawValue, job.stored, number, Data(bytes)])
        }
    }

    func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        try asking {
            try database.execute(
                sql: "DELETE FROM documents WHERE kind = ? AND job = ?", arguments: [kind.rawValue, job.stored])
        }
    }

    func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        try asking {
            try Data.fetchOne(database, sql: "SELECT bytes FROM calibrations WHERE id = ?", arguments: [id])
                .map(Array.init)
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
            try Row.fetchAll(database, sql: "SELECT job, fence, until FROM leases ORDER BY job").map { row in
                LeaseRenewal(
                    job: JobID(stored: row["job"]), fence: UInt32(truncatingIfNeeded: row["fence"] as Int64),
                    end: row["until"])
            }
        }
    }
}
