import Kernel

/// What turns in memory hold.
struct WriteBehindState: Sendable {
    enum Step {
        case durable
        case lost(KernelError)
        /// It is written after what is being written.
        case waits
        case begins
    }

    /// What turns count on; nil where it must be asked of the tables.
    private(set) var memory: TurnMemory?
    private(set) var pending = PendingChanges()
    /// On the way to the disk.
    private var writing: PendingChanges?
    private(set) var book = BatchBook()
    /// Living jobs as they are in the tables, as far as they were asked for.
    var living: [JobID: JobSummary] = [:]
    private var waiting: [(batch: StorageBatch, finish: @Sendable (KernelError?) -> Void)] = []
    /// Whether something is written, or about to be.
    private var isBusy = false

    /// What the tables do not have yet, the latest first.
    var layers: [PendingChanges] { writing.map { [pending, $0] } ?? [pending] }

    /// Whether nothing is pending nor being written.
    var isAtRest: Bool { pending.isEmpty && !isBusy }

    /// Nil where the tables know.
    func summary(of job: JobID) -> JobSummary?? {
        for layer in layers { if let known = layer.summary(of: job) { return .some(known) } }
        return living[job].map { .some($0) }
    }

    /// What the tables say when others may have written. Where their last number is ours, nobody has.
    mutating func begin(_ fresh: TurnMemory) {
        if let memory, memory.last == fresh.last { return }
        memory = fresh
        living = [:]
    }

    mutating func take(
        _ changes: PendingChanges, _ memory: TurnMemory, ifStill losses: Int
    ) -> Swift.Result<StorageBatch?, KernelError> {
        if book.losses != losses, let loss = book.lastLoss { return .failure(loss) }
        pending.take(changes)
        self.memory = memory
        return .success(pending.isEmpty ? nil : book.open)
    }

    mutating func settle(_ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void) -> Step {
        if let loss = book.loss(of: batch) { return .lost(loss) }
        if batch.number < book.open.number, writing == nil || batch.number + 1 < book.open.number { return .durable }
        waiting.append((batch, finish))
        defer { isBusy = true }
        return isBusy ? .waits : .begins
    }

    mutating func beginWriting() -> PendingChanges {
        let changes = pending
        writing = changes
        pending = PendingChanges()
        book.end()
        return changes
    }

    enum End {
        case written
        /// It is in the tables, and what was decided since rests on what may have changed.
        case interrupted(KernelError)
        case lost(KernelError)
    }

    /// - Returns: whoever waited for it, what they are told, and whether more is to be written.
    mutating func endWriting(
        _ end: End
    ) -> (heard: [@Sendable () -> Void], goesOn: Bool) {
        let open = book.open
        var heard: [@Sendable () -> Void] = []
        let durable: UInt64, loss: KernelError?
        switch end {
        case .written: (durable, loss) = (open.number, nil)
        case .interrupted(let reason): (durable, loss) = (open.number, reason)
        case .lost(let reason): (durable, loss) = (open.number - 1, reason)
        }
        if let loss {
            // What was decided since rests on it.
            book.lose(from: durable, loss)
            pending = PendingChanges()
            living = [:]
            memory = nil
        } else {
            writing?.remember(in: &living)
        }
        for (batch, finish) in waiting {
            if batch.number < durable {
                heard.append { finish(nil) }
            } else if let loss {
                heard.append { finish(loss) }
            }
        }
        waiting.removeAll { loss != nil || $0.batch.number < durable }
        writing = nil
        isBusy = !waiting.isEmpty
        return (heard, isBusy)
    }
}
