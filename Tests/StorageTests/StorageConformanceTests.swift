import Foundation
import Kernel
import PostgreSQLTesting
import ScratchDirectory
import Storage
import StoragePostgreSQL
import Testing

/// What every storage promises, asked of the one in memory, the one on SQLite and the one on a PostgreSQL server.
@Suite struct StorageConformanceTests {
    enum Kind: CaseIterable {
        case memory, sqlite, sole, postgreSQL

        /// Those that outlive a process.
        static let durable: [Kind] = [.sqlite, .sole, .postgreSQL]
        /// Those that several processes work with at a time.
        static let shared: [Kind] = [.sqlite, .postgreSQL]
    }

    static func path() -> String {
        ScratchDirectory.url.appendingPathComponent("kelvin-\(UUID().uuidString).sqlite").path
    }

    private func storage(_ kind: Kind) throws -> any KernelStorage {
        switch kind {
        case .memory: MemoryStorage()
        default: try Self.place(kind)()
        }
    }

    /// A new store; each call opens it once more.
    static func place(_ kind: Kind) throws -> () throws -> any KernelStorage & AccountStorage {
        if kind == .postgreSQL {
            let address = try PostgreSQLAddress(try PostgreSQLServer.shared.get().database())
            return { try PostgreSQLStorage(address) }
        }
        let path = path()
        if kind == .sole { return { try SoleStorage(SQLiteStorage(path: path)) } }
        return { try SQLiteStorage(path: path) }
    }

    /// One fact of every kind, with all its fields.
    static let facts: [Transition] = {
        let id = JobID(1), device = DeviceIndex(0), account = AccountIndex(1), session = SessionIndex(0)
        let card = JobCard(
            account: account, session: session, device: device, priority: .high, onRecalibration: .rerun,
            wantsMachineAlone: false, width: 7, shots: 9, seconds: 1.5, budget: 20, deadline: 1e9, tag: 4)
        let reservation = Reservation(device: device, account: account, start: 1, end: 2)
        let calendar = Reservation(device: device, account: account, start: 1, end: 2, period: 60, last: 1e9)
        return [
            .deviceAdded(name: "m", siteCount: 133), .deviceChanged(device, isAvailable: false),
            .calibrated(device, calibration: "c"), .accountAdded(path: "physics", parent: .root, share: 2),
            .shareSet(account, 3), .budgetSet(account, 4), .budgetSet(account, .infinity),
            .used(account, session, seconds: 3),
            .sessionOpened(SessionCard(kind: .shared, account: account, device: device, budget: 12)),
            .sessionActivated(session), .sessionClosing(session), .sessionClosed(session), .reserved(reservation),
            .reservationEnded(reservation), .reserved(calendar), .submitted(id, card),
            .validated(id, JobDemand(width: 3, shots: 1000, seconds: 2)),
            .validated(id, JobDemand(width: 3, shots: 1000, seconds: 2, profile: ProgramProfile(width: 3))),
            .submitted(id, JobCard(choices: [device, DeviceIndex(3)])), .queued(id, .retried, notBefore: 12.5),
            .placed(id, device, SiteSet(words: [1, 1 << 63]), 5), .claimed(id, .max, 6), .unclaimed(id, 7),
            .compiled(id, parts: 4, partSeconds: 0.25), .partStarted(id, 8), .partFinished(id, seconds: 0.125),
            .recompiling(id, discarding: true, 9), .flagged(id), .mitigating(id, 10), .paused(id, overBudget: true),
            .marked(id, [.stale, .pause]), .unmarked(id, .stale), .stopping(id), .released(id, 11, seconds: 0.5),
            .foretold(id, .init(planned: 3, lower: 1, upper: 9.5, priority: .high)), .ended(id, .cancelled),
        ]
    }()

