import Kernel
import Storage

/// Connections that look at what is durable, and wait for no writer.
final class PostgreSQLReaders: Sendable {
    let address: PostgreSQLAddress
    private let idle = IdleConnections<PostgreSQLConnection>(capacity: 8)

    init(_ address: PostgreSQLAddress) { self.address = address }

    /// A look at what is durable, all of one moment.
    func looking<Value>(
        _ body: (PostgreSQLConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        // One that was idle may have died meanwhile: then with a new one, once.
        while let open = self.idle.take() {
            if let value = try look(open, body) { return value }
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
            // Its outcome is of no interest. It is sent at once all the same: a snapshot that is held has the server keep every
            // version of every row since.
            try connection.command("COMMIT")
            try connection.push()
            putBack(connection)
            return value
        } catch {
            if connection.isAlive { throw error.error }
            return nil
        }
    }

    private func putBack(_ connection: PostgreSQLConnection) {
        if connection.isAlive { idle.putBack(connection) }
    }
}
