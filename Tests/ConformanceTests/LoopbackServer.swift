import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A small HTTP server on the loopback interface that does as it is told, well or badly.
final class LoopbackServer: Sendable {
    struct Request: Sendable {
        var method: String
        /// With the query.
        var path: String
        /// Names in lower case.
        var headers: [String: String]
        var body: String
    }

    enum Answer: Sendable {
        case json(String, status: Int = 200, headers: [String: String] = [:])
        case text(String, type: String, status: Int = 200)
        /// Announces a body of so many bytes and closes after the text.
        case cut(String, announced: Int)
        /// Says nothing for so many seconds.
        case hang(Double)
        /// Closes the connection without a word.
        case close
    }

    let port: UInt16
    private let listener: Int32
    private let requests = Mutex<[Request]>([])

    var url: String { "http://127.0.0.1:\(port)" }
    /// What was asked so far.
    var log: [Request] { requests.withLock { $0 } }

    init(_ handler: @escaping @Sendable (Request) -> Answer) throws {
        let opened = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        listener = opened
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(opened, $0, size) == 0 && listen(opened, 64) == 0 && getsockname(opened, $0, &size) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(opened, nil, nil)
                // Closed here and nowhere else: the number of a closed descriptor is soon another server's.
                if connection < 0 {
                    close(opened)
                    return
                }
                guard let self else { close(connection); return }
                Thread.detachNewThread { self.serve(connection, handler) }
            }
        }
    }

    func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func serve(_ connection: Int32, _ handler: @Sendable (Request) -> Answer) {
        defer { close(connection) }
        guard let request = Self.read(connection) else { return }
        requests.withLock { $0.append(request) }
        func send(_ text: String) {
            let bytes = Array(text.utf8)
            var sent = 0
            while sent < bytes.count {
                let count = bytes.withUnsafeBytes {
                    Glibc.send(connection, $0.baseAddress! + sent, $0.count - sent, Int32(MSG_NOSIGNAL))
                }
                if count <= 0 { return }
                sent += count
            }
        }
        func head(_ status: Int, _ type: String, _ length: Int, _ more: [String: String] = [:]) -> String {
            let lines = more.map { "\($0.key): \($0.value)\r\n" }.joined()
            return "HTTP/1.1 \(status) Answer\r\nContent-Type: \(type)\r\nContent-Length: \(length)\r\n\(lines)"
                + "Connection: close\r\n\r\n"
        }
        switch handler(request) {
        case .json(let body, let status, let headers):
            send(head(status, "application/json", body.utf8.count, headers) + body)
        case .text(let body, let type, let status): send(head(status, type, body.utf8.count) + body)
        case .cut(let body, let announced): send(head(200, "application/json", announced) + body)
        case .hang(let seconds): usleep(UInt32(seconds * 1e6))
        case .close: break
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes: [UInt8] = []
        var end: Int?
        func receive() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(connection, &chunk, chunk.count, 0)
            if count > 0 { bytes += chunk[..<count] }
            return count > 0
        }
        while end == nil {
            guard receive() else { return nil }
            end = String(decoding: bytes, as: UTF8.self).range(of: "\r\n\r\n").map { _ in
                (0...bytes.count - 4).first { Array(bytes[$0..<$0 + 4]) == [13, 10, 13, 10] }! + 4
            }
        }
        let lines = String(decoding: bytes[..<end!], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ").map(String.init)
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        let length = Int(headers["content-length"] ?? "0") ?? 0
        while bytes.count < end! + length { guard receive() else { break } }
        return Request(
            method: words[0], path: words[1], headers: headers,
            body: String(decoding: bytes[end!...], as: UTF8.self))
    }
}
