import Circuits
import Languages
import Testing

/// The circuit of a program that must have no diagnostics at all.
func circuit(_ text: String, name: String = "test.qasm", sourceLocation: Testing.SourceLocation = #_sourceLocation)
    -> Circuit
{
    let outcome = OpenQASM.parse(SourceText(name: name, text))
    #expect(outcome.diagnostics.isEmpty, "\(outcome.report)", sourceLocation: sourceLocation)
    return outcome.circuit ?? Circuit()
}

@Suite struct ProgramTests {
    @Test func teleportation() throws {
        let program = circuit(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            qubit[3] q;
            bit c0; bit c1;
            bit result;
            U(0.3, 0.2, 0.1) q[0];
            h q[1];
            cx q[1], q[2];
            barrier q;
            cx q[0], q[1];
            h q[0];
            c0 = measure q[0];
            measure q[1] -> c1;
            if (c1 == 1) { x q[2]; }
            if (c0) z q[2];
            result = measure q[2];
            """)
        #expect(program.qubitCount == 3)
        #expect(program.bitRegisters.map(\.name) == ["c0", "c1", "result"])
        #expect(program.body.count == 11)
        #expect(program.body[0] == Instruction(.u, [Qubit(0)], [0.3, 0.2, 0.1], location: program.body[0].location))
        #expect(abs(program.globalPhase.constant! - 0.15) < 1e-15)
        guard case .controlFlow(let place) = program.body.operation(at: 8),
            case .branch(let condition, let then, nil) = program.body.controlFlow[place]
        else {
            Issue.record("no branch")
            return
        }
        #expect(condition == Expression(.binary(.equal, .bit(ClassicalBit(1)), .bool(true)), type: .bool))
        #expect(then.count == 1 && then[0].standardGate == .x)
        #expect(program.body.operation(at: 10) == .measure(into: ClassicalBit(2)))
    }

    @Test func fourierTransformUnrolls() throws {
        let program = circuit(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            const int n = 4;
            qubit[n] q;
            for int i in [n - 1:-1:0] {
              h q[i];
              for int j in [i - 1:-1:0] { cp(pi / 2 ** (i - j)) q[j], q[i]; }
            }
            for int i in [0:n / 2 - 1] { swap q[i], q[n - 1 - i]; }
            """)
        let unitary = try program.unitary()
        let omega = 2 * Double.pi / 16
        for row in 0..<16 {
            for column in 0..<16 {
                let expected = 0.25 * Complex(phase: omega * Double(row * column))
                #expect((unitary[row, column] - expected).magnitude < 1e-12)
            }
        }
    }

    @Test func locationsPointIntoTheText() {
        let source = SourceText(
            name: "a.qasm", "OPENQASM 2.0;\ninclude \"qelib1.inc\";\nqreg q[2];\n  h q[0];\ncx q[0],q[1];\n")
        let program = OpenQASM.parse(source).circuit!
        #expect(source.location(of: program.body[0].location)! == (4, 3))
        #expect(source.location(of: program.body[1].location)! == (5, 1))
        #expect(source.location(of: .none) == nil)
    }
}
