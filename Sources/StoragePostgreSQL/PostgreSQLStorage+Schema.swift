import Kernel
import Storage

extension PostgreSQLStorage {
    /// Two servers that start at once would both create the tables: one waits for the other.
    static func migrate(_ connection: PostgreSQLConnection) throws(KernelError) {
        do throws(SQLFailure) {
            try connection.command("BEGIN")
            // "kelvin" in ASCII.
            _ = try connection.query("SELECT CAST(pg_advisory_xact_lock(118116867565934) AS TEXT)", []) { _ in }
            try connection.command("CREATE TABLE IF NOT EXISTS schema_steps (name TEXT PRIMARY KEY)")
            let taken = Set(try connection.query("SELECT name FROM schema_steps", []) { $0.text(0) ?? "" })
            guard taken.isSubset(of: SchemaStep.all.map(\.name)) else {
                throw SQLFailure.other(
                    KernelError(
                        .system, code: "storage.version", "a later version of Kelvin wrote the database",
                        cure: "use that version, or another database"))
            }
            for step in SchemaStep.all where !taken.contains(step.name) {
                for statement in step.statements(for: .postgreSQL) { try connection.command(statement) }
                do throws(KernelError) { try step.finish(connection) } catch { throw SQLFailure.other(error) }
                try connection.execute("INSERT INTO schema_steps (name) VALUES (?)", [.text(step.name)])
            }
            try connection.command("COMMIT")
            try connection.drain()
        } catch { throw error.error }
    }
}
