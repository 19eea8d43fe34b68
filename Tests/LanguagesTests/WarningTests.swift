import Languages
import Testing

@Suite struct WarningTests {
    /// `line:column code` of each warning of a program without errors.
    private func warnings(_ text: String, _ policy: WarningPolicy = WarningPolicy()) -> [String] {
        let source = SourceText(text)
        let outcome = OpenQASM.check(source)
        #expect(outcome.errors.isEmpty, "\(outcome.report)")
        return policy.applied(to: outcome.diagnostics).map {
            let position = source.textPosition(of: $0.place.range.lowerBound)
            return "\(position.line):\(position.column) \($0.code.rawValue)"
        }
    }

    @Test func unused() {
        #expect(
            warnings(
                """
                OPENQASM 3.0;
                include "stdgates.inc";
                const int n = 2; const int spare = 1;
                qubit[n] q; qubit nobody; qubit _quiet;
                bit[2] c; bit lonely; int zero = 0;
                gate g(a, b) x0, x1 { rz(a) x0; }
                gate never y0 { h y0; }
                def f(qubit p, int m) -> bit { int local = 1; local = 2; return measure p; }
                input float theta;
                output int result;
                let pair = q[0:1];
                g(1, 2) q[0], q[1];
                c = measure q;
                bit flip = f(q[0], 1);
                for int i in [0:1] { h q; }
                """) == [
                    "3:28 QASM0601", "4:19 QASM0601", "5:15 QASM0601", "5:27 QASM0601", "6:11 QASM0601",
                    "6:18 QASM0601",
                    "7:6 QASM0601", "8:20 QASM0601", "8:36 QASM0601", "9:13 QASM0601", "11:5 QASM0601",
                ])
    }

    @Test func missingReturn() {
        func f(_ body: String) -> [String] {
            warnings("OPENQASM 3.0;\ndef f(int a) -> int { \(body) }\noutput int s; s = f(3);")
        }
        for body in [
            "if (a > 0) { return 1; }", "while (a > 0) { return 1; }", "for int i in [0:a] { return i; }",
            "switch (a) { case 1 { return 1; } }", "switch (a) { case 1 { return 1; } default { a = 2; } }",
            "while (true) { if (a > 1) { break; } return 1; }",
        ] { #expect(f(body) == ["2:5 QASM0605"], "\(body)") }
        for body in [
            "return 1;", "if (a > 0) { return 1; } return 2;", "if (a > 0) return 1; else { return 2; }",
            "while (true) { return 1; }", "switch (a) { case 1 { return 1; } default { return 2; } }",
            "{ return 1; }", "if (a > 0) { return 1; } else { end; }",
        ] { #expect(!f(body).contains { $0.hasSuffix("0605") }, "\(body)") }
    }

    /// What people write is not complained about.
    @Test func silence() {
        #expect(
            warnings(
                """
                OPENQASM 3.0;
                include "stdgates.inc";
                qubit[2] q; bit[2] c;
                int[8] k = 0; uint[4] w = 3; angle[16] a = pi; float x = 0.5;
                gate g(t) q0, q1 { rz(t) q0; cx q0, q1; }
                def f(qubit q0) -> bit { bit b = measure q0; return b; }
                barrier;
                g(x) q[0], q[1];
                c[0] = f(q[0]);
                while (k < 4) { k += 1; k = k * 2 + 1; if (c[0]) { break; } h q[0]; }
                if (w == 15 || k == -128) { x = x / 2; } else { end; }
                w = w << 1; w = uint[4](k + 1); a += pi / 2; rz(a) q[0];
                for uint i in {0, 1} { if (i == 1) { continue; } h q[i]; }
                for uint i in {0, 1} { h q[i]; }
                measure q -> c;
                """) == [])
        #expect(warnings("OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[1]; creg c[1];\nh q; measure q -> c;\n") == [])
    }

    @Test func unreachable() {
        let found = warnings(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            qubit q; bit c;
            def f(qubit p) { reset p; return; h p; x p; }
            while (true) { c = measure q; if (c) { break; h q; } else { continue; } h q; }
            f(q);
            if (c) { end; } else { end; }
            x q;
            y q;
            """)
        #expect(found.contains("4:35 QASM0602"))
        #expect(found.contains("5:47 QASM0602"))
        #expect(found.contains("5:73 QASM0602"))
        #expect(found.contains("8:1 QASM0602"))
        #expect(found.count { $0.hasSuffix("QASM0602") } == 4, "\(found)")
    }

    @Test func endlessLoopsHideWhatFollows() {
        #expect(warnings("OPENQASM 3.0; qubit q; while (true) { reset q; } reset q;") == ["1:50 QASM0602"])
        #expect(
            warnings("OPENQASM 3.0; qubit q; bit c; while (true) { c = measure q; if (c) { break; } } reset q;") == [])
    }

    @Test func shadowing() {
        #expect(
            warnings(
                """
                OPENQASM 3.0; qubit q; int n = 1; const int m = 2;
                if (n == 1) { int n = 5; n += 1; reset q; n = n; }
                for int m in [0:1] { reset q; }
                def f(qubit p, int n) -> int { return n + m; }
                n = f(q, 1);
                """) == ["2:19 QASM0603", "3:9 QASM0603", "4:13 QASM0601"])
    }

    @Test func narrowing() {
        #expect(
            warnings(
                """
                OPENQASM 3.0; int[16] wide = 1; int[8] small = 2; float[64] d = 1; float[32] s = 2;
                angle[8] a = pi; angle[4] b = 1; int any = 3;
                small = wide;
                small = small + wide;
                small = int[8](wide);
                small = small + 300 - 200;
                small += any;
                s = d * 2; s = s * 2;
                b = a; a = b;
                wide = small; any = wide; d = s;
                int[8] fresh = wide; fresh += 1;
                """) == ["3:9", "4:9", "7:10", "8:5", "9:5", "11:16"].map { $0 + " QASM0604" })
    }

    @Test func comparisons() {
        #expect(
            warnings(
                """
                OPENQASM 3.0; uint[4] u = 1; int[4] i = 2; bool b = false; const int limit = 16;
                b = u < 0; b = u >= 0; b = u == 16; b = 20 > u; b = i != -9; b = u == limit; b = u == u;
                b = u < 15; b = u > 0; b = i <= 6; b = i == 7; b = u != i; b = 15 > u;
                """
            ).filter { $0.hasSuffix("QASM0307") }.count == 7)
    }

    @Test func policies() throws {
        let program = "OPENQASM 3.0;\nqubit q;\nqubit spare;\nU(0,0,0) q;\nend;\nreset q;\n"
        func codes(_ words: [String]) throws -> [String] {
            var policy = WarningPolicy()
            try policy.apply(words)
            return warnings(program, policy)
        }
        #expect(try codes([]) == ["3:7 QASM0601", "6:1 QASM0602"])
        #expect(try codes(["none"]) == [])
        #expect(try codes(["no-unused"]) == ["6:1 QASM0602"])
        #expect(try codes(["none", "unused"]) == ["3:7 QASM0601"])
        #expect(try codes(["none", "all", "no-qasm0602"]) == ["3:7 QASM0601"])
        var policy = WarningPolicy()
        #expect(throws: WarningPolicy.UnknownName.self) { try policy.apply(["unusd"]) }
        do { try policy.apply(["unusd"]) } catch { #expect(error.suggestion == "unused") }
        policy.areErrors = true
        #expect(
            policy.applied(to: OpenQASM.check(SourceText(program)).diagnostics).allSatisfy { $0.severity == .error })
    }

    @Test func warningsAreBounded() {
        let many = "OPENQASM 3.0;\n" + (0..<1000).map { "qubit q\($0);\n" }.joined()
        #expect(OpenQASM.check(SourceText(many)).warnings.count == 100)
        let ignored = "OPENQASM 3.0;\nint n = 1;\n" + String(repeating: "n + 1;\n", count: 1000)
        #expect(OpenQASM.check(SourceText(ignored)).warnings.count == 100)
    }
}
