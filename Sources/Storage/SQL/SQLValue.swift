/// A value on its way into a statement.
public enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case bytes([UInt8])
    case flag(Bool)

    public init(_ value: String?) { self = value.map(SQLValue.text) ?? .null }
    public init(_ value: Double?) { self = value.map(SQLValue.real) ?? .null }
    public init(_ value: Int?) { self = value.map { .integer(Int64($0)) } ?? .null }
}

extension SQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
}

/// A row of an answer, read while it is there: columns by their place, from 0; nil for NULL.
public protocol SQLRow {
    func integer(_ column: Int) -> Int64?
    func real(_ column: Int) -> Double?
    func text(_ column: Int) -> String?
    func bytes(_ column: Int) -> [UInt8]?
    func flag(_ column: Int) -> Bool
}

extension SQLRow {
    /// Of a column that is never NULL.
    func word(_ column: Int) -> String { text(column) ?? "" }
    func number(_ column: Int) -> Int { integer(column).map { Int($0) } ?? 0 }
    func time(_ column: Int) -> Double { real(column) ?? 0 }
}
