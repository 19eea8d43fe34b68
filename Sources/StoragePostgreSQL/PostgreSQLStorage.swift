public import Kernel
public import Storage

/// The kernel's memory on a PostgreSQL server that many API servers and many workers share.
///
/// Whoever has the turn holds the one row of the table `journal`: it sees every fact that was written before, and nobody
/// else writes until it lets go. Readers wait for nobody. Who wants to know at once that something was written listens.
public final class PostgreSQLStorage: KernelStorage {
    let address: PostgreSQLAddress
    let writer: Guarded<Writer>
    /// They see what is durable, and wait for no writer.
    private let readers = IdleConnections<PostgreSQLConnection>(capacity: 8)
    let listener: PostgreSQLListener
    /// Where large documents are, the same for all who work on the database; nil to keep them in it.
    let shelf: BlobShelf?
    /// The server's clock, by which leases end on every machine alike.
    public let clock: DatabaseClock

    /// Opens the store, creates its tables, and brings them up to this version's.
    ///
    /// - Parameter shelf: where large documents are put, the same for all who work on the database; nil for in it.
    /// - Throws: `storage.open`; `storage.version` where a later version of Kelvin wrote it.
    public init(_ address: PostgreSQLAddress, shelf: BlobShelf? = nil) throws(KernelError) {
        self.address = address
        self.shelf = shelf
        clock = DatabaseClock()
        let connection = try PostgreSQLConnection(address)
        try Self.migrate(connection)
        // Before anybody asks what time it is: this computer's clock may be wrong.
        try clock.hear(connection)
        let name = "\(UInt64.random(in: 0...(.max)))"
        writer = Guarded(Writer(connection: connection, name: name))
        listener = PostgreSQLListener(address, ignoring: name)
    }

    deinit { listener.stop() }

    public func changeMark() -> UInt64 { listener.mark }

    public func onChange(_ wake: @escaping @Sendable () -> Void) { listener.onNews(wake) }

    // MARK: Reading

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLTransaction(database, shelf)) }
    }

    public func removeOrphans() throws(KernelError) -> Int {
        guard let shelf else { return 0 }
        return try shelf.removeOrphans(now: WallClock().now) { names throws(KernelError) in
            try looking { database throws(KernelError) in try SQLTransaction(database, shelf).named(names) }
        }
    }

    /// A look at what is durable, all of one moment.
    func looking<Value>(
        _ body: (PostgreSQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        // One that was idle may have died meanwhile: then with a new one, once.
        while let idle = readers.take() {
            if let value = try look(idle, body) { return value }
        }
        guard let value = try look(PostgreSQLConnection(address), body) else {
            throw KernelError(
                .system, code: "storage.postgresql", "the connection to the database was lost",
                cure: "check that the server runs; then try again")
        }
        return value
    }

    /// - Returns: nil where the connection was lost.
    private func look<Value>(
        _ connection: PostgreSQLConnection, _ body: (PostgreSQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value? {
        do throws(SQLFailure) {
            // Sent with the first question.
            try connection.command("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            let value: Value
            do throws(KernelError) { value = try body(connection) } catch {
                guard connection.isAlive else { return nil }
                try connection.command("ROLLBACK")
                try connection.drain()
                putBack(connection)
                throw SQLFailure.other(error)
            }
            // Its outcome is of no interest; it is looked at with the next question.
            try connection.command("COMMIT")
            putBack(connection)
            return value
        } catch {
            if connection.isAlive { throw error.error }
            return nil
        }
    }

    private func putBack(_ connection: PostgreSQLConnection) {
        if connection.isAlive { readers.putBack(connection) }
    }
}
