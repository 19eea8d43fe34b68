/// A number that rises with every lease of a device. Whoever holds a lower one than was seen before has lost its lease,
/// whatever it believes (a "fencing token": Kleppmann, "How to do distributed locking", 2016).
public struct FencingToken: Hashable, Sendable, Codable, Comparable {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    public static func < (a: FencingToken, b: FencingToken) -> Bool { a.value < b.value }
}
