import Languages
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Guards against the reader becoming slow. Thresholds are generous: figures are measured by `make bench`; these fail when
/// something costs several times what it did, or grows faster than the text.
@Suite struct ReadingSpeedTests {
    /// Seconds of this thread's processor: other work on the machine does not count.
    private func seconds(_ work: () -> Void) -> Double {
        func now() -> Double {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
        }
        let start = now()
        work()
        return now() - start
    }

    private static let header = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit[100] q;\nbit[100] c;\n"

    private static func text(_ size: Int) -> String {
        let block = (0..<50).map { k in
            "u3(\(0.123456789012 + Double(k)), -1.\(k)5, pi/\(k + 1)) q[\(k)];\ncx q[\(k)], q[\(k + 1)];\nrz(0.\(k)25) q[\(k + 2)];\n"
        }.joined()
        return header + String(repeating: block, count: max(1, size / block.utf8.count))
    }

    /// Twenty megabytes a second are promised of a release build; this is a debug build with optimised modules.
    @Test func megabytesPerSecond() {
        let source = SourceText(Self.text(4_000_000))
        let best = (0..<3).map { _ in seconds { #expect(OpenQASM.parse(source).circuit != nil) } }.min()!
        let rate = Double(source.bytes.count) / best * 1e-6
        #expect(rate > 10, "\(rate) MB/s")
    }

    /// Programs of which a part is repeated, and what a byte of them may cost, in microseconds: 4 is far above the cost of
    /// anything linear here, and a quadratic cost exceeds it many times at this size.
    @Test(arguments: [
        "h q[0];\n", "gate g# a { h a; }\n", "int x# = 1;\n", "{ int q = 1; }\n", "int[8] y = 1; y = y + 2;\n",
        "h r;\n", "?;\n",
        "h q;\nbarrier q;\n", "// comment\n", "@note x\nh q[0];\n", "let a# = q[0:1];\n", "const int k# = #;\n",
        "if (c[0]) h q[0];\n",
        "def f#(qubit a) { h a; }\n", "bit b# = measure q[0];\n", "pragma x\n", "barrier;\n",
        "for int i in [0:1] { h q[i]; }\n",
        "rz(1+2*3-4/5) q[0];\n", "ctrl @ x q[0], q[1];\n", "h q[0]\n", "} ", "{ ", "q", "\"", "/* */",
        "delay[100ns] q[0];\n",
    ])
    func costGrowsWithTheText(_ piece: String) {
        let count = 300_000 / piece.utf8.count
        for wrap in [("", ""), ("def whole(qubit p) {\n", "}\n"), ("if (c[0]) {\n", "}\n")] {
            let body = (0..<count).map { piece.replacing("#", with: "\($0)") }.joined()
            let source = SourceText(Self.header + wrap.0 + body + wrap.1)
            let elapsed = seconds {
                let outcome = OpenQASM.check(source)
                _ = outcome.report
                _ = try? OpenQASM.format(source)
            }
            #expect(elapsed < 4e-6 * Double(source.bytes.count), "\(piece) in \(wrap.0): \(elapsed) s")
        }
    }
}
