import Foundation
import Testing

@testable import Languages

/// What zlib itself has pressed, and what somebody has spoilt.
struct ZlibTests {
    /// 40 times a sentence, with the fixed code.
    private let fixed = "eAHzTs0py8xTKEpNTClWKM9ILFHIL8lILSpWKChKLS7WU/AelR+VH5UflR+m8gBA8dVw"
    /// 300 words, with a code of their own; pressed by zlib at level 9.
    private let dynamic = """
        eNp9lOEOgjAMhF/FV9siEROIGvX9FSrZZz/Gn6Upbe96u1GHVzk93vX6+p11SVzKPG/p8zB9M8/xtlWU6T6WvzhK2LROWY+1MQoI\
        ExnMTh218UJRwCFEWSSCBGNigwxCbRgJKBHzAKmKPNnYjCmVv+ax3AZ7NJ2AyJnUZa+DXLynZLLAUMGKs4mWsXFExrEwOLc3HTfl\
        uU0GjuWJdp6dV9F5IIRET7oOfu9JYOGP86AF9RqwMWUjJOQDmcsyosfmhMYKvTbJ+tJ31YRxsEcGzO8WqxBBa+W/ALdPdGgYIBtk\
        n7ygzQvVPQ/pnpmwsfW+Qbn3Mz8wXBa452702dzLxw/6DW4E
        """
    private let stored = "eAEBCgD1/zAxMjM0NTY3ODkK/wIO"

    private func bytes(_ text: String) throws -> [UInt8] { Array(try #require(Data(base64Encoded: text))) }

    @Test func everyKindOfBlockIsRead() throws {
        let sentence = String(repeating: "Kelvin reads what others press. ", count: 40)
        #expect(try Zlib.decompress(bytes(fixed), limit: 10_000) == Array(sentence.utf8))
        let words = try Zlib.decompress(bytes(dynamic), limit: 10_000)
        #expect(words.count == 1711 && Zlib.checksum(words) == 4195184132)
        #expect(try Zlib.decompress(bytes(stored), limit: 10) == Array("0123456789".utf8))
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 200_001])
    func whatIsStoredComesBack(count: Int) throws {
        let content = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 7) }
        #expect(try Zlib.decompress(Zlib.store(content), limit: count) == content)
    }

    @Test func nothingGrowsBeyondItsLimit() throws {
        #expect(throws: CompressionError.tooLong(limit: 1279)) { try Zlib.decompress(bytes(fixed), limit: 1279) }
    }

    @Test func whatIsSpoiltIsRefused() throws {
        for text in [fixed, dynamic, stored] {
            let good = try bytes(text)
            let whole = try Zlib.decompress(good, limit: 10_000)
            for length in 0..<good.count {
                #expect(throws: CompressionError.self) {
                    try Zlib.decompress(Array(good[..<length]), limit: 10_000)
                }
            }
            for bit in 0..<8 * good.count {
                var damaged = good
                damaged[bit / 8] ^= 1 << UInt8(bit % 8)
                // The checksum tells, where the code does not; two bits of the head say only how hard zlib tried.
                if let found = try? Zlib.decompress(damaged, limit: 100_000) { #expect(found == whole) }
            }
        }
    }
}
