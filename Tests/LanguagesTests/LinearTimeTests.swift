#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Languages
import Testing

/// Four times the text takes about four times the work, whatever the text is made of: sixteen times would be a program that
/// a stranger can hang.
///
/// The measure is the thread's own processor time, the least of several runs: other work on the machine does not count.
@Suite(.serialized) struct LinearTimeTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// How many pieces the smaller program has.
        var count: Int
        var text: @Sendable (Int) -> String
    }

    private static func lines(_ count: Int, _ line: (Int) -> String) -> String {
        (0..<count).map(line).joined(separator: "\n") + "\n"
    }

    /// Loops within one another, each as long as the one around it says.
    private static func nest(_ depth: Int) -> String {
        (0..<depth).map { "for int i\($0) in [0:\($0 == 0 ? "3" : "i\($0 - 1)")] {" }.joined(separator: "\n")
            + String(repeating: "}", count: depth)
    }

    static let shapes: [Shape] = [
        Shape(testDescription: "names", count: 3000) { n in
            lines(n) { "int a\($0) = \($0);" } + lines(n) { "a\($0) = a\(n - 1 - $0) + 1;" }
        },
        Shape(testDescription: "qubits and gates", count: 2000) { n in
            lines(n) { "qubit q\($0);" } + lines(n) { "cx q\($0), q\(($0 + 1) % n);" }
        },
        Shape(testDescription: "gate definitions", count: 1000) { n in
            lines(n) { "gate g\($0)(a) x { rx(a) x; \($0 == 0 ? "h" : "g\($0 - 1)(a)") x; }" }
                + "qubit q; g\(n - 1)(1) q;"
        },
        Shape(testDescription: "subroutines behind a long program", count: 300) { n in
            "qubit q;\n" + lines(20 * n) { "rx(\($0)) q;" }
                + lines(n) { "def f\($0)(int a) -> int { return a + \($0); }" }
                + "int s;\n" + lines(n) { "s = f\($0)(s);" }
        },
        Shape(testDescription: "loops beside names", count: 500) { n in
            "def f(int a) -> int { return a; }\n" + lines(n) { "array[int, 2] a\($0);" } + "int s;\n"
                + lines(n) { "for int i in [0:3] { a\($0)[0] = i; s = s + a\($0)[1]; }" }
        },
        Shape(testDescription: "loops within loops", count: 40) { n in
            lines(n) { _ in nest(20) }
        },
        Shape(testDescription: "loops within loops that are written out", count: 40) { n in
            "qubit[4] q;\n"
                + lines(n) { _ in "for int i in [0:1] { for int j in [0:1] { for int k in [0:1] { x q[i + j + k]; } } }"
                }
        },
        Shape(testDescription: "loops written out in a gate", count: 400) { n in
            "gate g a { for int i in [0:\(10 * n - 1)] { for int j in [0:4] { x a; } } }\nqubit q; g q;"
        },
        Shape(testDescription: "durations in a loop", count: 1000) { n in
            "qubit q; duration d = durationof({x $0;});\nfor int i in [0:3] {\n" + lines(n) { _ in "delay[d] q;" }
                + "}\n"
        },
        Shape(testDescription: "sums of durations", count: 500) { n in
            "qubit q; stretch s; duration d0 = s;\n"
                + lines(n) { "duration d\($0 + 1) = s + \($0)ns; delay[d\($0 + 1)] q;" }
        },
        Shape(testDescription: "registers", count: 1000) { n in
            lines(n) { "bit[3] c\($0); c\($0)[1] = true;" } + lines(n) { "if (c\($0) == 2) { c\($0)[0:1] = \"11\"; }" }
        },
        Shape(testDescription: "one wide register", count: 3000) { n in
            "qubit[\(n)] q; bit[\(n)] c; h q; c = measure q;\n" + lines(n) { "if (c[\($0)]) x q[\($0)];" }
        },
        Shape(testDescription: "aliases", count: 1000) { n in
            "qubit[8] q;\n" + lines(n) { "let a\($0) = q[\($0 % 4):7];" } + lines(n) { "h a\($0)[0];" }
        },
        Shape(testDescription: "scopes that hide", count: 2000) { n in
            "int x;\n" + lines(n) { "if (x == \($0)) { int x = \($0); x = x + 1; }" }
        },
        Shape(testDescription: "a switch of many cases", count: 2000) { n in
            "int x;\nswitch (x) {\n" + lines(n) { "case \($0) { x = \($0 + 1); }" } + "}\n"
        },
        Shape(testDescription: "a long sum", count: 150) { n in
            lines(20) { "float f\($0) = " + (0..<n).map { "\($0).5" }.joined(separator: " + ") + ";" }
        },
        Shape(testDescription: "annotations", count: 2000) { n in
            "qubit q;\n" + lines(n) { "@note \($0)\nx q;" }
        },
        Shape(testDescription: "pragmas and calibrations", count: 2000) { n in
            "defcalgrammar \"openpulse\";\n" + lines(n) { "pragma word \($0)\ncal { play \($0); }" }
        },
        Shape(testDescription: "wide numbers", count: 300) { n in
            "uint[128] x = 1;\n"
                + lines(n) { "x = x * \($0) + 340282366920938463463374607431768211455; x[3:9] = \"1010101\";" }
        },
        Shape(testDescription: "unknown names", count: 2000) { n in
            lines(n) { "int a\($0);" } + lines(n) { "b\($0) = 1;" }
        },
        Shape(testDescription: "syntax errors", count: 3000) { n in lines(n) { "int[\($0) a\($0) = ;" } },
        Shape(testDescription: "complex numbers", count: 300) { n in
            lines(n) { "complex[float[64]] z\($0) = \($0) + 2im; z\($0) = z\($0) * z\(max(0, $0 - 1));" }
        },
        // What lowers a part of an expression twice takes twice as long for each level around it.
        Shape(testDescription: "negations of negations", count: 5) { n in
            "bool a; bool b = \(String(repeating: "!", count: n))a;"
        },
        Shape(testDescription: "indices in indices", count: 5) { n in
            "bit[4] a; a[1] = \(String(repeating: "a[int(", count: n))a[0]\(String(repeating: ")]", count: n));"
        },
        Shape(testDescription: "unfinished blocks", count: 300) { n in lines(n) { _ in "if (true) {" } },
    ]

    @Test(arguments: shapes) func fourTimesTheText(_ shape: Shape) {
        let small = seconds(shape, 1), large = seconds(shape, 4)
        // Below a millisecond nothing is measured.
        #expect(large < 9 * max(small, 1e-3), "\(small) s and \(large) s for four times the text")
    }

    private func seconds(_ shape: Shape, _ factor: Int) -> Double {
        let text = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n" + shape.text(factor * shape.count)
        return (0..<3).map { _ in
            let start = Self.now
            _ = OpenQASM.check(SourceText(text))
            return Self.now - start
        }.min()!
    }

    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
