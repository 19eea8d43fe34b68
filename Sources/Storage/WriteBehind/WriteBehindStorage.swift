public import Kernel

/// A store whose turns are taken in memory and written behind.
public protocol WriteBehindStorage: KernelStorage {
    associatedtype Tables: WriteBehindTables
    var turns: WriteBehind<Tables> { get }
}

extension WriteBehindStorage {
    public func turn<Value>(
        after batch: StorageBatch?, _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> (value: Value, batch: StorageBatch?) { try turns.turn(after: batch, body) }

    public func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value { try turns.exclusively(body) }

    public var settlesAside: Bool { true }

    public func settle(_ batch: StorageBatch) throws(KernelError) { try turns.settle(batch) }

    public func settle(
        _ batch: StorageBatch, _ finish: @escaping @Sendable (KernelError?) -> Void
    ) throws(KernelError) -> Bool { try turns.settle(batch, finish) }
}
