import Foundation
import Kernel
import ScratchDirectory
import Synchronization
import Testing

@testable import Storage

/// A store in memory that is written behind: what is told before is true after, and what is lost is said to be.
@Suite struct SoleStorageTests {
    private struct Place {
        let path = StorageConformanceTests.path()

        func open() throws -> SoleStorage {
            try SoleStorage(
                SQLiteStorage(path: path, shelf: BlobShelf(BlobDirectory(path: path + "-blobs"), from: 1 << 16)))
        }
    }

    private func register(
        _ store: any StorageTransaction, _ name: String, key: String? = nil
    ) throws(KernelError) -> JobID {
        let id = try store.register(Submission(key: key, name: name, device: "m", tags: ["t"], request: [1])).job
        _ = try store.append([JournalEntry(time: 1, fact: .submitted(id, JobCard()))])
        return id
    }

    /// Whoever opens the file anew finds what was settled, as the tables have it: rows, facts, documents, leases.
    @Test func whatIsSettledIsInTheFile() throws {
        let place = Place()
        var storage = try place.open()
        let turn = try storage.turn(after: nil) { store throws(KernelError) in
            let id = try register(store, "a", key: "k")
            try store.setDocument(.part, of: id, number: 0, [2])
            return id
        }
        let id = turn.value
        // Before it is on the disk, turns see it and snapshots do not.
        #expect(try storage.snapshot { store throws(KernelError) in try store.summary(of: id) } == nil)
        let end = try storage.turn(after: turn.batch) { store throws(KernelError) in
            #expect(try store.document(.part, of: id, number: 0) == [2])
            #expect(try store.register(Submission(key: "k", name: "a", device: "m", request: [1])).job == id)
            #expect(try store.history(of: id).count == 1)
            #expect(try store.liveCount(ofProject: "") == 1)
            try store.removeDocuments(.part, of: id)
            #expect(try store.document(.part, of: id, number: 0) == nil)
            try store.setDocument(.result, of: id, number: 0, [UInt8](repeating: 3, count: 1 << 17))
            _ = try store.append([
                JournalEntry(time: 2, fact: .compiled(id, parts: 1, partSeconds: 1)),
                JournalEntry(time: 2, fact: .partFinished(id, seconds: 1.5)),
                JournalEntry(time: 3, fact: .ended(id, .completed)),
            ])
        }
        try storage.settle(#require(end.batch))
        try storage.exclusively { store throws(KernelError) in try store.renew(register(store, "b"), 3, until: 9) }
        storage = try place.open()
        let job = try #require(try storage.snapshot { store throws(KernelError) in try store.summary(of: id) })
        #expect(job.state == .completed && job.charged == 1.5 && job.finishedParts == 1 && job.tags == ["t"])
        try storage.exclusively { store throws(KernelError) in
            #expect(try store.history(of: id).map(\.time) == [1, 2, 2, 3])
            #expect(try store.document(.result, of: id, number: 0) == [UInt8](repeating: 3, count: 1 << 17))
            #expect(try store.document(.part, of: id, number: 0) == nil)
            #expect(try store.renewals().map(\.job) == [JobID(2)])
            #expect(try store.register(Submission(key: "k", name: "a", device: "m", request: [1])).job == id)
            #expect(try register(store, "c") == JobID(3))
            #expect(throws: KernelError.self) {
                try store.register(Submission(key: "k", name: "a", device: "m", request: [2]))
            }
            // The lease goes with the job's end.
            _ = try store.append([JournalEntry(time: 4, fact: .ended(JobID(2), .cancelled))])
            #expect(try store.remove(id))
            #expect(try store.summary(of: id) == nil)
            #expect(try store.document(.result, of: id, number: 0) == nil)
        }
        storage = try place.open()
        try storage.exclusively { store throws(KernelError) in
            #expect(try store.renewals().isEmpty)
            #expect(try store.summary(of: id) == nil)
            #expect(try store.facts(after: 0).last == 7)
        }
        #expect(try storage.base.shelf.store.names(before: .infinity).isEmpty)
    }

    /// Turns go on while the disk works, and each batch is told of once, in order.
    @Test func turnsDoNotWaitForTheDisk() async throws {
        let storage = try Place().open()
        let told = Mutex<[UInt64]>([])
        var batches: [StorageBatch] = []
        for number in 0..<200 {
            let turn = try storage.turn(after: batches.last) { store throws(KernelError) in
                try register(store, "\(number)")
            }
            let batch = try #require(turn.batch)
            batches.append(batch)
            #expect(try !storage.settle(batch) { loss in told.withLock { $0.append(loss == nil ? batch.number : 0) } })
        }
        try storage.settle(#require(batches.last))
        for _ in 0..<500 where told.withLock({ $0.count }) < 200 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(told.withLock { $0 } == batches.map(\.number))
        #expect(Set(batches).count < 200)
        let names = try storage.snapshot { store throws(KernelError) in
            try store.summaries(JobFilter(limit: 500)).map(\.name)
        }
        #expect(names == (0..<200).reversed().map { "\($0)" })
        // What is durable long since is known to be.
        #expect(try storage.settle(batches[0]) { _ in Issue.record("it is durable") })
    }

    /// A disk that is full: whoever took part in what is lost hears of it, memory is what the tables hold, and it goes on.
    @Test func whatIsLostIsSaidToBe() throws {
        let storage = try Place().open()
        try storage.exclusively { store throws(KernelError) in _ = try register(store, "before") }
        let pages = try storage.base.writer.use { writer throws(KernelError) in
            do throws(SQLFailure) {
                let pages = try writer.connection.query("PRAGMA page_count", []) { $0.integer(0) ?? 0 }[0]
                try writer.connection.command("PRAGMA max_page_count = \(pages + 2)")
                return pages
            } catch { throw error.error }
        }
        #expect(pages > 0)
        let turn = try storage.turn(after: nil) { store throws(KernelError) in
            let id = try register(store, "lost")
            try store.setDocument(.result, of: id, number: 0, [UInt8](repeating: 7, count: 60_000))
            return id
        }
        let batch = try #require(turn.batch)
        #expect(throws: KernelError.self) { try storage.settle(batch) }
        #expect(throws: KernelError.self) { try storage.settle(batch) }
        #expect(throws: KernelError.self) {
            _ = try storage.turn(after: batch) { _ throws(KernelError) in Issue.record("it must not run") }
        }
        _ = try storage.turn(after: nil) { store throws(KernelError) in
            #expect(try store.summary(of: turn.value) == nil)
            #expect(try store.facts(after: 0).last == 1)
        }
        try storage.base.writer.use { writer throws(KernelError) in
            do throws(SQLFailure) { try writer.connection.command("PRAGMA max_page_count = 1000000") } catch {
                throw error.error
            }
        }
        try storage.exclusively { store throws(KernelError) in
            #expect(try register(store, "after") == JobID(2))
        }
        let names = try storage.snapshot { store throws(KernelError) in try store.summaries(JobFilter()).map(\.name) }
        #expect(names == ["after", "before"])
    }
}
