public import Kernel
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A place where the process kills itself, for tests of what a crash leaves behind: `KELVIN_FAILPOINT=STATE:BOUNDARY` or
/// `STATE:BOUNDARY:N` for the n-th time.
///
/// STATE is the state of a job that is being journaled, or `part` for the end of a part. Nothing but this variable
/// reaches it.
public struct Failpoint: Hashable, Sendable {
    public enum Boundary: String, Sendable, Hashable, CaseIterable {
        /// The facts are decided and not written.
        case before
        /// They are written and not committed.
        case within
        /// The turn is over, and shares a transaction with others that is still open.
        case open
        /// They are committed and nothing followed from them yet.
        case after
    }

    public var place: String
    public var boundary: Boundary
    public var count: Int

    public init?(environment: [String: String]) {
        guard let text = environment["KELVIN_FAILPOINT"] else { return nil }
        let words = text.split(separator: ":").map(String.init)
        guard words.count >= 2, let boundary = Boundary(rawValue: words[1]) else { return nil }
        place = words[0]
        self.boundary = boundary
        count = words.count > 2 ? Int(words[2]) ?? 1 : 1
    }

    public func guarding(_ storage: any KernelStorage) -> any KernelStorage {
        FailingStorage(storage: storage, failpoint: self)
    }

    fileprivate func matches(_ fact: Transition) -> Bool {
        if case .partFinished = fact { return place == "part" }
        return fact.state?.description == place
    }

    fileprivate static func die() { kill(getpid(), SIGKILL) }
}

private final class FailingStorage: KernelStorage {
    private let storage: any KernelStorage
    private let failpoint: Failpoint
    /// Times the place was passed.
    private let passed = Mutex(0)
    /// The batch whose end is the last thing this process sees.
    private let last = Mutex<StorageBatch?>(nil)

    init(storage: any KernelStorage, failpoint: Failpoint) {
        self.storage = storage
        self.failpoint = failpoint
    }

    func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        var isDue = false
        let value = try storage.exclusively { transaction throws(KernelError) in
            try watched(transaction, &isDue, body)
        }
        if isDue { Failpoint.die() }
        return value
    }

    func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        var isDue = false
        let turn = try storage.turn(after: batch) { transaction throws(KernelError) in
            try watched(transaction, &isDue, body)
        }
        guard isDue else { return turn }
        if failpoint.boundary == .open || turn.batch == nil { Failpoint.die() }
        last.withLock { $0 = turn.batch }
        return turn
    }

    func settle(_ batch: StorageBatch) throws(KernelError) {
        try storage.settle(batch)
        dieIfDue(batch)
    }

    func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool {
        let isDurable = try storage.settle(batch) { loss in
            if loss == nil { self.dieIfDue(batch) }
            finish(loss)
        }
        if isDurable { dieIfDue(batch) }
        return isDurable
    }

    var settlesAside: Bool { storage.settlesAside }

    /// A later batch is settled where another's turn made this one durable along with its own.
    private func dieIfDue(_ batch: StorageBatch) {
        if let due = last.withLock({ $0 }), due.number <= batch.number { Failpoint.die() }
    }

    /// Runs the body of a turn, and notes whether it passed the place.
    private func watched<Value>(
        _ transaction: any StorageTransaction, _ isDue: inout Bool,
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let passedNow = Mutex(false)
        let watching = WatchingTransaction(transaction) { [self] facts in
            let hits = facts.count { failpoint.matches($0.fact) }
            let number = passed.withLock { count in
                count += hits
                return count
            }
            guard hits > 0, number >= failpoint.count else { return }
            if failpoint.boundary == .before { Failpoint.die() }
            passedNow.withLock { $0 = true }
        }
        let value = try body(watching)
        isDue = passedNow.withLock { $0 }
        if isDue, failpoint.boundary == .within { Failpoint.die() }
        return value
    }

    func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try storage.snapshot(body) }

    func changeMark() -> UInt64 { storage.changeMark() }
    func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]? { try storage.leaseWork(limit) }
    func removeOrphans() throws(KernelError) -> Int { try storage.removeOrphans() }
    func onChange(_ wake: @escaping @Sendable () -> Void) { storage.onChange(wake) }
}

/// A transaction that tells what is about to be journaled.
private struct WatchingTransaction: StorageTransaction {
    private let base: any StorageTransaction
    private let watch: ([JournalEntry]) -> Void

    init(_ base: any StorageTransaction, watch: @escaping ([JournalEntry]) -> Void) {
        self.base = base
        self.watch = watch
    }

    func append(_ entries: [JournalEntry]) throws(KernelError) -> UInt64 {
        watch(entries)
        return try base.append(entries)
    }

    func livingFacts() throws(KernelError) -> (entries: [JournalEntry], last: UInt64) { try base.livingFacts() }
    func facts(after last: UInt64) throws(KernelError) -> (entries: [JournalEntry], last: UInt64) {
        try base.facts(after: last)
    }
    func keptPromises(_ limit: Int) throws(KernelError) -> [(forecast: WaitForecaster.Forecast, wait: Double)] {
        try base.keptPromises(limit)
    }
    func arrivals(_ limit: Int, before job: JobID?) throws(KernelError) -> [JournalEntry] {
        try base.arrivals(limit, before: job)
    }
    func history(of job: JobID) throws(KernelError) -> [JournalEntry] { try base.history(of: job) }
    func register(_ submission: Submission) throws(KernelError) -> (job: JobID, isNew: Bool) {
        try base.register(submission)
    }
    func summary(of job: JobID) throws(KernelError) -> JobSummary? { try base.summary(of: job) }
    func summaries(_ filter: JobFilter) throws(KernelError) -> [JobSummary] { try base.summaries(filter) }
    func liveCount(ofProject project: String) throws(KernelError) -> Int {
        try base.liveCount(ofProject: project)
    }
    func remove(_ job: JobID) throws(KernelError) -> Bool { try base.remove(job) }
    func document(_ kind: DocumentKind, of job: JobID, number: Int) throws(KernelError) -> [UInt8]? {
        try base.document(kind, of: job, number: number)
    }
    func setDocument(_ kind: DocumentKind, of job: JobID, number: Int, _ bytes: [UInt8]) throws(KernelError) {
        try base.setDocument(kind, of: job, number: number, bytes)
    }
    func removeDocuments(_ kind: DocumentKind, of job: JobID) throws(KernelError) {
        try base.removeDocuments(kind, of: job)
    }
    func calibration(_ id: String) throws(KernelError) -> [UInt8]? { try base.calibration(id) }
    func setCalibration(_ id: String, _ bytes: [UInt8]) throws(KernelError) { try base.setCalibration(id, bytes) }
    func renew(_ job: JobID, _ fence: Fence, until end: Double) throws(KernelError) {
        try base.renew(job, fence, until: end)
    }
    func renewals() throws(KernelError) -> [LeaseRenewal] { try base.renewals() }
}
