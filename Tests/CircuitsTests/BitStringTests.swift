import Circuits
import Testing

@Suite struct BitStringTests {
    @Test(arguments: [1, 7, 63, 64, 65, 127, 128, 129, 200])
    func bitsReadBackAtEveryWidth(count: Int) throws {
        var bits = BitString(zeros: count)
        for k in stride(from: 0, to: count, by: 3) { bits[k] = true }
        for k in 0..<count { #expect(bits[k] == (k % 3 == 0)) }
        #expect(bits.nonzeroBitCount == (count + 2) / 3)
        #expect(try #require(BitString(bits.description)) == bits)
        #expect(bits.description.last == "1")
        bits[count - 1] = false
        #expect(bits.description.first == "0")
    }

    @Test func textIsMostSignificantFirst() throws {
        let bits = try #require(BitString("0110_1"))
        #expect(bits.count == 5)
        #expect(bits.unsigned == 13)
        #expect(bits[0] && !bits[1] && bits[2] && bits[3] && !bits[4])
        #expect(BitString("012") == nil)
        #expect(BitString(13, count: 3).description == "101")
    }

    @Test func orderIsThatOfNumbers() throws {
        var wide = BitString(zeros: 100)
        wide[99] = true
        var narrow = BitString(zeros: 100)
        for k in 0..<99 { narrow[k] = true }
        #expect(narrow < wide)
        #expect(wide[64..<100].description.first == "1")
        #expect((wide ^ wide).nonzeroBitCount == 0)
    }

    @Test func countsSelectAndTally() throws {
        let shots = try ["011", "011", "110", "000"].map { try #require(BitString($0)) }
        let counts = Counts(shots)
        #expect(counts.total == 4)
        #expect(counts.entries.map(\.bits.description) == ["000", "011", "110"])
        #expect(counts[shots[0]] == 2)
        let selected = counts.selecting([2, 0])
        #expect(selected[try #require(BitString("10"))] == 2)
        #expect(selected[try #require(BitString("01"))] == 1)
    }
}
