import Dispatch
public import Kernel
import Synchronization

/// The store of a process that is the only one to work with its file.
///
/// Then a turn needs the file for nothing: it changes memory, and what turns changed is written by a thread of its own, one
/// transaction for all that came while the disk was synchronised for the one before. What is acknowledged is on the disk all
/// the same: `settle` tells when.
///
/// Nothing here keeps others away. Should somebody write after all, numbers collide, the turns that are not written are lost,
/// whoever took part hears of it, and memory is read anew.
public final class SoleStorage: KernelStorage {
    let base: SQLiteStorage
    /// One at a time.
    private let turn = Mutex(())
    private let state: Mutex<SoleState>
    /// What is written, and what is asked of the tables as they will be, one after the other.
    private let writer = DispatchQueue(label: "store")

    public init(_ base: SQLiteStorage) throws(KernelError) {
        self.base = base
        state = Mutex(SoleState(try base.writing(Self.memory)))
    }

    private static func memory(_ store: SQLTransaction) throws(KernelError) -> TurnMemory {
        var memory = TurnMemory(last: try store.lastNumber())
        memory.lastJob = try store.lastJob()
        memory.leases = Set(try store.renewals().map(\.job))
        return memory
    }

    // MARK: Turns

    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        var outcome: Swift.Result<(value: Value, batch: StorageBatch?), KernelError>?
        turn.withLock { _ in
            do throws(KernelError) { outcome = .success(try take(after: batch, body)) } catch {
                outcome = .failure(error)
            }
        }
        guard let outcome else { preconditionFailure("the lock ran its body") }
        return try outcome.get()
    }

    private func take<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        let (memory, losses, loss) = state.withLock { ($0.memory, $0.book.losses, $0.book.loss(of: batch)) }
        if let loss { throw loss }
        let transaction = PendingTransaction(self, memory)
        let value = try body(transaction)
        // Of what a turn was decided on nothing may be lost meanwhile.
        let end = state.withLock { $0.take(transaction.changes, transaction.memory, ifStill: losses) }
        switch end {
        case .success(let open): return (value, open)
        case .failure(let loss): throw loss
        }
    }

    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let (value, batch) = try turn(after: nil, body)
        if let batch { try settle(batch) }
        return value
    }

    // MARK: Writing

    public var settlesAside: Bool { true }

    public func settle(_ batch: StorageBatch) throws(KernelError) {
        let end = DispatchSemaphore(value: 0), outcome = Mutex<KernelError?>(nil)
        let isDurable = try settle(batch) { loss in
            outcome.withLock { $0 = loss }
            end.signal()
        }
        if isDurable { return }
        end.wait()
        if let loss = outcome.withLock({ $0 }) { throw loss }
    }

    public func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool {
        let step = state.withLock { $0.settle(batch, finish) }
        switch step {
        case .durable: return true
        case .lost(let loss): throw loss
        case .waits: return false
        case .begins:
            writer.async { self.write() }
            return false
        }
    }

    /// Writes what is pending; and what has come meanwhile, where somebody waits for it.
    private func write() {
        let changes = state.withLock { $0.beginWriting() }
        var loss: KernelError?
        do throws(KernelError) {
            let blobs = try changes.shelved(on: base.shelf)
            try base.writing { store throws(KernelError) in try changes.write(to: store, blobs) }
        } catch { loss = error }
        let memory = loss == nil ? nil : try? base.writing(Self.memory)
        let (heard, goesOn) = state.withLock { $0.endWriting(loss, memory) }
        for finish in heard { finish(loss) }
        if goesOn { writer.async { self.write() } }
    }

    // MARK: Looking

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.snapshot(body) }

    public func removeOrphans() throws(KernelError) -> Int { try base.removeOrphans() }

    /// Nobody else writes.
    public func changeMark() -> UInt64 { 0 }
}

extension SoleStorage: TurnGround {
    /// Asks the tables as they will be with all that is pending, and with what a turn changed so far.
    public func asWritten<Value>(
        with changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let outcome = writer.sync { () -> Swift.Result<Value, KernelError> in
            var all = state.withLock { $0.pending }
            all.take(changes)
            let changes = all
            do throws(KernelError) {
                return .success(
                    try base.pretending { store throws(KernelError) in
                        if !changes.isEmpty { try changes.write(to: store, [:]) }
                        return try body(store)
                    })
            } catch { return .failure(error) }
        }
        return try outcome.get()
    }

    public func lastJob() throws(KernelError) -> Int64 {
        try asWritten(with: PendingChanges()) { store throws(KernelError) in try store.lastJob() }
    }

    public func job(withKey key: String) throws(KernelError) -> JobID? {
        if let job = state.withLock({ $0.layers.lazy.compactMap { $0.job(withKey: key) }.first }) { return job }
        return try base.looking { connection throws(KernelError) in
            try SQLTransaction(connection, base.shelf).job(withKey: key)
        }
    }

    public func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        if let known = state.withLock({ $0.summary(of: job) }) { return known }
        let kept = try base.snapshot { store throws(KernelError) in try store.summary(of: job) }
        if let kept, kept.isLive { state.withLock { $0.living[job] = kept } }
        return kept
    }

    public func document(_ group: PendingChanges.Group, _ number: Int) throws(KernelError) -> [UInt8]? {
        let known = state.withLock { $0.layers.lazy.compactMap { $0.document(group, number) }.first }
        if let known { return known }
        return try base.snapshot { store throws(KernelError) in
            try store.document(group.kind, of: group.job, number: number)
        }
    }

    public func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        if let bytes = state.withLock({ $0.layers.lazy.compactMap { $0.calibrations[id] }.first }) { return bytes }
        return try base.snapshot { store throws(KernelError) in try store.calibration(id) }
    }
}

/// Accounts change in the file itself, on the connection that writes.
extension SoleStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.changeAccounts(body) }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.readAccounts(body) }
}
