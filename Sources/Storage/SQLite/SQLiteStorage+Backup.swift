import Foundation
import GRDB
public import Kernel

// Copies of the store, made while it is in use: what one transaction saw, whole.
extension SQLiteStorage {
    /// Copies what is durable now into a new file that only its owner reads.
    ///
    /// - Throws: `storage.backup` where there is such a file, or it cannot be written.
    public func backup(to path: String) throws(KernelError) {
        try Self.copy(from: pool, to: path)
    }

    /// Makes a store of a backup.
    ///
    /// - Parameter path: where no store is.
    /// - Throws: `storage.backup` where the backup is damaged, or no store of Kelvin's; `storage.version` where a later
    ///   version wrote it.
    public static func restore(_ backup: String, to path: String) throws(KernelError) {
        try copy(from: try opened(backup, isThorough: true).source, to: path)
    }

    /// How a store stands, without changing it.
    ///
    /// - Returns: the steps of the schema that it has, and those that this version would add.
    /// - Throws: as `restore`; damage is found as far as a look at the schema finds it.
    public static func inspect(_ path: String) throws(KernelError) -> (steps: Int, missing: Int) {
        let applied = try opened(path, isThorough: false).applied
        return (applied.count, migrator.migrations.count - applied.count)
    }

    /// - Parameter isThorough: whether every page is looked at.
    private static func opened(
        _ backup: String, isThorough: Bool
    ) throws(KernelError) -> (source: DatabaseQueue, applied: Set<String>) {
        do {
            var configuration = Configuration()
            configuration.readonly = true
            let source = try DatabaseQueue(path: backup, configuration: configuration)
            let (findings, applied) = try source.read { database in
                (
                    isThorough ? try String.fetchAll(database, sql: "PRAGMA integrity_check") : ["ok"],
                    try migrator.appliedIdentifiers(database)
                )
            }
            guard findings == ["ok"] else { throw failure(backup, "is damaged: \(findings.first ?? "")") }
            guard applied.isSuperset(of: migrator.migrations.prefix(1)) else {
                throw failure(backup, "is no store of Kelvin's")
            }
            guard applied.isSubset(of: migrator.migrations) else {
                throw KernelError(
                    .system, code: "storage.version", "\(backup) was written by a later version of Kelvin",
                    cure: "restore it with that version")
            }
            return (source, Set(applied))
        } catch let error as KernelError {
            throw error
        } catch {
            throw failure(backup, "cannot be read: \(error)")
        }
    }

    private static func copy(from source: some DatabaseReader, to path: String) throws(KernelError) {
        // Made by us and empty, so that nobody else may read it for a moment, and nothing is overwritten.
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(path, "cannot be made: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        do {
            let target = try DatabaseQueue(path: path)
            try source.backup(to: target)
            try target.close()
        } catch {
            unlink(path)
            throw failure(path, "cannot be written: \(error)")
        }
        guard fsync(descriptor) == 0 else {
            unlink(path)
            throw failure(path, "cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    private static func failure(_ path: String, _ message: String) -> KernelError {
        KernelError(
            .system, code: "storage.backup", "\(path) \(message)",
            cure: "give a file that is not there yet for a backup, and an undamaged backup to restore from")
    }
}
