public import Kernel

/// The store of a process that is the only one to work with its file, written behind its turns.
///
/// Nothing here keeps others away. Should somebody write after all, numbers collide, the turns that are not written are lost,
/// whoever took part hears of it, and memory is read anew.
public final class SoleStorage: WriteBehindStorage {
    let base: SQLiteStorage
    public let turns: WriteBehind<SoleTables>

    public init(_ base: SQLiteStorage) throws(KernelError) {
        self.base = base
        turns = WriteBehind(SoleTables(base: base))
    }

    public func snapshot<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.snapshot(body) }

    public func removeOrphans() throws(KernelError) -> Int { try base.removeOrphans() }

    /// Nobody else writes.
    public func changeMark() -> UInt64 { 0 }
}

/// The file.
public struct SoleTables: WriteBehindTables {
    let base: SQLiteStorage

    public func begin(isKnown: Bool, flush: () -> Void) throws(KernelError) -> TurnMemory? {
        if isKnown { return nil }
        return try base.writing { store throws(KernelError) in
            var memory = TurnMemory(last: try store.lastNumber())
            memory.lastJob = try store.lastJob()
            memory.leases = Set(try store.renewals().map(\.job))
            return memory
        }
    }

    public func write(_ changes: PendingChanges) throws(KernelError) -> KernelError? {
        let blobs = try changes.shelved(on: base.shelf)
        try base.writing { store throws(KernelError) in try changes.write(to: store, blobs) }
        return nil
    }

    public func pretending<Value>(
        _ changes: PendingChanges, _ body: (SQLTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try base.pretending { store throws(KernelError) in
            if !changes.isEmpty { try changes.write(to: store, [:]) }
            return try body(store)
        }
    }

    public func looking<Value>(_ body: (SQLTransaction) throws(KernelError) -> Value) throws(KernelError) -> Value {
        try base.looking { connection throws(KernelError) in try body(SQLTransaction(connection, base.shelf)) }
    }

    public func rest() {}
}

/// Accounts change in the file itself, on the connection that writes.
extension SoleStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.changeAccounts(body) }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try base.readAccounts(body) }
}
