import Foundation
import Testing

@testable import Kernel

/// The encoder of documents against Foundation's.
@Suite struct SortedJSONTests {
    private func foundation(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    private func own(_ value: some Encodable) throws -> String {
        String(decoding: try SortedJSON.encode(value), as: UTF8.self)
    }

    private struct Everything: Encodable {
        enum Word: String, Encodable { case some, none }
        struct Empty: Encodable {}
        struct Inner: Encodable {
            var zeta: [[Int?]] = [[1, nil], []]
            var alpha = [
                "b": [1.5, 2], "a": [],
                "ä": [1e300, -0.0, 1e-7, Double.leastNonzeroMagnitude, 123_456_789_012_345_680],
            ]
            var beta: Bool? = nil
        }
        var z = "a\"b\\c/d\u{08}\u{0C}\n\r\t\u{00}\u{1F}\u{7F}é\u{2028}🙂"
        var y: Word = .some
        var x: [Word: Int] = [.none: 1]
        var w = Inner()
        var v: [Inner] = [Inner(beta: true)]
        var u = UInt64.max
        var t = Int64.min
        var s = Float(0.1)
        var r: UInt8 = 7
        var q = [true, false]
        var e = Empty()
        var f: [Empty] = [Empty(), Empty()]
        var k: [Int: String] = [3: "c", 1: "a"]
        var B = "upper", b = "lower", a10 = 1, a9 = 2
        var text = ""
    }

    @Test func sayWhatFoundationSays() throws {
        #expect(try own(Everything()) == foundation(Everything()))
        #expect(try own([String: Int]()) == "{}")
        #expect(try own([Int]()) == "[]")
        #expect(try own("é/\"") == foundation("é/\""))
        #expect(try own(1.0) == foundation(1.0))
        #expect(try own([Int?.none]) == "[null]")
    }

    @Test func realsAndTextsAreSpelledAlike() throws {
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let value = Double(bitPattern: numbers.next())
            if value.isFinite { #expect(try own([value]) == foundation([value])) }
            let short = Double(Int.random(in: -1_000_000...1_000_000)) / 1e3
            #expect(try own([short]) == foundation([short]))
        }
        for scalar in (0..<0x3000 as Range<UInt32>).compactMap(Unicode.Scalar.init) {
            let text = String(Character(scalar))
            #expect(try own([text: text]) == foundation([text: text]))
        }
    }

    /// What it does not know it refuses, and `DocumentCoding` takes Foundation's encoder then.
    @Test func whatItDoesNotKnowItRefuses() throws {
        struct Nested: Encodable {
            enum Keys: String, CodingKey { case a, b }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Keys.self)
                var inner = container.nestedContainer(keyedBy: Keys.self, forKey: .a)
                try inner.encode(1, forKey: .b)
            }
        }
        #expect(throws: (any Error).self) { try SortedJSON.encode(Nested()) }
        #expect(String(decoding: DocumentCoding.encode(Nested()), as: UTF8.self) == #"{"a":{"b":1}}"#)
        #expect(throws: (any Error).self) { try SortedJSON.encode([Double.nan]) }
    }
}

/// What is remembered for a moment.
@Suite struct RecentTests {
    @Test func whatIsAskedForStaysAndTheRestGoes() {
        let recent = Recent<Int, Int>(capacity: 64)
        for number in 0..<1_000 {
            recent.keep(number, for: number, weight: 4)
            _ = recent.known(0)
        }
        #expect(recent.known(0) == 0 && recent.known(999) == 999 && recent.known(500) == nil)
        let held = (0..<1_000).count { recent.known($0) != nil }
        #expect(held <= 32)
        // One that is too heavy is not kept.
        recent.keep(5, for: 5_000, weight: 5)
        #expect(recent.known(5_000) == nil)
        #expect(recent.value(for: 7_000, weigh: { _ in 1 }) { 8 } == 8 && recent.known(7_000) == 8)
    }
}
