import Foundation
import GRDB
import Kernel
import Testing

@testable import Storage

/// Turns that become durable together: what is told before is true after, and what is lost is said to be.
@Suite struct BatchTests {
    private static func path() -> String { StorageConformanceTests.path() }

    private func register(_ store: any StorageTransaction, _ name: String) throws(KernelError) -> JobID {
        let id = try store.register(Submission(name: name, device: "m", request: [1])).job
        _ = try store.append([JournalEntry(time: 1, fact: .submitted(id, JobCard()))])
        return id
    }

    private func names(_ storage: any KernelStorage) throws -> [String] {
        try storage.snapshot { store throws(KernelError) in try store.summaries(JobFilter()).map(\.name) }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func turnsAreSeenAtOnceAndBecomeDurableTogether(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        let first = try storage.turn(after: nil) { store throws(KernelError) in try register(store, "a") }
        let second = try storage.turn(after: first.batch) { store throws(KernelError) -> Bool in
            _ = try register(store, "b")
            return try store.summary(of: first.value) != nil
        }
        #expect(second.value && first.batch != nil && first.batch == second.batch)
        // Nobody else sees what could still be lost.
        #expect(try names(storage) == [])
        try storage.settle(#require(second.batch))
        #expect(try names(storage) == ["b", "a"])
        try storage.settle(#require(first.batch))
        // A look leaves nothing open: there is nothing to settle.
        let look = try storage.turn(after: nil) { store throws(KernelError) in try store.facts(after: 0).last }
        #expect(look.value == 2 && look.batch == nil)
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func aTurnThatThrowsTakesNothingOfTheOthersWithIt(kind: StorageConformanceTests.Kind) throws {
        let storage = try StorageConformanceTests.place(kind)()
        let kept = try storage.turn(after: nil) { store throws(KernelError) in try register(store, "kept") }
        #expect(throws: KernelError.self) {
            try storage.turn(after: kept.batch) { store throws(KernelError) in
                _ = try register(store, "gone")
                throw KernelError(.program, code: "x", "no")
            }
        }
        // Another's exclusive turn makes all of it durable.
        try storage.exclusively { store throws(KernelError) in _ = try register(store, "other") }
        #expect(try names(storage) == ["other", "kept"])
        try storage.settle(#require(kept.batch))
    }

    /// A disk that is full takes back every turn that was not durable; whoever took part hears of it, also afterwards.
    @Test func whatIsLostIsSaidToBe() throws {
        let path = Self.path(), storage = try SQLiteStorage(path: path)
        try storage.exclusively { store throws(KernelError) in _ = try register(store, "before") }
        let turn = try storage.turn(after: nil) { store throws(KernelError) in try register(store, "lost") }
        try storage.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 2)")
        }
        #expect(throws: KernelError.self) {
            try storage.turn(after: turn.batch) { store throws(KernelError) in
                try store.setDocument(.result, of: turn.value, number: 0, [UInt8](repeating: 7, count: 1 << 20))
            }
        }
        // Whether the turn alone was lost or all before it with it: what is acknowledged is there.
        let isKept = (try? storage.settle(#require(turn.batch))) != nil
        #expect(try names(storage) == (isKept ? ["lost", "before"] : ["before"]))
        if !isKept {
            #expect(throws: KernelError.self) {
                try storage.turn(after: turn.batch) { _ throws(KernelError) in Issue.record("it must not run") }
            }
        }
        try storage.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        try storage.exclusively { store throws(KernelError) in _ = try register(store, "after") }
        #expect(try names(storage).first == "after")
    }

    @Test func everyOlderSchemaIsBroughtUpToThisOne() throws {
        let steps = SQLiteStorage.migrator.migrations
        #expect(steps.count >= 4)
        for step in steps {
            let path = Self.path()
            try {
                let old = try DatabaseQueue(path: path)
                try SQLiteStorage.migrator.migrate(old, upTo: step)
                try old.write { database in
                    try database.execute(
                        sql: """
                            INSERT INTO jobs (name, account, device, owner, payer, state, submitted, updated, parts,
                                finishedParts, charged, retries, stopping, isLive)
                            VALUES ('old', 'acme/lab/eve', 'm', 0, 0, 'queued', 1, 2, 0, 0, 0, 0, 0, 1);
                            INSERT INTO facts (time, job, kind, detail)
                            VALUES (1, 1, 'ended', '{"job":1,"kind":"ended","state":"completed"}');
                            INSERT INTO documents (kind, job, number, bytes) VALUES ('result', 1, 0, x'0102');
                            """)
                }
                try old.close()
            }()
            let storage = try SQLiteStorage(path: path)
            try storage.exclusively { store throws(KernelError) in
                let job = try store.summary(of: JobID(1))
                #expect(job?.name == "old" && job?.state == .queued && job?.tags == [])
                if steps.firstIndex(of: step) == 1 || steps.firstIndex(of: step) == 0 {
                    // Its project is found in its account where there was no such column.
                    #expect(try store.liveCount(ofProject: "acme/lab") == 1)
                }
                #expect(try store.history(of: JobID(1)).map(\.fact) == [.ended(JobID(1), .completed)])
                #expect(try store.document(.result, of: JobID(1), number: 0) == [1, 2])
            }
        }
    }

    @Test func aBackupIsOfOneMomentAndComesBack() throws {
        let storage = try SQLiteStorage(path: Self.path()), copy = Self.path(), place = Self.path()
        try storage.exclusively { store throws(KernelError) in _ = try register(store, "kept") }
        let open = try storage.turn(after: nil) { store throws(KernelError) in try register(store, "later") }
        try storage.backup(to: copy)
        try storage.settle(#require(open.batch))
        let rights = try FileManager.default.attributesOfItem(atPath: copy)[.posixPermissions] as? Int
        #expect(rights == 0o600)
        #expect { try storage.backup(to: copy) } throws: { ($0 as? KernelError)?.code == "storage.backup" }
        try SQLiteStorage.restore(copy, to: place)
        #expect(try names(SQLiteStorage(path: place)) == ["kept"])
        #expect { try SQLiteStorage.restore(copy, to: place) } throws: {
            ($0 as? KernelError)?.code == "storage.backup"
        }
        // What is damaged, or something else, is refused before anything is made.
        var bytes = try Data(contentsOf: URL(fileURLWithPath: copy))
        for place in 4096 * 3..<min(bytes.count, 4096 * 5) { bytes[place] = 0xA5 }
        try bytes.write(to: URL(fileURLWithPath: copy))
        let other = Self.path()
        #expect { try SQLiteStorage.restore(copy, to: other) } throws: {
            ($0 as? KernelError)?.code == "storage.backup"
        }
        try Data("nothing".utf8).write(to: URL(fileURLWithPath: copy))
        #expect { try SQLiteStorage.restore(copy, to: other) } throws: {
            ($0 as? KernelError)?.code == "storage.backup"
        }
        #expect(!FileManager.default.fileExists(atPath: other))
    }
}
