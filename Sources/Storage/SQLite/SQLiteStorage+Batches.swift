public import Kernel

/// The connection that writes, and the turns that share the transaction which is open on it.
final class SQLiteWriter {
    let connection: SQLiteConnection
    var book = BatchBook()
    /// Rows that were written when the transaction was opened.
    var rowsBefore: Int32 = 0
    /// What can be removed when the open transaction is durable.
    var droppedBlobs: [BlobName] = []

    init(_ connection: SQLiteConnection) { self.connection = connection }

    /// The open transaction is over.
    func end(_ loss: KernelError? = nil) {
        book.end(loss)
        droppedBlobs = []
    }
}

// Group commit: turns leave their transaction open for those that come at the same time, and the disk is synchronised once
// for all of them. Each has a savepoint of its own, so that one that throws takes nothing of the others with it.
extension SQLiteStorage {
    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) {
        try writer.use { writer throws(KernelError) in
            if let loss = writer.book.loss(of: batch) { throw loss }
            let value = try join(writer, asking: body)
            if writer.connection.writtenRows == writer.rowsBefore {
                // Nothing was written by anyone: there is nothing to wait for, and others may have the file.
                try commit(writer)
                return (value, nil)
            }
            return (value, writer.book.open)
        }
    }

    public func settle(_ batch: StorageBatch) throws(KernelError) {
        try writer.use { writer throws(KernelError) in
            if let loss = writer.book.loss(of: batch) { throw loss }
            if batch == writer.book.open, writer.connection.isInTransaction { try commit(writer) }
        }
    }

    /// An exclusive turn; along with it everything becomes durable that was left open.
    func inTransaction<Value>(_ body: (SQLiteConnection) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            let value = try join(writer, body)
            try commit(writer)
            return value
        }
    }

    /// An exclusive turn at the tables.
    func writing<Value>(_ body: (SQLTransaction) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            let value = try join(writer, asking: body)
            try commit(writer)
            return value
        }
    }

    /// A turn that is taken back when its outcome is known.
    func pretending<Value>(_ body: (SQLTransaction) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try writer.use { writer throws(KernelError) in
            // Of others nothing is taken back.
            if writer.connection.isInTransaction { try commit(writer) }
            do throws(SQLFailure) {
                try writer.connection.command("BEGIN IMMEDIATE")
                let outcome: Swift.Result<Value, KernelError>
                let store = SQLTransaction(writer.connection, shelf)
                do throws(KernelError) { outcome = .success(try body(store)) } catch { outcome = .failure(error) }
                if writer.connection.isInTransaction { try writer.connection.command("ROLLBACK") }
                do throws(KernelError) { return try outcome.get() } catch { throw SQLFailure.other(error) }
            } catch { throw error.error }
        }
    }

    func join<Value>(
        _ writer: SQLiteWriter, asking body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try join(writer) { connection throws(KernelError) in
            let transaction = SQLTransaction(connection, shelf)
            let value = try body(transaction)
            writer.droppedBlobs += transaction.droppedBlobs
            return value
        }
    }

    private func join<Value>(
        _ writer: SQLiteWriter, _ body: (SQLiteConnection) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let connection = writer.connection
        do throws(SQLFailure) {
            if !connection.isInTransaction {
                try connection.command("BEGIN IMMEDIATE")
                writer.rowsBefore = connection.writtenRows
            }
            try connection.command("SAVEPOINT turn")
            let value: Value
            do throws(KernelError) { value = try body(connection) } catch {
                if connection.isInTransaction {
                    try connection.command("ROLLBACK TO SAVEPOINT turn")
                    try connection.command("RELEASE SAVEPOINT turn")
                }
                throw SQLFailure.other(error)
            }
            try connection.command("RELEASE SAVEPOINT turn")
            return value
        } catch {
            // A full disk takes the whole transaction back, other turns and all.
            if !connection.isInTransaction { writer.end(error.error) }
            throw error.error
        }
    }

    func commit(_ writer: SQLiteWriter) throws(KernelError) {
        do throws(SQLFailure) {
            try writer.connection.command("COMMIT")
            let dropped = writer.droppedBlobs
            writer.end()
            for name in dropped { shelf.store.remove(name) }
        } catch {
            if writer.connection.isInTransaction { try? writer.connection.command("ROLLBACK") }
            writer.end(error.error)
            throw error.error
        }
    }
}
