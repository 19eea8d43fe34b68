import Kernel

/// What a store in memory holds.
struct SoleState: Sendable {
    enum Step {
        case durable
        case lost(KernelError)
        /// It is written after what is being written.
        case waits
        case begins
    }

    var memory: TurnMemory
    private(set) var pending = PendingChanges()
    /// On the way to the disk.
    private var writing: PendingChanges?
    private(set) var book = BatchBook()
    /// Living jobs as they are in the tables, as far as they were asked for.
    var living: [JobID: JobSummary] = [:]
    private var waiting: [(batch: StorageBatch, finish: @Sendable (KernelError?) -> Void)] = []
    /// Whether something is written, or about to be.
    private var isBusy = false

    init(_ memory: TurnMemory) { self.memory = memory }

    /// What the tables do not have yet, the latest first.
    var layers: [PendingChanges] { writing.map { [pending, $0] } ?? [pending] }

    /// Nil where the tables know.
    func summary(of job: JobID) -> JobSummary?? {
        for layer in layers { if let known = layer.summary(of: job) { return .some(known) } }
        return living[job].map { .some($0) }
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

    /// - Parameter memory: as it is in the tables after something was lost; nil where they cannot be read.
    /// - Returns: whoever waited for it, and whether more is to be written.
    mutating func endWriting(
        _ loss: KernelError?, _ memory: TurnMemory?
    ) -> (heard: [@Sendable (KernelError?) -> Void], goesOn: Bool) {
        let open = book.open
        var heard: [@Sendable (KernelError?) -> Void] = []
        if let loss {
            // What was decided since rests on it.
            book.lose(from: open.number - 1, loss)
            pending = PendingChanges()
            living = [:]
            if let memory { self.memory = memory }
            heard = waiting.map(\.finish)
            waiting = []
        } else {
            writing?.remember(in: &living)
            heard = waiting.filter { $0.batch.number < open.number }.map(\.finish)
            waiting.removeAll { $0.batch.number < open.number }
        }
        writing = nil
        isBusy = !waiting.isEmpty
        return (heard, isBusy)
    }
}
