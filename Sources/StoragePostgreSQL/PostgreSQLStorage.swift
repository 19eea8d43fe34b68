public import Kernel
import Storage
import Synchronization

/// The kernel's memory on a PostgreSQL server that many API servers and many workers share.
///
/// Whoever has the turn holds the one row of the table `journal`: it sees every fact that was written before, and nobody
/// else writes until it lets go. Readers wait for nobody. Who wants to know at once that something was written listens.
public final class PostgreSQLStorage: KernelStorage {
    let address: PostgreSQLAddress
    /// Held by whoever uses the connection that writes.
    let turns = Mutex(())
    let writer: Box<Writer>
    /// Connections that only read, idle now.
    private let readers = Mutex<[Box<PostgreSQLConnection>]>([])
    let listener: PostgreSQLListener
    /// The server's clock, by which leases end on every machine alike.
    public let clock: DatabaseClock

    private static let mostReaders = 8

    /// Opens the store, creates its tables, and brings them up to this version's.
    ///
    /// - Throws: `storage.open`; `storage.version` where a later version of Kelvin wrote it.
    public init(_ address: PostgreSQLAddress) throws(KernelError) {
        self.address = address
        clock = DatabaseClock()
        let connection = try PostgreSQLConnection(address)
        try Self.migrate(connection)
        let name = "\(UInt64.random(in: 0...(.max)))"
        writer = Box(Writer(connection: connection, name: name))
        listener = PostgreSQLListener(address, ignoring: name)
    }

    deinit { listener.stop() }

    public func changeMark() -> UInt64 { listener.mark }

    public func onChange(_ wake: @escaping @Sendable () -> Void) { listener.onNews(wake) }

    // MARK: Reading

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLTransaction(database)) }
    }

    /// A look at what is durable, all of one moment.
    func looking<Value>(
        _ body: (PostgreSQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        // One that was idle may have died meanwhile: then with a new one, once.
        while let idle = readers.withLock({ $0.popLast() }) {
            if let value = try look(idle.content, body) { return value }
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
        guard connection.isAlive else { return }
        readers.withLock { readers in
            if readers.count < Self.mostReaders { readers.append(Box(connection)) }
        }
    }
}

/// One thread's at a time: taken out of a lock to be used, and put back, or touched under one alone.
struct Box<Content>: @unchecked Sendable {
    // Unchecked: the compiler does not see which lock guards it.
    let content: Content

    init(_ content: Content) { self.content = content }
}
