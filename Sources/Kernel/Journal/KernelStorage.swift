/// Where the kernel's memory is kept: in this process, in a file that several processes share, or on a server.
///
/// Facts are the truth, everything else hangs on them. A transaction is exclusive: whoever is inside has the whole
/// memory to itself, sees every fact written before, and what it writes is durable when it returns, or not written at all.
public protocol KernelStorage: Sendable {
    /// - Throws: what `body` throws, and `storage` errors; nothing was written then.
    func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value

    /// An exclusive turn whose writing becomes durable later, together with that of other turns: at `settle`, or with the
    /// next `exclusively` of anyone in this process. Later turns see it at once, snapshots do not.
    ///
    /// - Parameter batch: the last batch of the caller that is not settled; nil for none.
    /// - Returns: what has to be settled; nil where it is durable already.
    /// - Throws: also why `batch` was lost; the body has not run then.
    func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?)

    /// Makes a batch durable, if it is not yet.
    ///
    /// - Throws: why it could not be written; then nothing of it was.
    func settle(_ batch: StorageBatch) throws(KernelError)

    /// The same without waiting for the disk.
    ///
    /// - Parameter finish: told when it is durable, or why it could not be written; then neither was any later batch. Batches
    ///   come to their end in their order.
    /// - Returns: whether it is durable now; then `finish` is not called.
    func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool

    /// Whether turns go on while batches before them are written.
    var settlesAside: Bool { get }

    /// A look at what is durable: it waits for no writer, and must not write.
    func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value

    /// Differs from before when someone else may have written; cheap to ask.
    func changeMark() -> UInt64

    /// Leases work that waits for a worker: other workers pass it over until the next turn of this process is over.
    ///
    /// - Returns: jobs whose run nobody has claimed and nobody else has leased, the oldest first, at most so many; nil where
    ///   workers need not share the work out, because whoever has the turn may take what it sees.
    func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]?

    /// Removes what lies beside the tables and nothing in them names.
    ///
    /// - Returns: how many pieces there were.
    func removeOrphans() throws(KernelError) -> Int

    /// Has `wake` called when someone else has written; storages that cannot tell are asked for their mark again and again.
    func onChange(_ wake: @escaping @Sendable () -> Void)
}

extension KernelStorage {
    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try exclusively(body) }

    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) { (try exclusively(body), nil) }

    public func settle(_ batch: StorageBatch) throws(KernelError) {}

    public func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool {
        try settle(batch)
        return true
    }

    public var settlesAside: Bool { false }

    public func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]? { nil }

    public func removeOrphans() throws(KernelError) -> Int { 0 }

    public func onChange(_ wake: @escaping @Sendable () -> Void) {}
}

/// Turns that become durable together, or not at all.
public struct StorageBatch: Hashable, Sendable {
    public var number: UInt64

    public init(number: UInt64) { self.number = number }
}

public protocol StorageTransaction {
    /// All that a kernel must know that starts now: the fleet, what every account has used, and the live jobs. Jobs that
    /// are over are summed up, not told again.
    ///
    /// - Returns: the facts, and the number of the last in the journal.
    func livingFacts() throws(KernelError) -> (entries: [JournalEntry], last: UInt64)

    /// The facts that were journaled after the one with this number.
    func facts(after last: UInt64) throws(KernelError) -> (entries: [JournalEntry], last: UInt64)

    /// - Returns: the number of the last fact.
    func append(_ entries: [JournalEntry]) throws(KernelError) -> UInt64

    /// The last promises of a wait that can be judged, the oldest first.
    func keptPromises(_ limit: Int) throws(KernelError) -> [(forecast: WaitForecaster.Forecast, wait: Double)]

    /// What tells how the last jobs came in (submitted, validated, queued), the oldest first.
    ///
    /// - Parameters:
    ///   - limit: of jobs.
    ///   - job: those that were submitted before this one; nil for the last of all.
    func arrivals(_ limit: Int, before job: JobID?) throws(KernelError) -> [JournalEntry]

    /// The facts of one job, oldest first.
    func history(of job: JobID) throws(KernelError) -> [JournalEntry]

