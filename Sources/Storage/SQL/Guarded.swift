public import Kernel
import Synchronization

/// Something that one caller at a time may use: a connection, and what belongs to it.
public final class Guarded<Content>: @unchecked Sendable {
    // Unchecked: the content is touched under the lock alone, which the compiler does not see.
    private let lock = Mutex(())
    private let content: Content

    public init(_ content: Content) { self.content = content }

    public func use<Value, Failure: Error>(
        _ body: (Content) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        var outcome: Swift.Result<Value, Failure>?
        lock.withLock { _ in
            do throws(Failure) { outcome = .success(try body(content)) } catch { outcome = .failure(error) }
        }
        guard let outcome else { preconditionFailure("the lock ran its body") }
        return try outcome.get()
    }
}

/// Connections that nobody uses now, the last one used on top.
public final class IdleConnections<Connection>: @unchecked Sendable {
    // Unchecked: a connection belongs to whoever took it out, and in here it is touched under the lock alone.
    private let lock = Mutex(())
    private var idle: [Connection] = []
    private let capacity: Int

    public init(capacity: Int) { self.capacity = capacity }

    public func take() -> Connection? { lock.withLock { _ in idle.popLast() } }

    /// One too many is closed.
    public func putBack(_ connection: Connection) {
        lock.withLock { _ in if idle.count < capacity { idle.append(connection) } }
    }
}
