import Drivers
import Foundation
package import Kernel
import Synchronization

/// Speaks to a service: one conversation a call, repeated where that does no harm. Synchronous, as the client beneath it.
package final class ServiceClient: Sendable {
    package let entry: ServiceEntry
    private let http: HTTPClient
    /// What was read, by path, with its tag: what has not changed is not sent again.
    private let known = Mutex<[String: (tag: String, body: [UInt8])]>([:])

    /// How often a request is tried, and how long the pause after the first is, seconds; each is twice the one before.
    private static let attempts = 5
    private static let firstPause = 0.2
    private static let longestPause = 10.0

    package init(_ entry: ServiceEntry) {
        self.entry = entry
        // Longer than the longest wait that a service grants.
        http = HTTPClient(timeout: 90, connectTimeout: 10, authority: entry.authority)
    }

    package func get<Value: Decodable>(
        _ path: String, _ query: [(String, String)] = [], as type: Value.Type = Value.self
    ) throws(KernelError) -> Value { try decode(try bytes("GET", path, query), path) }

    /// The answer as it came.
    package func bytes(
        _ path: String, _ query: [(String, String)] = [], accept: String = "application/json"
    ) throws(KernelError) -> [UInt8] { try bytes("GET", path, query, accept: accept) }

    /// Changes something.
    ///
    /// - Parameter key: makes a request the same when it is sent again; without it a new one is made, so that an answer
    ///   that was lost on its way costs nothing.
    @discardableResult package func change<Value: Decodable>(
        _ method: String, _ path: String, _ query: [(String, String)] = [], body: (any Encodable)? = nil,
        key: String? = nil, as type: Value.Type = Value.self
    ) throws(KernelError) -> Value {
        let body = body.map { DocumentCoding.encode($0) }
        return try decode(try bytes(method, path, query, body: body, key: key ?? Self.newKey()), path)
    }

    package static func newKey() -> String { "cli-" + UUID().uuidString.lowercased() }

    /// A word as a part of a path.
    package static func segment(_ word: String) -> String {
        word.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private func url(_ path: String, _ query: [(String, String)]) -> String {
        let fields = query.map { "\(Self.segment($0.0))=\(Self.segment($0.1))" }
        // Where a page goes on is told with its query.
        let separator = path.contains("?") ? "&" : "?"
        return entry.url + path + (fields.isEmpty ? "" : separator + fields.joined(separator: "&"))
    }

    private func bytes(
        _ method: String, _ path: String, _ query: [(String, String)], body: [UInt8]? = nil, key: String? = nil,
        accept: String = "application/json"
    ) throws(KernelError) -> [UInt8] {
        let place = url(path, query)
        var request = HTTPClient.Request(
            method: method, url: place, headers: [authorization, ("Accept", accept)], body: body)
        if body != nil { request.headers.append(("Content-Type", "application/json")) }
        if let key { request.headers.append(("Idempotency-Key", key)) }
        let seen = method == "GET" ? known.withLock { $0[place] } : nil
        if let seen { request.headers.append(("If-None-Match", seen.tag)) }
        let response = try send(request)
        if response.status == 304, let seen { return seen.body }
        guard (200..<300).contains(response.status) else { throw problem(response, place) }
        if method == "GET", let tag = response.headers["etag"], response.body.count <= Self.longestKept {
            known.withLock { $0[place] = (tag, response.body) }
        }
        return response.body
    }

    private static let longestKept = 1 << 20

    private var authorization: (name: String, value: String) { ("Authorization", "Bearer \(entry.token)") }

    /// Sends a request until it is answered; only such come here that may be sent again.
    private func send(_ request: HTTPClient.Request) throws(KernelError) -> HTTPClient.Response {
        var pause = Self.firstPause
        for attempt in 1... {
            do throws(HTTPClient.Failure) {
                let response = try http.send(request)
                guard isBusy(response), attempt < Self.attempts else { return response }
                usleep(UInt32(min(response.retryAfter ?? pause, Self.longestPause) * 1e6))
            } catch {
                guard attempt < Self.attempts, error.kind == .interrupted || error.kind == .unreachable else {
                    throw unreachable(error)
                }
                usleep(UInt32(pause * 1e6))
            }
            pause = min(2 * pause, Self.longestPause)
        }
        preconditionFailure("the loop returns or throws")
    }

    /// Whether the service, or what stands before it, took nothing and says: later.
    private func isBusy(_ response: HTTPClient.Response) -> Bool {
        switch response.status {
        case 429: true
        case 502, 503, 504: ProblemDocument(response.body).map { $0.code == "shutting-down" } ?? true
        default: false
        }
    }

    /// Takes the body of an answer as it comes.
    func stream(
        _ path: String, headers more: [(name: String, value: String)], _ receive: @escaping ([UInt8]) -> Bool
    ) throws(HTTPClient.Failure) -> HTTPClient.Response {
        try http.send(
            HTTPClient.Request(method: "GET", url: url(path, []), headers: [authorization] + more), receive: receive)
    }
}

extension ServiceClient {
    /// Of a service that does not answer, at least not now.
    static let unreachableCode = "client.unreachable"

    func unreachable(_ error: HTTPClient.Failure) -> KernelError {
        let isTrust = error.message.hasPrefix("no secure connection")
        return KernelError(
            .system, code: Self.unreachableCode, "\(entry.name) (\(entry.url)): \(error.message)",
            cure: isTrust
                ? "for a private authority: `kelvin login \(entry.url) --cacert FILE`"
                : "check the address and whether the service runs")
    }

    /// What the service says is wrong.
    func problem(_ response: HTTPClient.Response, _ place: String) -> KernelError {
        let status = response.status
        guard let problem = ProblemDocument(response.body) else {
            return KernelError(
                .system, code: "client.answer", "\(place): status \(status) without an explanation",
                cure: "check that the address is that of a Kelvin service")
        }
        // Who may not, is not wrong in its program.
        let kind: KernelError.Kind = [401, 403, 429].contains(status) || status >= 500 ? .system : .program
        let isToken = status == 401
        return KernelError(
            problem.code == "cancelled" ? .cancelled : kind, code: problem.code, problem.detail,
            cure: isToken ? "`kelvin login \(entry.url)` with a token that is in force" : problem.cure)
    }

    private func decode<Value: Decodable>(_ bytes: [UInt8], _ path: String) throws(KernelError) -> Value {
        if bytes.isEmpty, let nothing = Nothing() as? Value { return nothing }
        do { return try JSONDecoder().decode(Value.self, from: Data(bytes)) } catch {
            throw KernelError(
                .system, code: "client.answer", "\(entry.url)\(path): the answer is not what this Kelvin expects",
                cure: "check that the address is that of a Kelvin service, and of which version (GET /v1/health)")
        }
    }

    /// What an answer without a body says.
    package struct Nothing: Codable, Sendable {
        package init() {}
    }
}

/// Problem details for HTTP (RFC 9457), as far as a command repeats them.
private struct ProblemDocument: Decodable {
    var code: String
    var detail: String
    var cure: String?

    init?(_ body: [UInt8]) {
        guard let problem = try? JSONDecoder().decode(Self.self, from: Data(body)) else { return nil }
        self = problem
    }
}
