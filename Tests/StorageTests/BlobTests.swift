import Foundation
import Kernel
import PostgreSQLTesting
import StoragePostgreSQL
import Testing

@testable import Storage

/// Large documents lie beside the tables, and nobody who asks for them sees that.
@Suite struct BlobTests {
    private static let large = (0..<3_001).map { UInt8(truncatingIfNeeded: $0 &* 31) }

    private struct Place {
        let directory: String
        let shelf: BlobShelf
        let storage: any KernelStorage

        init(_ kind: StorageConformanceTests.Kind) throws {
            directory = NSTemporaryDirectory() + "/kelvin-blobs-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            shelf = BlobShelf(BlobDirectory(path: directory + "/blobs"), from: 3_000)
            if kind == .postgreSQL {
                storage = try PostgreSQLStorage(
                    PostgreSQLAddress(PostgreSQLServer.shared.get().database()), shelf: shelf)
            } else {
                let file = try SQLiteStorage(path: directory + "/store.sqlite", shelf: shelf)
                storage = kind == .sole ? try SoleStorage(file) : file
            }
        }

        var files: [String] {
            (FileManager.default.subpaths(atPath: directory + "/blobs") ?? []).filter { $0.contains("-") }
        }

        func put(_ bytes: [UInt8], as kind: DocumentKind = .result, ending: Bool = false) throws -> JobID {
            try storage.exclusively { store throws(KernelError) in
                let id = try store.register(Submission(name: "a", device: "m", request: [1])).job
                _ = try store.append([JournalEntry(time: 1, fact: .submitted(id, JobCard()))])
                try store.setDocument(kind, of: id, number: 0, bytes)
                if ending { _ = try store.append([JournalEntry(time: 2, fact: .ended(id, .completed))]) }
                return id
            }
        }

        func get(_ job: JobID, _ kind: DocumentKind = .result) throws -> [UInt8]? {
            try storage.snapshot { store throws(KernelError) in try store.document(kind, of: job, number: 0) }
        }
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whatIsLargeLiesBesideTheTables(kind: StorageConformanceTests.Kind) throws {
        let place = try Place(kind)
        let small = try place.put(Array(Self.large.prefix(2_999)))
        #expect(place.files.isEmpty)
        let job = try place.put(Self.large, ending: true)
        #expect(place.files.count == 1)
        #expect(try place.get(small) == Array(Self.large.prefix(2_999)) && place.get(job) == Self.large)
        // Only their owner reads them.
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(place.directory)/blobs/\(place.files[0])")
        #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        // They go with their job, and not before that is durable.
        let isGone = try place.storage.exclusively { store throws(KernelError) in try store.remove(job) }
        #expect(isGone && place.files.isEmpty)
        #expect(try place.get(job) == nil)
        let parts = try place.put(Self.large, as: .part)
        #expect(throws: KernelError.self) {
            try place.storage.exclusively { store throws(KernelError) in
                try store.removeDocuments(.part, of: parts)
                throw KernelError(.cancelled, code: "cancelled", "on purpose")
            }
        }
        #expect(try place.get(parts, .part) == Self.large)
        try place.storage.exclusively { store throws(KernelError) in try store.removeDocuments(.part, of: parts) }
        #expect(place.files.isEmpty)
    }

    @Test(arguments: StorageConformanceTests.Kind.durable)
    func whatNobodyNamesIsFoundAndRemoved(kind: StorageConformanceTests.Kind) throws {
        let place = try Place(kind)
        let kept = try place.put(Self.large)
        #expect(throws: KernelError.self) {
            try place.storage.exclusively { store throws(KernelError) in
                try store.setDocument(.result, of: JobID(7), number: 0, Self.large)
                throw KernelError(.cancelled, code: "cancelled", "on purpose")
            }
        }
        // A document that is replaced leaves its blob to the same search; so does a writer that was killed.
        try place.storage.exclusively { store throws(KernelError) in
            try store.setDocument(.result, of: kept, number: 0, Self.large.reversed())
        }
        try Data([1]).write(to: URL(fileURLWithPath: "\(place.directory)/blobs/\(place.files[0]).new"))
        // Turns in memory put nothing aside before they are over.
        let left = kind == .sqlite ? 4 : 3
        #expect(place.files.count == left)
        // What is young may belong to a turn that is under way.
        #expect(try place.storage.removeOrphans() == 0 && place.files.count == left)
        let removed = try place.shelf.removeOrphans(now: Date().timeIntervalSince1970 + 10, grace: 0) {
            names throws(KernelError) in
            try place.storage.snapshot { store throws(KernelError) in
                guard let store = store as? SQLTransaction else {
                    throw KernelError(.cancelled, code: "cancelled", "on purpose")
                }
                return try store.named(names)
            }
        }
        #expect(removed == left - 2 && place.files.count == 1)
        #expect(try place.get(kept) == Self.large.reversed())
    }

    @Test func damageIsSaid() throws {
        let place = try Place(.sqlite)
        let job = try place.put(Self.large)
        let file = "\(place.directory)/blobs/\(place.files[0])"
        for spoil in [{ $0[17] ^= 1 }, { $0.removeLast() }, { $0 = [] }] as [(inout [UInt8]) -> Void] {
            var bytes = Self.large
            spoil(&bytes)
            try Data(bytes).write(to: URL(fileURLWithPath: file))
            #expect { try place.get(job) } throws: { ($0 as? KernelError)?.code == "storage.blob" }
        }
        try FileManager.default.removeItem(atPath: file)
        #expect { try place.get(job) } throws: { ($0 as? KernelError)?.code == "storage.blob" }
        for text in [
            "", "../../etc/passwd", String(repeating: "a", count: 49), "A" + String(repeating: "0", count: 48),
        ] {
            #expect(BlobName(text) == nil)
        }
    }

    /// A full disk refuses the turn, and nothing of it is there.
    @Test func aDirectoryThatCannotBeWrittenRefusesTheTurn() throws {
        let place = try Place(.sqlite)
        try Data().write(to: URL(fileURLWithPath: place.directory + "/blobs"))
        #expect { try place.put(Self.large) } throws: { ($0 as? KernelError)?.code == "storage.blob" }
        #expect(try place.storage.snapshot { store throws(KernelError) in try store.summaries(JobFilter()) } == [])
    }

    @Test func aBackupHoldsThem() throws {
        let place = try Place(.sqlite)
        let job = try place.put(Self.large)
        let backup = place.directory + "/copy.sqlite", again = place.directory + "/again.sqlite"
        try SQLiteStorage(path: place.directory + "/store.sqlite", shelf: place.shelf).backup(to: backup)
        try FileManager.default.removeItem(atPath: place.directory + "/blobs")
        try SQLiteStorage.restore(backup, to: again)
        let restored = try SQLiteStorage(path: again)
        let bytes = try restored.snapshot { store throws(KernelError) in
            try store.document(.result, of: job, number: 0)
        }
        #expect(bytes == Self.large)
        // One that is damaged is no backup.
        #expect(throws: KernelError.self) {
            try SQLiteStorage(path: place.directory + "/store.sqlite", shelf: place.shelf).backup(to: backup + "2")
        }
        #expect(!FileManager.default.fileExists(atPath: backup + "2"))
    }
}
