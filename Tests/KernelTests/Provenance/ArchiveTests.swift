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
}
