/// The zlib format (RFC 1950): deflated bytes with a checksum.
public enum Zlib {
    /// - Parameter limit: the most bytes that may come out.
    /// - Throws: `CompressionError` for what is no zlib stream, is cut off or damaged, or stands for too much.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(CompressionError) -> [UInt8] {
        guard bytes.count >= 6 else { throw .cutOff }
        guard bytes[0] & 15 == 8, bytes[0] >> 4 <= 7, (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0 else {
            throw .damaged("they do not begin as a zlib stream does")
        }
        guard bytes[1] & 0x20 == 0 else { throw .damaged("they need a dictionary that nobody has") }
        let inflated = try Inflate(bytes[2...], limit: limit)
        let end = 2 + inflated.consumed
        guard bytes.count >= end + 4 else { throw .cutOff }
        let sum = bytes[end..<end + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard sum == checksum(inflated.output) else { throw .damaged("their checksum is wrong") }
        return inflated.output
    }

    /// A stream of the bytes as they are: outcomes of measurements are chance, and a socket on the same machine is
    /// faster than any search for repetitions.
    public static func store(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        result.reserveCapacity(bytes.count + bytes.count / 65_535 * 5 + 11)
        var start = 0
        repeat {
            let end = min(start + 65_535, bytes.count), length = UInt16(end - start)
            result.append(end == bytes.count ? 1 : 0)
            for word in [length, ~length] {
                result.append(UInt8(truncatingIfNeeded: word))
                result.append(UInt8(truncatingIfNeeded: word >> 8))
            }
            result += bytes[start..<end]
            start = end
        } while start < bytes.count
        let sum = checksum(bytes)
        for shift in [24, 16, 8, 0] as [UInt32] { result.append(UInt8(truncatingIfNeeded: sum >> shift)) }
        return result
    }

    /// Adler-32.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var a: UInt32 = 1, b: UInt32 = 0, start = 0
        while start < bytes.count {
            // So many bytes can be added up before a sum leaves 32 bits.
            let end = min(start + 5552, bytes.count)
            for k in start..<end {
                a &+= UInt32(bytes[k])
                b &+= a
            }
            a %= 65_521
            b %= 65_521
            start = end
        }
        return b << 16 | a
    }
}
