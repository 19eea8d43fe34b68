/// One request and its answer over HTTP: the only place of the house that speaks it. Synchronous; run it where waiting
/// costs nothing (`BlockingWork`).
///
/// It follows no redirection, because a token must not travel to another host; it takes no other scheme than http and
/// https; a body has a limit; certificates are verified.
struct HTTPClient: Sendable {
    var timeout = 30.0
    var connectTimeout = 10.0
    var bodyLimit = 256 << 20
    /// A file with the certificate (PEM) of the authority that is trusted; nil for those of the system.
    var authority: String?

    struct Request: Sendable {
        var method: String
        var url: String
        var headers: [(name: String, value: String)] = []
        var body: [UInt8]?

        /// Whether it stays on this computer.
        var isLocal: Bool { HTTPClient.isLoopback(url) }
    }

    static func isLoopback(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let host = url[scheme.upperBound...].prefix { $0 != "/" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        // A user's name before an @ would disguise the host.
        if host.contains("@") { return false }
        return ["localhost", "[::1]"].contains(String(name))
            || (name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." })
    }

    struct Response: Sendable {
        var status: Int
        var contentType: String
        /// Seconds that the server asks to wait, from `Retry-After`.
        var retryAfter: Double?
        var body: [UInt8]
    }

    /// Why there is no answer.
    struct Failure: Error {
        enum Kind {
            /// Nothing was sent: a name not found, a connection refused.
            case unreachable
            /// It may have arrived: a timeout, a body dropped midway.
            case interrupted
            case cancelled
            case unavailable
        }
        var kind: Kind
        var message: String
    }

    func send(_ request: Request, isCancelled: @escaping () -> Bool = { false }) throws(Failure) -> Response {
        guard let curl = Curl.shared else {
            throw Failure(kind: .unavailable, message: "the library libcurl is not installed (Debian: libcurl4)")
        }
        guard let handle = curl.initialize() else {
            throw Failure(kind: .unavailable, message: "libcurl gives no handle")
        }
        defer { curl.cleanup(handle) }
        let transfer = Transfer(limit: bodyLimit, isCancelled: isCancelled)
        let pointer = Unmanaged.passUnretained(transfer).toOpaque()
        var list: UnsafeMutableRawPointer?
        for (name, value) in request.headers { list = curl.append(list, "\(name): \(value)") }
        // Without this curl asks before it sends a large body, which not every server understands.
        list = curl.append(list, "Expect:")
        defer { curl.freeList(list) }
        curl.set(handle, .headerList, UnsafeRawPointer(list))
        Self.set(curl, handle, .url, request.url)
        Self.set(curl, handle, .customRequest, request.method)
        Self.set(curl, handle, .userAgent, "kelvin")
        // This computer is not reached through the environment's proxy.
        if request.isLocal { Self.set(curl, handle, .noProxy, "*") }
        if let authority { Self.set(curl, handle, .authority, authority) }
        curl.set(handle, .noSignal, 1)
        curl.set(handle, .followLocation, 0)
        curl.set(handle, .protocols, 3)
        curl.set(handle, .timeout, Int(timeout * 1_000))
        curl.set(handle, .connectTimeout, Int(min(timeout, connectTimeout) * 1_000))
        curl.set(handle, .writeFunction, unsafeBitCast(Transfer.write, to: UnsafeRawPointer.self))
        curl.set(handle, .writeData, UnsafeRawPointer(pointer))
        curl.set(handle, .headerFunction, unsafeBitCast(Transfer.header, to: UnsafeRawPointer.self))
        curl.set(handle, .headerData, UnsafeRawPointer(pointer))
        curl.set(handle, .progressFunction, unsafeBitCast(Transfer.progress, to: UnsafeRawPointer.self))
        curl.set(handle, .progressData, UnsafeRawPointer(pointer))
        curl.set(handle, .noProgress, 0)
        let body = request.body ?? []
        let code = body.withUnsafeBytes { bytes in
            if request.body != nil || request.method == "POST" || request.method == "PUT" {
                curl.set(handle, .postFieldSize, bytes.count)
                curl.set(handle, .postFields, bytes.baseAddress ?? UnsafeRawPointer(pointer))
            }
            return curl.perform(handle)
        }
        if code != 0 { throw failure(code, curl, transfer) }
        return Response(
            status: curl.status(handle), contentType: curl.contentType(handle), retryAfter: transfer.retryAfter,
            body: transfer.body)
    }

    private static func set(_ curl: Curl, _ handle: UnsafeMutableRawPointer, _ option: Curl.Option, _ text: String) {
        // curl copies texts.
        text.withCString { curl.set(handle, option, UnsafeRawPointer($0)) }
    }

    private func failure(_ code: Int32, _ curl: Curl, _ transfer: Transfer) -> Failure {
        if transfer.isTooLong {
            return Failure(kind: .interrupted, message: "the answer is longer than \(bodyLimit >> 20) MB")
        }
        switch code {
        case 42: return Failure(kind: .cancelled, message: "cancelled")
        case 28: return Failure(kind: .interrupted, message: "no complete answer within \(Self.short(timeout)) s")
        case 18: return Failure(kind: .interrupted, message: "the connection was dropped in the middle of the answer")
        case 52: return Failure(kind: .interrupted, message: "the server closed the connection without an answer")
        case 5, 6: return Failure(kind: .unreachable, message: "the name of the host is not known")
        case 7: return Failure(kind: .unreachable, message: "no connection: nobody answers at this address")
        case 35, 51, 60, 77, 83:
            return Failure(kind: .unreachable, message: "no secure connection: \(Self.text(code, curl))")
        case 1, 3: return Failure(kind: .unreachable, message: "the address is no http or https address")
        default: return Failure(kind: .interrupted, message: Self.text(code, curl))
        }
    }

    private static func text(_ code: Int32, _ curl: Curl) -> String {
        (curl.describe(code).map { String(cString: $0) } ?? "unknown").lowercased() + " (curl \(code))"
    }

    private static func short(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\(value)"
    }
}

/// What curl calls while it works.
private final class Transfer {
    var body: [UInt8] = []
    var retryAfter: Double?
    var isTooLong = false
    private let limit: Int
    private let isCancelled: () -> Bool

    init(limit: Int, isCancelled: @escaping () -> Bool) {
        self.limit = limit
        self.isCancelled = isCancelled
    }

    static let write: @convention(c) (UnsafePointer<UInt8>, Int, Int, UnsafeMutableRawPointer) -> Int = {
        bytes, size, count, pointer in
        let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
        let length = size * count
        guard transfer.body.count + length <= transfer.limit else {
            transfer.isTooLong = true
            return 0
        }
        transfer.body.append(contentsOf: UnsafeBufferPointer(start: bytes, count: length))
        return length
    }

    static let header: @convention(c) (UnsafePointer<UInt8>, Int, Int, UnsafeMutableRawPointer) -> Int = {
        bytes, size, count, pointer in
        let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
        let line = String(decoding: UnsafeBufferPointer(start: bytes, count: size * count), as: UTF8.self).lowercased()
        if line.hasPrefix("retry-after:") {
            let digits = line.dropFirst(12).filter { !$0.isWhitespace }
            if let seconds = Double(digits), seconds >= 0 { transfer.retryAfter = seconds }
        }
        return size * count
    }

    static let progress: @convention(c) (UnsafeMutableRawPointer, Int, Int, Int, Int) -> Int32 = {
        pointer, _, _, _, _ in
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue().isCancelled() ? 1 : 0
    }
}