    @Test(arguments: Kind.allCases) func factsComeBackAsTheyWere(kind: Kind) throws {
        let storage = try storage(kind)
        let entries = Self.facts.enumerated().map { JournalEntry(time: Double($0.offset) + 0.5, fact: $0.element) }
        try storage.exclusively { (store) throws(KernelError) in
            _ = try store.register(Submission(name: "a", device: "m", request: [1]))
            _ = try store.append(entries)
        }
        let read = try storage.exclusively { (store) throws(KernelError) in try store.facts(after: 0) }
        #expect(read.entries == entries)
        #expect(read.last == UInt64(entries.count))
        let tail = try storage.exclusively { (store) throws(KernelError) in try store.facts(after: 30) }
        #expect(tail.entries == Array(entries[30...]))
        let own = try storage.exclusively { (store) throws(KernelError) in try store.history(of: JobID(1)) }
        #expect(own == entries.filter { $0.fact.job != nil })
    }

    @Test(arguments: Kind.allCases) func whatThrowsWritesNothing(kind: Kind) throws {
        let storage = try storage(kind)
        try storage.exclusively { (store) throws(KernelError) in
            _ = try store.register(Submission(key: "k", name: "a", device: "m", request: [1, 2]))
            _ = try store.append([JournalEntry(time: 1, fact: .submitted(JobID(1), JobCard()))])
        }
        #expect(throws: KernelError.self) {
            try storage.exclusively { (store) throws(KernelError) in
                _ = try store.register(Submission(key: "l", name: "b", device: "m", request: [3]))
                _ = try store.append([JournalEntry(time: 2, fact: .ended(JobID(1), .failed))])
                try store.setDocument(.part, of: JobID(1), number: 0, [9])
                try store.setCalibration("c", [8])
                try store.renew(JobID(1), 3, until: 4)
                _ = try store.register(Submission(key: "k", name: "a", device: "m", request: [7]))
            }
        }
        try storage.exclusively { (store) throws(KernelError) in
            #expect(try store.facts(after: 0).entries.count == 1)
            #expect(try store.summary(of: JobID(1))?.state == .created)
            #expect(try store.summary(of: JobID(2)) == nil)
            #expect(try store.document(.part, of: JobID(1), number: 0) == nil)
            #expect(try store.calibration("c") == nil)
            #expect(try store.renewals().isEmpty)
            // The key still makes its job, and no other.
            #expect(try store.register(Submission(key: "k", name: "a", device: "m", request: [1, 2])).job == JobID(1))
        }
    }

    @Test(arguments: Kind.allCases) func summariesFollowTheFacts(kind: Kind) throws {
        let storage = try storage(kind)
        try storage.exclusively { (store) throws(KernelError) in
            for name in ["a", "b", "c"] {
                _ = try store.register(Submission(name: name, account: name, device: "m", request: []))
            }
            let facts: [Transition] = [
                .submitted(JobID(1), JobCard()), .submitted(JobID(2), JobCard()),
                .compiled(JobID(1), parts: 3, partSeconds: 1), .partFinished(JobID(1), seconds: 0.5),
                .ended(JobID(2), .cancelled),
            ]
            _ = try store.append(facts.map { JournalEntry(time: 5, fact: $0) })
            let first = try store.summary(of: JobID(1))
            #expect(first?.state == .running && first?.parts == 3 && first?.finishedParts == 1 && first?.charged == 0.5)
            #expect(try store.summaries(JobFilter()).map(\.name) == ["b", "a"])
            #expect(try store.summaries(JobFilter(states: [.running])).map(\.name) == ["a"])
            #expect(try store.summaries(JobFilter(account: "b")).map(\.name) == ["b"])
        }
    }

    /// What a forecast learns the past from: of the last jobs, over or not, and nothing of what became of them.
    @Test(arguments: Kind.allCases) func arrivalsOfTheLastJobsAreKept(kind: Kind) throws {
        let storage = try storage(kind)
        try storage.exclusively { (store) throws(KernelError) in
            var told: [JournalEntry] = []
            for number in 1...9 as ClosedRange<UInt64> {
                let id = try store.register(Submission(name: "a", device: "m", request: [])).job
                let coming = [
                    Transition.submitted(id, JobCard(shots: Int(number))),
                    .validated(id, JobDemand(width: 2, shots: 7, seconds: 3, profile: ProgramProfile(width: 2))),
                    .queued(id, .accepted, notBefore: 0),
                ].map { JournalEntry(time: Double(number), fact: $0) }
                let over = [Transition.placed(id, DeviceIndex(0), SiteSet(words: [1]), 1), .ended(id, .completed)]
                _ = try store.append(coming + over.map { JournalEntry(time: 20, fact: $0) })
                told += coming
            }
            #expect(try store.arrivals(100, before: nil) == told)
            #expect(try store.arrivals(4, before: nil) == Array(told.suffix(12)))
            #expect(try store.arrivals(4, before: JobID(6)) == Array(told[3..<15]))
            #expect(try store.arrivals(100, before: JobID(3)) == Array(told[..<6]))
            #expect(try store.arrivals(4, before: JobID(1)).isEmpty)
            #expect(try store.arrivals(0, before: nil).isEmpty)
            // Who was removed is not counted among the last.
            #expect(try store.remove(JobID(5)))
            #expect(try store.arrivals(2, before: JobID(6)) == Array(told[6..<12]))
        }
    }

    /// Jobs that are over are summed up: their machine time counts, their facts are not read.
    @Test(arguments: Kind.durable) func aKernelThatStartsReadsTheLivingAlone(kind: Kind) throws {
        let storage = try storage(kind)
        try storage.exclusively { (store) throws(KernelError) in
            var entries: [JournalEntry] = []
            for number in 1...50 as ClosedRange<UInt64> {
                _ = try store.register(Submission(name: "a", device: "m", request: []))
                entries += [
                    Transition.submitted(JobID(number), JobCard()), .partFinished(JobID(number), seconds: 2),
                ].map { JournalEntry(time: 10, fact: $0) }
                if number < 50 { entries.append(JournalEntry(time: 11, fact: .ended(JobID(number), .completed))) }
            }
            _ = try store.append(entries)
            let living = try store.livingFacts()
            #expect(living.entries.count == 3 && living.last == 149)
            #expect(living.entries.last?.fact == .used(.root, nil, seconds: 98))
        }
    }

    /// Two connections take turns, and see each other's facts.
    @Test(arguments: Kind.shared) func twoConnectionsTakeTurns(kind: Kind) async throws {
        let open = try Self.place(kind)
        let stores = [try open(), try open()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for store in stores {
                group.addTask {
                    for _ in 0..<50 {
                        try store.exclusively { (turn) throws(KernelError) in
                            let job = try turn.register(Submission(name: "a", device: "m", request: [])).job
                            let last = try turn.facts(after: 0).last
                            #expect(job.rawValue == last + 1)
                            _ = try turn.append([JournalEntry(time: 1, fact: .submitted(job, JobCard()))])
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let mark = stores[0].changeMark()
        try stores[1].exclusively { (turn) throws(KernelError) in
            try turn.setCalibration("x", [1])
            _ = try turn.append([JournalEntry(time: 1, fact: .flagged(JobID(1)))])
        }
        for _ in 0..<500 where stores[0].changeMark() == mark { try await Task.sleep(for: .milliseconds(10)) }
        #expect(stores[0].changeMark() != mark)
        #expect(try stores[0].exclusively { (turn) throws(KernelError) in try turn.facts(after: 0).last } == 101)
    }

    @Test func aStoreThatIsNoStoreIsRefused() throws {
        let path = Self.path()
        try Data("this is no database, whatever its name says".utf8).write(to: URL(fileURLWithPath: path))
        #expect { try SQLiteStorage(path: path) } throws: { ($0 as? KernelError)?.code == "storage.open" }
        #expect { try SQLiteStorage(path: "/nonexistent/directory/x") } throws: {
            ($0 as? KernelError)?.code == "storage.open"
        }
    }
}
