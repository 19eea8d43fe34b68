import Circuits
import Languages
import Simulators
import Testing

@Suite struct ConstructTests {
    @Test func exponentsOfRunTime() throws {
        let values = try executed(
            """
            qubit[4] q;
            int k = 3; int down = -1; uint[4] u = 2; float f = 0.5;
            bit[4] c;
            pow(k) @ x q[0];
            // Three quarter turns and one back are half a turn.
            pow(k) @ sx q[1];
            pow(down) @ sx q[1];
            h q[2];
            ctrl @ pow(u) @ s q[0], q[2];
            h q[2];
            // Two square roots.
            pow(f) @ x q[3];
            pow(f) @ x q[3];
            c = measure q;
            """)
        #expect(values["c"] == .bits(BitString("1111")!))
    }

    @Test func breaksAndContinuesInLoopsThatAreWrittenOut() throws {
        let values = try executed(
            """
            qubit[6] q;
            bit[6] c; bit b;
            x q[1]; x q[4];
            for int k in [0:5] {
              b = measure q[k];
              if (k == 4) { break; }
              if (b) { continue; }
              x q[k];
            }
            c = measure q;
            """)
        #expect(values["c"] == .bits(BitString("011111")!))
    }

    @Test func switchesWithManyLabels() throws {
        let values = try executed(
            """
            const int A = 1;
            output int[8] sum;
            sum = 0;
            for int i in [0:7] {
              switch (i * 2 - 3) {
                case A, 3, 5 { sum += 1; }
                case -3 { sum += 10; }
                default { sum += 100; }
              }
            }
            """)
        // 1, 3, 5 once each; -3 once; -1, 7, 9, 11 fall to the default: 413 in eight bits.
        #expect(values[number: "sum"] == Double(Int8(truncatingIfNeeded: 413)))
    }

    @Test func aliasesAreReferences() throws {
        let values = try executed(
            """
            bit[4] c = "0011"; bit[2] d = "10";
            output bit[4] seen;
            let ends = c[{0, 3}];
            let joined = d ++ c[1:2];
            ends = "10";
            seen = joined;
            """)
        #expect(values["c"] == .bits(BitString("1010")!))
        #expect(values["seen"] == .bits(BitString("0110")!))
    }

    @Test func localsOfALoopStartAnew() throws {
        let values = try executed(
            """
            output int sum;
            sum = 0;
            int i = 0;
            while (i < 3) { int local; bit[2] b; local += 1; b[0] ^= true; sum += local + int(uint[2](b)); i += 1; }
            """)
        #expect(values[number: "sum"] == 6)
    }

    @Test func externsAreTypedAndRefusedWhenReached() throws {
        let text = """
            OPENQASM 3.0;
            extern vote(bit[3]) -> bit;
            extern log(int[32], readonly array[int[8], 2]);
            array[int[8], 2] a;
            bit[3] c; bit r; int[32] n;
            if (n == 1) { r = vote(c); log(n, a); }
            """
        let program = circuit(text)
        #expect(program.externals.map(\.name) == ["vote", "log"])
        let written = try OpenQASMWriter.write(program)
        #expect(written.contains("extern vote(bit[3]) -> bool;"))
        #expect(OpenQASM.parse(SourceText(name: program.name, written)).circuit == program)
        // Not reached: nothing is missing.
        _ = try Simulation(program).run(shots: 1, seed: 1)
        let reached = circuit("OPENQASM 3.0; extern f(int) -> int; int x = 1; x = f(x) + 1;")
        do {
            _ = try Simulation(reached).run(shots: 1, seed: 1)
            Issue.record("an extern was executed")
        } catch {
            #expect(error.message.contains("extern 'f'"))
        }
        #expect(errors("extern f(int[8]) -> int[8]; int[8] y = f(1, 2);") == ["QASM0304 f(1, 2)"])
        #expect(errors("extern f(bit[4]) -> bit; bit[3] c; bit b = f(c);") == ["QASM0305 c"])
    }

    @Test func calibrationsAreKept() throws {
        let text = """
            OPENQASM 3.0;
            defcalgrammar "openpulse";
            cal { port d0; frame f = newframe(d0, 5e9, 0.0); }
            defcal zx90 $0, $1 { play(f, {nested: {braces}}); }
            defcal x $0 { play(f); }
            include "stdgates.inc";
            x $0;
            zx90 $0, $1;
            """
        let outcome = OpenQASM.parse(SourceText(name: "test.qasm", text))
        #expect(outcome.errors.isEmpty, "\(outcome.report)")
        #expect(outcome.warnings.count == 1)
        let program = try #require(outcome.circuit)
        #expect(program.calibrations.count == 4)
        #expect(program.calibrations[2] == "defcal zx90 $0, $1 { play(f, {nested: {braces}}); }")
        #expect(program.body[0].standardGate == .x)
        let written = try OpenQASMWriter.write(program)
        #expect(OpenQASM.parse(SourceText(name: program.name, written)).circuit == program, "\(written)")
        // Without a unitary the gate is carried, not executed.
        #expect(throws: (any Error).self) { try Simulation(program).run(shots: 1, seed: 1) }
    }

    @Test func halfPrecision() throws {
        let values = try executed("output float[16] u; u = 0.1; u = u + 2048.0;")
        #expect(values[number: "u"] == 2048)
    }
}
