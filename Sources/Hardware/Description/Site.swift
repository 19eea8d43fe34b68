/// A place on a device that holds a qubit. Program qubits are another type (`Circuits.Qubit`); a layout joins the two.
@frozen
public struct Site: Hashable, Sendable, BitwiseCopyable, Comparable {
    public var rawValue: UInt32

    @inlinable public init(_ index: Int) { rawValue = UInt32(truncatingIfNeeded: index) }
    @inlinable public var index: Int { Int(rawValue) }
    @inlinable public static func < (a: Site, b: Site) -> Bool { a.rawValue < b.rawValue }
}

/// An ordered pair of sites on which a two-qubit gate exists: operand 0 on `first`, operand 1 on `second`.
@frozen
public struct Coupling: Hashable, Sendable, BitwiseCopyable {
    public var first: Site
    public var second: Site

    @inlinable
    public init(_ first: Site, _ second: Site) {
        self.first = first
        self.second = second
    }

    @inlinable public var reversed: Coupling { Coupling(second, first) }
}

/// A span of time in seconds.
@frozen
public struct Seconds: Hashable, Sendable, BitwiseCopyable, Comparable, Codable {
    public var value: Double

    @inlinable public init(_ value: Double) { self.value = value }
    public static let zero = Seconds(0)

    @inlinable public static func < (a: Seconds, b: Seconds) -> Bool { a.value < b.value }
    @inlinable public static func + (a: Seconds, b: Seconds) -> Seconds { Seconds(a.value + b.value) }
    @inlinable public static func - (a: Seconds, b: Seconds) -> Seconds { Seconds(a.value - b.value) }
    @inlinable public static func += (a: inout Seconds, b: Seconds) { a = a + b }

    public init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Double.self) }
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}
