import Circuits
import Languages
import Testing

/// Rules that the specification states in a sentence, each with what breaks it.
@Suite struct SpecificationRulesTests {
    /// "User-defined function calls do not propagate `const` values"; sizes of arrays of open shape are no `const uint`.
    @Test func whatIsNoConst() {
        let f = "def f(int[8] a) -> int[8] { return a; }\n"
        #expect(errors(f + "const int[8] i = 2 * f(4);") == ["QASM0302 f(4)"])
        #expect(errors(f + "qubit[f(4)] q;") == ["QASM0302 f(4)"])
        #expect(errors(f + "int[f(8)] i;") == ["QASM0302 f(8)"])
        #expect(errors(f + "int i; switch (i) { case f(1) { } }") == ["QASM0302 f(1)"])
        #expect(errors(f + "qubit[2] q; ctrl(f(1)) @ x q[0], q[1];") == ["QASM0302 f(1)"])
        #expect(errors("extern f(int) -> int; const int i = f(1);") == ["QASM0302 f(1)"])
        #expect(errors(f + "int[8] i = f(4); const int k = int(2.5);").isEmpty)
        let size = "{ const uint[32] n = sizeof(a); } array[int[8], 3] x; f(x);"
        #expect(errors("def f(readonly array[int[8], #dim = 1] a) " + size) == ["QASM0302 sizeof(a)"])
        #expect(errors("def f(readonly array[int[8], 3] a) " + size).isEmpty)
    }

    /// Where the size is no `const` it is known all the same, and selects qubits.
    @Test func sizesOfOpenShapesSelect() throws {
        let program = """
            def f(readonly array[int[8], #dim = 1] a, qubit[3] q) { for uint i in [0:sizeof(a) - 1] { x q[i]; } }
            array[int[8], 2] a; qubit[3] q; bit[3] c; f(a, q); c = measure q;
            """
        #expect(try executed(program)["c"] == .bits(BitString("011")!))
    }

    @Test func names() {
        #expect(errors("uint a = 1; defcal a $0 { }") == ["QASM0202 a"])
        #expect(errors("gate a q { } defcal a $0 { }").isEmpty)
        #expect(errors("let a = $0;") == ["QASM0405 $0"])
        #expect(errors("gate U(a, b, c) q { }") == ["QASM0202 U"])
        #expect(errors("gate h q { U(0, 0, 0) q; }") == ["QASM0202 h"])
        #expect(errors("gate h q { U(pi / 2, 0, pi) q; gphase(-pi / 4); }").isEmpty)
        #expect(errors("if (true) { int a = 1; } else { a = 2; }") == ["QASM0201 a"])
        #expect(errors("while (false) { late = 1; break; }") == ["QASM0201 late"])
        // What an index or a width would be is nobody's business where nothing runs.
        #expect(errors("const int n = 2; qubit[n] q; if (n > 2) { x q[2]; }").isEmpty)
    }

    @Test func gatesBeforeTheInclude() {
        let source = SourceText("OPENQASM 3.0; gate h a { U(0, 0, 1) a; } include \"stdgates.inc\";")
        #expect(OpenQASM.parse(source).errors.map(\.code.rawValue) == ["QASM0202"])
    }

    @Test func subroutinesAreCalledWithParentheses() {
        let f = "def f(int a, qubit[2] q) { x q; } qubit[2] q;\n"
        #expect(errors(f + "f(1) q;") == ["QASM0203 f"])
        let source = SourceText("OPENQASM 3.0; def f(qubit q) -> bit { return measure q; } qubit q; bit b; b = f q;")
        let outcome = OpenQASM.parse(source)
        #expect(outcome.errors.map(\.code.rawValue) == ["QASM0203"])
        #expect(outcome.report.contains("write 'f(q)'"))
    }

    @Test func selections() throws {
        #expect(errors("qubit[3] q; x q[{0, 0}];") == ["QASM0402 0"])
        #expect(errors("bit[4] b; bit c = b[1.0];") == ["QASM0301 1.0"])
        #expect(errors("qubit[0] q; bit[0] b; x q; b = measure q; reset q; barrier q; delay[1ns] q;").isEmpty)
        #expect(errors("qubit[0] q; x q[0];") == ["QASM0401 0"])
        #expect(errors("bit[0] b; bool c = b == 0;") == ["QASM0301 b"])
        #expect(errors("qubit[-1] q;") == ["QASM0305 -1"])
        #expect(errors("qubit[0] q; bit b = measure q;").count == 1)
    }

    /// "a / one_ns; // 500.0": durations are decimal numbers to who writes them.
    @Test func durations() throws {
        let values = try executed(
            """
            output float[64] a; output float[64] b; output bool c; output bool d; output bool e; output float[64] f;
            duration one = 1ns; duration x = 500ns;
            a = x / one; b = x / 1s;
            c = 100ns + 200ns == 300ns; d = 300ns - 299.9ns == 100 * 1e-3 * 1ns; e = 3 * (1us / 3) == 1us;
            f = 1us / 4 / 1ns;
            """)
        #expect(values[number: "a"] == 500 && values[number: "b"] == 5e-7 && values[number: "f"] == 250)
        #expect(values["c"] == .bool(true) && values["d"] == .bool(true) && values["e"] == .bool(true))
    }
}
