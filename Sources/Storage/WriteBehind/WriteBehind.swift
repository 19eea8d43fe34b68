import Dispatch
public import Kernel
import Synchronization

/// Turns that are taken in memory and written behind.
///
/// While nobody else can write, a turn needs the tables for nothing: it changes memory, and what turns changed is written by a
/// thread of its own, one transaction for all that came while the disk was synchronised for the one before. What is
/// acknowledged is on the disk all the same: `settle` tells when.
public final class WriteBehind<Tables: WriteBehindTables>: Sendable {
    let tables: Tables
    /// One at a time.
    private let turn = Mutex(())
    private let state = Mutex(WriteBehindState())
    /// What is written, and what is asked of the tables as they will be, one after the other.
    private let writer = DispatchQueue(label: "store")

    public init(_ tables: Tables) { self.tables = tables }

    // MARK: Turns

    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        var outcome: Swift.Result<(value: Value, batch: StorageBatch?), KernelError>?
        turn.withLock { _ in
            do throws(KernelError) { outcome = .success(try take(after: batch, body)) } catch {
                outcome = .failure(error)
            }
            if state.withLock({ $0.isAtRest }) { tables.rest() }
        }
        guard let outcome else { preconditionFailure("the lock ran its body") }
        return try outcome.get()
    }

    private func take<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        let isKnown = state.withLock { $0.memory != nil }
        if let fresh = try tables.begin(isKnown: isKnown, flush: flush) { state.withLock { $0.begin(fresh) } }
        let (memory, losses, loss) = state.withLock { ($0.memory, $0.book.losses, $0.book.loss(of: batch)) }
        if let loss { throw loss }
        guard let memory else {
            // Lost since it was asked for, a moment ago.
            throw state.withLock { $0.book.lastLoss }
                ?? KernelError(
                    .system, code: "storage.damaged", "the journal of the store has no last number")
        }
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
        if writeOnce() { writer.async { self.write() } } else { rest() }
    }

    /// - Returns: whether somebody waits for more to be written.
    private func writeOnce() -> Bool {
        let changes = state.withLock { $0.beginWriting() }
        var end = WriteBehindState.End.written
        do throws(KernelError) {
            if let loss = changes.isEmpty ? nil : try tables.write(changes) { end = .interrupted(loss) }
        } catch { end = .lost(error) }
        let (heard, goesOn) = state.withLock { $0.endWriting(end) }
        for tell in heard { tell() }
        return goesOn
    }

    /// Writes all that is pending now, within a turn that has not begun.
    private func flush() {
        writer.sync { while state.withLock({ !$0.pending.isEmpty }) { _ = writeOnce() } }
    }

    /// Lets the tables rest where nothing goes on. Whoever is in a turn is not waited for: it may wait for this queue.
    private func rest() {
        guard state.withLock({ $0.isAtRest }) else { return }
        let isFree: Void? = turn.withLockIfAvailable { _ in if state.withLock({ $0.isAtRest }) { tables.rest() } }
        if isFree == nil { writer.asyncAfter(deadline: .now() + .milliseconds(1)) { self.rest() } }
    }
}

extension WriteBehind: TurnGround {
    /// Asks the tables as they will be with all that is pending, and with what a turn changed so far.
    public func asWritten<Value>(
        with changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let outcome = writer.sync { () -> Swift.Result<Value, KernelError> in
            var all = state.withLock { $0.pending }
            all.take(changes)
            let changes = all
            do throws(KernelError) { return .success(try tables.pretending(changes, body)) } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    public func lastJob() throws(KernelError) -> Int64 {
        try asWritten(with: PendingChanges()) { store throws(KernelError) in try store.lastJob() }
    }

    public func job(withKey key: String) throws(KernelError) -> JobID? {
        if let job = state.withLock({ $0.layers.lazy.compactMap { $0.job(withKey: key) }.first }) { return job }
        return try tables.looking { store throws(KernelError) in try store.job(withKey: key) }
    }

    public func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        let (known, losses) = state.withLock { ($0.summary(of: job), $0.book.losses) }
        if let known { return known }
        let kept = try tables.looking { store throws(KernelError) in try store.summary(of: job) }
        if let kept, kept.isLive { state.withLock { if $0.book.losses == losses { $0.living[job] = kept } } }
        return kept
    }

    public func document(_ group: PendingChanges.Group, _ number: Int) throws(KernelError) -> [UInt8]? {
        let known = state.withLock { $0.layers.lazy.compactMap { $0.document(group, number) }.first }
        if let known { return known }
        return try tables.looking { store throws(KernelError) in
            try store.document(group.kind, of: group.job, number: number)
        }
    }

    public func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        if let bytes = state.withLock({ $0.layers.lazy.compactMap { $0.calibrations[id] }.first }) { return bytes }
        return try tables.looking { store throws(KernelError) in try store.calibration(id) }
    }
}
