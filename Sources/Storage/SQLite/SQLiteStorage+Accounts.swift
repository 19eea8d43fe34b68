public import Kernel

/// Accounts in the file of the jobs.
extension SQLiteStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try inTransaction { database throws(KernelError) in
            try body(SQLAccounts(SQLiteConnection(database: database)))
        }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLAccounts(SQLiteConnection(database: database))) }
    }
}
