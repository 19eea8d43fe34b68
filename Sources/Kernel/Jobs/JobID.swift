/// The name of a job, unique within a runtime.
public struct JobID: Hashable, Sendable, Codable, CustomStringConvertible {
    public let description: String

    public init(_ text: String) { description = text }

    public init(from decoder: any Decoder) throws {
        description = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Higher classes run first; within a class it is first come, first served.
public enum Priority: Int, Sendable, Hashable, Codable, Comparable, CaseIterable {
    case low, normal, high

    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}
