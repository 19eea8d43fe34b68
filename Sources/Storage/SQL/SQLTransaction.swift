public import Kernel

/// One turn at the tables, whatever database holds them.
public final class SQLTransaction: StorageTransaction, SQLSpeaker {
    let database: any SQLConnection
    /// Number of the last fact, once it is known.
    var last: Int64?
    /// Where large documents are; nil to keep them all in the tables.
    let shelf: BlobShelf?
    /// Blobs that no document names any more once this turn is durable.
    public internal(set) var droppedBlobs: [BlobName] = []

    public init(_ database: any SQLConnection, _ shelf: BlobShelf? = nil) {
        self.database = database
        self.shelf = shelf
    }

    public func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        try row(Self.summaryOfJob, [.integer(job.stored)]) { JobSummary($0) }
    }

    private static let summaryOfJob = "SELECT \(JobSummary.names) FROM jobs WHERE id = ? AND NOT isRemoved"

    public func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary] {
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
        // An expression, so that no index is taken for it: that of the states would have all jobs sorted.
        var conditions = ["COALESCE(state, '') <> ''", "NOT isRemoved"]
        var values: [SQLValue] = []
        for (column, value) in [
            ("state", state?.description), ("account", filter.account), ("project", project),
            ("device", filter.device),
        ] {
            guard let value else { continue }
            conditions.append("\(column) = ?")
            values.append(.text(value))
        }
        if let tag = filter.tag {
            conditions.append("id IN (SELECT job FROM tags WHERE tag = ?)")
            values.append(.text(tag))
        }
        if let session = filter.session {
            conditions.append("session = ?")
            values.append(.integer(Int64(session.place)))
        }
        if let before = filter.before {
            conditions.append("id < ?")
            values.append(.integer(before.stored))
        }
        values.append(.integer(Int64(filter.limit)))
        return try rows(
            """
            SELECT \(JobSummary.names) FROM jobs WHERE \(conditions.joined(separator: " AND "))
            ORDER BY id DESC LIMIT ?
            """, values
        ) { JobSummary($0) }
    }

    public func liveCount(ofProject project: String) throws(KernelError) -> Int {
        try row("SELECT COUNT(*) FROM jobs WHERE isLive AND project = ?", [.text(project)]) { $0.number(0) } ?? 0
    }

    public func remove(_ job: JobID) throws(KernelError) -> Bool {
        guard try summary(of: job)?.state?.isFinal == true else { return false }
        try erase(job)
        return true
    }

    /// Forgets a job that is over.
    func erase(_ job: JobID) throws(KernelError) {
        try dropBlobs(where: "job = ?", [.integer(job.stored)])
        for sql in [
            "DELETE FROM documents WHERE job = ?", "DELETE FROM facts WHERE job = ?", "DELETE FROM tags WHERE job = ?",
            "DELETE FROM records WHERE job = ?",
            "UPDATE jobs SET isRemoved = TRUE, key = NULL, name = '', tags = '' WHERE id = ?",
        ] { try execute(sql, [.integer(job.stored)]) }
    }

    public func job(withKey key: String) throws(KernelError) -> JobID? {
        try row("SELECT id FROM jobs WHERE key = ?", [.text(key)]) { JobID(stored: $0.integer(0) ?? 0) }
    }

    /// The largest number that a job has.
    public func lastJob() throws(KernelError) -> Int64 {
        try row("SELECT COALESCE(MAX(id), 0) FROM jobs") { $0.integer(0) ?? 0 } ?? 0
    }

    /// New rows, whose numbers are known.
    func insert(_ summaries: [JobSummary]) throws(KernelError) {
        try insert(
            into: JobSummary.table, summaries.map { [.integer($0.job.stored)] + $0.values + $0.fixedValues })
        for summary in summaries { try insertTags(summary.tags, of: summary.job) }
    }

    /// Of a row, what facts change.
    func update(_ summary: JobSummary) throws(KernelError) {
        try execute(JobSummary.update, summary.changingValues + [.integer(summary.job.stored)])
    }

    private func insertTags(_ tags: [String], of job: JobID) throws(KernelError) {
        try insert(into: "tags (tag, job)", Set(tags).sorted().map { [.text($0), .integer(job.stored)] })
    }

    public func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
        if let key = submission.key, let known = try job(withKey: key) {
            guard try document(.request, of: known, number: 0) == submission.request else {
                throw KernelError.keyReused(key, known)
            }
            return (known, false)
        }
        let summary = JobSummary(JobID(0), submission)
        let job = try row(JobSummary.insertion, summary.values + summary.fixedValues) {
            JobID(stored: $0.integer(0) ?? 0)
        }
        guard let job else { preconditionFailure("a row that was inserted has a number") }
        try insertTags(submission.tags, of: job)
        try setDocument(.request, of: job, number: 0, submission.request)
        if submission.isReadOnce { try setDocument(.once, of: job, number: 0, []) }
        return (job, true)
    }
}

extension JobID {
    var stored: Int64 { Int64(bitPattern: rawValue) }
    init(stored: Int64) { self.init(UInt64(bitPattern: stored)) }
}

extension JobSummary {
    /// What changes, in the order of `values`.
    private static let columns = [
        "key", "name", "account", "device", "owner", "payer", "session", "state", "submitted", "updated", "parts",
        "finishedParts", "charged", "retries", "stopping", "isLive",
    ]
    /// What is set once, in the order of `fixedValues`.
    private static let fixedColumns = ["project", "tags"]

    /// As `init` reads them.
    static let names = (["id"] + columns + ["tags"]).joined(separator: ", ")

    static let insertion = """
        INSERT INTO jobs (\((columns + fixedColumns).joined(separator: ", ")))
        VALUES (\((columns + fixedColumns).map { _ in "?" }.joined(separator: ", "))) RETURNING id
        """

    /// With the columns of a row whose number is known.
    static let table = "jobs (\((["id"] + columns + fixedColumns).joined(separator: ", ")))"

    /// Of the columns that facts change.
    static let update = """
        UPDATE jobs SET payer = ?, session = ?, state = ?, submitted = ?, updated = ?, parts = ?, finishedParts = ?,
            charged = ?, retries = ?, stopping = ?, isLive = ? WHERE id = ?
        """

    var changingValues: [SQLValue] {
        [
            .integer(Int64(payer.place)), SQLValue(session?.place), SQLValue(state?.description), .real(submitted),
            .real(updated), .integer(Int64(parts)), .integer(Int64(finishedParts)), .real(charged),
            .integer(Int64(retries)), .integer(Int64(stopping)), .flag(isLive),
        ]
    }

    var values: [SQLValue] {
        [SQLValue(key), .text(name), .text(account), .text(device), .integer(Int64(bitPattern: owner))]
            + changingValues
    }

    var fixedValues: [SQLValue] { [.text(project), .text(tags.joined(separator: "\u{1F}"))] }

    init(_ row: any SQLRow) {
        self.init(
            JobID(stored: row.integer(0) ?? 0),
            Submission(
                key: row.text(1), name: row.word(2), account: row.word(3), device: row.word(4),
                owner: UInt64(bitPattern: row.integer(5) ?? 0),
                tags: row.word(17).split(separator: "\u{1F}").map(String.init), request: []))
        payer = AccountIndex(row.number(6))
        session = row.integer(7).map { SessionIndex(Int($0)) }
        state = row.text(8).flatMap { JobState(name: $0) }
        submitted = row.time(9)
        updated = row.time(10)
        parts = row.number(11)
        finishedParts = row.number(12)
        charged = row.time(13)
        retries = row.number(14)
        stopping = row.number(15)
    }
}
