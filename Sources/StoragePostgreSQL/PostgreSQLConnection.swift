import CPostgreSQL
import Kernel
import Storage

/// A connection to a server, used by one caller at a time.
///
/// It is always in libpq's pipeline mode: statements whose outcome nobody waits for travel with the next that somebody
/// does, so that a turn of twenty statements costs a handful of round trips.
final class PostgreSQLConnection {
    private let handle: OpaquePointer
    /// By their text with question marks.
    private var prepared: [String: PreparedStatement] = [:]
    /// Statements that were sent and not answered, the oldest first.
    private var pending: [Pending] = []
    /// Why one of them failed, until somebody is told.
    private var failure: SQLFailure?
    /// Whether something was sent that no synchronisation point follows yet.
    private var isOpenEnded = false

    private enum Pending { case ignored, wanted, synchronisation }

    /// - Throws: `storage.open` where the server cannot be reached, or does not let us in.
    init(_ address: PostgreSQLAddress) throws(KernelError) {
        // libpq's own words win over ours: whoever gives a timeout in the address means it.
        let settings = [
            ("fallback_application_name", "kelvin"), ("connect_timeout", "5"), ("keepalives_idle", "5"),
            ("keepalives_interval", "2"), ("keepalives_count", "3"), ("tcp_user_timeout", "15000"),
            ("client_encoding", "UTF8"),
            (
                "options",
                "-c client_min_messages=warning -c lock_timeout=30s -c idle_in_transaction_session_timeout=15s"
            ),
            ("dbname", address.text),
        ]
        let connected = CStrings.with(settings.map(\.0)) { words in
            CStrings.with(settings.map(\.1)) { values in PQconnectdbParams(words, values, 1) }.flatMap { $0 }
        }
        guard let handle = connected.flatMap({ $0 }) else {
            throw KernelError(.system, code: "storage.open", "no memory for a connection to \(address.shown)")
        }
        guard PQstatus(handle) == CONNECTION_OK, PQenterPipelineMode(handle) == 1 else {
            let message = Self.message(handle)
            PQfinish(handle)
            throw KernelError(
                .system, code: "storage.open", "the database \(address.shown) cannot be used: \(message)",
                cure: "check that the server runs and the address, user and password are right")
        }
        self.handle = handle
    }

    deinit { PQfinish(handle) }

    /// False once the connection is gone; then it is gone for good.
    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    /// Whether a transaction is open that has not failed.
    var isInTransaction: Bool {
        let status = PQtransactionStatus(handle)
        return isAlive && (status == PQTRANS_INTRANS || status == PQTRANS_ACTIVE)
    }

    /// The socket, for whoever waits for news.
    var descriptor: Int32 { PQsocket(handle) }

    private static func message(_ handle: OpaquePointer) -> String {
        String(cString: PQerrorMessage(handle)).split(separator: "\n").joined(separator: "; ")
    }

    // MARK: Sending

    /// Sends a statement; its outcome is asked for by `drain`.
    private func send(_ sql: String, _ values: [SQLValue], _ pending: Pending) throws(SQLFailure) {
        let statement = try statement(sql)
        precondition(values.count == statement.types.count, "\(sql) has \(values.count) values")
        var buffers: [[UInt8]?] = []
        buffers.reserveCapacity(values.count)
        for (value, type) in zip(values, statement.types) { buffers.append(try value.encoded(as: type)) }
        // One block for all of them: pointers into it are good for the call.
        var block: [UInt8] = [], places: [Int] = []
        for buffer in buffers {
            places.append(block.count)
            block += buffer ?? []
        }
        // An address even for what is empty: without one it would be NULL.
        block.append(0)
        let lengths = buffers.map { Int32($0?.count ?? 0) }, formats = [Int32](repeating: 1, count: values.count)
        let isSent = block.withUnsafeBufferPointer { block in
            let pointers = zip(buffers, places).map { buffer, place -> UnsafePointer<CChar>? in
                guard buffer != nil, let base = block.baseAddress else { return nil }
                return UnsafeRawPointer(base + place).assumingMemoryBound(to: CChar.self)
            }
            return PQsendQueryPrepared(
                handle, statement.name, Int32(values.count), pointers, lengths, formats, 1) == 1
        }
        guard isSent else { throw lost() }
        self.pending.append(pending)
        isOpenEnded = true
    }

