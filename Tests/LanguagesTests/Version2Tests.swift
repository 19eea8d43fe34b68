import Circuits
import Languages
import Testing

/// OpenQASM 2 is the grammar of arXiv:1707.03429, not what version 3 makes of its words.
@Suite struct Version2Tests {
    private func errors(_ text: String) -> [String] {
        let source = SourceText("OPENQASM 2.0;\n" + text)
        return OpenQASM.parse(source).errors.map { error in
            "\(error.code.rawValue) \(String(decoding: source.bytes[error.place.range], as: UTF8.self))"
        }
    }

    @Test func theWholeGrammar() {
        let text = """
            // Each production of the paper's grammar.
            include "qelib1.inc";
            qreg q[3]; qreg none[0]; creg c[3]; creg nothing[0];
            opaque magic(a, b) x, y; opaque plain z; opaque empty() z;
            gate g(a, b) x, y { U(sin(a) + cos(b) * tan(a) - exp(b), ln(2) / a ^ sqrt(b), -pi) x; CX x, y; barrier x, y; }
            gate k() x { } gate h2 h, cx { h h; cx h, cx; }
            g(0.5, +2.5e-1) q[0], q[1]; g(1, .5) q, c0;
            """
        #expect(errors(text) == ["QASM0201 c0"])
        let body = """
            h2 q[0], q[1]; k q; k() q; U(0, 0, pi / 2) q; CX q[0], q[1]; barrier q, q[0]; reset q; reset q[1];
            measure q -> c; measure q[0] -> c[2]; measure none -> nothing; reset none; barrier none;
            if(c==5) h q; if(c == 0) measure q[0] -> c[0]; if (c==7) reset q[0]; magic(1, 2) q[0], q[1];
            """
        #expect(errors(text.replacingOccurrence(" g(1, .5) q, c0;", with: body)).isEmpty)
    }

    static let refused: [(String, String)] = [
        ("if(c[0]==1) x q[0];", "c[0]==1"), ("if(c!=1) x q[0];", "c!=1"), ("if(c) x q[0];", "c"),
        ("if(c==1.0) x q[0];", "c==1.0"), ("if(c==1+1) x q[0];", "c==1+1"), ("if(c==-1) x q[0];", "c==-1"),
        ("if(c==0b1) x q[0];", "0b1"), ("if(c==1) { x q[0]; }", "{ x q[0]; }"),
        ("if(c==1) barrier q;", "barrier q;"), ("if(c==1) if(c==1) x q[0];", "if(c==1) x q[0];"),
        ("qreg Q[2];", "Q"), ("qreg _q[2];", "_q"), ("creg ca\u{E9}[2];", "ca\u{E9}"), ("gate G a { }", "G"),
        ("opaque O a;", "O"), ("qreg r[1+1];", "1+1"), ("qreg r[0x2];", "0x2"), ("qreg r[1_0];", "1_0"),
        ("qreg r;", "r;"), ("x q[0:1];", "q[0:1]"), ("x q[{0, 1}];", "q[{0, 1}]"), ("x q[-1];", "-1"),
        ("x q[1+1];", "1+1"), ("reset q[0:1];", "q[0:1]"), ("barrier q[0:1];", "q[0:1]"), ("barrier;", "barrier;"),
        ("measure q[0:1] -> c[0:1];", "q[0:1]"), ("rx(2**3) q[0];", "2**3"), ("rx(2%3) q[0];", "2%3"),
        ("rx(1<<3) q[0];", "1<<3"), ("rx(0x10) q[0];", "0x10"), ("rx(1_000) q[0];", "1_000"),
        ("rx(sin(~1)) q[0];", "~1"), ("c = measure q;", "c = measure q;"), ("measure q;", "measure q;"),
        ("ctrl @ x q[0], q[1];", "ctrl"), ("include \"stdgates.inc\";", "\"stdgates.inc\""),
    ]

    @Test(arguments: refused)
    func versionThreeInVersionTwo(_ statement: String, _ place: String) {
        let found = errors("include \"qelib1.inc\"; qreg q[2]; creg c[2];\n\(statement)\nx q[0];")
        #expect(found.count == 1, "\(found)")
        if !statement.hasPrefix("ctrl") { #expect(found == ["QASM0105 \(place)"]) }
    }

    @Test(arguments: [
        ("rx(ln(0)) q[0];", "QASM0303"), ("rx(sqrt(-1)) q[0];", "QASM0303"), ("rx(1/0) q[0];", "QASM0303"),
        ("rx(tau) q[0];", "QASM0201"), ("rx(log(1)) q[0];", "QASM0201"), ("x q[2];", "QASM0401"),
        ("cx q[0],q[0];", "QASM0402"), ("cx q,q;", "QASM0402"), ("measure q -> c[0];", "QASM0404"),
        ("measure q[0] -> c;", "QASM0404"), ("creg q[1];", "QASM0202"),
        ("gate g(a,a) x { }", "QASM0202"), ("gate g x,x { }", "QASM0202"), ("gate g x { reset x; }", "QASM0107"),
        ("gate g x { g x; }", "QASM0201"), ("gate g x { x x[0]; }", "QASM0405"), ("rx q[0];", "QASM0304"),
        ("U(1,2) q[0];", "QASM0304"), ("CX(1) q[0],q[1];", "QASM0304"), ("cx q[0];", "QASM0403"),
        ("qreg r[2;", "QASM0101"), ("if(q==1) x q[0];", "QASM0203"),
    ])
    func badInput(_ statement: String, _ code: String) {
        let found = errors("include \"qelib1.inc\"; qreg q[2]; creg c[2];\n\(statement)\nx q[0];")
        #expect(found.count == 1 && found.first?.hasPrefix(code) ?? false, "\(found)")
    }
}
