import GRDB
import GRDBSQLite
import Kernel

/// A connection to the file, used by one caller at a time: GRDB opened it and set it up; statements are prepared once, and
/// values go in and out without detours.
final class SQLiteConnection: SQLConnection {
    private let handle: OpaquePointer
    /// What closes it in the end; nil where it is somebody else's.
    private let owner: DatabaseQueue?
    private var statements: [String: OpaquePointer] = [:]

    /// Opens a store.
    ///
    /// - Parameter migrator: creates it, and brings it up to its schema; nil to read what is there.
    /// - Throws: `storage.version` where a later version of Kelvin wrote it; errors of GRDB.
    init(path: String, _ migrator: DatabaseMigrator? = nil) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(30)
        configuration.readonly = migrator == nil
        configuration.prepareDatabase { database in
            // What a statement needs to take itself back is no matter for the disk.
            try database.execute(
                sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY")
        }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        if let migrator {
            if try queue.read(migrator.hasBeenSuperseded) {
                throw KernelError(
                    .system, code: "storage.version", "\(path) was written by a later version of Kelvin",
                    cure: "use that version, or another state directory (XDG_STATE_HOME)")
            }
            try migrator.migrate(queue)
        }
        owner = queue
        handle = try Self.handle(queue.inDatabase { $0.sqliteConnection })
        // GRDB watches what it does itself; from here on it does nothing but close the connection.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        sqlite3_set_authorizer(handle, nil, nil)
    }

    /// Within a transaction of GRDB's own.
    init(_ database: Database) throws {
        owner = nil
        handle = try Self.handle(database.sqliteConnection)
    }

    private static func handle(_ pointer: OpaquePointer?) throws -> OpaquePointer {
        guard let pointer else { throw DatabaseError(message: "the connection is closed") }
        return pointer
    }

    deinit { for statement in statements.values { sqlite3_finalize(statement) } }

    // MARK: Transactions

    /// Runs a statement that has no values.
    func command(_ sql: String) throws(SQLFailure) { try execute(sql, []) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Rows that were written over this connection since it was opened.
    var writtenRows: Int32 { sqlite3_total_changes(handle) }

    // MARK: Statements

    func query<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(SQLFailure) -> [Value] {
        let statement = try prepared(sql, values)
        defer { sqlite3_reset(statement) }
        var found: [Value] = []
        let row = SQLiteRow(statement: statement)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                do throws(KernelError) { found.append(try read(row)) } catch { throw .other(error) }
            case SQLITE_DONE: return found
            default: throw failure
            }
        }
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) {
        let statement = try prepared(sql, values)
        defer { sqlite3_reset(statement) }
        var code = SQLITE_ROW
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        if code != SQLITE_DONE { throw failure }
    }

    func change(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> Int {
        try execute(sql, values)
        return Int(sqlite3_changes(handle))
    }

    private func prepared(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> OpaquePointer {
        let statement = try statement(sql)
        // SQLite copies what it is given: the pointers are good for the call alone.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (place, value) in values.enumerated() {
            let number = Int32(place + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(statement, number)
                case .integer(let value): sqlite3_bind_int64(statement, number, value)
                case .real(let value): sqlite3_bind_double(statement, number, value)
                case .flag(let value): sqlite3_bind_int64(statement, number, value ? 1 : 0)
                case .text(var value):
                    value.withUTF8 { bytes in
                        bytes.withMemoryRebound(to: CChar.self) {
                            // Swift's texts have an address even when they are empty; NULL would be another value.
                            sqlite3_bind_text64(
                                statement, number, $0.baseAddress, UInt64($0.count), copied, UInt8(SQLITE_UTF8))
                        }
                    }
                case .bytes(let value):
                    value.isEmpty
                        ? sqlite3_bind_zeroblob(statement, number, 0)
                        : value.withUnsafeBytes {
                            sqlite3_bind_blob64(statement, number, $0.baseAddress, UInt64($0.count), copied)
                        }
                }
            guard code == SQLITE_OK else { throw failure }
        }
        return statement
    }

    private func statement(_ sql: String) throws(SQLFailure) -> OpaquePointer {
        if let known = statements[sql] { return known }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw failure }
        statements[sql] = statement
        return statement
    }

    /// Why the last call failed.
    private var failure: SQLFailure {
        let code = sqlite3_extended_errcode(handle)
        let told = SQLiteStorage.kernelError(
            DatabaseError(resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(handle))))
        switch code {
        case ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue: return .orphan(told)
        case let code where code & 0xFF == SQLITE_CONSTRAINT: return .collision(told)
        default: return .other(told)
        }
    }
}
