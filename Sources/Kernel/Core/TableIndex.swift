/// The place of a row in one of the kernel's tables; places of different tables are different types.
public struct TableIndex<Row>: Hashable, Sendable, Comparable, BitwiseCopyable {
    public let rawValue: Int32

    public init(_ place: Int) { rawValue = Int32(place) }
    init(rawValue: Int32) { self.rawValue = rawValue }

    public var place: Int { Int(rawValue) }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Where a live job stands in the kernel's table. A slot is used again when its job is over: keep job ids, not slots.
public typealias JobSlot = TableIndex<JobRecord>
public typealias DeviceIndex = TableIndex<DeviceRecord>
public typealias AccountIndex = TableIndex<AccountRecord>
public typealias SessionIndex = TableIndex<SessionRecord>
