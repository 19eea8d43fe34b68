import HTTPTypes
import Kernel
import Storage
import Synchronization

/// Which projects there are, and how much room each has for jobs: what every submission asks, remembered for a moment.
final class ProjectDesk: Sendable {
    private struct Room {
        /// Jobs on their way when it was looked up.
        var count: Int
        /// Taken in here since; some of them may be over.
        var taken = 0
        var found: Double
    }

    private let storage: any KernelStorage
    private let accounts: any AccountStorage
    private let known = Mutex<[ProjectPath: Double]>([:])
    private let rooms = Mutex<[ProjectPath: Room]>([:])

    /// How long a project is believed to be there: that another process removed it takes so long to be seen.
    private static let freshSeconds = 2.0
    /// How long what other processes take in is not seen.
    private static let roomSeconds = 1.0
    private static let capacity = 10_000

    init(_ storage: any KernelStorage, _ accounts: any AccountStorage) {
        self.storage = storage
        self.accounts = accounts
    }

    func exists(_ project: ProjectPath, now: Double) throws -> Bool {
        if let found = known.withLock({ $0[project] }), abs(now - found) < Self.freshSeconds { return true }
        guard try accounts.readAccounts({ store throws(KernelError) in try store.project(project) }) != nil else {
            return false
        }
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[project] = now
        }
        return true
    }

    /// Forgets which projects there are: something about accounts has changed.
    func forget() { known.withLock { $0.removeAll() } }

    /// A place for one more job. Jobs are counted again where those of a moment ago with all that came since would fill the
    /// project: nobody is turned away for jobs that are over.
    ///
    /// - Throws: `too-many-jobs`.
    func takePlace(in project: ProjectPath, limit: Int, now: Double) throws {
        let hasRoom = rooms.withLock { rooms -> Bool in
            guard let room = rooms[project], abs(now - room.found) < Self.roomSeconds, room.count + room.taken < limit
            else { return false }
            rooms[project]?.taken += 1
            return true
        }
        if hasRoom { return }
        let count = try storage.snapshot { store throws(KernelError) in try store.liveCount(ofProject: project.text) }
        guard count < limit else {
            throw Problem(.tooManyJobs, "\(project.text) has \(count) jobs on their way, \(limit) are possible").header(
                .retryAfter, "5")
        }
        rooms.withLock { rooms in
            if rooms.count >= Self.capacity { rooms.removeAll() }
            rooms[project] = Room(count: count, taken: 1, found: now)
        }
    }
}
