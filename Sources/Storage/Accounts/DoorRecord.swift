public import Kernel

/// What a front door keeps of something that was made through it, under the name that its SDK knows it by: a job, a session, a
/// file that was sent ahead of its job.
public struct DoorRecord: Hashable, Sendable {
    /// The door's name, such as `ionq`.
    public var door: String
    /// What it is of, in the door's words: `job`, `session`, `input`.
    public var kind: String
    /// Unique within the door and the kind.
    public var name: String
    /// Who pays: ORGANISATION/PROJECT/USER.
    public var account: String
    /// The kernel's job; nil where there is none, or none yet.
    public var job: JobID?
    /// Seconds since 1970-01-01 UTC.
    public var created: Double
    /// What the door remembers, in its own form.
    public var bytes: [UInt8]

    public init(
        door: String, kind: String, name: String, account: String, job: JobID?, created: Double, bytes: [UInt8]
    ) {
        self.door = door
        self.kind = kind
        self.name = name
        self.account = account
        self.job = job
        self.created = created
        self.bytes = bytes
    }

    /// The project of the account.
    public var project: String { account.split(separator: "/").prefix(2).joined(separator: "/") }
}

/// Which records are listed: the newest first.
public struct DoorRecordFilter: Hashable, Sendable {
    public var door: String
    public var kind: String
    /// Nil for all.
    public var projects: [String]?
    public var limit: Int
    /// How many of the newest are passed over.
    public var offset: Int

    public init(door: String, kind: String, projects: [String]?, limit: Int, offset: Int = 0) {
        self.door = door
        self.kind = kind
        self.projects = projects
        self.limit = limit
        self.offset = offset
    }
}
