public import Kernel
public import Storage
import Synchronization

/// The tables as whoever has the turn writes them.
///
/// As on SQLite, turns are taken in memory and what they changed is sent in one go, one transaction for all that came while
/// the server's disk was synchronised for the one before. The turn is kept meanwhile, unless others wait for it.
public final class PostgreSQLTurns: WriteBehindTables {
    let address: PostgreSQLAddress
    let writer: Guarded<Writer>
    let readers: PostgreSQLReaders
    let shelf: BlobShelf?
    let clock: DatabaseClock
    private let standing: TurnStanding

    init(_ readers: PostgreSQLReaders, _ writer: Writer, _ shelf: BlobShelf?, _ clock: DatabaseClock) {
        address = readers.address
        standing = writer.standing
        self.writer = Guarded(writer)
        self.readers = readers
        self.shelf = shelf
        self.clock = clock
    }

    // MARK: Having the turn

    public func begin(isKnown: Bool, flush: () -> Void) throws(KernelError) -> TurnMemory? {
        // Not asked of the writer: it may be writing.
        let (isOurs, isOver) = standing.now.withLock { (isKnown && $0.isTold, $0.isOver) }
        if isOurs && !isOver { return nil }
        // Others first. What was left of a turn that was lost is found to be.
        flush()
        if isOver { rest() }
        return try writer.use { writer throws(KernelError) in
            if writer.turn == nil { try take(writer) { _ in true } }
            standing.now.withLock { $0.isTold = true }
            return (writer.turn?.last).map { TurnMemory(last: $0) }
        }
    }

    public func rest() { writer.use { $0.release() } }

    /// Takes the turn.
    ///
    /// - Parameter ask: what to ask before; false to leave the turn to others.
    private func take(
        _ writer: Writer, ask: (PostgreSQLConnection) throws(SQLFailure) -> Bool
    ) throws(KernelError) {
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
                if try ask(connection) { return try writer.take(connection, clock) }
                try connection.command("ROLLBACK")
                return try connection.push()
            } catch {
                let isLost = !connection.isAlive
                // What the next one finds must not be a transaction that failed.
                writer.drop()
                // One that was idle may have died meanwhile; nothing has been asked of it yet.
                if !isLost || isSecond { throw error.error }
                isSecond = true
            }
        }
    }

    /// Leases rows of work that waits, and takes the turn where there are any: workers do not wait for each other to find
    /// nothing.
    func leaseWork(_ limit: Int) throws(KernelError) -> [JobID] {
        try writer.use { writer throws(KernelError) in
            var found: [JobID] = []
            if let connection = writer.connection, writer.turn != nil {
                do throws(SQLFailure) { found = try Self.lease(limit, connection) } catch {
                    writer.drop()
                    throw error.error
                }
                return found
            }
            try take(writer) { connection throws(SQLFailure) in
                found = try Self.lease(limit, connection)
                return !found.isEmpty
            }
            if let connection = writer.connection, writer.turn != nil {
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

    // MARK: Writing

    public func write(_ changes: PendingChanges) throws(KernelError) -> KernelError? {
        // Put away before the tables are held for the rest.
        let blobs = if let shelf { try changes.shelved(on: shelf) } else { PendingChanges.Blobs() }
        return try writer.use { writer throws(KernelError) in
            guard let connection = writer.connection, let turn = writer.turn,
                changes.factNumbers.map({ $0.lowerBound == turn.last + 1 }) ?? true
            else { throw Self.interrupted }
            let store = SQLTransaction(connection, shelf)
            do throws(SQLFailure) {
                do throws(KernelError) { try changes.write(to: store, blobs) } catch { throw SQLFailure.other(error) }
                if let job = changes.lastNewJob {
                    // For whoever lets the database number its jobs.
                    try connection.execute(
                        "SELECT setval(pg_get_serial_sequence('jobs', 'id'), ?)",
                        [.integer(Int64(bitPattern: job.rawValue))])
                }
                if changes.hasFacts { try connection.execute("SELECT pg_notify('kelvin', ?)", [.text(writer.name)]) }
                try writer.goOn(connection, clock)
            } catch {
                writer.drop()
                guard try wasCommitted(turn.transaction, error.error) else { throw error.error }
            }
            for name in store.droppedBlobs { shelf?.store.remove(name) }
            // The row of the journal was free for a moment.
            guard let next = writer.turn, next.last == changes.factNumbers?.upperBound ?? turn.last else {
                writer.release()
                return Self.interrupted
            }
            return nil
        }
    }

    /// What became of a transaction whose end was sent and not answered: the server knows.
    ///
    /// - Throws: `reason` where it cannot be asked. Then whoever took part hears that it was lost, which may be wrong: a
    ///   request with a key finds its job when it is sent again.
    private func wasCommitted(_ transaction: String, _ reason: KernelError) throws(KernelError) -> Bool {
        let clock = ContinuousClock(), end = clock.now.advanced(by: .seconds(20))
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
                case "committed": return true
                case "aborted": return false
                default: break
                }
            } catch { _ = error }
            Pause.briefly()
        }
        throw reason
    }

    private static var interrupted: KernelError {
        KernelError(
            .system, code: "storage.postgresql", "the connection to the database was lost within a turn",
            cure: "check that the server runs; then ask again")
    }

    // MARK: Asking

    public func pretending<Value>(
        _ changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            guard let connection = writer.connection, writer.turn != nil else { throw Self.interrupted }
            let store = SQLTransaction(connection, shelf)
            if changes.isEmpty { return try body(store) }
            do throws(SQLFailure) {
                try connection.command("SAVEPOINT question")
                let outcome: Swift.Result<Value, KernelError>
                do throws(KernelError) {
                    try changes.write(to: store, [:])
                    outcome = .success(try body(store))
                } catch { outcome = .failure(error) }
                try connection.command("ROLLBACK TO SAVEPOINT question")
                try connection.command("RELEASE SAVEPOINT question")
                try connection.drain()
                do throws(KernelError) { return try outcome.get() } catch { throw SQLFailure.other(error) }
            } catch {
                if !connection.isInTransaction { writer.drop() }
                throw error.error
            }
        }
    }

    public func looking<Value>(_ body: (SQLTransaction) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try readers.looking { connection throws(KernelError) in try body(SQLTransaction(connection, shelf)) }
    }
}
