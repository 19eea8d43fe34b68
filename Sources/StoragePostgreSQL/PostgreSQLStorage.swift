public import Kernel
public import Storage

/// The kernel's memory on a PostgreSQL server that many API servers and many workers share.
///
/// One of them at a time has the turn to write; readers wait for nobody. Who wants to know at once that something was written
/// listens.
public final class PostgreSQLStorage: WriteBehindStorage {
    private let readers: PostgreSQLReaders
    private let tables: PostgreSQLTurns
    public let turns: WriteBehind<PostgreSQLTurns>
    let accounts: PostgreSQLAccounts
    let listener: PostgreSQLListener
    /// Where large documents are, the same for all who work on the database; nil to keep them in it.
    private let shelf: BlobShelf?
    /// The server's clock, by which leases end on every machine alike.
    public let clock: DatabaseClock

    /// Opens the store, creates its tables, and brings them up to this version's.
    ///
    /// - Parameter shelf: where large documents are put, the same for all who work on the database; nil for in it.
    /// - Throws: `storage.open`; `storage.version` where a later version of Kelvin wrote it.
    public init(_ address: PostgreSQLAddress, shelf: BlobShelf? = nil) throws(KernelError) {
        self.shelf = shelf
        clock = DatabaseClock()
        let connection = try PostgreSQLConnection(address)
        try Self.migrate(connection)
        // Before anybody asks what time it is: this computer's clock may be wrong.
        try clock.hear(connection)
        let name = "\(UInt64.random(in: 0...(.max)))"
        readers = PostgreSQLReaders(address)
        tables = PostgreSQLTurns(readers, Writer(connection: connection, name: name), shelf, clock)
        turns = WriteBehind(tables)
        accounts = PostgreSQLAccounts(readers)
        listener = PostgreSQLListener(address, ignoring: name)
    }

    deinit { listener.stop() }

    public func changeMark() -> UInt64 { listener.mark }

    public func onChange(_ wake: @escaping @Sendable () -> Void) { listener.onNews(wake) }

    public func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]? { try tables.leaseWork(limit) }

    // MARK: Reading

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try tables.looking { store throws(KernelError) in try body(store) } }

    public func removeOrphans() throws(KernelError) -> Int {
        guard let shelf else { return 0 }
        return try shelf.removeOrphans(now: WallClock().now) { names throws(KernelError) in
            try tables.looking { store throws(KernelError) in try store.named(names) }
        }
    }
}
