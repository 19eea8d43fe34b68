import FoundationEssentials
import HTTPTypes
import Hummingbird
import Kernel

/// What a route answers, before it is bytes on a connection.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: Body

    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Written piece by piece, until it returns.
        case stream(@Sendable (inout any ResponseBodyWriter) async throws -> Void)
    }

    init(_ status: HTTPResponse.Status, headers: HTTPFields = HTTPFields(), body: Body = .none) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// JSON, keys sorted.
    static func json(_ value: some Encodable, _ status: HTTPResponse.Status = .ok) -> Answer {
        .bytes(DocumentCoding.encode(value), status)
    }

    static func bytes(
        _ bytes: [UInt8], _ status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Answer {
        Answer(status, headers: [.contentType: type], body: .bytes(bytes))
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Answer {
        .bytes(Array(text.utf8), type: type)
    }

    func header(_ name: HTTPField.Name, _ value: String) -> Answer {
        var answer = self
        answer.headers[name] = value
        return answer
    }
}

extension Answer {
    /// Marks the answer to a look with its digest, and leaves out what the caller has already.
    func conditional(on request: HTTPRequest) -> Answer {
        guard request.method == .get, status == .ok, case .bytes(let bytes) = body else { return self }
        var answer = self
        let tag = "\"\(Secrets.fingerprint(bytes))\""
        answer.headers[.eTag] = tag
        let known = request.headerFields[values: .ifNoneMatch].joined(separator: ",").split(separator: ",")
            .map { $0.trimmingPrefix { $0 == " " } }
        guard known.contains(where: { $0 == "*" || $0 == tag || $0 == "W/" + tag }) else { return answer }
        answer.status = .notModified
        answer.headers[.contentType] = nil
        answer.body = .none
        return answer
    }

    func response(isHead: Bool = false) -> Response {
        switch body {
        case .none: return Response(status: status, headers: headers)
        case .bytes(let bytes):
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .stream(let write):
            return Response(
                status: status, headers: headers,
                body: ResponseBody { writer in
                    try await write(&writer)
                    try await writer.finish(nil)
                })
        }
    }
}
