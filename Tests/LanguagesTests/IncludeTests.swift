import Circuits
import Languages
import Testing

@Suite struct IncludeTests {
    private func reader(_ files: [String: String]) -> IncludeReader {
        IncludeReader { files[$0].map { .bytes(Array($0.utf8)) } ?? .refused("there is no such file") }
    }

    private func parse(_ text: String, _ files: [String: String]) -> ParseOutcome {
        OpenQASM.parse(SourceText(name: "dir/main.qasm", text), includes: reader(files))
    }

    @Test func filesAreReadInTheirPlace() throws {
        let outcome = parse(
            "OPENQASM 3.0;\ninclude \"lib/gates.qasm\"; bell q[0], q[1]; const int m = n + 1; qubit[m] r;",
            [
                "lib/gates.qasm": "OPENQASM 3.0; include \"stdgates.inc\"; include \"../sizes.qasm\"; qubit[n] q;",
                "sizes.qasm": "const int n = 2;\ngate bell a, b { h a; cx a, b; }",
            ])
        #expect(outcome.diagnostics.isEmpty, "\(outcome.report)")
        let circuit = try #require(outcome.circuit)
        #expect(circuit.qubitRegisters.map(\.count) == [2, 3])
        #expect(circuit.body.count == 1)
    }

    @Test func diagnosticsPointIntoTheFile() {
        let outcome = parse(
            "OPENQASM 3.0;\ninclude \"a.inc\";\nqubit q;\nnosuch q;",
            ["a.inc": "gate f a {\n  U(0, 0, 0) a;\n  wrong a;\n}"])
        #expect(outcome.report.contains("dir/a.inc:3:3: error[QASM0201]"), "\(outcome.report)")
        #expect(outcome.report.contains("  wrong a;"))
        #expect(outcome.report.contains("dir/main.qasm:4:1: error[QASM0201]"))
        #expect(outcome.errors.count == 2)
    }

    /// Lines, columns and bytes of the file itself, as editors need them.
    @Test func documentsCountWithinTheFile() throws {
        let outcome = parse(
            "OPENQASM 3.0;\ninclude \"a.inc\";\nqubit q;\nint q;",
            ["a.inc": "// é\ngate f a {\n  wrong a;\n}"])
        let document = DiagnosticDocument.File(outcome.diagnostics, in: outcome.source)
        let entry = try #require(document.diagnostics.first { $0.code == "QASM0201" })
        #expect(entry.file == "dir/a.inc")
        #expect(entry.range?.start.line == 3 && entry.range?.start.column == 3 && entry.range?.start.offset == 19)
        let own = try #require(document.diagnostics.first { $0.code == "QASM0202" })
        #expect(own.file == nil && own.range?.start.line == 4 && own.related.first?.file == nil)
    }

    @Test func whatMustNotBeReadIsNot() {
        func report(_ file: String, _ files: [String: String] = [:]) -> String {
            parse("include \"\(file)\";", files).report
        }
        #expect(report("../secret.inc").contains("outside the program's directory"))
        #expect(report("a/../../secret.inc").contains("outside the program's directory"))
        #expect(report("/etc/passwd").contains("outside the program's directory"))
        #expect(report("missing.inc").contains("there is no such file"))
        #expect(report("stdgate.inc").contains("did you mean 'stdgates.inc'?"))
        #expect(
            report("a.inc", ["a.inc": "include \"b.inc\";", "b.inc": "include \"a.inc\";"]).contains("includes itself"))
        #expect(report("a.inc", ["a.inc": "include \"./x/../a.inc\";"]).contains("includes itself"))
        #expect(report("bin.inc", ["bin.inc": "\u{0}\u{1}"]).contains("no text"))
        #expect(report("old.inc", ["old.inc": "OPENQASM 2.0; qreg q[1];"]).contains("another version"))
        // Files that include each other anew in ever longer chains end at a depth.
        var chain: [String: String] = [:]
        for k in 0..<100 { chain["f\(k).inc"] = "include \"f\(k + 1).inc\";" }
        #expect(report("f0.inc", chain).contains("too many include files"))
    }

    @Test func aBlockDoesNotCrossTheEndOfAFile() {
        let outcome = parse("include \"a.inc\"; }", ["a.inc": "if (true) {"])
        #expect(outcome.errors.count >= 2)
    }
}
