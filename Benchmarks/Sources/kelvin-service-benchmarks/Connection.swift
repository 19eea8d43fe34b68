import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A keep-alive connection that costs the machine next to nothing: what is measured runs on the same cores.
struct Connection {
    struct Answer {
        var status: Int
        var body: ArraySlice<UInt8>
    }

    private let descriptor: Int32
    private let token: String
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)

    init(port: Int, token: String) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.token = token
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    func close() { _ = Glibc.close(descriptor) }

    mutating func send(_ method: String, _ path: String, body: String? = nil) throws -> Answer {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(token)\r\n"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        return try exchange(Array((head + "\r\n" + (body ?? "")).utf8))
    }

    /// Sends the bytes of a request and reads the answer to it.
    mutating func exchange(_ request: [UInt8]) throws -> Answer {
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw POSIXError(.ECONNRESET) }
            rest = rest.dropFirst(count)
        }
        var filled = 0, bodyStart: Int?, length = 0
        while true {
            if filled == buffer.count { buffer += [UInt8](repeating: 0, count: buffer.count) }
            let count = buffer.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0)
            }
            guard count > 0 else { throw POSIXError(.ECONNRESET) }
            filled += count
            if bodyStart == nil, let end = headEnd(filled) {
                bodyStart = end
                length = contentLength(end)
            }
            if let start = bodyStart, filled >= start + length {
                let status = buffer[9..<12].reduce(0) { $0 * 10 + Int($1) - 48 }
                return Answer(status: status, body: buffer[start..<start + length])
            }
        }
    }

    private func headEnd(_ filled: Int) -> Int? {
        guard filled >= 4 else { return nil }
        for place in 0...(filled - 4)
        where buffer[place] == 13 && buffer[place + 1] == 10 && buffer[place + 2] == 13 && buffer[place + 3] == 10 {
            return place + 4
        }
        return nil
    }

    private func contentLength(_ end: Int) -> Int {
        let head = String(decoding: buffer[..<end], as: UTF8.self).lowercased()
        guard let field = head.range(of: "content-length:") else { return 0 }
        return Int(head[field.upperBound...].prefix { $0 != "\r\n" && $0 != "\r" }.trimmingCharacters(in: .whitespaces))
            ?? 0
    }
}
