import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A server: its address, the token, and the manners of asking it: retries with growing pauses, timeouts, a circuit
/// breaker, and errors in words. Synchronous, as the client beneath it.
final class RemoteEndpoint: Sendable {
    /// How patient requests are; seconds.
    struct Patience: Sendable {
        var attempts = 4
        var firstPause = 0.25
        var longestPause = 8.0
        var firstPoll = 0.05
        var longestPoll = 2.0
    }

    let name: String
    private let base: String
    private let authorization: String?
    private let token: String?
    private let client: HTTPClient
    let patience: Patience
    private let breaker: CircuitBreaker

    /// - Parameter scheme: what stands before the token in the header `Authorization`.
    init(
        _ attachment: Attachment, scheme: String, patience: Patience = Patience(),
        breaker: CircuitBreaker = CircuitBreaker()
    ) throws(DeviceError) {
        name = attachment.id
        var address = attachment.url ?? ""
        while address.hasSuffix("/") { address.removeLast() }
        let isSecure = address.hasPrefix("https://")
        guard isSecure || address.hasPrefix("http://"), address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw DeviceError(
                .invalidFile, "\(attachment.id): \"\(address)\" is no http or https address", cure: "correct \"url\"")
        }
        if attachment.token != nil, !isSecure, !HTTPClient.isLoopback(address) {
            throw DeviceError(
                .invalidFile, "\(attachment.id): a token would travel unencrypted to \(address)",
                cure: "use https; http is for this computer alone")
        }
        base = address
        token = try attachment.readToken()
        authorization = token.map { "\(scheme) \($0)" }
        client = HTTPClient(
            timeout: attachment.timeout.value, connectTimeout: min(10, attachment.timeout.value),
            authority: attachment.authority)
        self.patience = patience
        self.breaker = breaker
    }

    /// Asks for JSON.
    ///
    /// - Parameters:
    ///   - isRepeatable: whether asking twice does no harm. A request that is not is repeated only if it cannot have
    ///     arrived, or if the server says that it did not take it (429, 503).
    ///   - headers: beyond those of every request.
    func json(
        _ method: String, _ path: String, body: JSONNode? = nil, headers: [(name: String, value: String)] = [],
        isRepeatable: Bool? = nil, isCancelled: @escaping () -> Bool = { false }
    ) throws(DeviceError) -> JSONNode {
        let response = try send(
            method, path, body: body, headers: headers, isRepeatable: isRepeatable ?? (method == "GET"),
            isCancelled: isCancelled)
        return try parse(response, method, path)
    }

    private func send(
        _ method: String, _ path: String, body: JSONNode?, headers: [(name: String, value: String)],
        isRepeatable: Bool, isCancelled: @escaping () -> Bool
    ) throws(DeviceError) -> HTTPClient.Response {
        var all = [(name: "Accept", value: "application/json")] + headers
        if let authorization { all.append(("Authorization", authorization)) }
        if body != nil { all.append(("Content-Type", "application/json")) }
        let request = HTTPClient.Request(
            method: method, url: base + path, headers: all, body: body.map { Array($0.compactText.utf8) })
        var pause = patience.firstPause
        var attempt = 1
        while true {
            if isCancelled() { throw .cancelled }
            if let refusal = breaker.refusal() {
                throw DeviceError(.unavailable, "\(base) is \(refusal)", cure: "wait, or use another device")
            }
            let problem: String
            var wait = pause
            do throws(HTTPClient.Failure) {
                let response = try client.send(request, isCancelled: isCancelled)
                // 429 and 503 were not taken; other 5xx may have been.
                let isBusy = response.status == 429 || response.status == 503
                guard isBusy || (response.status >= 500 && isRepeatable) else {
                    if response.status < 500 {
                        breaker.succeeded()
                    } else {
                        breaker.failed("status \(response.status)")
                    }
                    return response
                }
                problem = "status \(response.status)\(detail(response).map { ": \($0)" } ?? "")"
                if let asked = response.retryAfter { wait = min(asked, 60) }
                if response.status != 429 { breaker.failed(problem) }
            } catch {
                if error.kind == .cancelled { throw .cancelled }
                breaker.failed(error.message)
                problem = error.message
                let mayRepeat = error.kind == .unreachable || (error.kind == .interrupted && isRepeatable)
                if !mayRepeat || error.kind == .unavailable {
                    let doubt = error.kind == .interrupted && method == "POST"
                    throw DeviceError(
                        .unavailable, "\(method) \(base)\(path): \(problem)",
                        cure: doubt
                            ? "the server may have taken the job; look there before you submit it again" : Self.cure)
                }
            }
            guard attempt < patience.attempts else {
                throw DeviceError(
                    .unavailable, "\(method) \(base)\(path): \(problem) (\(attempt) attempts)", cure: Self.cure)
            }
            try sleep(wait, isCancelled)
            attempt += 1
            pause = min(pause * 2, patience.longestPause)
        }
    }

    private static let cure = "check the address and whether the server runs; try again later"

    /// Sleeps in pieces, so that a cancelled task does not wait.
    func sleep(_ seconds: Double, _ isCancelled: () -> Bool) throws(DeviceError) {
        var left = seconds
        while left > 0 {
            if isCancelled() { throw .cancelled }
            usleep(UInt32(min(left, 0.05) * 1e6))
            left -= 0.05
        }
    }

    private func parse(_ response: HTTPClient.Response, _ method: String, _ path: String) throws(DeviceError)
        -> JSONNode
    {
        let place = "\(method) \(base)\(path)"
        guard (200..<300).contains(response.status) else {
            let text = detail(response).map { ": \($0)" } ?? ""
            switch response.status {
            case 401, 403:
                throw DeviceError(
                    .unavailable, "\(place): the server refuses the token (status \(response.status))\(text)",
                    cure: "give a valid token that may use this machine")
            case 300..<400:
                throw DeviceError(
                    .unavailable,
                    "\(place): the server points elsewhere (status \(response.status)), which is not followed",
                    cure: "give the address it moved to")
            case 404:
                throw DeviceError(.unavailable, "\(place): not found\(text)", cure: "check \"url\" and \"target\"")
            case 400, 409, 413, 422:
                throw DeviceError(
                    .unsupported, "\(place): the server refuses it (status \(response.status))\(text)",
                    cure: "the message is the server's")
            default:
                throw DeviceError(
                    .failed, "\(place): status \(response.status)\(text)", cure: "try again later, or ask its operator")
            }
        }
        if response.body.isEmpty { return .object([]) }
        let isPage = response.contentType.contains("html") || response.body.first { $0 > 0x20 } == UInt8(ascii: "<")
        guard !isPage else {
            throw DeviceError(
                .failed, "\(place): the server answers with a web page instead of JSON",
                cure: "check \"url\": it names the interface, not its web site; a login page may stand in between")
        }
        do {
            return try response.body.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in
                try JSONParser.parse(buffer)
            }
        } catch {
            throw DeviceError(
                .failed, "\(place): the answer is no JSON: \(error.message)", cure: "check \"url\", or ask its operator"
            )
        }
    }

    /// What a server says of its refusal, in its usual places, cut to a bearable length and without the token.
    private func detail(_ response: HTTPClient.Response) -> String? {
        let node = try? response.body.withUnsafeBufferPointer { buffer throws(DeviceFileFault) in
            try JSONParser.parse(buffer)
        }
        guard let node else { return nil }
        let text =
            node.string("message") ?? node.member("error")?.string("message") ?? node.string("error")
            ?? node.string("detail") ?? node.string("title")
        return text.map { cleaned($0) }
    }

    /// A text of the server's, fit for a message.
    func cleaned(_ text: String) -> String {
        var text = String(text.prefix(300))
        if let token, let range = text.firstRange(of: token) { text.replaceSubrange(range, with: "…") }
        return String(text.map { $0.isNewline ? " " : $0 })
    }
}
