import Circuits
import Testing

@Suite struct SubroutineTests {
    @Test func returnsLeaveFromBranchesAndLoops() throws {
        // The first divisor above 1, found by returning out of two loops.
        let values = try executed(
            """
            def divisor(uint[16] n) -> uint[16] {
              if (n < 4) { return n; }
              for uint[16] a in [2:15] {
                for uint[16] b in [2:15] { if (a * b == n) { return a; } }
              }
              return n;
            }
            uint[16] n = 35;
            output uint[16] u; output uint[16] v; output uint[16] w;
            u = divisor(n);
            n = 37;
            v = divisor(n);
            n = 3;
            w = divisor(n);
            """)
        #expect(values[number: "u"] == 5)
        #expect(values[number: "v"] == 37)
        #expect(values[number: "w"] == 3)
    }

    @Test func returnsLeaveWhileLoopsAndSwitches() throws {
        let values = try executed(
            """
            def f(int n) -> int {
              int i = 0;
              while (true) {
                i += 1;
                switch (i) { case 3, 4 { if (n > 0) { return i * n; } } default { i += 0; } }
                if (i > 10) { return -1; }
              }
              return 0;
            }
            int n = 7;
            output int u; output int v;
            u = f(n);
            n = 0;
            v = f(n);
            """)
        #expect(values[number: "u"] == 21)
        #expect(values[number: "v"] == -1)
    }

    @Test func returnsLeaveLoopsThatAreWrittenOut() throws {
        let values = try executed(
            """
            def first(qubit[3] q) -> int {
              bit b;
              for int k in [0:2] {
                b = measure q[k];
                if (!b) { continue; }
                if (k == 2) { break; }
                return k;
              }
              return -1;
            }
            qubit[3] q; qubit[3] r;
            output int found; output int none;
            x q[1]; x r[2];
            found = first(q);
            none = first(r);
            """)
        #expect(values[number: "found"] == 1)
        #expect(values[number: "none"] == -1)
    }

    @Test func callsStandInConditions() throws {
        let values = try executed(
            """
            def flip(qubit q) -> bit { h q; reset q; x q; return measure q; }
            def count(mutable array[int, 1] a) -> int { a[0] += 1; return a[0]; }
            qubit q;
            array[int, 1] a;
            output int turns; output int n; output bool skipped;
            turns = 0;
            while (count(a) < 4) { turns += 1; if (turns == 2) { continue; } }
            skipped = false && count(a) == 0;
            if (flip(q) && count(a) == 5) { turns += 10; }
            n = a[0] + count(a);
            """)
        #expect(values[number: "turns"] == 13)
        #expect(values[number: "skipped"] == 0)
        #expect(values[number: "n"] == 11)
    }

    @Test func valuesAreCopiedAndAliasesPassed() throws {
        let values = try executed(
            """
            def parity(bit[4] c) -> bit { bit r; for int i in [0:3] { r ^= c[i]; } c[0] = 1; return r; }
            def turn(qubit[2] r, angle[32] angle_) { rx(angle_) r[0]; rx(angle_) r[1]; }
            qubit[4] q;
            bit[4] c; bit odd;
            let ends = q[{0, 3}];
            let all = q[1:2] ++ ends;
            turn(ends, pi);
            turn(all[0:1], 0.0);
            c = measure q;
            odd = parity(c[0:1] ++ c[2:3]);
            """)
        #expect(values["c"] == .bits(BitString("1001")!))
        #expect(values["odd"] == .bits(BitString("0")!))
    }

    @Test func bodiesAreCheckedWithoutACall() {
        #expect(errors("def f(qubit q) { nosuch q; }") == ["QASM0201 nosuch"])
        #expect(errors("def f(int a) -> int { return b; }") == ["QASM0201 b"])
        #expect(errors("def f(int a) -> int { a = 1; }") == ["QASM0301 int"])
        #expect(errors("def f(int a) { return a; }") == ["QASM0301 return a;"])
        #expect(errors("def f(int a, qubit q) { x q[a]; bit[2] c; c = 1.5; }") == ["QASM0301 1.5"])
        #expect(errors("def f(qubit[3] q) { cx q[0], q[3]; }") == ["QASM0401 3"])
        // Indices and values depend on the arguments: nothing can be wrong with these yet.
        #expect(errors("def f(int a, qubit[4] q) { x q[a]; rx(1 / a) q[a + 1]; }") == [])
    }

    @Test func recursionIsRefused() {
        let found = errors("def f(int a) -> int { return f(a - 1); } int x = f(3);")
        #expect(found == ["QASM0501 f(a - 1)"])
    }

    @Test func qubitsArePassedOnce() {
        #expect(errors("def f(qubit a, qubit b) { cx a, b; } qubit[2] q; f(q[0], q[0]);") == ["QASM0402 q[0]"])
    }
}
