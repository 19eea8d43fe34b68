import Circuits
import Languages
import Testing

/// What a circuit calls its parts comes back from its text, whatever it is.
@Suite struct NameTests {
    private func expectSame(
        _ circuit: Circuit, _ version: OpenQASMWriter.Version = .version3,
        sourceLocation: Testing.SourceLocation = #_sourceLocation
    ) throws -> String {
        let text = try OpenQASMWriter.write(circuit, version: version)
        let outcome = OpenQASM.parse(SourceText(name: circuit.name, text))
        #expect(outcome.circuit == circuit, "\(outcome.report)\n\(text)", sourceLocation: sourceLocation)
        return text
    }

    /// A register called like a gate of the include file: the file is not included, and each gate that the circuit uses is
    /// defined by what the language itself has. Were a definition not the gate's, it would come back as a gate of its own.
    @Test(arguments: StandardGate.allCases.filter { $0 != .gphase })
    func registersNamedLikeGates(_ gate: StandardGate) throws {
        for version in [OpenQASMWriter.Version.version3, .version2] {
            var circuit = Circuit(name: "gate")
            circuit.addQubitRegister("u1", count: 5)
            circuit.addBitRegister("cu3", count: 1)
            if version == .version3 { circuit.addBitRegister("phase", count: 1) }
            circuit.append(gate, Array(0..<gate.qubitCount), (0..<gate.parameterCount).map { 0.3 + 0.4 * Double($0) })
            let text = try expectSame(circuit, version)
            #expect(!text.contains("include") && text.contains(" u1["))
        }
    }

    @Test func programsWithoutInclude() throws {
        let program = circuit(
            """
            OPENQASM 3.0;
            gate h a { U(pi / 2, 0, pi) a; gphase(-pi / 4); }
            gate x a { U(0.1, 0, 0) a; }
            qubit[2] t; bit[2] s; int[8] p = 3;
            h t[0]; x t[1];
            while (p > 0) { p -= 1; s = measure t; }
            """)
        #expect(program.gates.map(\.name) == ["x"])
        let text = try expectSame(program)
        #expect(text.contains("qubit[2] t;") && text.contains("gate h ") && text.contains("gate x "))
    }

    @Test func variablesThatHideIncludedGates() throws {
        let program = circuit(
            """
            OPENQASM 3.0; include "stdgates.inc";
            output int[32] t; qubit[2] q; stretch s;
            t = 0;
            for int[32] x in [0:3] { int[32] y = x * 2; t += y; }
            x q[0]; y q[1]; box[s] { z q[0]; }
            """)
        #expect(Set(program.variables.map(\.name)) == ["t", "s", "x_1", "y_1"])
        _ = try expectSame(program)
    }

    /// Names that no text can have are said in front of the declaration.
    @Test func namesOutsideTheLanguage() throws {
        for name in [
            "int", "my reg", "\"q\"", "", "_", "a\nb\\", "q-1", "7th", "pi", "U", "sin", "ä", "\u{200D}x", "😀",
        ] {
            var circuit = Circuit(name: "names")
            circuit.addQubitRegister(name, count: 2)
            circuit.addBitRegister(name + "'", count: 2)
            circuit.addVariable(Variable(name: name + "*", type: .int(8), role: .output))
            circuit.append(.h, [0])
            circuit.measure(0, into: 1)
            let text = try expectSame(circuit)
            #expect(text.contains("@kelvin.name \""))
        }
    }

    @Test func oneNameForSeveralThings() throws {
        var circuit = Circuit(name: "names")
        circuit.addQubitRegister("q", count: 1)
        circuit.addBitRegister("q", count: 1)
        circuit.addBitRegister("q", count: 2)
        circuit.measure(0, into: 2)
        _ = try expectSame(circuit)
    }

    @Test func replacedGatesOfVersion2() throws {
        let source = SourceText(
            name: "test.qasm", "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[1]; h q[0]; gate h a { x a; } h q[0];")
        let text = try expectSame(try #require(OpenQASM.parse(source).circuit))
        #expect(text.contains("@kelvin.name \"h\"\ngate h_1 "))
    }

    /// Version 2 has no words for such names: they are refused, each with one that it has.
    @Test(arguments: [("Q", "q_Q"), ("my reg", "my_reg"), ("if", "if_1"), ("ä", "q"), ("opaque", "opaque_1")])
    func namesInVersion2(_ name: String, _ cure: String) throws {
        var circuit = Circuit(name: "names")
        circuit.addQubitRegister(name, count: 2)
        let error = #expect(throws: OpenQASMWriterError.self) {
            try OpenQASMWriter.write(circuit, version: .version2)
        }
        #expect(error?.description == "OpenQASM 2 cannot say the name \"\(name)\"; '\(cure)' would do")
    }

    @Test func aNameIsQuoted() {
        #expect(errors("@kelvin.name q r\nqubit q;") == ["QASM0101 @kelvin.name"])
        #expect(errors("@kelvin.name \"q\\x\"\nqubit q;").count == 1)
    }
}
