public import Kernel

// Records of front doors.
extension SQLAccounts {
    private static let columns = "door, kind, name, account, job, created, bytes"

    public func record(_ door: String, _ kind: String, _ name: String) throws(KernelError) -> DoorRecord? {
        try row(
            "SELECT \(Self.columns) FROM records WHERE door = ? AND kind = ? AND name = ?",
            [.text(door), .text(kind), .text(name)]
        ) {
            DoorRecord(row: $0)
        }
    }

    public func set(_ record: DoorRecord) throws(KernelError) {
        try execute(
            """
            INSERT INTO records (door, kind, name, account, project, job, created, bytes)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (door, kind, name) DO UPDATE SET job = excluded.job, bytes = excluded.bytes
            """,
            [
                .text(record.door), .text(record.kind), .text(record.name), .text(record.account),
                .text(record.project), record.job.map { .integer($0.stored) } ?? .null, .real(record.created),
                .bytes(record.bytes),
            ])
    }

    public func removeRecord(_ door: String, _ kind: String, _ name: String) throws(KernelError) {
        try execute(
            "DELETE FROM records WHERE door = ? AND kind = ? AND name = ?", [.text(door), .text(kind), .text(name)])
    }

    public func removeRecords(of job: JobID) throws(KernelError) {
        try execute("DELETE FROM records WHERE job = ?", [.integer(job.stored)])
    }

    public func records(_ filter: DoorRecordFilter) throws(KernelError) -> [DoorRecord] {
        let (condition, values) = Self.condition(filter)
        return try rows(
            """
            SELECT \(Self.columns) FROM records WHERE \(condition) ORDER BY created DESC, name DESC LIMIT ? OFFSET ?
            """, values + [.integer(Int64(filter.limit)), .integer(Int64(filter.offset))]
        ) {
            DoorRecord(row: $0)
        }
    }

    public func recordCount(_ filter: DoorRecordFilter) throws(KernelError) -> Int {
        let (condition, values) = Self.condition(filter)
        return try row("SELECT COUNT(*) FROM records WHERE \(condition)", values) { $0.number(0) } ?? 0
    }

    private static func condition(_ filter: DoorRecordFilter) -> (String, [SQLValue]) {
        let kind: [SQLValue] = [.text(filter.door), .text(filter.kind)]
        guard let projects = filter.projects else { return ("door = ? AND kind = ?", kind) }
        guard !projects.isEmpty else { return ("FALSE", []) }
        let places = projects.map { _ in "?" }.joined(separator: ", ")
        return ("door = ? AND kind = ? AND project IN (\(places))", kind + projects.map { .text($0) })
    }
}

extension DoorRecord {
    fileprivate init(row: any SQLRow) {
        self.init(
            door: row.word(0), kind: row.word(1), name: row.word(2), account: row.word(3),
            job: row.integer(4).map { JobID(stored: $0) }, created: row.time(5), bytes: row.bytes(6) ?? [])
    }
}
