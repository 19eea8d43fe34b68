import Circuits
import Languages
import Foundation
import Testing

@Suite struct RoundTripTests {
    /// Every example comes back as it was, from OpenQASM 3 and, where that can say it, with the same text from 2.
    @Test func examplesComeBack() throws {
        let directory = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../Examples").standardized
        let examples = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "qasm" }
        #expect(examples.count >= 12)
        for example in examples {
            let text = try String(contentsOf: example, encoding: .utf8)
            let circuit = try #require(OpenQASM.parse(SourceText(name: "example", text)).circuit)
            let written = try OpenQASMWriter.write(circuit)
            let read = OpenQASM.parse(SourceText(name: "example", written)).circuit
            #expect(read == circuit, "\(example.lastPathComponent)\n\(written)")
            guard let older = try? OpenQASMWriter.write(circuit, version: .version2) else { continue }
            let again = try #require(OpenQASM.parse(SourceText(name: "example", older)).circuit)
            #expect(try OpenQASMWriter.write(again, version: .version2) == older, "\(example.lastPathComponent)")
        }
    }

    private func expectSame(_ circuit: Circuit, _ version: OpenQASMWriter.Version = .version3) throws {
        let text = try OpenQASMWriter.write(circuit, version: version)
        let outcome = OpenQASM.parse(SourceText(name: circuit.name, text))
        #expect(outcome.errors.isEmpty, "\(outcome.report)\n\(text)")
        guard let read = outcome.circuit else { return }
        #expect(
            read == circuit, "\(text)\n--- becomes ---\n\((try? OpenQASMWriter.write(read, version: version)) ?? "")")
        #expect(try OpenQASMWriter.write(read, version: version) == text)
    }

    /// Each gate of the set, in both versions: what the includes lack travels with a definition that is recognised.
    @Test(arguments: StandardGate.allCases.filter { $0 != .gphase })
    func everyStandardGate(_ gate: StandardGate) throws {
        var circuit = Circuit(name: "gate", qubitCount: 5, bitCount: 1)
        let parameters = (0..<gate.parameterCount).map { 0.3 + 0.4 * Double($0) }
        circuit.append(gate, Array(0..<gate.qubitCount), parameters)
        try expectSame(circuit)
        try expectSame(circuit, .version2)
    }

    @Test func randomCircuits() throws {
        var generator = SeededGenerator(seed: 20)
        let gates = StandardGate.allCases.filter { $0 != .gphase }
        for _ in 0..<60 {
            var circuit = Circuit(name: "random")
            circuit.addQubitRegister("left", count: Int.random(in: 1...3, using: &generator))
            circuit.addQubitRegister("right", count: Int.random(in: 4...6, using: &generator))
            circuit.addBitRegister("m", count: circuit.qubitCount)
            for _ in 0..<40 {
                let qubits = Array(0..<circuit.qubitCount).shuffled(using: &generator)
                switch Int.random(in: 0..<10, using: &generator) {
                case 0: circuit.measure(qubits[0], into: Int.random(in: 0..<circuit.bitCount, using: &generator))
                case 1: circuit.reset(qubits[0])
                case 2: circuit.barrier(Array(qubits.prefix(3)))
                default:
                    let gate = gates.randomElement(using: &generator)!
                    let angles = (0..<gate.parameterCount).map { _ in
                        Bool.random(using: &generator)
                            ? Double.random(in: -7...7, using: &generator)
                            : .pi * Double(Int.random(in: -9...9, using: &generator))
                                / Double(Int.random(in: 1...16, using: &generator))
                    }
                    circuit.append(gate, Array(qubits.prefix(gate.qubitCount)), angles)
                }
            }
            try expectSame(circuit)
            try expectSame(circuit, .version2)
        }
    }

    /// The rest of the language: what a program says is what its circuit, written and read again, says.
    @Test func wholeProgram() throws {
        let program = circuit(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            pragma keep this
            input float[64] theta;
            input angle[8] phi;
            output int[16] result;
            qubit[3] q; qubit r; bit[3] c; bit flag;
            gate twist(a, b) x0, x1 { rz(a / 2 - b) x0; ctrl @ rx(sin(a)) x0, x1; gphase(a * 2); }
            twist(theta, 0.5) q[0], q[1];
            inv @ twist(theta * 2, 1) q[1], q[2];
            negctrl @ ctrl(2) @ pow(0.3) @ h q[0], q[1], q[2], r;
            U(theta, 0.2, 0.3) r;
            rz(phi) r;
            int[8] k = -5; uint[4] w4 = 3; bool yes = true; duration d = 120ns; float[32] small = 0.1;
            result = k * 2 + 1;
            k = (k - 3) * (k + 1) << 2;
            w4 = uint[4](c[0:1] == "10") ^ w4 | 5;
            yes = !yes && (k < 3 || k >= int[8](w4)) && c != "101";
            phi += pi / 4; phi = phi * 2; small = small ** 2.5;
            c[k] = measure_free;
            """.replacingOccurrence(
                "c[k] = measure_free;",
                with: """
                    c = measure q;
                    c[2] = yes;
                    w4[1] = flag;
                    if (c[0]) { x q[0]; } else { if (c == 2) { y q[1]; } }
                    for int[16] i in [0:2:k] { rx(theta * i) r; if (i == 4) { break; } }
                    for uint[8] w in {1, 2, 5} { w4 += w; continue; }
                    while (k < 7) { k += 1; flag = measure r; }
                    switch (k) { case 1, -2 { z r; } case 3 { } default { reset r; } }
                    box[300ns] { delay[d * 2] q[0]; delay[100dt] q[1], q[2]; }
                    box { barrier q, r; }
                    @hint twice as fast
                    @other.word
                    h r;
                    gate late(a) y0 { twist(a, a) y0, y0b; }
                    end;
                    """
            ).replacingOccurrence("gate late(a) y0 {", with: "gate late(a) y0, y0b {"))
        try expectSame(program)
    }

    @Test func definitionsAfterUseAreReordered() throws {
        let program = circuit(
            """
            OPENQASM 3.0; include "stdgates.inc"; input float[64] a; qubit[2] q; bit[2] c;
            rz(a + 1) q[0]; negctrl @ h q[0], q[1];
            for int i in [0:int(c)] { rz(a * i) q[0]; }
            gate g(b) x0 { rz(b * 3) x0; }
            gate cs x0, x1 { ctrl @ inv @ sdg x0, x1; rz(0 * 1.0) x0; }
            int late = 4;
            g(a) q[1]; cs q[0], q[1]; late = late + 1;
            """)
        #expect(program.gates.map(\.name).first == "g")
        try expectSame(program)
    }

    @Test func physicalQubits() throws {
        let program = circuit("OPENQASM 3.0; include \"stdgates.inc\"; bit c; h $3; cx $3, $1; c = measure $1;")
        #expect(program.qubitCount == 4)
        let text = try OpenQASMWriter.write(program)
        #expect(text.contains("cx $3, $1;") && !text.contains("qubit["))
        try expectSame(program)
        var compiled = Circuit(name: "compiled", qubitCount: 8, bitCount: 0)
        compiled.append(.sx, [7])
        #expect(try OpenQASMWriter(qubits: .physical).write(compiled).hasSuffix("sx $7;\n"))
        #expect(try OpenQASMWriter().write(compiled).hasSuffix("qubit[8] q;\nsx q[7];\n"))
    }

    @Test func version2RefusesByName() {
        let refused: [(String, String)] = [
            ("while (c[0]) { x q[0]; }", "a while loop"), ("if (c[0]) { x q[0]; }", "a condition other than"),
            ("ctrl @ negctrl @ h q[0], q[1], q[2];", "the modified gate"), ("delay[10ns] q[0];", "a delay"),
            ("int k = 1;", "an assignment"), ("box { x q[0]; }", "a box"), ("end;", "an early end"),
            ("gphase(int[31](3));", "a global phase"), ("inv @ gphase(pi / 4);", "a global phase"),
        ]
        for (statement, words) in refused {
            let program = circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit[3] q; bit[2] c; \(statement)")
            let error = #expect(throws: OpenQASMWriterError.self) {
                try OpenQASMWriter.write(program, version: .version2)
            }
            #expect(error?.description.contains(words) ?? false, "\(statement): \(String(describing: error))")
        }
    }

    @Test func version2ReadsItsIncludeWhateverVariablesAreCalled() throws {
        // There are no variables in it, so that none takes the name of a gate away.
        let circuit = try circuit("duration x; int h; qubit q; reset q;")
        let text = try OpenQASMWriter.write(circuit, version: .version2)
        #expect(text.contains("include \"qelib1.inc\";"))
        let again = try #require(OpenQASM.parse(SourceText(name: "program", text)).circuit)
        #expect(try OpenQASMWriter.write(again, version: .version2) == text)
    }

    @Test func version2LeavesOutDefinitionsThatNobodyCalls() throws {
        let source = SourceText(
            """
            OPENQASM 3.0;
            include "stdgates.inc";
            gate inner a { x a; }
            gate outer a { inner a; }
            gate unsaid a { gphase(0.3); z a; }
            qubit[2] q;
            outer q[0];
            """)
        let circuit = try #require(OpenQASM.parse(source).circuit)
        let text = try OpenQASMWriter.write(circuit, version: .version2)
        #expect(text.contains("gate inner") && text.contains("gate outer"))
        #expect(!text.contains("unsaid"))
        #expect(try OpenQASMWriter.write(circuit, version: .version3).contains("unsaid"))
    }

    @Test func version2Conditions() throws {
        try expectSame(
            circuit(
                "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; creg c[2]; if(c==2) rz(pi/2) q[0]; if(c==3) measure q[0] -> c[1];"
            ),
            .version2)
    }
}

extension String {
    func replacingOccurrence(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
