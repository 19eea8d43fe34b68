import Kernel
import Synchronization

/// A storage as a process sees it that dies: from then on nothing is written.
final class Mortal: KernelStorage {
    private let storage: any KernelStorage
    private let isDead = Mutex(false)

    init(_ storage: any KernelStorage) { self.storage = storage }

    func die() { isDead.withLock { $0 = true } }

    func exclusively<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        if isDead.withLock({ $0 }) { throw KernelError(.system, code: "dead", "the process is dead") }
        return try storage.exclusively(body)
    }

    func changeMark() -> UInt64 { storage.changeMark() }
}
