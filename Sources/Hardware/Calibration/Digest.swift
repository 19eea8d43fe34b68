/// The identity of figures: SHA-256 over their bytes.
struct Digest {
    private var bytes: [UInt8] = []

    mutating func combine(_ byte: UInt8) { bytes.append(byte) }

    mutating func combine(_ value: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) { combine(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }

    /// Minus zero counts as zero, so that equal figures give equal digests.
    mutating func combine(_ value: Double) { combine((value == 0 ? 0 : value).bitPattern) }

    mutating func combine(_ value: Double?) {
        combine(UInt8(value == nil ? 0 : 1))
        if let value { combine(value) }
    }

    mutating func combine(_ text: String) {
        combine(UInt64(text.utf8.count))
        for byte in text.utf8 { combine(byte) }
    }

    /// The first `count` hexadecimal digits of the digest.
    ///
    /// - Precondition: `count` is at most 64.
    func hexadecimal(_ count: Int = 64) -> String {
        precondition(count <= 64, "a SHA-256 digest has 64 hexadecimal digits")
        return String(SHA256.hex(of: bytes).prefix(count))
    }
}