    /// Sends a statement without values as it is.
    func command(_ sql: String) throws(SQLFailure) { try send(sql, [], .ignored) }

    private func statement(_ sql: String) throws(SQLFailure) -> PreparedStatement {
        if let known = prepared[sql] { return known }
        try drain()
        let name = "k\(prepared.count)"
        guard PQsendPrepare(handle, name, PreparedStatement.numbered(sql), 0, nil) == 1,
            PQsendDescribePrepared(handle, name) == 1
        else { throw lost() }
        pending += [.ignored, .wanted]
        isOpenEnded = true
        let description = try drain()
        let types = description.map { result in (0..<PQnparams(result.pointer)).map { PQparamtype(result.pointer, $0) }
        }
        let statement = PreparedStatement(name: name, types: types ?? [])
        prepared[sql] = statement
        return statement
    }

    /// Sends what waits to be sent; nobody waits for its outcome, which the next one who drains takes in.
    func push() throws(SQLFailure) {
        guard isOpenEnded else { return }
        guard PQpipelineSync(handle) == 1 else { throw lost() }
        pending.append(.synchronisation)
        isOpenEnded = false
    }

    // MARK: Receiving

    /// Waits for the outcome of everything that was sent.
    ///
    /// - Returns: the answer of the last that somebody wanted.
    /// - Throws: why the first of them failed.
    @discardableResult
    func drain() throws(SQLFailure) -> PostgreSQLResult? {
        try push()
        var wanted: PostgreSQLResult?
        while let next = pending.first {
            guard let pointer = PQgetResult(handle) else { throw lost() }
            let result = PostgreSQLResult(pointer: pointer)
            switch PQresultStatus(pointer) {
            case PGRES_PIPELINE_SYNC:
                guard next == .synchronisation else { throw lost() }
                pending.removeFirst()
                continue
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK: if next == .wanted { wanted = result }
            case PGRES_PIPELINE_ABORTED: break
            default:
                if failure == nil { failure = result.failure }
                // What the server says before it hangs up is no answer: there will be none.
                if !isAlive { throw lost() }
            }
            pending.removeFirst()
            // The end of this statement's answer.
            while let extra = PQgetResult(handle) { _ = PostgreSQLResult(pointer: extra) }
        }
        if let failure {
            self.failure = nil
            throw failure
        }
        return wanted
    }

    /// The connection is of no use any more.
    private func lost() -> SQLFailure {
        pending = []
        isOpenEnded = false
        defer { failure = nil }
        if let failure { return failure }
        return .other(
            KernelError(
                .system, code: "storage.postgresql", "the connection to the database is lost: \(Self.message(handle))",
                cure: "check that the server runs; then try again"))
    }

    // MARK: News

    /// Takes in what arrived.
    ///
    /// - Returns: the payloads of notifications; nil where the connection is gone.
    func notifications() -> [String]? {
        guard PQconsumeInput(handle) == 1, isAlive else { return nil }
        var payloads: [String] = []
        while let notice = PQnotifies(handle) {
            payloads.append(String(cString: notice.pointee.extra))
            PQfreemem(notice)
        }
        return payloads
    }
}

extension PostgreSQLConnection: SQLConnection {
    var passingOver: String { "FOR UPDATE SKIP LOCKED" }
    var sharesWork: Bool { true }

    func query<Value>(
        _ sql: String, _ values: [SQLValue], _ read: (any SQLRow) throws(KernelError) -> Value
    ) throws(SQLFailure) -> [Value] {
        try send(sql, values, .wanted)
        guard let result = try drain() else { return [] }
        var found: [Value] = []
        for row in 0..<PQntuples(result.pointer) {
            do throws(KernelError) { found.append(try read(PostgreSQLRow(result: result, row: row))) } catch {
                throw .other(error)
            }
        }
        return found
    }

    func execute(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) { try send(sql, values, .ignored) }

    func change(_ sql: String, _ values: [SQLValue]) throws(SQLFailure) -> Int {
        try send(sql, values, .wanted)
        return try drain().flatMap { Int(String(cString: PQcmdTuples($0.pointer))) } ?? 0
    }
}
