#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Foundation
import Kernel
import Synchronization

/// A connection that waits for news of other processes, on a thread of its own.
final class PostgreSQLListener: Sendable {
    private struct State {
        var mark: UInt64 = 0
        var listeners: [@Sendable () -> Void] = []
        var isStopped = false
    }

    private let state = Mutex(State())

    /// - Parameter own: the payload of notifications that this process itself sends.
    init(_ address: PostgreSQLAddress, ignoring own: String) {
        Thread.detachNewThread { [weak self] in Self.listen(address, own) { self } }
    }

    /// Differs from before when someone else may have written.
    var mark: UInt64 { state.withLock { $0.mark } }

    func onNews(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.listeners.append(wake) } }

    func stop() { state.withLock { $0.isStopped = true } }

    private func tell() {
        let listeners = state.withLock { state in
            state.mark += 1
            return state.listeners
        }
        for wake in listeners { wake() }
    }

    /// Until nobody is interested any more. Deaf, it takes every second for news.
    private static func listen(_ address: PostgreSQLAddress, _ own: String, _ whom: () -> PostgreSQLListener?) {
        var connection: PostgreSQLConnection?
        while let listener = whom(), !listener.state.withLock({ $0.isStopped }) {
            guard let open = connection else {
                connection = try? connected(address)
                if connection == nil { sleep(1) }
                // Something may have happened meanwhile.
                listener.tell()
                continue
            }
            var entry = pollfd(fd: open.descriptor, events: Int16(POLLIN), revents: 0)
            _ = poll(&entry, 1, 500)
            guard entry.revents != 0 else { continue }
            guard let payloads = open.notifications() else {
                connection = nil
                continue
            }
            if payloads.contains(where: { $0 != own }) { listener.tell() }
        }
    }

    private static func connected(_ address: PostgreSQLAddress) throws -> PostgreSQLConnection {
        let connection = try PostgreSQLConnection(address)
        try connection.command("LISTEN kelvin")
        try connection.drain()
        return connection
    }
}
