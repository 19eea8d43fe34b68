import GRDB
public import Kernel
import Synchronization

/// The kernel's memory in one SQLite file that several processes share.
///
/// Transactions are immediate: whoever writes has the file to itself from the first read on. The write-ahead log is
/// synchronised at every commit: what was acknowledged outlives a killed process and a power cut alike.
public final class SQLiteStorage: KernelStorage {
    /// One connection that writes, and some that read what is durable meanwhile.
    let pool: DatabasePool
    /// Turns that share a transaction which is still open.
    private let batches = Mutex(BatchLog())
    public let path: String

    /// Opens the store at a path, creates it, and brings it up to this version's schema.
    ///
    /// - Throws: `storage.open`; `storage.version` where a later version of Kelvin wrote it.
    public init(path: String) throws(KernelError) {
        self.path = path
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        // Of the connection that writes: turns share one, see SQLiteStorage+Batches.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        }
        // Two processes that open a new file at once would both create the tables.
        let lock = FileLock(path: path + ".lock")
        defer { lock?.unlock() }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // A pool comes with NORMAL, which a power cut outlives without its last transactions.
            try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
            let migrator = Self.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw KernelError(
                    .system, code: "storage.version", "\(path) was written by a later version of Kelvin",
                    cure: "use that version, or another state directory (XDG_STATE_HOME)")
            }
            try migrator.migrate(pool)
        } catch let error as KernelError {
            throw error
        } catch {
            throw KernelError(
                .system, code: "storage.open", "the job store \(path) cannot be opened: \(error)",
                cure: "check that the directory can be written, or set XDG_STATE_HOME to another")
        }
    }

    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try inTransaction { database throws(KernelError) in
            try body(SQLTransaction(SQLiteConnection(database: database)))
        }
    }

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLTransaction(SQLiteConnection(database: database))) }
    }

    /// The connection that writes, for this caller alone.
    func writing<Value>(
        _ body: (Database, inout BatchLog) throws -> Value
    ) throws(KernelError) -> Value {
        do {
            return try pool.writeWithoutTransaction { database in
                // The connection is one caller's at a time, and so is the log.
                var log = batches.withLock { $0 }
                defer { batches.withLock { [log] in $0 = log } }
                return try body(database, &log)
            }
        } catch {
            throw Self.kernelError(error)
        }
    }

    func looking<Value>(_ body: (Database) throws(KernelError) -> Value) throws(KernelError) -> Value {
        do { return try pool.read { try body($0) } } catch { throw Self.kernelError(error) }
    }

    public func changeMark() -> UInt64 {
        // Asked of the connection that writes: others change their mark for its writing too.
        let version = try? pool.writeWithoutTransaction { try Int64.fetchOne($0, sql: "PRAGMA data_version") }
        return UInt64(bitPattern: version ?? nil ?? -1)
    }

    /// What a user can do about a failure of the file.
    static func kernelError(_ error: any Error) -> KernelError {
        if let error = error as? KernelError { return error }
        let cure: String? =
            switch (error as? DatabaseError)?.resultCode {
            case .SQLITE_FULL: "free space on the disk"
            case .SQLITE_BUSY: "another process holds the store; try again"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: "the file is damaged; move it away to begin a new one"
            case .SQLITE_READONLY: "make the state directory writable"
            default: nil
            }
        return KernelError(.system, code: "storage.sqlite", "the job store failed: \(error)", cure: cure)
    }
}
