public import Kernel

/// Accounts in the file of the jobs.
extension SQLiteStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try inTransaction { connection throws(KernelError) in try body(SQLAccounts(connection)) }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { connection throws(KernelError) in try body(SQLAccounts(connection)) }
    }
}
