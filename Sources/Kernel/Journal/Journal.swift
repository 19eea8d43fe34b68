import Synchronization

/// One line of the kernel's memory.
public struct JournalEntry: Hashable, Sendable {
    /// Seconds since 1970-01-01 UTC.
    public var time: Double
    public var fact: Transition

    public init(time: Double, fact: Transition) {
        self.time = time
        self.fact = fact
    }
}

/// Where every fact is written before anything follows from it.
public protocol Journal: Sendable {
    func append(_ entries: [JournalEntry])
    /// The history of one job, oldest first.
    func entries(of job: JobID) -> [JournalEntry]
}

/// A journal that lives and dies with the process: what `kelvin run` needs.
public final class MemoryJournal: Journal {
    private let lines = Mutex<[JournalEntry]>([])

    public init() {}

    public func append(_ entries: [JournalEntry]) { lines.withLock { $0.append(contentsOf: entries) } }

    public func entries(of job: JobID) -> [JournalEntry] { lines.withLock { $0.filter { $0.fact.job == job } } }
}
