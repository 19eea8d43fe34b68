public import Kernel
import Storage
import Synchronization

/// The connection that writes, and the turns that share the transaction which is open on it.
final class Writer {
    /// Nil after it was lost, until the next turn.
    var connection: PostgreSQLConnection?
    /// What our own notifications are marked with.
    let name: String
    /// Of the turns that come now.
    var number: UInt64 = 1
    /// The server's number for the open transaction; nil for none.
    var transaction: String?
    /// Whether a turn wrote facts that others wait for.
    var hasNews = false
    /// Whether anything was written.
    var hasChanges = false
    /// Why batches were lost, for those who took part in them and have not heard.
    var lost: [UInt64: KernelError] = [:]

    private static let memory: UInt64 = 1_000

    init(connection: PostgreSQLConnection, name: String) {
        self.connection = connection
        self.name = name
    }

    /// The open transaction is over.
    func end(_ loss: KernelError? = nil) {
        if let loss { lost[number] = loss }
        if lost.count > 64 { lost = lost.filter { number - $0.key < Self.memory } }
        number += 1
        transaction = nil
        hasNews = false
        hasChanges = false
        connection?.lastFact = nil
    }
}

// Group commit, as on SQLite: turns leave their transaction open for those that come at the same time, and the server's
// disk is synchronised once for all of them. Each has a savepoint of its own.
extension PostgreSQLStorage {
    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try writing { writer throws(KernelError) in
            let value = try join(writer) { database throws(KernelError) in try body(SQLTransaction(database)) }
            try commit(writer)
            return value
        }
    }

    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        try writing { writer throws(KernelError) in
            if let batch, let loss = writer.lost[batch.number] { throw loss }
            let value = try join(writer) { database throws(KernelError) in try body(SQLTransaction(database)) }
            if !writer.hasChanges {
                // Nothing was written by anyone: there is nothing to wait for, and others may have the turn.
                try commit(writer)
                return (value, nil)
            }
            return (value, StorageBatch(number: writer.number))
        }
    }

    public func settle(_ batch: StorageBatch) throws(KernelError) {
        try writing { writer throws(KernelError) in
            if let loss = writer.lost[batch.number] { throw loss }
            if batch.number == writer.number, writer.transaction != nil { try commit(writer) }
        }
    }

    /// The connection that writes, for this caller alone.
    func writing<Value>(_ body: (Writer) throws(KernelError) -> Value) throws(KernelError) -> Value {
        var outcome: Swift.Result<Value, KernelError>?
        turns.withLock { _ in
            do throws(KernelError) { outcome = .success(try body(writer.content)) } catch { outcome = .failure(error) }
        }
        guard let outcome else { preconditionFailure("the lock ran its body") }
        return try outcome.get()
    }

    /// Runs a turn within the open transaction, or a new one.
    func join<Value>(
        _ writer: Writer, _ body: (any SQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let connection = try takeTurn(writer)
        let watched = WatchedConnection(connection)
        do throws(SQLFailure) {
            try connection.command("SAVEPOINT turn")
            let value: Value
            do throws(KernelError) { value = try body(watched) } catch {
                // It takes nothing of the others with it, unless one of theirs failed unseen.
                try connection.command("ROLLBACK TO SAVEPOINT turn")
                try connection.drain()
                connection.lastFact = watched.firstLast
                throw SQLFailure.other(error)
            }
            try connection.command("RELEASE SAVEPOINT turn")
            writer.hasChanges = writer.hasChanges || watched.hasWritten
            writer.hasNews = writer.hasNews || watched.lastFact != watched.firstLast
            return value
        } catch {
            if connection.isInTransaction { throw error.error }
            lose(writer, error.error)
            throw error.error
        }
    }

    public func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]? {
        try writing { writer throws(KernelError) in
            var found: [JobID] = []
            if let connection = writer.connection, writer.transaction != nil {
                do throws(SQLFailure) { found = try Self.lease(limit, connection) } catch {
                    lose(writer, error.error)
                    throw error.error
                }
                return found
            }
            // The rows first, the turn only where there are any: workers do not wait for each other to find nothing.
            let connection = try begin(writer) { connection throws(SQLFailure) in
                found = try Self.lease(limit, connection)
                return !found.isEmpty
            }
            if let connection {
                // Of jobs that were cancelled or went back to the queue while a worker waited for its turn.
                do throws(SQLFailure) {
                    try connection.command(
                        """
                        DELETE FROM due WHERE job IN (
                            SELECT due.job FROM due JOIN jobs ON jobs.id = due.job
                            WHERE jobs.state NOT IN ('compiling', 'mitigating') FOR UPDATE OF due SKIP LOCKED
                        )
                        """)
                } catch { throw error.error }
            }
            return found
        }
    }

    private static func lease(_ limit: Int, _ connection: PostgreSQLConnection) throws(SQLFailure) -> [JobID] {
        try connection.query(
            "SELECT job FROM due ORDER BY job LIMIT ? FOR UPDATE SKIP LOCKED", [.integer(Int64(limit))]
        ) { JobID(UInt64(bitPattern: $0.integer(0) ?? 0)) }
    }

    private func takeTurn(_ writer: Writer) throws(KernelError) -> PostgreSQLConnection {
        if let connection = writer.connection, writer.transaction != nil { return connection }
        guard let connection = try begin(writer, first: { _ in true }) else {
            preconditionFailure("a turn that nothing was asked of first begins")
        }
        return connection
    }

    /// Begins a transaction: whoever has the turn holds the journal's row.
    ///
    /// - Parameter first: what to ask before the turn is taken; false to leave it to others.
    private func begin(
        _ writer: Writer, first: (PostgreSQLConnection) throws(SQLFailure) -> Bool
    ) throws(KernelError) -> PostgreSQLConnection? {
        var isSecond = false
        while true {
            let connection: PostgreSQLConnection
            if let open = writer.connection, open.isAlive {
                connection = open
            } else {
                connection = try PostgreSQLConnection(address)
                writer.connection = connection
            }
            do throws(SQLFailure) {
                try connection.command("BEGIN")
                guard try first(connection) else {
                    try connection.command("ROLLBACK")
                    return nil
                }
                let rows = try connection.query(Self.takingTheTurn, []) { row in
                    (last: row.integer(0), number: row.text(1) ?? "", time: row.real(2))
                }
                guard let row = rows.first, let last = row.last, let time = row.time else {
                    throw SQLFailure.other(
                        KernelError(.system, code: "storage.damaged", "the journal of the store has no last number"))
                }
                writer.transaction = row.number
                connection.lastFact = last
                clock.set(time)
                return connection
            } catch {
                let isLost = !connection.isAlive
                // What the next one finds must not be a transaction that failed.
                writer.connection = nil
                // One that was idle may have died meanwhile; nothing has been asked of it yet.
                if !isLost || isSecond { throw error.error }
                isSecond = true
            }
        }
    }

    private static let takingTheTurn = """
        SELECT last, CAST(pg_current_xact_id() AS TEXT), CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS FLOAT8)
        FROM journal FOR UPDATE
        """

    /// Ends the open transaction; what was written is durable when it returns.
    func commit(_ writer: Writer) throws(KernelError) {
        guard let connection = writer.connection, let transaction = writer.transaction else { return }
        do throws(SQLFailure) {
            if writer.hasNews {
                try connection.execute("SELECT pg_notify('kelvin', ?)", [.text(writer.name)])
            }
            try connection.command("COMMIT")
            try connection.drain()
            // A transaction that had failed unseen is rolled back by its COMMIT, and that was said by the drain.
            writer.end()
        } catch {
            if !connection.isAlive, try wasCommitted(transaction, writer) { return writer.end() }
            lose(writer, error.error)
            throw error.error
        }
    }

    /// Nothing that is open was written.
    private func lose(_ writer: Writer, _ error: KernelError) {
        if let connection = writer.connection {
            do throws(SQLFailure) {
                try connection.command("ROLLBACK")
                try connection.drain()
            } catch { writer.connection = nil }
        }
        writer.end(error)
    }

    /// What became of a transaction whose end was sent and not answered: the server knows.
    ///
    /// - Throws: where it cannot be asked. Then whoever took part hears that it was lost, which may be wrong: a request with
    ///   a key finds its job when it is sent again.
    private func wasCommitted(_ transaction: String, _ writer: Writer) throws(KernelError) -> Bool {
        writer.connection = nil
        let clock = ContinuousClock(), end = clock.now.advanced(by: .seconds(20))
        var reason = KernelError(
            .system, code: "storage.postgresql", "the connection to the database was lost at the end of a turn",
            cure: "check that the server runs; then look whether what you asked for has happened")
        while clock.now < end {
            do throws(KernelError) {
                let connection = try PostgreSQLConnection(address)
                let states: [String]
                do throws(SQLFailure) {
                    states = try connection.query(
                        "SELECT pg_xact_status(CAST(CAST(? AS TEXT) AS xid8))", [.text(transaction)]
                    ) { $0.text(0) ?? "" }
                } catch { throw error.error }
                switch states.first {
                case "committed":
                    writer.connection = connection
                    return true
                case "aborted":
                    writer.connection = connection
                    return false
                default: break
                }
            } catch { reason = error }
            Pause.briefly()
        }
        writer.end(reason)
        throw reason
    }
}

/// What a turn asks of its connection, watched: whether it wrote.
private final class WatchedConnection: SQLConnection {
    private let base: PostgreSQLConnection
    private(set) var hasWritten = false
    let firstLast: Int64?

    init(_ base: PostgreSQLConnection) {
        self.base = base
        firstLast = base.lastFact
    }

    var lastFact: Int64? { base.lastFact }
    var passingOver: String { base.passingOver }

    func query<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(SQLFailure) -> [Value] {
        if !sql.hasPrefix("SELECT") { hasWritten = true }
        return try base.query(sql, values, read)
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) {
        hasWritten = true
        if sql == "UPDATE journal SET last = ?", case .integer(let last)? = values.first { base.lastFact = last }
        try base.execute(sql, values)
    }

    func change(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> Int {
        hasWritten = true
        return try base.change(sql, values)
    }
}
