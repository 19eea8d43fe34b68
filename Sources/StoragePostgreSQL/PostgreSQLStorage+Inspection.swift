public import Kernel
import Storage

/// How a database stands.
public struct DatabaseInspection: Sendable {
    /// Of the server: 16.4.
    public var version: String
    /// Steps of the schema that are there, and those that this version of Kelvin would add.
    public var steps: Int
    public var missing: Int
    /// How far the server's clock is ahead of this computer's, seconds.
    public var clockAhead: Double
    /// A question and its answer, seconds.
    public var roundTrip: Double
}

extension PostgreSQLStorage {
    /// Looks at a database without changing it.
    ///
    /// - Throws: `storage.open` where it cannot be reached; `storage.version` where a later version of Kelvin wrote it.
    public static func inspect(_ address: PostgreSQLAddress) throws(KernelError) -> DatabaseInspection {
        let connection = try PostgreSQLConnection(address)
        do throws(SQLFailure) {
            let version = try connection.query("SELECT current_setting('server_version')", []) { $0.text(0) ?? "?" }
            // A table that is not there is no mistake: the first service makes it.
            let isThere = try connection.query("SELECT to_regclass('schema_steps') IS NOT NULL", []) { $0.flag(0) }
            let taken =
                isThere.first == true
                ? Set(try connection.query("SELECT name FROM schema_steps", []) { $0.text(0) ?? "" }) : []
            let known = Set(SchemaStep.all.map(\.name))
            guard taken.isSubset(of: known) else {
                throw SQLFailure.other(
                    KernelError(
                        .system, code: "storage.version", "a later version of Kelvin wrote the database",
                        cure: "use that version, or another database"))
            }
            let clock = WallClock(), asked = clock.now
            let time = try connection.query(
                "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS FLOAT8)", []
            ) { $0.real(0) ?? 0 }
            let answered = clock.now
            return DatabaseInspection(
                version: version.first ?? "?", steps: taken.count, missing: known.count - taken.count,
                clockAhead: (time.first ?? 0) - (asked + answered) / 2, roundTrip: answered - asked)
        } catch { throw error.error }
    }
}
