import Circuits
import Languages
import Testing

@Suite struct TimingTests {
    @Test func durationsAreKnownBeforeTheProgramRuns() throws {
        let program = circuit(
            """
            OPENQASM 3.0;
            qubit q;
            duration a = 300ns;
            duration b = 800dt;
            duration c = a * 2 + 1us;
            delay[a] q;
            delay[b] q;
            delay[c / 2] q;
            delay[b / 2 + 100dt] q;
            """)
        let delays = program.body.filter { if case .delay = $0.operation { true } else { false } }
        #expect(delays.map(\.operation) == [.delay(.seconds), .delay(.dt), .delay(.seconds), .delay(.dt)])
        #expect(delays[0].parameters[0].constant == 3e-7)
        #expect(delays[1].parameters[0].constant == 800)
        #expect(abs(delays[2].parameters[0].constant! - 8e-7) < 1e-21)
        #expect(delays[3].parameters[0].constant == 500)
    }

    /// "const duration pulse_length_start = 20dt;" of the specification's OpenPulse page.
    @Test func timesInTheMachinesUnitAreConstants() throws {
        let program = circuit(
            """
            OPENQASM 3.0; const duration step = 20dt; qubit q; delay[2 * step] q;
            def wait(qubit r) { delay[step] r; } wait(q);
            """)
        let delays = program.body.filter { if case .delay = $0.operation { true } else { false } }
        #expect(delays.map(\.operation) == [.delay(.dt), .delay(.dt)])
        #expect(delays.map { $0.parameters[0].constant } == [40, 20])
        #expect(errors("const duration d = 20dt; d = 5ns;") == ["QASM0306 d"])
        #expect(errors("bit b; duration e; if (b) { e = 5ns; } const duration d = e;") == ["QASM0302 e"])
    }

    @Test func stretchesAndDurationsOfBlocksAreKept() throws {
        let values = try executed(
            """
            stretch a;
            duration start = -0.5 * durationof({x $0;}) + a;
            output bool b;
            box {
              delay[start] $0;
              x $0;
              nop $1;
            }
            box[100ns] { delay[2 * a] $1; }
            b = measure $0;
            """)
        #expect(values[number: "b"] == 1)
    }

    @Test func aDurationOfAGateIsABoxAroundIt() throws {
        let program = circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit q; rx(0.5)[250ns] q;")
        guard case .box(let length?, let body)? = program.body.controlFlow.first else {
            Issue.record("no box")
            return
        }
        #expect(length.value.constant == 2.5e-7 && length.unit == .seconds)
        #expect(body.count == 1 && body[0].standardGate == .rx)
    }

    @Test func negativeDurationsAreRefused() {
        #expect(errors("qubit q; delay[-5ns] q;") == ["QASM0303 -5ns"])
        #expect(errors("qubit q; duration a = 5ns; delay[a - 10ns] q;") == ["QASM0303 a - 10ns"])
        #expect(errors("stretch s; s = 5ns;") == ["QASM0306 s"])
    }
}
