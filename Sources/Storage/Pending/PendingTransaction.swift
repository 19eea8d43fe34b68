public import Kernel

/// What a turn in memory stands on: the tables, with what earlier turns changed.
public protocol TurnGround {
    func summary(of job: JobID) throws(KernelError) -> JobSummary?
    func job(withKey key: String) throws(KernelError) -> JobID?
    func document(_ group: PendingChanges.Group, _ number: Int) throws(KernelError) -> [UInt8]?
    func calibration(_ id: String) throws(KernelError) -> [UInt8]?

    /// The largest number that a job has.
    func lastJob() throws(KernelError) -> Int64

    /// Asks the tables as they will be with what a turn changed so far.
    func asWritten<Value>(
        with changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value
}

/// What turns in memory count on.
public struct TurnMemory: Sendable {
    /// Number of the last fact.
    public var last: Int64
    /// Nil until somebody asks.
    public internal(set) var lastJob: Int64?
    /// Jobs whose lease was renewed; nil where others renew leases too.
    var leases: Set<JobID>?

    public init(last: Int64) { self.last = last }
}

/// A turn in memory: what it changes lies beside the tables until it is written, along with other turns. One that throws
/// leaves nothing.
public final class PendingTransaction: StorageTransaction {
    private let storage: any TurnGround
    public private(set) var changes = PendingChanges()
    public private(set) var memory: TurnMemory

    public init(_ ground: any TurnGround, _ memory: TurnMemory) {
        storage = ground
        self.memory = memory
    }

    // MARK: Facts

    public func livingFacts() throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        try asWritten { store throws(KernelError) in try store.livingFacts() }
    }

    public func facts(after last: UInt64) throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        if last >= UInt64(memory.last) { return ([], UInt64(memory.last)) }
        return try asWritten { store throws(KernelError) in try store.facts(after: last) }
    }

    public func append(_ entries: [JournalEntry]) throws(KernelError) -> UInt64 {
        for entry in entries {
            memory.last += 1
            changes.facts.append((memory.last, entry))
            guard let job = entry.fact.job, var summary = try summary(of: job) else { continue }
            summary.apply(entry)
            changes.jobs[job] = summary
            if entry.fact.state?.isFinal == true, memory.leases?.contains(job) != false {
                changes.leases[job] = .some(nil)
                memory.leases?.remove(job)
            }
        }
        return UInt64(memory.last)
    }

    public func keptPromises(_ limit: Int) throws(KernelError) -> [(forecast: WaitForecaster.Forecast, wait: Double)] {
        try asWritten { store throws(KernelError) in try store.keptPromises(limit) }
    }

    public func arrivals(_ limit: Int, before job: JobID?) throws(KernelError) -> [JournalEntry] {
        try asWritten { store throws(KernelError) in try store.arrivals(limit, before: job) }
    }

    public func history(of job: JobID) throws(KernelError) -> [JournalEntry] {
        try asWritten { store throws(KernelError) in try store.history(of: job) }
    }

    /// Asks the tables as they will be.
    private func asWritten<Value>(
        _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try storage.asWritten(with: changes, body)
    }

    // MARK: Jobs

    public func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
        if let key = submission.key, let known = try job(withKey: key) {
            guard try document(.request, of: known, number: 0) == submission.request else {
                throw KernelError.keyReused(key, known)
            }
            return (known, false)
        }
        if memory.lastJob == nil { memory.lastJob = try storage.lastJob() }
        let number = (memory.lastJob ?? 0) + 1
        let job = JobID(stored: number)
        memory.lastJob = number
        changes.jobs[job] = JobSummary(job, submission)
        changes.newJobs.insert(job)
        if let key = submission.key { changes.keys[key] = job }
        try setDocument(.request, of: job, number: 0, submission.request)
        if submission.isReadOnce { try setDocument(.once, of: job, number: 0, []) }
        return (job, true)
    }

    private func job(withKey key: String) throws(KernelError) -> JobID? {
        if let known = changes.job(withKey: key) { return known }
        return try storage.job(withKey: key)
    }

    public func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        if let known = changes.summary(of: job) { return known }
        return try storage.summary(of: job)
    }

    public func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary] {
        try asWritten { store throws(KernelError) in try store.summaries(filter) }
    }

    public func liveCount(ofProject project: String) throws(KernelError) -> Int {
        try asWritten { store throws(KernelError) in try store.liveCount(ofProject: project) }
    }

    public func remove(_ job: JobID) throws(KernelError) -> Bool {
        guard try summary(of: job)?.state?.isFinal == true else { return false }
        for kind in DocumentKind.allCases { try removeDocuments(kind, of: job) }
        changes.erased.insert(job)
        return true
    }

    // MARK: Documents, calibrations, leases

    public func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]? {
        let group = PendingChanges.Group(kind: kind, job: job)
        if let known = changes.document(group, number) { return known }
        return try storage.document(group, number)
    }

    public func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) throws(KernelError) {
        changes.setDocument(PendingChanges.Group(kind: kind, job: job), number, bytes)
    }

    public func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        changes.removeDocuments(PendingChanges.Group(kind: kind, job: job))
    }

    public func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        if let known = changes.calibration(id) { return known }
        return try storage.calibration(id)
    }

    public func setCalibration(_ id: String, _ bytes: [UInt8]) throws(KernelError) { changes.calibrations[id] = bytes }

    public func renew(_ job: JobID, _ fence: Fence, until end: Double) throws(KernelError) {
        changes.leases[job] = PendingChanges.Lease(fence: fence, end: end)
        memory.leases?.insert(job)
    }

    public func renewals() throws(KernelError) -> [LeaseRenewal] {
        try asWritten { store throws(KernelError) in try store.renewals() }
    }
}
