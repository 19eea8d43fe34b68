public import Kernel

/// Where organisations, projects, users and tokens are kept, beside the jobs and under the same locks.
public protocol AccountStorage: Sendable {
    /// An exclusive turn; what it writes is durable when it returns, or not written at all.
    func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value

    /// A look at what is durable.
    func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value
}

public protocol AccountTransaction {
    /// By name.
    func organisations() throws(KernelError) -> [Organisation]
    /// - Throws: `account.exists`.
    func add(_ organisation: Organisation) throws(KernelError)

    /// By path.
    func projects(of organisation: String?) throws(KernelError) -> [Project]
    func project(_ path: ProjectPath) throws(KernelError) -> Project?
    /// - Throws: `account.exists`; `account.unknown` where there is no such organisation.
    func add(_ project: Project) throws(KernelError)

    /// By path.
    func users(of organisation: String?) throws(KernelError) -> [User]
    func user(_ path: String) throws(KernelError) -> User?
    /// - Throws: `account.exists`; `account.unknown` where there is no such organisation.
    func add(_ user: User) throws(KernelError)
    /// Replaces what a user may do.
    ///
    /// - Throws: `account.unknown`.
    func update(_ user: User) throws(KernelError)

    /// By id.
    func tokens(of user: String?) throws(KernelError) -> [Token]
    func token(_ id: String) throws(KernelError) -> Token?
    /// The token whose secret has this digest.
    func token(digest: [UInt8]) throws(KernelError) -> Token?
    func add(_ token: Token, digest: [UInt8]) throws(KernelError)
    /// Notes when it was used last, and whether it was revoked.
    func update(_ token: Token) throws(KernelError)

    func append(_ entries: [AuditEntry]) throws(KernelError)
    /// The newest first, below a number; nil for all users.
    func audit(before number: Int64, user: String?, limit: Int) throws(KernelError) -> [AuditEntry]

    func reply(to key: String, of user: String) throws(KernelError) -> KeptReply?
    func setReply(_ reply: KeptReply, to key: String, of user: String) throws(KernelError)
    /// Forgets replies from before a time.
    func removeReplies(before time: Double) throws(KernelError)

    /// Something that admins set, by name; nil where nobody did.
    func setting(_ name: String) throws(KernelError) -> [UInt8]?
    /// The names that begin with a text, sorted.
    func settings(beginningWith prefix: String) throws(KernelError) -> [String]
    func set(_ name: String, to bytes: [UInt8]?, at time: Double) throws(KernelError)

    func record(_ door: String, _ kind: String, _ name: String) throws(KernelError) -> DoorRecord?
    /// Keeps a record, or what changed of it: its job and its bytes.
    func set(_ record: DoorRecord) throws(KernelError)
    func removeRecord(_ door: String, _ kind: String, _ name: String) throws(KernelError)
    /// Whatever the doors keep of a job.
    func removeRecords(of job: JobID) throws(KernelError)
    func records(_ filter: DoorRecordFilter) throws(KernelError) -> [DoorRecord]
    /// How many there are, whatever the filter's limit.
    func recordCount(_ filter: DoorRecordFilter) throws(KernelError) -> Int
}

extension KernelError {
    static func accountExists(_ what: String) -> KernelError {
        KernelError(.program, code: "account.exists", "there is \(what) already", cure: "choose another name")
    }

    public static func accountUnknown(_ what: String) -> KernelError {
        KernelError(.program, code: "account.unknown", "there is no \(what)", cure: "create it first")
    }
}
