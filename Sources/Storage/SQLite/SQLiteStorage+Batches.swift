import GRDB
public import Kernel

/// Which turns share the transaction that is open, and which were lost.
struct BatchLog {
    /// Of the turns that come now.
    var number: UInt64 = 1
    /// Rows that were written when the transaction was opened.
    var changesBefore = 0
    /// Why batches were lost, for those who took part in them and have not heard.
    var lost: [UInt64: KernelError] = [:]

    private static let memory: UInt64 = 1_000

    /// The open transaction is over.
    mutating func end(_ loss: KernelError? = nil) {
        if let loss { lost[number] = loss }
        if lost.count > 64 { lost = lost.filter { number - $0.key < Self.memory } }
        number += 1
    }
}

// Group commit: turns leave their transaction open for those that come at the same time, and the disk is synchronised once
// for all of them. Each has a savepoint of its own, so that one that throws takes nothing of the others with it.
extension SQLiteStorage {
    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        try writing { database, log in
            if let batch, let loss = log.lost[batch.number] { throw loss }
            let value = try Self.joining(database, &log) { database throws(KernelError) in
                try body(SQLTransaction(SQLiteConnection(database: database)))
            }
            if database.totalChangesCount == log.changesBefore {
                // Nothing was written by anyone: there is nothing to wait for, and others may have the file.
                try Self.commit(database, &log)
                return (value, nil)
            }
            return (value, StorageBatch(number: log.number))
        }
    }

    public func settle(_ batch: StorageBatch) throws(KernelError) {
        try writing { database, log in
            if let loss = log.lost[batch.number] { throw loss }
            if batch.number == log.number, database.isInsideTransaction { try Self.commit(database, &log) }
        }
    }

    /// An exclusive turn; along with it everything becomes durable that was left open.
    func inTransaction<Value>(_ body: (Database) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try writing { database, log in
            let value = try Self.joining(database, &log, body)
            try Self.commit(database, &log)
            return value
        }
    }

    private static func joining<Value>(
        _ database: Database, _ log: inout BatchLog, _ body: (Database) throws(KernelError) -> Value
    ) throws -> Value {
        if !database.isInsideTransaction {
            try database.beginTransaction(.immediate)
            log.changesBefore = database.totalChangesCount
        }
        var value: Value?
        do {
            try database.inSavepoint {
                value = try body(database)
                return .commit
            }
        } catch {
            // A full disk takes the whole transaction back, other turns and all.
            if !database.isInsideTransaction { log.end(SQLiteStorage.kernelError(error)) }
            throw error
        }
        guard let value else { preconditionFailure("a turn ran its body or threw") }
        return value
    }

    private static func commit(_ database: Database, _ log: inout BatchLog) throws {
        do {
            try database.commit()
            log.end()
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            log.end(SQLiteStorage.kernelError(error))
            throw error
        }
    }
}
