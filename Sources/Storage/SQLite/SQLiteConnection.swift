import GRDB
import GRDBSQLite
import Kernel

/// A connection to the file: GRDB opens it, keeps its statements and its transactions; values go in and out without detours.
struct SQLiteConnection: SQLConnection {
    let database: Database

    func query<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(SQLFailure) -> [Value] {
        let statement = try prepared(sql, values)
        defer { sqlite3_reset(statement) }
        var found: [Value] = []
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW:
                do throws(KernelError) { found.append(try read(SQLiteRow(statement: statement))) } catch {
                    throw .other(error)
                }
            case SQLITE_DONE: return found
            case let code: throw failure(code)
            }
        }
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) {
        let statement = try prepared(sql, values)
        defer { sqlite3_reset(statement) }
        var code = SQLITE_ROW
        while code == SQLITE_ROW { code = sqlite3_step(statement) }
        if code != SQLITE_DONE { throw failure(code) }
    }

    func change(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> Int {
        try execute(sql, values)
        return database.changesCount
    }

    private func prepared(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> OpaquePointer {
        let statement: OpaquePointer
        do { statement = try database.cachedStatement(sql: sql).sqliteStatement } catch {
            throw .other(SQLiteStorage.kernelError(error))
        }
        sqlite3_reset(statement)
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
            guard code == SQLITE_OK else { throw failure(code) }
        }
        return statement
    }

    private func failure(_ code: Int32) -> SQLFailure {
        let error = DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection)),
            message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
        let told = SQLiteStorage.kernelError(error)
        switch sqlite3_extended_errcode(database.sqliteConnection) {
        case ResultCode.SQLITE_CONSTRAINT_FOREIGNKEY.rawValue: return .orphan(told)
        case let code where code & 0xFF == SQLITE_CONSTRAINT: return .collision(told)
        default: return .other(told)
        }
    }
}

private struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    private func isNull(_ column: Int) -> Bool { sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL }

    func integer(_ column: Int) -> Int64? { isNull(column) ? nil : sqlite3_column_int64(statement, Int32(column)) }

    func real(_ column: Int) -> Double? { isNull(column) ? nil : sqlite3_column_double(statement, Int32(column)) }

    func flag(_ column: Int) -> Bool { sqlite3_column_int64(statement, Int32(column)) != 0 }

    func text(_ column: Int) -> String? {
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8]? {
        if isNull(column) { return nil }
        guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }
}
