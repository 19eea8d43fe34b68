import Languages
import Testing

/// One faulty program each: the code, the place and the words of its first error.
@Suite struct DiagnosticTests {
    struct Case: Sendable {
        var program: String
        var code: String
        var line: Int
        var column: Int
        var words: String
    }

    static let header = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[3] q;\nbit[3] c;\n"

    static func program(_ line: String, _ code: String, _ column: Int, _ words: String) -> Case {
        Case(program: header + line + "\n", code: code, line: 5, column: column, words: words)
    }

    static let cases: [Case] = [
        program("hh q[0];", "QASM0201", 1, "did you mean 'h'?"),
        program("h qp[0];", "QASM0201", 3, "did you mean 'q'?"),
        program("h r[0];", "QASM0201", 3, "'r' is not declared"),
        program("rzz(1) q[0], q[1];", "QASM0201", 1, "qelib1.inc"),
        program("cx q[0];", "QASM0403", 1, "acts on 2 qubits, not 1"),
        program("rx q[0];", "QASM0304", 1, "takes 1 parameter, not 0"),
        program("h q[3];", "QASM0401", 5, "index 3 lies outside 'q'"),
        program("h q[-4];", "QASM0401", 5, "index -4 lies outside"),
        program("cx q[0], q[0];", "QASM0402", 10, "acts on q[0] twice"),
        program("cx q, q[0];", "QASM0402", 7, "acts on q[0] twice"),
        program("qubit[2] q;", "QASM0202", 10, "declared twice"),
        program("cx q, q[{0, 1}];", "QASM0404", 7, "registers of 3 and 2"),
        program("c[0] = measure q;", "QASM0404", 1, "3 qubits are measured into 1 bit"),
        program("const int i = 1.5;", "QASM0301", 15, "does not become int[64]"),
        program("uint[4] i = 16;", "QASM0303", 13, "does not fit uint[4]"),
        program("const int n = 1; n = 2;", "QASM0306", 18, "cannot be written"),
        program("int n = 1; h q[n];", "QASM0302", 16, "must be known before"),
        program("if (c) x q[0];", "QASM0301", 5, "compare it"),
        program("x q[0]\ny q[1];", "QASM0101", 6, "expected ';'"),
        program("x q[0]", "QASM0102", 7, "ends where ';'"),
        program("x q[0;", "QASM0101", 6, "expected ']'"),
        program("float f = 1 / 0;", "QASM0303", 11, "1 / 0"),
        program("break;", "QASM0107", 1, "outside a loop"),
        program("x $0;", "QASM0406", 3, "physical and declared"),
        program("include \"qelib.inc\";", "QASM0106", 9, "did you mean 'qelib1.inc'"),
        program("gate g a { x a[0]; }", "QASM0405", 14, "cannot be indexed"),
        program("gate g a { measure a; }", "QASM0107", 12, "body of a gate"),
        program("gate g a { h q[0]; }", "QASM0201", 14, "cannot be seen inside"),
        program("def f(qubit a) { f(a); } f(q[0]);", "QASM0501", 18, "within itself"),
        program("rx(true) q[0];", "QASM0301", 4, "angle or a number"),
        program("switch (c) { case 1 { } }", "QASM0301", 9, "integer"),
        program("switch (1) { case 1 { } case 1 { } }", "QASM0202", 30, "two cases for 1"),
        program("int x = 3__4;", "QASM0006", 9, "is no number"),
        program("int x = 12af;", "QASM0006", 9, "is no number"),
        program("x q[0]; ? y q[0];", "QASM0004", 9, "no part of the language"),
        program("/* open", "QASM0005", 1, "not closed"),
        program("while (c[0]) { x q[0];", "QASM0102", 23, "ends inside a block"),
        Case(program: "OPENQASM 4.0;\n", code: "QASM0104", line: 1, column: 10, words: "not a version"),
        Case(program: "", code: "QASM0002", line: 1, column: 1, words: "empty"),
        Case(program: "\u{7F}ELF\0\0", code: "QASM0001", line: 1, column: 1, words: "no text"),
        Case(
            program: "OPENQASM 2.0;\nqreg q[1];\nfor int i in [0:1] { U(0,0,0) q[0]; }\n", code: "QASM0101", line: 3,
            column: 9, words: "expected"),
        Case(
            program: "OPENQASM 2.0;\nqreg q[1];\nbarrier;\n", code: "QASM0105", line: 3, column: 1,
            words: "belongs to OpenQASM 3"),
    ]

