import Hardware
import Testing

@testable import Kernel

/// Digests and archives, against what others publish and against damage.
@Suite struct ArchiveTests {
    /// The examples of NIST for SHA-256 (FIPS 180-4), and lengths around the ends of blocks.
    @Test func digestsAreThoseOfTheStandard() {
        #expect(
            SHA256.hex(of: []) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            SHA256.hex(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            SHA256.hex(of: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            SHA256.hex(of: Array(repeating: 0x61, count: 1_000_000))
                == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    /// Messages of the standard's validation system (NIST CAVP, SHA256ShortMsg and SHA256Monte), and every length around the
    /// ends of blocks, against another implementation (Python's hashlib).
    @Test func digestsAreThoseOfItsValidation() {
        let short: [([UInt8], String)] = [
            ([0xd3], "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1"),
            ([0x11, 0xaf], "5ca7133fa735326081558ac312c620eeca9970d1e70a4b95533d956f072d1f98"),
            ([0xb4, 0x19, 0x0e], "dff2e73091f6c05e528896c4c831b9448653dc2ff043528f6769437bc7b975c2"),
            ([0x74, 0xba, 0x25, 0x21], "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e"),
        ]
        for (message, digest) in short { #expect(SHA256.hex(of: message) == digest) }
        func bytes(_ hex: String) -> [UInt8] {
            let digits = Array(hex)
            return stride(from: 0, to: digits.count, by: 2).compactMap {
                UInt8(String(digits[$0...($0 + 1)]), radix: 16)
            }
        }
        let seed = bytes("6d1e72ad03ddeb5de891e572e2396f8da015d899ef0e79503152d6010a3fe691")
        var last = [seed, seed, seed]
        for _ in 0..<1_000 { last = [last[1], last[2], bytes(SHA256.hex(of: last.flatMap { $0 }))] }
        #expect(last[2] == bytes("e93c330ae5447738c8aa85d71a6c80f2a58381d05872d26bdd39f1fcd4f2b788"))
        let all = (0..<200).flatMap { length in
            bytes(SHA256.hex(of: (0..<length).map { UInt8(truncatingIfNeeded: 7 * $0 + length) }))
        }
        #expect(SHA256.hex(of: all) == "8c7c9ff69da76fc28823a1cb97268672663e628e1ea955868b16db46bab0545d")
    }

    private static let parts = [
        Archive.Part(name: "a.json", bytes: Array("{}".utf8)), Archive.Part(name: "dir/b.bin", bytes: []),
        Archive.Part(name: "c", bytes: Array(repeating: 7, count: 1024)),
    ]

    @Test func whatIsPackedComesOut() throws {
        let bytes = Archive.bytes(of: Self.parts)
        #expect(bytes.count % 512 == 0)
        #expect(try Archive.parts(of: bytes) == Self.parts)
    }

    /// Wherever a byte is changed: the parts are other parts, or the archive is refused. Never a crash.
    @Test func everyChangeIsBorne() {
        let bytes = Archive.bytes(of: Self.parts)
        for place in stride(from: 0, to: bytes.count, by: 3) {
            var changed = bytes
            changed[place] ^= 0x55
            let parts = try? Archive.parts(of: changed)
            // Bytes that fill up a block are the only ones that nothing reads.
            if place < 263 || (512..<514).contains(place) { #expect(parts != Self.parts, "\(place)") }
        }
        for length in stride(from: 0, to: bytes.count - 1024, by: 100) {
            #expect(throws: Archive.Damage.self) { try Archive.parts(of: Array(bytes[..<length])) }
        }
    }

    @Test func namesThatLeadElsewhereAreRefused() {
        let bytes = Archive.bytes(of: [Archive.Part(name: "etc/passwd", bytes: [1])])
        for name in ["../passwd", "/etc/passwd", "etc//passwd", ".hidden", "a/../b", "a\nb", ""] {
            var changed = bytes
            let field = Array(name.utf8) + Array(repeating: 0, count: 100 - name.utf8.count)
            changed.replaceSubrange(0..<100, with: field)
            let sum = changed[..<512].enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
            }
            let text = String(sum, radix: 8)
            changed.replaceSubrange(
                148..<154, with: (String(repeating: "0", count: 6 - text.count) + text).utf8)
            #expect(throws: Archive.Damage.name(name)) { try Archive.parts(of: changed) }
        }
    }

    /// Lengths that no archive has, in headers whose sums are right; and what follows the end.
    @Test func lengthsThatMeanHarmAreRefused() {
        for field in ["-0000000777", "+0000000010", "77777777777", "0000000000x", "           "] {
            var bytes = Archive.bytes(of: [Archive.Part(name: "a", bytes: [1])])
            bytes.replaceSubrange(124..<135, with: field.utf8)
            let sum = bytes[..<512].enumerated().reduce(0) {
                $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
            }
            let text = String(sum, radix: 8)
            bytes.replaceSubrange(148..<154, with: (String(repeating: "0", count: 6 - text.count) + text).utf8)
            #expect(throws: Archive.Damage.self, "\(field)") { try Archive.parts(of: bytes) }
        }
        #expect(throws: Archive.Damage.tail) { try Archive.parts(of: Archive.bytes(of: Self.parts) + [1]) }
    }
}
