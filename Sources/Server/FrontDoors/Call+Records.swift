import HTTPTypes
import Kernel
import Storage

// What front doors keep and find under the names that SDKs know.
extension Call {
    /// Keeps something of a door under an SDK's name, or what changed of it.
    func keep(_ record: DoorRecord) throws {
        try service.accounts.changeAccounts { store throws(KernelError) in try store.set(record) }
    }

    /// A new record of the caller's.
    ///
    /// - Parameter project: that it belongs to where there is no job; nil for the caller's only one.
    func newRecord(
        _ door: String, _ kind: String, _ name: String, job: JobSummary? = nil, project asked: String? = nil,
        bytes: [UInt8] = []
    ) throws -> DoorRecord {
        let account = try job?.account ?? caller.account(in: project(asked: asked))
        return DoorRecord(
            door: door, kind: kind, name: name, account: account, job: job?.job, created: received, bytes: bytes)
    }

    /// A record that no path names, by the rules for those that a path names; nil where there is none.
    ///
    /// - Throws: also for one that the caller may not see, so that nobody takes a name that is another's.
    func record(_ door: String, _ kind: String, _ name: String, toChange: Bool = false) throws -> DoorRecord? {
        let found = try service.accounts.readAccounts { store throws(KernelError) in
            try store.record(door, kind, name)
        }
        guard let found else { return nil }
        let access: Access = toChange ? .changeRecord(kind) : .readRecord(kind)
        return try service.gate.admit(
            access, identity, parameters: { _ in name }, session: nil, record: found, job: { _ in nil }
        ).record
    }

    /// The same, and nil for what the caller may not see: it looks like what is not there.
    func visibleRecord(_ door: String, _ kind: String, _ name: String, toChange: Bool = false) throws -> DoorRecord? {
        do { return try record(door, kind, name, toChange: toChange) } catch let problem as Problem
            where problem.status == .notFound
        { return nil }
    }

    /// The caller's records, the newest first.
    func records(_ door: String, _ kind: String, limit: Int, offset: Int = 0) throws -> (page: [DoorRecord], count: Int)
    {
        let filter = DoorRecordFilter(
            door: door, kind: kind, projects: try visibleProjects(asked: nil), limit: limit, offset: offset)
        return try service.accounts.readAccounts { store throws(KernelError) in
            (try store.records(filter), try store.recordCount(filter))
        }
    }

    /// How the job of a record stands now.
    func summary(of record: DoorRecord) throws -> JobSummary? {
        guard let id = record.job else { return nil }
        return try service.storage.snapshot { store throws(KernelError) in try store.summary(of: id) }
    }

    /// What a job gave; nil where it gave nothing, or nothing yet.
    func resultDocument(of job: JobSummary) throws -> ResultDocument? {
        guard job.state == .completed else { return nil }
        let bytes = try service.storage.snapshot { store throws(KernelError) in
            try store.document(.result, of: job.job, number: 0)
        }
        return try bytes.map { bytes throws(KernelError) in try DocumentCoding.decode(bytes) }
    }

    /// A number for the randomness of a job: of its key where it has one, so that the same request is the same job.
    func seed(_ key: String? = nil) -> UInt64 { key.map(Secrets.seed) ?? UInt64.random(in: 0..<1 << 48) }
}