    @Test(arguments: cases.indices)
    func firstError(_ index: Int) throws {
        let expected = Self.cases[index]
        let source = SourceText(name: "p.qasm", expected.program)
        let outcome = OpenQASM.parse(source)
        #expect(outcome.circuit == nil)
        let error = try #require(outcome.errors.first, "\(expected.program)")
        let report = error.rendered(in: source)
        #expect(error.code.rawValue == expected.code, "\(report)")
        #expect(report.hasPrefix("p.qasm:\(expected.line):\(expected.column): error["), "\(report)")
        #expect(report.contains(expected.words), "\(report)")
    }

    @Test func rendering() {
        let source = SourceText(name: "a.qasm", "OPENQASM 3.0;\nqubit[2] q;\n\tU(0, 0, 0) q[2];\nqubit q;\n")
        #expect(
            OpenQASM.parse(source).report == """
                a.qasm:3:15: error[QASM0401]: index 2 lies outside 'q', which has 2 elements
                \tU(0, 0, 0) q[2];
                \t             ^
                  cure: indices go from 0 to 1

                a.qasm:4:7: error[QASM0202]: 'q' is declared twice
                qubit q;
                      ^
                a.qasm:2:10: note: it was declared here first
                qubit[2] q;
                         ^
                  cure: give one of them another name
                """)
    }

    /// Each faulty statement is reported, each sound one in between is understood.
    @Test func recovery() {
        let outcome = OpenQASM.parse(
            SourceText(
                """
                OPENQASM 3.0;
                include "stdgates.inc";
                qubit[2] q
                bit c;
                h q[;
                if (c { x q[0]; }
                gate g a { h a; zz a; }
                g q[0];
                c = measure q[5];
                """))
        #expect(
            outcome.errors.map(\.code.rawValue) == ["QASM0101", "QASM0101", "QASM0101", "QASM0201"]
                || outcome.errors.count >= 4, "\(outcome.report)")
    }

    /// An erroneous declaration is reported once, its uses are not.
    @Test func consequencesAreSilent() {
        let outcome = OpenQASM.parse(
            SourceText("OPENQASM 3.0;\nint[5000] x = 1;\nx = 2;\nint y = x + 1;\ny = x;\n"))
        #expect(outcome.errors.count == 1, "\(outcome.report)")
    }

    /// A declaration that cannot be read declares its name all the same.
    @Test(arguments: [
        "gate g(a q { h q; }\nqubit q; g(1) q;", "gate g(a) q { h q; \nqubit r; h r; }\nqubit q; g(1) q;",
        "int[8 x = 3;\nx = 4;\nint y = x;\ny = 2;", "qubit[2 q;\nh q[0];\nmeasure q[1];", "qreg q[2;\nh q[0];",
        "const int n 4;\nqubit[n] q;\nh q[n - 1];", "def f(int a -> int { return a; }\nint y = f(3);\ny = 1;",
        "let a q[0:1];\nh a;", "bit[2] c = \"01;\nc[0] = true;", "input float[64 theta;\nqubit q;\nrx(theta) q;",
    ])
    func faultyDeclarationsDeclare(_ text: String) {
        let outcome = OpenQASM.parse(SourceText("OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + text + "\n"))
        #expect(
            outcome.errors.count >= 1 && outcome.errors.allSatisfy { $0.code.rawValue != "QASM0201" },
            "\(outcome.report)")
        #expect(outcome.errors.count == 1, "\(outcome.report)")
    }

    @Test func manyErrorsEnd() {
        let text = "OPENQASM 3.0;\n" + String(repeating: "?;\n", count: 10_000)
        #expect(OpenQASM.parse(SourceText(text)).errors.count <= 102)
    }
}
