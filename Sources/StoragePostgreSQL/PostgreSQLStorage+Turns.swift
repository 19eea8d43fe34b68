public import Kernel
import Storage

/// The connection that writes, and the turns that share the transaction which is open on it.
final class Writer {
    /// Nil after it was lost, until the next turn.
    var connection: PostgreSQLConnection?
    /// What our own notifications are marked with.
    let name: String
    var book = BatchBook()
    /// The server's number for the open transaction; nil for none.
    var transaction: String?
    /// What the turns changed that share the open transaction.
    var pending = PendingChanges()
    /// What they count on.
    var memory = TurnMemory(last: 0)
    /// Living jobs as they are in the tables, as far as they were asked for; of no use once somebody else has written.
    var living: [JobID: JobSummary] = [:]

    init(connection: PostgreSQLConnection, name: String) {
        self.connection = connection
        self.name = name
    }

    /// A transaction begins at a journal whose last number it is. Where that is what we left, nobody has written since.
    func begin(_ number: String, last: Int64) {
        transaction = number
        if last == memory.last { return }
        memory = TurnMemory(last: last)
        living = [:]
    }

    /// The open transaction is over.
    func end(_ loss: KernelError? = nil) {
        if loss == nil {
            pending.remember(in: &living)
        } else {
            memory = TurnMemory(last: -1)
            living = [:]
        }
        book.end(loss)
        transaction = nil
        pending = PendingChanges()
    }
}

// Group commit, as on SQLite: turns leave their transaction open for those that come at the same time, and the server's
// disk is synchronised once for all of them. What they change lies in memory until then, and is sent in one go.
extension PostgreSQLStorage {
    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            let value = try join(writer, asking: body)
            try commit(writer)
            return value
        }
    }

    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        try writer.use { writer throws(KernelError) in
            if let loss = writer.book.loss(of: batch) { throw loss }
            let value = try join(writer, asking: body)
            if writer.pending.isEmpty {
                // Nothing was written by anyone: there is nothing to wait for, and others may have the turn.
                try commit(writer)
                return (value, nil)
            }
            return (value, writer.book.open)
        }
    }

    public func settle(_ batch: StorageBatch) throws(KernelError) {
        try writer.use { writer throws(KernelError) in
            if let loss = writer.book.loss(of: batch) { throw loss }
            if batch == writer.book.open, writer.transaction != nil { try commit(writer) }
        }
    }

    private func join<Value>(
        _ writer: Writer, asking body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let connection = try takeTurn(writer)
        let transaction = PendingTransaction(
            OpenTables(connection: connection, shelf: shelf, writer: writer), writer.memory)
        do throws(KernelError) {
            let value = try body(transaction)
            writer.pending.take(transaction.changes)
            writer.memory = transaction.memory
            return value
        } catch {
            // A turn that throws takes nothing of the others with it, unless the server does.
            if !connection.isInTransaction { lose(writer, error) }
            throw error
        }
    }

    /// Runs an exclusive turn at other tables than the kernel's; along with it everything becomes durable that was left open.
    func inTransaction<Value>(
        _ body: (any SQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            let connection = try takeTurn(writer), value: Value
            do throws(SQLFailure) {
                value = try connection.withSavepoint { () throws(KernelError) in try body(connection) }
            } catch {
                if !connection.isInTransaction { lose(writer, error.error) }
                throw error.error
            }
            try commit(writer)
            return value
        }
    }

    public func leaseWork(_ limit: Int) throws(KernelError) -> [JobID]? {
        try writer.use { writer throws(KernelError) in
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
                writer.begin(row.number, last: last)
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
        let store = SQLTransaction(connection, shelf)
        do throws(SQLFailure) {
            do throws(KernelError) {
                if !writer.pending.isEmpty {
                    let blobs = if let shelf { try writer.pending.shelved(on: shelf) } else { PendingChanges.Blobs() }
                    try writer.pending.write(to: store, blobs)
                }
            } catch { throw SQLFailure.other(error) }
            if writer.pending.hasNewJobs {
                // For whoever lets the database number its jobs.
                try connection.execute(
                    "SELECT setval(pg_get_serial_sequence('jobs', 'id'), ?)",
                    [.integer(writer.memory.lastJob ?? 1)])
            }
            if writer.pending.hasFacts {
                try connection.execute("SELECT pg_notify('kelvin', ?)", [.text(writer.name)])
            }
            try connection.command("COMMIT")
            try connection.drain()
            // A transaction that had failed unseen is rolled back by its COMMIT, and that was said by the drain.
            close(writer, store.droppedBlobs)
        } catch {
            if !connection.isAlive, try wasCommitted(transaction, writer) { return close(writer, store.droppedBlobs) }
            lose(writer, error.error)
            throw error.error
        }
    }

    /// What was open is durable.
    private func close(_ writer: Writer, _ dropped: [BlobName]) {
        writer.end()
        for name in dropped { shelf?.store.remove(name) }
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

/// The tables under the open transaction, with what turns before changed in it.
private struct OpenTables: TurnGround {
    let connection: PostgreSQLConnection
    let shelf: BlobShelf?
    let writer: Writer

    private var pending: PendingChanges { writer.pending }
    private var tables: SQLTransaction { SQLTransaction(connection, shelf) }

    func summary(of job: JobID) throws(KernelError) -> JobSummary? {
        if let known = pending.summary(of: job) { return known }
        if let known = writer.living[job] { return known }
        let kept = try tables.summary(of: job)
        if let kept, kept.isLive { writer.living[job] = kept }
        return kept
    }

    func job(withKey key: String) throws(KernelError) -> JobID? {
        if let known = pending.job(withKey: key) { return known }
        return try tables.job(withKey: key)
    }

    func document(_ group: PendingChanges.Group, _ number: Int) throws(KernelError) -> [UInt8]? {
        if let known = pending.document(group, number) { return known }
        return try tables.document(group.kind, of: group.job, number: number)
    }

    func calibration(_ id: String) throws(KernelError) -> [UInt8]? {
        if let known = pending.calibration(id) { return known }
        return try tables.calibration(id)
    }

    func lastJob() throws(KernelError) -> Int64 { try tables.lastJob() }

    func asWritten<Value>(
        with changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        var all = pending
        all.take(changes)
        if all.isEmpty { return try body(tables) }
        do throws(SQLFailure) {
            try connection.command("SAVEPOINT question")
            let outcome: Swift.Result<Value, KernelError>
            do throws(KernelError) {
                try all.write(to: tables, [:])
                outcome = .success(try body(tables))
            } catch { outcome = .failure(error) }
            try connection.command("ROLLBACK TO SAVEPOINT question")
            try connection.command("RELEASE SAVEPOINT question")
            try connection.drain()
            do throws(KernelError) { return try outcome.get() } catch { throw SQLFailure.other(error) }
        } catch { throw error.error }
    }
}

extension PostgreSQLConnection {
    /// Takes back what a body did that throws, and nothing else.
    fileprivate func withSavepoint<Value>(
        _ body: () throws(KernelError) -> Value
    ) throws(SQLFailure) -> Value {
        try command("SAVEPOINT turn")
        do throws(KernelError) {
            let value = try body()
            try? command("RELEASE SAVEPOINT turn")
            return value
        } catch {
            try command("ROLLBACK TO SAVEPOINT turn")
            try drain()
            throw .other(error)
        }
    }
}
