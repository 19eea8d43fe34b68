/// One request and its answer over HTTP: the only place of the house that speaks it. Synchronous; run it where waiting
/// costs nothing (`BlockingWork`).
///
/// It follows no redirection, because a token must not travel to another host; it takes no other scheme than http and
/// https; a body has a limit; certificates are verified.
package struct HTTPClient: Sendable {
    package var timeout = 30.0
    package var connectTimeout = 10.0
    package var bodyLimit = 256 << 20
    /// A file with the certificate (PEM) of the authority that is trusted; nil for those of the system.
    package var authority: String?
    /// Whether the certificate must be for the host that is asked; not so where it is itself what is trusted, and the
    /// host is only a way to reach it.
    package var checksName = true

    package init(
        timeout: Double = 30, connectTimeout: Double = 10, bodyLimit: Int = 256 << 20, authority: String? = nil
    ) {
        self.timeout = timeout
        self.connectTimeout = connectTimeout
        self.bodyLimit = bodyLimit
        self.authority = authority
    }

    package struct Request: Sendable {
        package var method: String
        package var url: String
        package var headers: [(name: String, value: String)]
        package var body: [UInt8]?

        package init(
            method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
        }

        /// Whether it stays on this computer.
        var isLocal: Bool { HTTPClient.isLoopback(url) }
    }

    /// Whether libcurl is there.
    package static var isInstalled: Bool { Curl.shared != nil }

    package static func isLoopback(_ url: String) -> Bool {
        guard let scheme = url.firstRange(of: "://") else { return false }
        let host = url[scheme.upperBound...].prefix { $0 != "/" }
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } + "]" : host.prefix { $0 != ":" }
        // A user's name before an @ would disguise the host.
        if host.contains("@") { return false }
        return ["localhost", "[::1]"].contains(String(name))
            || (name.hasPrefix("127.") && name.allSatisfy { $0.isNumber || $0 == "." })
    }

    package struct Response: Sendable {
        package var status: Int
        package var contentType: String
        /// Names in lower case.
        package var headers: [String: String]
        package var body: [UInt8]

        /// Seconds that the server asks to wait.
        package var retryAfter: Double? {
            headers["retry-after"].flatMap(Double.init).flatMap { $0 >= 0 ? $0 : nil }
        }
    }

    /// Why there is no answer.
    package struct Failure: Error {
        package enum Kind: Sendable {
            /// Nothing was sent: a name not found, a connection refused.
            case unreachable
            /// Nothing was sent: who answers cannot show to be the one that was asked for, and will not the next time either.
            case untrusted
            /// It may have arrived: a timeout, a body dropped midway.
            case interrupted
            case cancelled
            case unavailable
        }
        package var kind: Kind
        package var message: String
    }

    /// - Parameters:
    ///   - isCancelled: asked now and then while it waits.
    ///   - receive: takes the body of a good answer (200) piece by piece as it comes, and says whether it wants more. Such an
    ///     answer may take as long as it likes, as long as something comes within the time that others have as a whole.
    package func send(
        _ request: Request, isCancelled: @escaping () -> Bool = { false }, receive: (([UInt8]) -> Bool)? = nil
    ) throws(Failure) -> Response {
        guard let curl = Curl.shared else {
            throw Failure(kind: .unavailable, message: "the library libcurl is not installed (Debian: libcurl4)")
        }
        guard let handle = curl.initialize() else {
            throw Failure(kind: .unavailable, message: "libcurl gives no handle")
        }
        defer { curl.cleanup(handle) }
        let transfer = Transfer(limit: bodyLimit, isCancelled: isCancelled, receive: receive)
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
        if !checksName, authority != nil { curl.set(handle, .verifyHost, 0) }
        curl.set(handle, .noSignal, 1)
        curl.set(handle, .followLocation, 0)
        curl.set(handle, .protocols, 3)
        if receive == nil {
            curl.set(handle, .timeout, Int(timeout * 1_000))
        } else {
            curl.set(handle, .lowSpeedLimit, 1)
            curl.set(handle, .lowSpeedTime, Int(timeout.rounded(.up)))
        }
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
        if code != 0, !transfer.hasEnough { throw failure(code, curl, transfer) }
        return Response(
            status: curl.status(handle), contentType: curl.contentType(handle), headers: transfer.headers,
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
        case 35:
            // A handshake that broke off: whoever answers may just be ending, or beginning.
            return Failure(kind: .unreachable, message: "no secure connection: \(Self.text(code, curl))")
        case 51, 60, 77, 83:
            return Failure(kind: .untrusted, message: "no secure connection: \(Self.text(code, curl))")
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
    var headers: [String: String] = [:]
    var isTooLong = false
    /// Whether whoever received it wanted no more.
    var hasEnough = false
    private var isGood = false
    private let limit: Int
    private let isCancelled: () -> Bool
    private let receive: (([UInt8]) -> Bool)?

    init(limit: Int, isCancelled: @escaping () -> Bool, receive: (([UInt8]) -> Bool)?) {
        self.limit = limit
        self.isCancelled = isCancelled
        self.receive = receive
    }

    static let write: @convention(c) (UnsafePointer<UInt8>, Int, Int, UnsafeMutableRawPointer) -> Int = {
        bytes, size, count, pointer in
        let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
        let piece = UnsafeBufferPointer(start: bytes, count: size * count)
        return transfer.take(piece) ? piece.count : 0
    }

    private func take(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        if isGood, let receive {
            hasEnough = !receive(Array(piece))
            return !hasEnough
        }
        isTooLong = body.count + piece.count > limit
        if !isTooLong { body.append(contentsOf: piece) }
        return !isTooLong
    }

    static let header: @convention(c) (UnsafePointer<UInt8>, Int, Int, UnsafeMutableRawPointer) -> Int = {
        bytes, size, count, pointer in
        let transfer = Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
        transfer.take(header: String(decoding: UnsafeBufferPointer(start: bytes, count: size * count), as: UTF8.self))
        return size * count
    }

    /// A line of the head; each head (there may be several, as after 100 Continue) begins with its status.
    private func take(header line: String) {
        if line.hasPrefix("HTTP/") {
            isGood = line.split(separator: " ").dropFirst().first?.prefix(3) == "200"
            headers = [:]
            return
        }
        guard let colon = line.firstIndex(of: ":") else { return }
        let value = line[line.index(after: colon)...]
        headers[line[..<colon].lowercased()] = String(
            value.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    static let progress: @convention(c) (UnsafeMutableRawPointer, Int, Int, Int, Int) -> Int32 = {
        pointer, _, _, _, _ in
        Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue().isCancelled() ? 1 : 0
    }
}