    /// A new job; or the one that was submitted with the same key before.
    ///
    /// - Throws: `submission.key` where the key was used for another request.
    func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool)

    func summary(of job: JobID) throws(KernelError) -> JobSummary?

    /// The newest first.
    func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary]

    /// How many jobs of a project are on their way.
    func liveCount(ofProject project: String) throws(KernelError) -> Int

    /// Forgets a job that is over: programs, results, what happened to it. What it was charged stays.
    ///
    /// - Returns: whether there was such a job, and it was over.
    func remove(_ job: JobID) throws(KernelError) -> Bool

    func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]?
    func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) throws(KernelError)
    func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError)

    /// Calibrations that parts of jobs ran under, by id.
    func calibration(_ id: String) throws(KernelError) -> [UInt8]?
    func setCalibration(_ id: String, _ bytes: [UInt8]) throws(KernelError)

    /// Leases that were renewed: nothing follows from a renewal but that the lease does not end, so that it is no fact.
    func renew(_ job: JobID, _ fence: Fence, until end: Double) throws(KernelError)
    func renewals() throws(KernelError) -> [LeaseRenewal]
}

public struct LeaseRenewal: Hashable, Sendable {
    public var job: JobID
    public var fence: Fence
    /// Seconds since 1970-01-01 UTC.
    public var end: Double

    public init(job: JobID, fence: Fence, end: Double) {
        self.job = job
        self.fence = fence
        self.end = end
    }
}

/// What is kept of a job beside its facts.
public enum DocumentKind: String, Hashable, Sendable, CaseIterable {
    /// What was asked for (`SubmissionDocument`).
    case request
    /// What a part gave (`PartDocument`), one a part.
    case part
    /// Of a job of a session: what it found of the readout, and what it measured (`ReadoutLedger`).
    case readout
    /// `ResultDocument`.
    case result
    /// Why it failed (`FailureDocument`).
    case failure
    /// Where it ran (`Itinerary`).
    case itinerary
    /// Its outcomes shot by shot, packed, in pieces (`ShotFile`).
    case shots
    /// Of a job whose result is given out once: empty before it was, then who got it (`ReadReceipt`).
    case once
}

/// A job as it is handed to the storage.
public struct Submission: Hashable, Sendable {
    /// The same key never makes two jobs.
    public var key: String?
    public var name: String
    public var account: String
    public var device: String
    /// Who means to work on it; 0 for whoever comes first.
    public var owner: WorkerID
    /// Words to find it by.
    public var tags: [String]
    /// `SubmissionDocument`.
    public var request: [UInt8]
    /// Its result is given out once.
    public var isReadOnce: Bool

    public init(
        key: String? = nil, name: String, account: String = "", device: String, owner: WorkerID = 0,
        tags: [String] = [], isReadOnce: Bool = false, request: [UInt8]
    ) {
        self.isReadOnce = isReadOnce
        self.tags = tags
        self.key = key
        self.name = name
        self.account = account
        self.device = device
        self.owner = owner
        self.request = request
    }
}

/// Which jobs to list.
public struct JobFilter: Hashable, Sendable {
    /// Nil for all.
    public var states: [JobState]?
    public var account: String?
    /// The first two words of the account, `acme/lab`; nil for all.
    public var projects: [String]?
    public var device: String?
    public var tag: String?
    public var session: SessionIndex?
    /// Only jobs before this one.
    public var before: JobID?
    public var limit: Int

    public init(
        states: [JobState]? = nil, account: String? = nil, projects: [String]? = nil, device: String? = nil,
        tag: String? = nil, before: JobID? = nil, limit: Int = 50
    ) {
        self.states = states
        self.account = account
        self.projects = projects
        self.device = device
        self.tag = tag
        self.before = before
        self.limit = limit
    }

    /// Whether a job is wanted, whatever its state.
    func admits(_ job: JobSummary) -> Bool {
        account.map { $0 == job.account } ?? true && projects.map { $0.contains(job.project) } ?? true
            && device.map { $0 == job.device } ?? true && tag.map { job.tags.contains($0) } ?? true
            && session.map { $0 == job.session } ?? true
            && before.map { job.job < $0 } ?? true
    }
}

extension KernelError {
    public static func unknownJob(_ id: JobID) -> KernelError {
        KernelError(.program, code: "unknown-job", "there is no job \(id)", cure: "`kelvin jobs` lists them")
    }

    public static func keyReused(_ key: String, _ job: JobID) -> KernelError {
        KernelError(
            .program, code: "submission.key", "the key '\(key)' belongs to \(job), which asked for something else",
            cure: "use a new key for a new request")
    }
}
