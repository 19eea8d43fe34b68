import Circuits

/// Bytes as stores keep them: integers little-endian, lists and texts with their length in front.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: UInt8) { bytes.append(value) }
    mutating func put(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }
    mutating func put(_ value: Int) { put(UInt64(bitPattern: Int64(value))) }
    mutating func put(_ value: Double) { put(value.bitPattern) }

    mutating func put(_ text: String) {
        put(text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    /// The low bytes of a word that are needed for so many bits.
    mutating func put(_ word: UInt64, bits: Int) {
        for k in 0..<(min(64, bits) + 7) / 8 { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * k))) }
    }

    mutating func put(_ bits: BitString) {
        for (k, word) in bits.words.enumerated() where bits.count > 64 * k { put(word, bits: bits.count - 64 * k) }
    }
}

/// The other way; every read says whether the bytes were there.
struct ByteReader {
    struct Truncated: Error {}

    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func byte() throws(Truncated) -> UInt8 {
        guard place < bytes.count else { throw Truncated() }
        defer { place += 1 }
        return bytes[place]
    }

    mutating func word(bits: Int = 64) throws(Truncated) -> UInt64 {
        let count = (min(64, bits) + 7) / 8
        guard bytes.count - place >= count else { throw Truncated() }
        var word: UInt64 = 0
        for k in 0..<count { word |= UInt64(bytes[place + k]) << UInt64(8 * k) }
        place += count
        return word
    }

    mutating func integer() throws(Truncated) -> Int { Int(Int64(bitPattern: try word())) }
    mutating func double() throws(Truncated) -> Double { Double(bitPattern: try word()) }

    /// A number of things of at least one byte each: never more than there are bytes.
    mutating func length() throws(Truncated) -> Int {
        let count = try integer()
        guard count >= 0, count <= bytes.count - place else { throw Truncated() }
        return count
    }

    mutating func text() throws(Truncated) -> String {
        let count = try length()
        defer { place += count }
        return String(decoding: bytes[place..<place + count], as: UTF8.self)
    }

    mutating func bits(_ count: Int) throws(Truncated) -> BitString {
        var words: [UInt64] = []
        var left = count
        while left > 0 {
            words.append(try word(bits: left))
            left -= 64
        }
        return BitString(words: words, count: count)
    }
}
