public import Kernel
public import Storage

/// Accounts in the database of the jobs. They change on a connection of their own, one change at a time, whoever has the turn
/// at the journal.
final class PostgreSQLAccounts: Sendable {
    private let readers: PostgreSQLReaders
    private let writer: Guarded<Connection>

    private final class Connection {
        var open: PostgreSQLConnection?
    }

    init(_ readers: PostgreSQLReaders) {
        self.readers = readers
        writer = Guarded(Connection())
    }

    func reading<Value>(_ body: (SQLAccounts) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try readers.looking { database throws(KernelError) in try body(SQLAccounts(database)) }
    }

    /// - Throws: what `body` throws; then nothing changed.
    func changing<Value>(_ body: (SQLAccounts) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            let connection = try begin(writer)
            do throws(SQLFailure) {
                let value: Value
                do throws(KernelError) { value = try body(SQLAccounts(connection)) } catch {
                    try connection.command("ROLLBACK")
                    try connection.drain()
                    throw SQLFailure.other(error)
                }
                try connection.command("COMMIT")
                try connection.drain()
                return value
            } catch {
                if !connection.isAlive || connection.isInTransaction { writer.open = nil }
                throw error.error
            }
        }
    }

    private func begin(_ writer: Connection) throws(KernelError) -> PostgreSQLConnection {
        // One that was idle may have died meanwhile: then with a new one.
        if let idle = writer.open, idle.isAlive, (try? Self.begin(idle)) != nil { return idle }
        let connection = try PostgreSQLConnection(readers.address)
        writer.open = connection
        do throws(SQLFailure) { try Self.begin(connection) } catch { throw error.error }
        return connection
    }

    /// "acco" in ASCII: one change at a time, on whatever server.
    private static func begin(_ connection: PostgreSQLConnection) throws(SQLFailure) {
        try connection.command("BEGIN")
        try connection.command("SELECT CAST(pg_advisory_xact_lock(\(0x6163_636F), 1) AS TEXT)")
        try connection.drain()
    }
}

extension PostgreSQLStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try accounts.changing { store throws(KernelError) in try body(store) }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try accounts.reading { store throws(KernelError) in try body(store) }
    }
}
