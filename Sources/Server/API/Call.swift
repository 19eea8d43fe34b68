import Foundation
import HTTPTypes
import Kernel
import Storage

/// A request that was let in, as a route sees it.
struct Call: Sendable {
    let service: Service
    let request: HTTPRequest
    /// The id of the request in logs, in the audit trail and in problems.
    let id: String
    /// Of the other end.
    let address: String
    /// Nil on open routes.
    let identity: Identity?
    let admission: Gate.Admission
    let body: [UInt8]
    /// When the head of the request arrived, seconds since 1970-01-01 UTC.
    let received: Double
    private let parameters: [String: String]
    private let query: Query

    init(
        service: Service, request: HTTPRequest, id: String, address: String, identity: Identity?,
        admission: Gate.Admission,
        body: [UInt8], received: Double, parameters: [String: String], query: Query
    ) {
        self.service = service
        self.request = request
        self.id = id
        self.address = address
        self.identity = identity
        self.admission = admission
        self.body = body
        self.received = received
        self.parameters = parameters
        self.query = query
    }

    /// A part of the path.
    func parameter(_ name: String) throws -> String {
        guard let value = parameters[name] else { throw Problem(.fault, "the route has no '\(name)'") }
        return value
    }

    /// Who calls. The gate has let nobody in without.
    var caller: Identity {
        get throws {
            guard let identity else { throw Problem(.fault, "an open route asked who calls") }
            return identity
        }
    }

    /// The job of the path, which the caller may see.
    var job: JobSummary {
        get throws {
            guard let job = admission.job else { throw Problem(.fault, "the route has no job") }
            return job
        }
    }

    /// The session of the path, which the caller may see.
    var session: SessionOutlook {
        get throws {
            guard let session = admission.session else { throw Problem(.fault, "the route has no session") }
            return session
        }
    }

    /// The record of the path, which the caller may see.
    var record: DoorRecord {
        get throws {
            guard let record = admission.record else { throw Problem(.fault, "the route has no record") }
            return record
        }
    }

    /// Reads the body.
    func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONBody.decode(type, from: body, request)
    }

    func query(_ name: String) throws -> String? { try query.value(name) }

    /// Every value of a field that may come several times.
    func values(_ name: String) -> [String] { query.values(name) }

    /// The query again, to go on before a job, or a session.
    func nextQuery(before last: String) -> String { query.replacing("before", with: last) }

    /// Says which fields the query may have.
    func checkQuery(_ names: String...) throws {
        if let stranger = query.names.first(where: { !names.contains($0) }) {
            throw Problem(
                .badRequest, "the query has '\(stranger.prefix(80))', which means nothing here",
                cure: names.isEmpty ? "leave the query out" : "known: \(names.joined(separator: ", "))")
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = try query.value(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw Problem(
                .badRequest,
                "\(name)=\(text.prefix(40)): expected a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func flag(_ name: String) throws -> Bool {
        switch try query.value(name) {
        case nil, "false": return false
        case "true", "": return true
        case let text?: throw Problem(.badRequest, "\(name)=\(text.prefix(40)): expected true or false")
        }
    }

    /// Waits at most so long.
    func seconds(_ name: String, limit: Double) throws -> Double? {
        guard let text = try query.value(name) else { return nil }
        guard let value = Double(text), value >= 0, value <= limit else {
            throw Problem(.badRequest, "\(name)=\(text.prefix(40)): expected seconds from 0 to \(Int(limit))")
        }
        return value
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id") ?? .contentType
}

/// The fields of a query, each at most once.
struct Query: Sendable {
    private var fields: [(name: String, value: String)] = []

    init(_ text: String?) throws {
        for part in (text ?? "").split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]), let value = Self.decoded(halves.count > 1 ? halves[1] : "") else {
                throw Problem(.badRequest, "the query is not percent-encoded UTF-8")
            }
            fields.append((name, value))
        }
    }

    var names: [String] { fields.map(\.name) }

    func value(_ name: String) throws -> String? {
        let found = fields.filter { $0.name == name }
        if found.count > 1 { throw Problem(.badRequest, "the query has '\(name)' more than once") }
        return found.first?.value
    }

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    /// The query as a text, with another value for a field.
    func replacing(_ name: String, with value: String) -> String {
        let kept = fields.filter { $0.name != name } + [(name, value)]
        return kept.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    private static func encoded(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
    }

    private static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func decoded(_ text: Substring) -> String? {
        text.replacing("+", with: " ").removingPercentEncoding.flatMap { $0.utf8.contains(0) ? nil : $0 }
    }
}
