public import Kernel
public import Storage

/// Accounts in the database of the jobs.
extension PostgreSQLStorage: AccountStorage {
    public func changeAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try writing { writer throws(KernelError) in
            let value = try join(writer) { database throws(KernelError) in try body(SQLAccounts(database)) }
            try commit(writer)
            return value
        }
    }

    public func readAccounts<Value>(
        _ body: (any AccountTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        try looking { database throws(KernelError) in try body(SQLAccounts(database)) }
    }
}
