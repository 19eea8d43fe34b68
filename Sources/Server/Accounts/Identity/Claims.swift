import Foundation
import JWTKit

/// What a signed token says, whatever it is.
struct Claims: JWTPayload, Sendable {
    private var values: [String: Claim]

    init(_ values: [String: Claim]) { self.values = values }

    init(from decoder: any Decoder) throws {
        values = try decoder.singleValueContainer().decode([String: Claim].self)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(values)
    }

    /// Its time and place are checked by `IdentityProvider`, which knows the clock.
    func verify(using algorithm: some JWTAlgorithm) async throws {}

    /// A claim; of one within another by its path, `realm_access.roles`.
    subscript(name: String) -> Claim? {
        if let value = values[name] { return value }
        let words = name.split(separator: ".")
        return words.dropFirst().reduce(words.first.flatMap { values[String($0)] }) { found, word in
            if case .object(let inner)? = found { inner[String(word)] } else { nil }
        }
    }

    /// Seconds since 1970-01-01 UTC.
    var expires: Double? { self["exp"]?.number }
    var issued: Double? { self["iat"]?.number }
}

enum Claim: Codable, Hashable, Sendable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case list([Claim])
    case object([String: Claim])
    case null

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([Claim].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: Claim].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .flag(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        case .null: try container.encodeNil()
        }
    }

    var text: String? { if case .text(let value) = self { value } else { nil } }

    /// Finite.
    var number: Double? { if case .number(let value) = self, value.isFinite { value } else { nil } }

    /// A word, or a list of words.
    var texts: [String] {
        switch self {
        case .text(let value): [value]
        case .list(let list): list.compactMap(\.text)
        default: []
        }
    }
}
