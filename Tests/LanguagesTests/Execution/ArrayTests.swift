import Circuits
import Testing

@Suite struct ArrayTests {
    @Test func itemsAreReadAndWrittenInLoops() throws {
        let values = try executed(
            """
            array[int[16], 6] a = {1, 1, 0, 0, 0, 0};
            output int[16] last; output uint[64] size;
            for int k in [2:5] { a[k] = a[k - 1] + a[k - 2]; }
            last = a[-1];
            size = sizeof(a);
            """)
        #expect(values[number: "last"] == 8)
        #expect(values[number: "size"] == 6)
    }

    @Test func indicesFollowMeasurements() throws {
        // A one is measured into the index; the item is found and changed while the program runs.
        let values = try executed(
            """
            array[uint[8], 2, 3] a = {{1, 2, 3}, {4, 5, 6}};
            output uint[8] read; output uint[8] written;
            qubit q; bit b; uint[2] i;
            x q;
            b = measure q;
            i = uint[1](b);
            read = a[i, i + 1];
            a[i, -1] += 250;
            written = a[1, 2];
            """)
        #expect(values[number: "read"] == 6)
        #expect(values[number: "written"] == 0)
    }

    @Test func slicesAreCopied() throws {
        let values = try executed(
            """
            array[int[8], 5] a = {1, 2, 3, 4, 5};
            array[int[8], 2] b;
            array[int[8], 7] c;
            output array[int[8], 7] out;
            b = a[1:2:3];
            a[0:3] = a[1:4];
            c = a ++ b;
            out = c;
            """)
        let items = (0..<7).map { values[number: "out[\($0)]"] }
        #expect(items == [2, 3, 4, 5, 5, 2, 4])
    }

    @Test func rowsAndLiterals() throws {
        let values = try executed(
            """
            const uint n = 2;
            array[float[32], n, 2] m = {{0.5, 1.5}, {2.5, 3.5}};
            array[float[32], 2] row = m[1];
            array[float[32], 2, 2] n2 = {row, m[0]};
            output float[32] u; output float[32] v;
            m[0] = row;
            u = m[0][1] + n2[1, 0];
            v = n2[0, 0];
            """)
        #expect(values[number: "u"] == 4)
        #expect(values[number: "v"] == 2.5)
    }

    @Test func referencesMutateTheOriginal() throws {
        let values = try executed(
            """
            def fill(mutable array[int[32], #dim = 1] a, int[32] start) {
              for uint k in [0:sizeof(a) - 1] { a[k] = start + int[32](k); }
            }
            def total(readonly array[int[32], #dim = 2] a) -> int[32] {
              int[32] sum = 0;
              for uint i in [0:sizeof(a, 0) - 1] {
                for uint j in [0:sizeof(a, 1) - 1] { sum += a[i, j]; }
              }
              return sum;
            }
            array[int[32], 3, 4] a;
            output int[32] all; output int[32] corner; output int[32] untouched;
            fill(a[1], 10);
            fill(a[2, 0:2:2], 100);
            all = total(a);
            corner = a[2, 2];
            untouched = a[2, 1];
            """)
        #expect(values[number: "all"] == 247)
        #expect(values[number: "corner"] == 101)
        #expect(values[number: "untouched"] == 0)
    }

    @Test func bitsOfItems() throws {
        let values = try executed(
            """
            array[uint[4], 2] a;
            output uint[4] u; output bool b;
            for uint k in [0:1] { a[k][k + 1] = 1; }
            u = a[0] | a[1];
            b = a[1][2] == 1;
            """)
        #expect(values[number: "u"] == 6)
        #expect(values[number: "b"] == 1)
    }

    @Test func loopsGoOverArrays() throws {
        let values = try executed(
            """
            array[angle[8], 3] a = {pi, pi / 2, pi / 4};
            output angle[8] sum;
            sum = 0.0;
            for angle[8] item in a { sum += item; }
            """)
        #expect(abs(values[number: "sum"]! - 7 * .pi / 4) < 1e-12)
    }

    @Test func anIndexOutsideIsAFault() {
        #expect(throws: (any Error).self) {
            try executed("array[int, 3] a; output int u; int i = 3; u = a[i];")
        }
        // Inside the array, but outside the slice that the reference is.
        #expect(throws: (any Error).self) {
            try executed(
                """
                def f(mutable array[int, #dim = 1] a, int i) { a[i] = 1; }
                array[int, 5] a; int i = 2;
                f(a[1:2], i);
                """)
        }
    }

    @Test func mistakesAreNamed() {
        #expect(errors("array[int, 3] a; a[3] = 1;") == ["QASM0401 3"])
        #expect(errors("array[int, 3] a; array[int, 2] b; a = b;") == ["QASM0305 b"])
        #expect(errors("array[int, 3] a; array[uint, 3] b; a = b;") == ["QASM0301 b"])
        #expect(errors("array[int, 2] a = {1, 2, 3};") == ["QASM0305 {1, 2, 3}"])
        #expect(errors("array[int, 2] a; a = 1;") == ["QASM0301 1"])
        #expect(errors("array[int, 2, 2] a; int x = a[1];") == ["QASM0301 a[1]"])
        #expect(errors("array[bit, 2] a;") == ["QASM0301 bit"])
        #expect(errors("if (true) { array[int, 2] a; }") == ["QASM0107 a;"])
        #expect(errors("def f(readonly array[int, 2] a) { a[0] = 1; }") == ["QASM0306 a[0]"])
        #expect(
            errors(
                "def f(mutable array[int, #dim = 1] a, readonly array[int, #dim = 1] b) { } array[int, 4] x; f(x[0:2], x[2:3]);"
            )
                == ["QASM0402 x[2:3]"])
        #expect(errors("array[int, 2] a; a[{0, 1}] = 1;") == ["QASM0301 0"])
    }
}
