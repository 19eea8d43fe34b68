import Foundation
import Synchronization

/// Passes bytes between a client and a server, and cuts the first connections as soon as the server begins to answer what
/// was asked: the request arrived, and its answer is lost.
final class CuttingRelay: Sendable {
    let port: Int
    private let listener: Int32
    private let count = Mutex(0)
    private let limit: Int

    var cuts: Int { count.withLock { $0 } }

    init(to target: Int, cutting limit: Int) throws {
        self.limit = limit
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = opened
        var address = Self.loopback(0), size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, size) == 0 && listen(opened, 16) == 0 && getsockname(opened, $0, &size) == 0
            }
        }
        guard isBound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let client = accept(opened, nil, nil)
                guard client >= 0, let self else { return }
                let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
                var address = Self.loopback(target)
                _ = withUnsafePointer(to: &address) {
                    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                    }
                }
                let asked = Counter()
                Thread.detachNewThread {
                    Self.pass(client, server) {
                        asked.add($0); return true
                    }
                }
                Thread.detachNewThread {
                    Self.pass(server, client) { _ in
                        // Handshakes are short; what comes after so many bytes is a request, and this is its answer.
                        if asked.value > 1_100, self.takesCut() { return false }
                        return true
                    }
                }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    private func takesCut() -> Bool {
        count.withLock { count in
            if count >= limit { return false }
            count += 1
            return true
        }
    }

    private static func pass(_ from: Int32, _ to: Int32, _ mayPass: (Int) -> Bool) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(from, &buffer, buffer.count, 0)
            guard count > 0, mayPass(count) else { break }
            send(to, buffer, count, Int32(MSG_NOSIGNAL))
        }
        shutdown(from, Int32(SHUT_RDWR))
        shutdown(to, Int32(SHUT_RDWR))
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return address
    }

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        func add(_ more: Int) { count.withLock { $0 += more } }
    }
}
