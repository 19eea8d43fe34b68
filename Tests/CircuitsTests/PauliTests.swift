import Circuits
import Testing

@Suite struct PauliTests {
    /// All pairs of three-qubit strings: products, commutation and their matrices agree.
    @Test func algebraMatchesMatrices() throws {
        let strings = (0..<64).map { code in
            var string = PauliString(identity: 3)
            for k in 0..<3 { string[k] = Pauli.allCases[code >> (2 * k) & 3] }
            return string
        }
        for a in strings {
            for b in strings {
                let product = a * b
                #expect(product.matrix.distance(to: a.matrix * b.matrix) < 1e-12)
                let commute = (a.matrix * b.matrix).distance(to: b.matrix * a.matrix) < 1e-12
                #expect(a.commutes(with: b) == commute)
                if a.commutesQubitWise(with: b) { #expect(commute) }
            }
        }
    }

    @Test func wideStrings() throws {
        let letters = String((0..<150).map { "IXYZ"[String.Index(utf16Offset: ($0 * 7) % 4, in: "IXYZ")] })
        let string = try #require(PauliString(letters))
        #expect(string.description == letters)
        #expect((string * string).description == PauliString(identity: 150).description)
        #expect(string[0].character == letters.last)
    }

    @Test func observablesAreRead() throws {
        let dense = try Observable(parsing: "0.5*ZZI + XXI - 1.5e-1 IIY+2 - ZZI", qubitCount: 3)
        #expect(dense.terms.map(\.coefficient) == [-0.5, 1, -0.15, 2])
        #expect(dense.terms[0].string == PauliString("ZZI"))
        #expect(dense.terms[3].string == PauliString("III"))
        let sparse = try Observable(parsing: "-2 Z0 Z2 + X1", qubitCount: 3)
        #expect(
            sparse == Observable(qubitCount: 3, terms: [.init(-2, PauliString("ZIZ")!), .init(1, PauliString("IXI")!)]))
        #expect(try Observable(parsing: "\(dense)", qubitCount: 3) == dense)
    }

    @Test(arguments: [
        ("ZZ", 0), ("ZZI +", 5), ("1..5*ZZI", 0), ("ZZI XXI", 4), ("Z0 Z7", 3), ("Z0 Z0", 3), ("", 0), ("QQQ", 0),
        ("2*", 2), ("ZZQ", 2), ("0.5*XyZ", 5),
        ("1e999*ZZI", 0),
    ])
    func faultsArePlaced(text: String, offset: Int) {
        #expect { try Observable(parsing: text, qubitCount: 3) } throws: { ($0 as? ObservableError)?.offset == offset }
    }
}
