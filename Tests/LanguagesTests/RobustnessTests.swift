import Circuits
import Languages
import Testing

@Suite struct RobustnessTests {
    static let program = """
        OPENQASM 3.0;
        include "stdgates.inc";
        #pragma note keep
        input angle[16] theta;
        const int n = 3;
        qubit[n] q; bit[n] c; int[8] k = 0;
        gate g(a) x0, x1 { ctrl @ rz(a / 2) x0, x1; inv @ pow(2) @ h x1; }
        def flip(qubit p, bit[n] m) -> bit { if (m[0]) x p; return measure p; }
        for int i in [0:n - 1] { h q[i]; c[i] = measure q[i]; }
        while (k < 4 && c != "000") { k += 1; if (c[1]) { break; } else { continue; } }
        switch (k) { case 1, 2 { x q[0]; } default { g(theta) q[0], q[1]; } }
        let pair = q[0:1];
        box[100ns] { delay[20ns] pair; barrier q; }
        c[2] = flip(q[2], c);
        @tag some words
        reset q;
        """

    @Test func theProgramIsSound() { _ = circuit(Self.program) }

    /// Cut off anywhere, the text ends in a circuit or in errors, never in a crash.
    @Test func everyPrefix() {
        let bytes = Array(Self.program.utf8)
        for length in 0..<bytes.count {
            let outcome = OpenQASM.parse(SourceText(bytes: Array(bytes[..<length])))
            #expect(outcome.circuit != nil || !outcome.errors.isEmpty)
        }
    }

    /// Random deletions, copies and replacements of tokens and bytes.
    @Test func mutations() {
        var generator = SeededGenerator(seed: 11)
        let bytes = Array(Self.program.utf8)
        let pieces = [
            "{", "}", "(", ")", "[", "]", ";", "@", "q", "measure", "1", "-", "\"", "ctrl", "$0", "/*", "é", "\n",
        ]
        for _ in 0..<2000 {
            var text = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: text.removeSubrange(place..<min(text.count, place + Int.random(in: 1...9, using: &generator)))
                case 1: text.insert(contentsOf: pieces.randomElement(using: &generator)!.utf8, at: place)
                case 2: text[place] = UInt8.random(in: 0x20...0x7E, using: &generator)
                default:
                    let from = Int.random(in: 0..<text.count, using: &generator)
                    text.insert(contentsOf: text[from..<min(text.count, from + 20)], at: place)
                }
                if text.isEmpty { text = bytes }
            }
            let source = SourceText(bytes: text)
            let outcome = OpenQASM.parse(source)
            #expect(outcome.circuit != nil || !outcome.errors.isEmpty)
            _ = outcome.report
            if let circuit = outcome.circuit { _ = try? OpenQASMWriter.write(circuit) }
        }
    }

    @Test(arguments: ["(", "[", "{", "-", "!", "x[", "f(", "if (true) ", "{{", "ctrl @ ", "2**", "box {", "@a\n"])
    func deepNestingIsRefused(_ piece: String) {
        for prefix in ["", "int x = "] {
            let text = "OPENQASM 3.0;\n" + prefix + String(repeating: piece, count: 100_000)
            #expect(!OpenQASM.parse(SourceText(text)).errors.isEmpty)
        }
    }

    @Test func longChainsAreRefusedOrFine() {
        let sum = Array(repeating: "1.5", count: 900).joined(separator: " + ")
        let program = circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit q; rz(\(sum)) q;")
        #expect(program.body[0].parameters.constants == [1350])
        let longer = Array(repeating: "1.5", count: 200_000).joined(separator: " + ")
        let outcome = OpenQASM.parse(SourceText("OPENQASM 3.0; qubit q; U(\(longer), 0, 0) q;"))
        #expect(outcome.errors.map(\.code.rawValue) == ["QASM0103"])
    }

    @Test func unrollingIsBounded() {
        let outcome = OpenQASM.parse(
            SourceText(
                """
                OPENQASM 3.0; include "stdgates.inc"; qubit[2] q;
                for int i in [0:1000000] { for int j in [0:1000000] { h q[i * j * 0]; } }
                """))
        #expect(outcome.errors.map(\.code.rawValue) == ["QASM0502"])
    }

    /// Numbers against the standard library's correctly rounded conversion.
    @Test func literalsAreCorrectlyRounded() {
        var generator = SeededGenerator(seed: 3)
        var texts: [String] = ["1.e5", ".5", "5.", "0.1", "9007199254740993.0", "1e-320", "1.7976931348623157e308"]
        for _ in 0..<2000 {
            let digits = (0..<Int.random(in: 1...22, using: &generator)).map { _ in
                String(Int.random(in: 0...9, using: &generator))
            }
            let point = Int.random(in: 0...digits.count, using: &generator)
            var text = digits[..<point].joined() + "." + digits[point...].joined()
            if Bool.random(using: &generator) { text += "e\(Int.random(in: -30...30, using: &generator))" }
            if text != "." { texts.append(text) }
        }
        let calls = texts.map { "rz(\($0)) q;" }.joined(separator: "\n")
        let program = circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit q;\n" + calls)
        for (k, text) in texts.enumerated() {
            var standard = text.hasPrefix(".") ? "0" + text : text
            standard = standard.replacing(".e", with: ".0e")
            if standard.hasSuffix(".") { standard += "0" }
            #expect(program.body[k].parameters.constants == [Double(standard)!], "\(text)")
        }
    }
}
