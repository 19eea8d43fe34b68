public import Kernel
public import Storage

/// Accounts in the database of the jobs.
extension PostgreSQLStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try inTransaction { database throws(KernelError) in try body(SQLAccounts(database)) }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLAccounts(database)) }
    }
}
