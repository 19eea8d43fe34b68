/// Names as small numbers: each distinct identifier of a text is stored once, and compared once.
struct NameTable {
    private var bytes: [UInt8] = []
    private var entries: [(start: UInt32, count: UInt32, hash: UInt32)] = []
    /// Open addressing; −1 is free.
    private var slots: [Int32]

    init() { self = Self.keywords }

    /// What every table begins with.
    private static let keywords = NameTable(Keyword.allCases.map(\.text))

    private init(_ words: [String]) {
        slots = Array(repeating: -1, count: 1024)
        for word in words { intern(word) }
    }

    var count: Int { entries.count }

    func text(_ name: Int32) -> String {
        let entry = entries[Int(name)]
        return String(decoding: bytes[Int(entry.start)..<Int(entry.start + entry.count)], as: UTF8.self)
    }

    @discardableResult
    mutating func intern(_ text: String) -> Int32 {
        Array(text.utf8).withUnsafeBufferPointer { intern($0.baseAddress ?? UnsafePointer(bitPattern: 1)!, $0.count) }
    }

    mutating func intern(_ pointer: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
        let hash = Self.hash(pointer, count)
        var slot = Int(hash) & (slots.count - 1)
        while true {
            let found = slots[slot]
            if found < 0 { break }
            let entry = entries[Int(found)]
            if entry.hash == hash && Int(entry.count) == count
                && bytes.withUnsafeBufferPointer({ equal($0.baseAddress! + Int(entry.start), pointer, count) })
            {
                return found
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        let name = Int32(entries.count)
        entries.append((UInt32(bytes.count), UInt32(count), hash))
        bytes.append(contentsOf: UnsafeBufferPointer(start: pointer, count: count))
        slots[slot] = name
        if entries.count * 2 > slots.count { grow() }
        return name
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        for (name, entry) in entries.enumerated() {
            var slot = Int(entry.hash) & (slots.count - 1)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(name)
        }
    }

    @inline(__always)
    private func equal(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        for k in 0..<count where a[k] != b[k] { return false }
        return true
    }

    /// Multiplicative over the bytes, mixed at the end; a table that an adversary fills with colliding names still
    /// compares hashes before bytes.
    @inline(__always)
    private static func hash(_ pointer: UnsafePointer<UInt8>, _ count: Int) -> UInt32 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for k in 0..<count { hash = (hash ^ UInt64(pointer[k])) &* 0x1000_0000_01B3 }
        hash ^= hash >> 29
        hash = hash &* 0xBF58_476D_1CE4_E5B9
        return UInt32(truncatingIfNeeded: hash >> 32)
    }
}
