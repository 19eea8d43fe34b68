import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Messages between Kelvin and the process that holds a device library: JSON behind its length, over a socket.
struct QDMIChannel: Sendable {
    let descriptor: Int32
    private static let maximumMessage = 1 << 30

    enum Failure: Error {
        case closed
        case timeout
        case malformed
    }

    func send(_ message: JSONNode) throws(Failure) {
        let body = Array(message.compactText.utf8)
        var bytes = withUnsafeBytes(of: UInt32(body.count).littleEndian) { Array($0) }
        bytes += body
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw .closed }
            sent += count
        }
    }

    /// - Parameter milliseconds: how long to wait for the message to begin, and then for each further piece; -1: for ever.
    func receive(within milliseconds: Int32) throws(Failure) -> JSONNode {
        let header = try read(4, within: milliseconds)
        let length = header.withUnsafeBytes { Int(UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self))) }
        guard length <= Self.maximumMessage else { throw .malformed }
        let body = try read(length, within: milliseconds)
        guard
            let node = try? body.withUnsafeBufferPointer({ buffer throws(DeviceFileFault) in
                try JSONParser.parse(buffer)
            })
        else { throw .malformed }
        return node
    }

    /// Whether something can be read now.
    func hasMessage(within milliseconds: Int32) -> Bool {
        var entry = pollfd(descriptor: descriptor)
        return poll(&entry, 1, milliseconds) > 0
    }

    private func read(_ count: Int, within milliseconds: Int32) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var received = 0
        while received < count {
            var entry = pollfd(descriptor: descriptor)
            let ready = poll(&entry, 1, milliseconds)
            if ready < 0 && errno == EINTR { continue }
            guard ready > 0 else { throw .timeout }
            let more = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + received, count - received, 0)
            }
            if more < 0 && errno == EINTR { continue }
            guard more > 0 else { throw .closed }
            received += more
        }
        return bytes
    }
}

extension pollfd {
    fileprivate init(descriptor: Int32) { self.init(fd: descriptor, events: Int16(POLLIN), revents: 0) }
}
