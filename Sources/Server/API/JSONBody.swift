import FoundationEssentials
import HTTPTypes
import Kernel

/// Reads bodies: strictly, because what is silently left out is silently not done.
enum JSONBody {
    static func decode<Value: Decodable>(
        _ type: Value.Type, from bytes: [UInt8], _ request: HTTPRequest
    ) throws -> Value {
        if let media = request.headerFields[.contentType] {
            let name = media.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() } ?? ""
            guard name == "application/json" || name.hasSuffix("+json") else {
                throw Problem(.mediaType, "the body is \(media.prefix(80)), expected application/json")
            }
        }
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw Problem(.badRequest, "the body is not UTF-8")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let problem as Problem {
            throw problem
        } catch let error as KernelError {
            throw error
        } catch let error as DecodingError {
            throw problem(error)
        } catch {
            throw Problem(.badRequest, "the body is no JSON: \(error)")
        }
    }

    private static func problem(_ error: DecodingError) -> Problem {
        switch error {
        case .keyNotFound(let key, let context):
            Problem(.badField, "\(path(context.codingPath + [key])): missing")
        case .typeMismatch(let type, let context):
            Problem(.badField, "\(path(context.codingPath)): expected \(name(of: type))")
        case .valueNotFound(let type, let context):
            Problem(.badField, "\(path(context.codingPath)): expected \(name(of: type)), found null")
        case .dataCorrupted(let context):
            context.debugDescription.contains("not valid JSON")
                ? Problem(.badRequest, "the body is no JSON")
                : Problem(.badField, "\(path(context.codingPath)): \(context.debugDescription)")
        @unknown default: Problem(.badRequest, "the body is not what is expected")
        }
    }

    private static func name(of type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a string"
        case is Bool.Type: "true or false"
        case is any BinaryInteger.Type: "a whole number"
        case is Double.Type: "a number"
        case is [Any].Type: "a list"
        default: "an object"
        }
    }

    static func path(_ keys: [any CodingKey]) -> String {
        keys.reduce("body") { text, key in text + (key.intValue.map { "[\($0)]" } ?? ".\(key.stringValue)") }
    }
}

/// A key of any name.
struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    init(_ name: String) { stringValue = name }
}

/// The fields of an object: what no one knows is refused, with the field and those that are known.
struct Fields {
    private let container: KeyedDecodingContainer<AnyKey>

    init(_ decoder: any Decoder, known: [String]) throws {
        container = try decoder.container(keyedBy: AnyKey.self)
        if let stranger = container.allKeys.first(where: { !known.contains($0.stringValue) }) {
            throw Problem(
                .badField, "\(JSONBody.path(decoder.codingPath + [stranger])): there is no such field".clipped,
                cure: "known here: \(known.joined(separator: ", "))")
        }
    }

    func has(_ name: String) -> Bool { container.contains(AnyKey(name)) }

    func required<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
        try container.decode(type, forKey: AnyKey(name))
    }

    /// A field that may be left out; null is a value, and a wrong one.
    func optional<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        has(name) ? try required(name, as: type) : nil
    }

    /// A field for which null means something.
    func nullable<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value? {
        try container.decodeIfPresent(type, forKey: AnyKey(name))
    }

    /// One of a list of words.
    func word<Value: RawRepresentable & CaseIterable>(
        _ name: String, as type: Value.Type = Value.self
    ) throws -> Value? where Value.RawValue == String {
        guard let text = try optional(name, as: String.self) else { return nil }
        guard let value = Value(rawValue: text) else {
            throw wrong(name, "'\(text.clipped)' is none of \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    func wrong(_ name: String, _ message: String, cure: String? = nil) -> Problem {
        Problem(.badField, "\(JSONBody.path(container.codingPath + [AnyKey(name)])): \(message)", cure: cure)
    }
}

extension String {
    /// What a caller wrote, as far as it is repeated.
    var clipped: String { count > 120 ? prefix(120) + "…" : self }
}
