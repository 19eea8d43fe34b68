public import Kernel

/// A database within a transaction, as far as SQLite and PostgreSQL are alike: the rooms above speak SQL that both
/// understand, with `?` for each value.
///
/// Statements are prepared once a connection. Booleans, `ON CONFLICT` and `RETURNING` mean the same to both; names are
/// written without quotes, but for `"user"`, which means something to PostgreSQL.
public protocol SQLConnection {
    /// Runs a statement and reads its rows.
    func query<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(SQLFailure) -> [Value]

    /// Runs a statement whose outcome nobody waits for: it may be sent along with the next that somebody does. That it
    /// failed is said then, and at the end of the transaction at the latest.
    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLFailure)

    /// Runs a statement now.
    ///
    /// - Returns: how many rows it changed.
    func change(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> Int

    /// What a subquery ends with that must not wait for rows which others hold, nor find them.
    var passingOver: String { get }

    /// Whether workers are told by the tables what they may take up.
    var sharesWork: Bool { get }
}

extension SQLConnection {
    public var sharesWork: Bool { false }
    public var passingOver: String { "" }
}

/// Why a statement failed.
public enum SQLFailure: Error {
    /// There is such a row already.
    case collision(KernelError)
    /// What the row belongs to is not there.
    case orphan(KernelError)
    case other(KernelError)

    public var error: KernelError {
        switch self {
        case .collision(let error), .orphan(let error), .other(let error): error
        }
    }
}

/// What transactions share: a failure of the database becomes the kernel's.
protocol SQLSpeaker {
    var database: any SQLConnection { get }
}

extension SQLSpeaker {
    func rows<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(KernelError) -> [Value] {
        do { return try database.query(sql, values, read) } catch { throw error.error }
    }

    func row<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(KernelError) -> Value? { try rows(sql, values, read).first }

    func execute(_ sql: String, _ values: [SQLValue] = []) throws(KernelError) {
        do { try database.execute(sql, values) } catch { throw error.error }
    }

    /// Inserts rows, many with each statement: a server takes a statement of thirty-two rows in the time of three.
    ///
    /// Statements are of 32, 16, …, 1 rows, so that six are prepared, whatever comes.
    ///
    /// - Parameters:
    ///   - table: its name and its columns in parentheses, as `tags (tag, job)`.
    ///   - rows: a value for each column.
    ///   - ending: what follows the values; no two rows may then be of the same key.
    func insert(into table: String, _ rows: [[SQLValue]], _ ending: String = "") throws(KernelError) {
        guard let columns = rows.first?.count else { return }
        let place = "(?" + String(repeating: ", ?", count: columns - 1) + ")"
        var rest = rows[...], size = 32
        while !rest.isEmpty {
            while size > rest.count { size /= 2 }
            let places = place + String(repeating: ", " + place, count: size - 1)
            try execute("INSERT INTO \(table) VALUES \(places) \(ending)", Array(rest.prefix(size).joined()))
            rest = rest.dropFirst(size)
        }
    }

    @discardableResult
    func change(_ sql: String, _ values: [SQLValue] = []) throws(KernelError) -> Int {
        do { return try database.change(sql, values) } catch { throw error.error }
    }
}
