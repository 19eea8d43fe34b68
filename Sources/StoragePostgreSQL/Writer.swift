import Kernel
import Storage
import Synchronization

/// The connection that writes.
///
/// Whoever has the turn holds a lock of its session: it sees every fact that was written before, and nobody else writes until
/// it lets go. It may keep the turn for many transactions; one of them is always open meanwhile, so that the server ends the
/// session of a process that stands still, and the turn with it (`idle_in_transaction_session_timeout`).
final class Writer {
    /// Nil after it was lost, until the next turn.
    var connection: PostgreSQLConnection?
    /// What our own notifications are marked with.
    let name: String
    /// The transaction that is open; nil while others may have the turn.
    private(set) var turn: Turn? {
        didSet {
            let turn = turn
            standing.now.withLock { now in
                now.isTold = now.isTold && turn != nil
                now.isAwaited = turn?.isAwaited == true
                if oldValue == nil { now.since = .now }
            }
        }
    }
    let standing = TurnStanding()

    struct Turn {
        /// The server's number for it.
        var transaction: String
        /// Number of the last fact when it began.
        var last: Int64
        /// Whether somebody else waits for the turn.
        var isAwaited: Bool
    }

    init(connection: PostgreSQLConnection, name: String) {
        self.connection = connection
        self.name = name
    }

    /// The turn is over, and the connection is not used again.
    func drop() {
        if let connection, connection.isAlive {
            // What became of the transaction is known when it is over, not when the connection is closed.
            do throws(SQLFailure) {
                try connection.command("ROLLBACK")
                try connection.push()
            } catch { _ = error }
        }
        connection = nil
        turn = nil
    }

    /// Takes the turn on a connection on which a transaction is open.
    func take(_ connection: PostgreSQLConnection, _ clock: DatabaseClock) throws(SQLFailure) {
        try connection.command("SELECT CAST(pg_advisory_lock(\(Self.key), 1) AS TEXT)")
        turn = try Self.look(connection, clock)
    }

    /// Lets others have the turn. Nothing that is open is kept.
    func release() {
        guard let connection, turn != nil else { return }
        turn = nil
        do throws(SQLFailure) {
            try connection.command("ROLLBACK")
            try connection.command("SELECT CAST(pg_advisory_unlock(\(Self.key), 1) AS TEXT)")
            try connection.push()
        } catch { drop() }
    }

    /// Ends the transaction that is open and begins the next one of the same turn.
    func goOn(_ connection: PostgreSQLConnection, _ clock: DatabaseClock) throws(SQLFailure) {
        try connection.command("COMMIT")
        try connection.command("BEGIN")
        turn = try Self.look(connection, clock)
    }

    /// "kelv" in ASCII.
    private static let key = 0x6B65_6C76

    /// How the journal stands. Its row is held too, against versions of Kelvin that know no other lock.
    private static let looking = """
        SELECT last, CAST(pg_current_xact_id() AS TEXT), CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS FLOAT8), EXISTS (
            SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = \(key) AND objid = 1 AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        )
        FROM journal FOR UPDATE
        """

    private static func look(
        _ connection: PostgreSQLConnection, _ clock: DatabaseClock
    ) throws(SQLFailure) -> Turn {
        let rows = try connection.query(looking, []) { row in
            (last: row.integer(0), number: row.text(1) ?? "", time: row.real(2), isAwaited: row.flag(3))
        }
        guard let row = rows.first, let last = row.last, let time = row.time else {
            throw .other(
                KernelError(.system, code: "storage.damaged", "the journal of the store has no last number"))
        }
        clock.set(time)
        return Turn(transaction: row.number, last: last, isAwaited: row.isAwaited)
    }
}

/// How it is with the turn, for those who decide while the writer writes.
final class TurnStanding: Sendable {
    struct Now {
        /// Whether the turn is ours, and whoever decides knows what it stands on.
        var isTold = false
        /// Whether somebody else waits for it.
        var isAwaited = false
        /// When it became ours.
        var since = ContinuousClock.Instant.now

        /// Whether it is somebody else's time.
        var isOver: Bool { isAwaited && since.duration(to: .now) >= Self.slice }

        /// How long the turn is kept where others wait for it: it costs a millisecond to hand it over.
        private static let slice = Duration.milliseconds(5)
    }

    let now = Mutex(Now())
}
