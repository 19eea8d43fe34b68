/// The name of a job: a number, counted up from one within a store, written `job-17`.
///
/// Numbers are dense, so that the kernel finds a job's record by subtraction.
public struct JobID: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let rawValue: UInt64

    public init(_ number: UInt64) { rawValue = number }

    /// Reads `job-17` or `17`.
    public init?(_ text: some StringProtocol) {
        let digits = text.hasPrefix("job-") ? text.dropFirst(4) : text[...]
        guard let first = digits.utf8.first, (0x30...0x39).contains(first), let number = UInt64(digits), number > 0
        else { return nil }
        rawValue = number
    }

    public var description: String { "job-\(rawValue)" }

    public static func < (a: JobID, b: JobID) -> Bool { a.rawValue < b.rawValue }
}

extension JobID: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let id = JobID(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "a job is written job-17")
        }
        self = id
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

/// Higher classes run first.
public enum Priority: UInt8, Sendable, Hashable, Codable, Comparable, CaseIterable {
    case low, normal, high
    /// Calibration and maintenance of the machines themselves.
    case system

    public static func < (a: Priority, b: Priority) -> Bool { a.rawValue < b.rawValue }
}
