import Console
import Kernel
import Storage

/// Sees to it that someone is at work while a command waits for a job.
///
/// The first look starts a background process. It may be killed, and whoever waits is then the only one to notice: later
/// looks start another where nobody holds the workers' lock. One that keeps dying is given more time between starts; what
/// is at fault is the kernel's to judge, which fails a job over which too many workers died.
struct WorkerWatch {
    let store: JobStore
    private var nextLook: ContinuousClock.Instant?
    private var pause = shortest

    private static let shortest = Duration.seconds(1), longest = Duration.seconds(15)

    init(store: JobStore) { self.store = store }

    /// Costs nothing until the next look is due.
    mutating func look() throws(CommandFailure) {
        let now = ContinuousClock.now
        if let nextLook {
            if now < nextLook { return }
            if store.hasWorker {
                pause = Self.shortest
            } else {
                try store.startWorker()
                pause = min(Self.longest, pause * 2)
            }
        } else {
            try store.startWorker()
        }
        nextLook = now + pause
    }
}

extension JobStore {
    /// Whether some process works on jobs that have no process of their own.
    var hasWorker: Bool { FileLock(path: directory.workerLock, waits: false) == nil }
}
