import GRDB
public import Kernel

/// The kernel's memory in one SQLite file that several processes share.
///
/// Transactions are immediate: whoever writes has the file to itself from the first read on. The write-ahead log is
/// synchronised at every commit: what was acknowledged outlives a killed process and a power cut alike.
public final class SQLiteStorage: KernelStorage {
    let writer: Guarded<SQLiteWriter>
    /// They see what is durable, and wait for no writer.
    private let readers = IdleConnections<SQLiteConnection>(capacity: 8)
    public let path: String
    let shelf: BlobShelf

    /// Opens the store at a path, creates it, and brings it up to this version's schema.
    ///
    /// - Parameter shelf: where large documents are put; nil for `blobs` beside the file.
    /// - Throws: `storage.open`; `storage.version` where a later version of Kelvin wrote it.
    public init(path: String, shelf: BlobShelf? = nil) throws(KernelError) {
        self.path = path
        let directory = path.lastIndex(of: "/").map { path[..<$0] } ?? "."
        self.shelf = shelf ?? BlobShelf(BlobDirectory(path: directory + "/blobs"))
        // Two processes that open a new file at once would both create the tables.
        let lock = FileLock(path: path + ".lock")
        defer { lock?.unlock() }
        do {
            writer = Guarded(SQLiteWriter(try SQLiteConnection(path: path, Self.migrator)))
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
    ) throws(KernelError) -> Value { try writing { store throws(KernelError) in try body(store) } }

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { connection throws(KernelError) in try body(SQLTransaction(connection, shelf)) }
    }

    public func removeOrphans() throws(KernelError) -> Int { try removeOrphans(grace: BlobShelf.grace) }

    func removeOrphans(grace: Double) throws(KernelError) -> Int {
        try shelf.removeOrphans(now: WallClock().now, grace: grace) { names throws(KernelError) in
            try looking { connection throws(KernelError) in try SQLTransaction(connection, shelf).named(names) }
        }
    }

    /// A look at what is durable, all of one moment.
    func looking<Value>(_ body: (SQLiteConnection) throws(KernelError) -> Value) throws(KernelError) -> Value {
        let connection: SQLiteConnection
        do { connection = try readers.take() ?? SQLiteConnection(path: path) } catch {
            throw Self.kernelError(error)
        }
        do throws(SQLFailure) {
            try connection.command("BEGIN")
            let outcome: Swift.Result<Value, KernelError>
            do throws(KernelError) { outcome = .success(try body(connection)) } catch { outcome = .failure(error) }
            // One that cannot end is not used again.
            try connection.command("COMMIT")
            readers.putBack(connection)
            do throws(KernelError) { return try outcome.get() } catch { throw SQLFailure.other(error) }
        } catch { throw error.error }
    }

    public func changeMark() -> UInt64 {
        // Asked of the connection that writes: others change their mark for its writing too.
        let version = try? writer.use { writer throws(KernelError) in
            do throws(SQLFailure) {
                return try writer.connection.query("PRAGMA data_version", []) { $0.integer(0) ?? -1 }.first
            } catch { throw error.error }
        }
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
