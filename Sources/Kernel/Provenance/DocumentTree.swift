#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A document as JSON sees it, to find where two of them differ.
indirect enum DocumentTree: Hashable, Decodable {
    case null
    case flag(Bool)
    case whole(Int64)
    case number(Double)
    case text(String)
    case list([DocumentTree])
    case object([String: DocumentTree])

    /// Where there are more, the rest is counted.
    private static let shown = 20

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .flag(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .whole(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([DocumentTree].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: DocumentTree].self))
        }
    }

    /// `results[0].samples[0].counts.00: 512, then 498`; empty where the documents are equal.
    static func differences(
        between a: some Encodable, and b: some Encodable
    ) throws(KernelError) -> [String] {
        let (bytes, others) = (DocumentCoding.encode(a), DocumentCoding.encode(b))
        if bytes == others { return [] }
        var found: [String] = []
        let before: DocumentTree = try DocumentCoding.decode(bytes),
            after: DocumentTree = try DocumentCoding.decode(others)
        before.compare(after, at: "", &found)
        // The nearer to the top, the more it tells.
        let depth = { (line: String) in line.prefix { $0 != ":" }.count { $0 == "." || $0 == "[" } }
        found = found.enumerated().map { (depth($1), $0, $1) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
        guard found.count > shown else { return found }
        return found.prefix(shown) + ["and \(found.count - shown) more"]
    }

    private func compare(_ other: DocumentTree, at path: String, _ found: inout [String]) {
        switch (self, other) {
        case (.object(let a), .object(let b)):
            for key in Set(a.keys).union(b.keys).sorted() {
                (a[key] ?? .null).compare(b[key] ?? .null, at: path.isEmpty ? key : path + "." + key, &found)
            }
        case (.list(let a), .list(let b)) where a.count == b.count:
            for place in a.indices { a[place].compare(b[place], at: path + "[\(place)]", &found) }
        default:
            if self != other { found.append("\(path): \(short), then \(other.short)") }
        }
    }

    private var short: String {
        switch self {
        case .null: "nothing"
        case .flag(let value): "\(value)"
        case .whole(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let text): text.count > 60 ? "'\(text.prefix(60))…'" : "'\(text)'"
        case .list(let list): "\(list.count) entries"
        case .object: "an object"
        }
    }
}
