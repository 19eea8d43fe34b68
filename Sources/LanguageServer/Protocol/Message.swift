import FoundationEssentials

/// A request's name for itself.
enum RequestID: Codable, Hashable {
    case number(Int)
    case text(String)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        }
    }
}

/// What every message has, as far as it has it.
struct Envelope: Decodable {
    var id: RequestID?
    var method: String?
}

/// The parameters of a message, once its method says what they are.
struct Parameters<Content: Decodable>: Decodable {
    var params: Content
}

/// Why a request gets no result: the codes of JSON-RPC 2.0 and of the protocol.
struct ResponseError: Error, Encodable {
    var code: Int
    var message: String

    static func parse(_ message: String) -> ResponseError { .init(code: -32700, message: message) }
    static func invalidRequest(_ message: String) -> ResponseError { .init(code: -32600, message: message) }
    static func unknownMethod(_ method: String) -> ResponseError {
        .init(code: -32601, message: "kelvin knows no '\(method.prefix(100))'")
    }
    static func invalidParameters(_ message: String) -> ResponseError { .init(code: -32602, message: message) }
    static let notInitialized = ResponseError(code: -32002, message: "the first request is 'initialize'")
    static let cancelled = ResponseError(code: -32800, message: "cancelled")
    static func failed(_ message: String) -> ResponseError { .init(code: -32803, message: message) }
}

/// A message to the client, ready to be framed.
struct Reply {
    var content: [UInt8]

    private struct Success<Content: Encodable>: Encodable {
        var jsonrpc = "2.0"
        var id: RequestID
        var result: Content?

        enum CodingKeys: CodingKey { case jsonrpc, id, result }

        // A result is there even if it is null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(jsonrpc, forKey: .jsonrpc)
            try container.encode(id, forKey: .id)
            if let result {
                try container.encode(result, forKey: .result)
            } else {
                try container.encodeNil(forKey: .result)
            }
        }
    }

    private struct Failure: Encodable {
        var jsonrpc = "2.0"
        var id: RequestID?
        var error: ResponseError

        enum CodingKeys: CodingKey { case jsonrpc, id, error }

        // A message that could not be read has a null id.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(jsonrpc, forKey: .jsonrpc)
            if let id { try container.encode(id, forKey: .id) } else { try container.encodeNil(forKey: .id) }
            try container.encode(error, forKey: .error)
        }
    }

    private struct Notification<Content: Encodable>: Encodable {
        var jsonrpc = "2.0"
        var method: String
        var params: Content
    }

    static func result(_ id: RequestID, _ content: (some Encodable)?) -> Reply {
        Reply(Success(id: id, result: content))
    }

    static func error(_ id: RequestID?, _ error: ResponseError) -> Reply { Reply(Failure(id: id, error: error)) }

    static func notification(_ method: String, _ content: some Encodable) -> Reply {
        Reply(Notification(method: method, params: content))
    }

    private init(_ value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            content = Array(try encoder.encode(value))
        } catch {
            // Replies hold whole numbers and strings alone.
            preconditionFailure("a reply could not be encoded: \(error)")
        }
    }
}

/// `null`, where a result of some type could be.
struct Null: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encodeNil()
    }
}
