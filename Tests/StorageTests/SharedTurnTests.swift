import Foundation
import Kernel
import PostgreSQLTesting
import Storage
import StoragePostgreSQL
import Synchronization
import Testing

/// The turn at a database that many write to: whoever has it may keep it, and lets others have it who wait.
@Suite struct SharedTurnTests {
    private final class Ending: Sendable {
        private let flag = Mutex(false)
        var isReached: Bool { flag.withLock { $0 } }
        func reach() { flag.withLock { $0 = true } }
    }

    /// Runs a body on a thread of its own: it waits for others without giving the thread away.
    private static func thread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    private static func fact(_ number: Int) -> JournalEntry {
        JournalEntry(time: 1, fact: .used(AccountIndex(1), nil, seconds: Double(number)))
    }

    private static func number(_ entry: JournalEntry) -> Int {
        if case .used(_, _, let seconds) = entry.fact { Int(seconds) } else { -1 }
    }

    private static func append(_ number: Int, to storage: some KernelStorage) throws(KernelError) -> StorageBatch? {
        try storage.turn(after: nil) { store throws(KernelError) in _ = try store.append([fact(number)]) }.batch
    }

    /// Each writes without a pause, several turns on their way at a time, and reads what the others wrote: every fact is
    /// seen once, in one order. One that kept the turn as long as it has something to write would let nobody else in.
    @Test(.timeLimit(.minutes(1))) func nobodyIsKeptOut() async throws {
        let server = try PostgreSQLServer.shared.get(), address = try PostgreSQLAddress(server.database())
        let writers = 3, others = try (1..<writers).map { _ in try PostgreSQLStorage(address) }
        let busy = try PostgreSQLStorage(address), end = Ending()
        async let greed = Self.thread { () throws -> Int in
            var count = 0, batches: [StorageBatch] = []
            while !end.isReached {
                count += 1
                if let batch = try Self.append(1_000_000 + count, to: busy) { batches.append(batch) }
                // Always something that is not durable.
                if batches.count > 4 { try busy.settle(batches.removeFirst()) }
            }
            for batch in batches { try busy.settle(batch) }
            return count
        }
        let seen = try await withThrowingTaskGroup(of: [Int].self) { group in
            for (index, storage) in others.enumerated() {
                group.addTask {
                    try await Self.thread {
                        var last: UInt64 = 0, seen: [Int] = []
                        for turn in 0..<40 {
                            try storage.exclusively { store throws(KernelError) in
                                let (entries, number) = try store.facts(after: last)
                                seen += entries.map(Self.number)
                                #expect(number - last == UInt64(entries.count))
                                last = try store.append([Self.fact(index * 1_000 + turn)])
                                seen.append(index * 1_000 + turn)
                                #expect(last == number + 1)
                            }
                        }
                        return seen
                    }
                }
            }
            return try await group.reduce(into: [[Int]]()) { $0.append($1) }
        }
        end.reach()
        let written = try await greed
        let all = try busy.exclusively { store throws(KernelError) in try store.facts(after: 0).entries.map(Self.number)
        }
        #expect(all.count == written + 40 * others.count && Set(all).count == all.count)
        #expect(all.filter { $0 > 1_000_000 } == (1...written).map { 1_000_000 + $0 })
        for own in seen { #expect(Array(all.prefix(own.count)) == own) }
        #expect(written > 10)
    }

    /// The server ends the session of one that stands still in its turn, and others go on; what it had decided is lost, said
    /// to be, and not written when it wakes.
    @Test(.timeLimit(.minutes(1))) func whoeverStandsStillLosesTheTurn() throws {
        let server = try PostgreSQLServer.shared.get(), text = try server.database()
        let short = text + "&options=-c%20idle_in_transaction_session_timeout%3D300ms"
        let still = try PostgreSQLStorage(PostgreSQLAddress(short))
        let other = try PostgreSQLStorage(PostgreSQLAddress(text))
        try still.settle(#require(try Self.append(1, to: still)))
        let batch = try #require(try Self.append(2, to: still))
        let clock = ContinuousClock(), begin = clock.now
        try other.settle(#require(try Self.append(3, to: other)))
        let waited = clock.now - begin
        #expect(waited > .milliseconds(100) && waited < .seconds(10), "\(waited)")
        #expect(throws: KernelError.self) { try still.settle(batch) }
        #expect(throws: KernelError.self) {
            _ = try still.turn(after: batch) { _ throws(KernelError) in Issue.record("it must not run") }
        }
        try still.settle(#require(try Self.append(4, to: still)))
        for storage in [still, other] {
            let facts = try storage.exclusively { store throws(KernelError) in try store.facts(after: 0) }
            #expect(facts.entries.map(Self.number) == [1, 3, 4] && facts.last == 3)
        }
    }

    /// What somebody writes who knows nothing of turns collides with what was decided: that is lost at once, and said to be.
    @Test(.timeLimit(.minutes(1))) func whatCollidesIsLost() throws {
        let server = try PostgreSQLServer.shared.get(), text = try server.database()
        let storage = try PostgreSQLStorage(PostgreSQLAddress(text)), name = PostgreSQLServer.name(text)
        try storage.settle(#require(try Self.append(1, to: storage)))
        let batch = try #require(try Self.append(2, to: storage))
        try server.sql("INSERT INTO facts SELECT 2, time, job, kind, detail FROM facts WHERE number = 1", in: name)
        let clock = ContinuousClock(), begin = clock.now
        #expect(throws: KernelError.self) { try storage.settle(batch) }
        #expect(clock.now - begin < .seconds(5))
        try server.sql("DELETE FROM facts WHERE number = 2", in: name)
        try storage.settle(#require(try Self.append(3, to: storage)))
        let facts = try storage.exclusively { store throws(KernelError) in try store.facts(after: 0) }
        #expect(facts.entries.map(Self.number) == [1, 3] && facts.last == 2)
    }

    /// Connections that are cut at any moment: what was settled is there once, what was lost is not, and the numbers have no
    /// gap.
    @Test(.timeLimit(.minutes(2))) func connectionsAreCut() async throws {
        let server = try PostgreSQLServer.shared.get(), text = try server.database()
        let storages = try (0..<2).map { _ in try PostgreSQLStorage(PostgreSQLAddress(text)) }
        let end = Ending()
        let outcomes = try await withThrowingTaskGroup(of: [Int: Bool].self) { group in
            for (index, storage) in storages.enumerated() {
                group.addTask {
                    try await Self.thread {
                        var outcomes: [Int: Bool] = [:], number = index * 1_000_000
                        while !end.isReached {
                            var batches: [(Int, StorageBatch)] = []
                            for _ in 0..<3 {
                                number += 1
                                if let batch = try? Self.append(number, to: storage) { batches.append((number, batch)) }
                            }
                            for (number, batch) in batches {
                                do {
                                    try storage.settle(batch)
                                    outcomes[number] = true
                                } catch { outcomes[number] = false }
                            }
                        }
                        return outcomes
                    }
                }
            }
            for _ in 0..<25 {
                try await Task.sleep(for: .milliseconds(40))
                try server.dropConnections(to: PostgreSQLServer.name(text))
            }
            end.reach()
            return try await group.reduce(into: [Int: Bool]()) { $0.merge($1) { $1 } }
        }
        let facts = try storages[0].exclusively { store throws(KernelError) in try store.facts(after: 0) }
        let there = facts.entries.map(Self.number)
        #expect(Set(there).count == there.count && facts.last == UInt64(there.count))
        #expect(Set(there) == Set(outcomes.filter(\.value).keys))
        #expect(outcomes.values.contains(false) && there.count > 100)
    }
}
