public import Kernel

/// Where large documents are kept, beside the tables that name them: a directory here, an object store elsewhere.
///
/// A blob is written once under a name of its own and never changed, so that nobody reads half of one, and what a killed
/// process left behind is found by being named nowhere.
public protocol BlobStore: Sendable {
    /// Keeps bytes under a new name; they are durable when it returns.
    ///
    /// - Throws: `storage.blob`.
    func put(_ bytes: [UInt8]) throws(KernelError) -> BlobName

    /// - Throws: `storage.blob` where they are gone, cannot be read, or are not what was put.
    func bytes(of name: BlobName) throws(KernelError) -> [UInt8]

    /// Forgets a blob; nothing happens where it is gone.
    func remove(_ name: BlobName)

    /// All that were put before a time, seconds since 1970-01-01 UTC.
    func names(before time: Double) throws(KernelError) -> [BlobName]
}

/// What a blob is called: random, so that no two are the same, with what tells whether its bytes are whole.
public struct BlobName: Hashable, Sendable {
    public let text: String

    init(for bytes: [UInt8]) {
        let random = (0..<2).map { _ in Self.hex(UInt64.random(in: 0...(.max))) }.joined()
        text = "\(random)-\(Self.hex(Self.checksum(bytes)))"
    }

    /// Nil for what no store of ours calls a blob: a name is part of a path.
    public init?(_ text: String) {
        let digits = text.utf8.filter { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }.count
        guard text.utf8.count == 49, digits == 48, text.utf8.dropFirst(32).first == UInt8(ascii: "-") else {
            return nil
        }
        self.text = text
    }

    /// Whether these are the bytes that were put under the name.
    public func isOf(_ bytes: [UInt8]) -> Bool { text.hasSuffix(Self.hex(Self.checksum(bytes))) }

    private static func hex(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// FNV-1a over words of eight bytes, little-endian, the last filled with zeros, and the length: finds damage, not malice.
    private static func checksum(_ bytes: [UInt8]) -> UInt64 {
        bytes.withUnsafeBytes { raw in
            var sum: UInt64 = 0xCBF2_9CE4_8422_2325, place = 0
            func take(_ word: UInt64) {
                sum = (sum ^ word) &* 0x100_0000_01B3
                sum ^= sum >> 29
            }
            while place + 8 <= raw.count {
                take(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
                place += 8
            }
            var rest: UInt64 = 0
            for (shift, byte) in raw[place...].enumerated() { rest |= UInt64(byte) << (8 * UInt64(shift)) }
            take(rest)
            take(UInt64(raw.count))
            return sum
        }
    }
}

/// A blob store as the tables use it.
public struct BlobShelf: Sendable {
    public let store: any BlobStore
    /// Documents of so many bytes and more are put there; smaller ones stand in the tables.
    public let least: Int

    /// How long nobody takes an unnamed blob for an orphan, seconds: its turn may still be under way.
    public static let grace = 3_600.0

    public init(_ store: any BlobStore, from least: Int = 1 << 18) {
        self.store = store
        self.least = least
    }

    /// Removes what is named nowhere: what was put for turns that were lost, and what became of documents that were replaced.
    ///
    /// - Parameter isNamed: those of some names that a document has.
    /// - Returns: how many there were.
    public func removeOrphans(
        now: Double, grace: Double = BlobShelf.grace, named: ([BlobName]) throws(KernelError) -> Set<String>
    ) throws(KernelError) -> Int {
        let old = try store.names(before: now - grace)
        if old.isEmpty { return 0 }
        // Looked up after they were listed: whatever names one of them has done so by now.
        let known = try named(old)
        let orphans = old.filter { !known.contains($0.text) }
        for name in orphans { store.remove(name) }
        return orphans.count
    }
}
