import Circuits
import Languages
import Simulators
import Testing

@Suite struct DialectTests {
    private func read(_ text: String, _ dialect: Dialect) -> ParseOutcome {
        OpenQASM.parse(SourceText(name: "program", text), dialect: dialect)
    }

    /// Matrices as Braket's documentation gives them, the first qubit most significant.
    @Test func gatesOfBraket() throws {
        let i = Complex(0, 1)
        func e(_ angle: Double) -> Complex { Complex(phase: angle) }
        let (c, s) = (Complex(_cos(0.35)), Complex(_sin(0.35)))
        let expected: [(String, Matrix)] = [
            ("cphaseshift00(0.7)", Matrix(diagonal: [e(0.7), .one, .one, .one])),
            ("cphaseshift01(0.7)", Matrix(diagonal: [.one, e(0.7), .one, .one])),
            ("cphaseshift10(0.7)", Matrix(diagonal: [.one, .one, e(0.7), .one])),
            ("cphaseshift(0.7)", Matrix(diagonal: [.one, .one, .one, e(0.7)])),
            (
                "pswap(0.7)",
                Matrix(
                    dimension: 4,
                    elements: [
                        .one, .zero, .zero, .zero, .zero, .zero, e(0.7), .zero, .zero, e(0.7), .zero, .zero, .zero,
                        .zero, .zero, .one,
                    ])
            ),
            (
                "xy(0.7)",
                Matrix(
                    dimension: 4,
                    elements: [
                        .one, .zero, .zero, .zero, .zero, c, i * s, .zero, .zero, i * s, c, .zero, .zero, .zero, .zero,
                        .one,
                    ])
            ),
        ]
        for (call, matrix) in expected {
            // Kelvin's qubit 0 is the least significant: the operands change places.
            let outcome = read("OPENQASM 3.0; qubit[2] q; \(call) q[1], q[0];", .braket)
            let circuit = try #require(outcome.circuit, "\(outcome.report)")
            #expect(try circuit.unitary().distance(to: matrix) < 1e-12, "\(call)")
        }
        let ion = try #require(read("OPENQASM 3.0; qubit q; gpi(0.3) q;", .braket).circuit)
        #expect(
            try ion.unitary().distance(
                to: Matrix(dimension: 2, elements: [.zero, e(-0.3), e(0.3), .zero])) < 1e-12)
    }

    @Test func dialectsAreNeverGuessed() throws {
        #expect(read("OPENQASM 3.0; qubit[2] q; cnot q[0], q[1];", .openQASM).circuit == nil)
        #expect(read("OPENQASM 3.0; qubit[2] q; cnot q[0], q[1];", .braket).circuit != nil)
        #expect(read("OPENQASM 3.0; include \"stdgates.inc\"; qubit q; sdag q;", .openQASM).circuit == nil)
        #expect(read("OPENQASM 3.0; include \"stdgates.inc\"; qubit q; sdag q; tdag q;", .oqtopus).circuit != nil)
        #expect(read("OPENQASM 3.0; qubit[2] q; rzz(0.2) q[0], q[1];", .qiskit).circuit != nil)
        // A program without a version is one of 2 for IBM, one of 3 for everybody else.
        #expect(read("include \"qelib1.inc\"; qreg q[1]; u3(0.1, 0.2, 0.3) q[0];", .ibm).circuit != nil)
        let wrong = read("OPENQASM 3.0; qubit q;", .ibm)
        #expect(wrong.errors.first?.message.contains("dialect 'ibm'") == true, "\(wrong.report)")
        // Pragmas of Braket do nothing in plain OpenQASM, and the reader says so.
        let silent = read("OPENQASM 3.0; qubit q;\n#pragma braket result state_vector\n", .openQASM)
        #expect(silent.circuit?.requests.isEmpty == true)
        #expect(silent.warnings.first?.cure?.contains("--dialect braket") == true)
    }

    /// `U` has a real upper left element at Braket and Qiskit, which a control turns into a phase of its own.
    @Test(arguments: [Dialect.braket, .qiskit, .oqtopus]) func controlledU(_ dialect: Dialect) throws {
        let text = "OPENQASM 3.0; qubit[2] q; ctrl @ U(0.7, 0.2, 0.4) q[0], q[1];"
        let circuit = try #require(read(text, dialect).circuit)
        var plain = Circuit(qubitCount: 2)
        plain.append(.cu, [0, 1], [0.7, 0.2, 0.4, 0])
        #expect(try circuit.unitary().distance(to: plain.unitary()) < 1e-12)
        let standard = try #require(read(text, .openQASM).circuit)
        #expect(try standard.unitary().distance(to: plain.unitary()) > 0.1)
    }

    @Test func requestsAreTypedAndWrittenBack() throws {
        let outcome = read(
            """
            OPENQASM 3.0;
            qubit[3] q;
            h q[0]; cnot q[0], q[1];
            #pragma braket unitary([[0, -1im], [1im, 0]]) q[2]
            #pragma braket result state_vector
            #pragma braket result probability q[2], q[0]
            #pragma braket result probability all
            #pragma braket result amplitude "000", "011"
            #pragma braket result expectation x(q[0]) @ h(q[2])
            #pragma braket result variance hermitian([[1, 0.5 - 0.5im], [0.5 + 0.5im, -1]]) q[1]
            #pragma braket result sample z all
            #pragma braket result density_matrix q[0:1]
            """, .braket)
        let circuit = try #require(outcome.circuit, "\(outcome.report)")
        #expect(circuit.pragmas.isEmpty)
        #expect(
            circuit.requests.map(\.name) == [
                "state_vector", "probability", "probability", "amplitude", "expectation", "variance", "sample",
                "density_matrix",
            ])
        #expect(circuit.requests[1] == .probabilities([Qubit(2), Qubit(0)]))
        #expect(circuit.requests[7] == .densityMatrix([Qubit(0), Qubit(1)]))
        var said = circuit
        said.body = Block()
        for position in circuit.body.indices.dropLast() { said.body.append(from: circuit.body, at: position) }
        var without = Circuit(name: "program")
        without.addQubitRegister("q", count: 3)
        without.body = said.body
        without.requests = circuit.requests
        let text = try OpenQASMWriter.write(without)
        let again = try #require(OpenQASM.parse(SourceText(name: "program", text)).circuit, "\(text)")
        #expect(again == without, "\(text)")
        #expect(throws: OpenQASMWriterError.self) { try OpenQASMWriter.write(without, version: .version2) }
    }

    @Test(arguments: [
        ("#pragma braket result expectatoin x(q[0])", "did you mean 'expectation'?"),
        ("#pragma braket result expectation x(r[0])", "'r' is no qubit"),
        ("#pragma braket result probability q[7]", "index 7 lies outside"),
        ("#pragma braket noise bit_flop(0.1) q[0]", "did you mean 'bit_flip'?"),
        ("#pragma braket noise bit_flip(1.5) q[0]", "between 0 and 1"),
        ("#pragma braket noise two_qubit_depolarizing(0.1) q[0]", "two qubits"),
        ("#pragma braket noise kraus([[1, 0], [0, 0.5]]) q[0]", "lose probability"),
        ("#pragma braket unitary([[1, 0], [0, 2]]) q[0]", "not unitary"),
        ("#pragma braket unitary([[1, 0], [0, 1]]) q[0], q[1]", "acts on 1 qubits, not 2"),
        ("#pragma braket verbatim\nh q[0];", "none follows"),
        ("#pragma braket verbatim\nbox { h q[0]; }", "physical qubits"),
        ("#pragma braket reslut state_vector", "did you mean 'result'?"),
        ("#pragma braket result expectation hermitian([[0, 1], [0, 0]]) q[0]", "not Hermitian"),
    ]) func wrongPragmasAreRefused(_ line: String, _ words: String) {
        let outcome = read("OPENQASM 3.0;\nqubit[2] q;\n\(line)\n", .braket)
        #expect(outcome.circuit == nil)
        #expect(outcome.report.contains(words), "\(outcome.report)")
    }

    @Test func verbatimBoxesAreMarked() throws {
        let outcome = read("OPENQASM 3.0;\n#pragma braket verbatim\nbox { x $1; x $1; }\n", .braket)
        let circuit = try #require(outcome.circuit, "\(outcome.report)")
        #expect(circuit.body.isVerbatim(at: 0) && circuit.namesPhysicalQubits)
        let text = try OpenQASMWriter.write(circuit)
        #expect(OpenQASM.parse(SourceText(name: "program", text)).circuit == circuit, "\(text)")
    }

    /// Each channel against what it does to |1⟩ or |+⟩, by its textbook formula.
    @Test(arguments: [
        ("x q;", "bit_flip(0.2)", "", 0.8), ("h q;", "phase_flip(0.2)", "h q;", 0.2),
        ("x q;", "depolarizing(0.3)", "", 0.8), ("x q;", "amplitude_damping(0.4)", "", 0.6),
        ("", "generalized_amplitude_damping(0.4, 0.25)", "", 0.3), ("h q;", "phase_damping(0.36)", "h q;", 0.1),
        ("", "pauli_channel(0.1, 0.2, 0.3)", "", 0.3),
        ("", "kraus([[0.8, 0], [0, 0.8]], [[0, 0.6], [0.6, 0]])", "", 0.36),
        ("", "kraus([[0.8, 0], [0, 0.8]], [[0, -0.6im], [0.6im, 0]])", "", 0.36),
    ]) func noiseActs(_ before: String, _ channel: String, _ after: String, _ one: Double) throws {
        let outcome = read(
            "OPENQASM 3.0;\nqubit q; bit c;\n\(before)\n#pragma braket noise \(channel) q\n\(after)\nc = measure q;\n",
            .braket)
        let circuit = try #require(outcome.circuit, "\(outcome.report)")
        let text = try OpenQASMWriter.write(circuit)
        #expect(OpenQASM.parse(SourceText(name: "program", text)).circuit == circuit, "\(text)")
        var options = SimulationOptions()
        options.wantsProbabilities = true
        let shots = try Simulation(circuit, noise: RequestedNoise(circuit), options: options).run(
            shots: 40_000, seed: 5)
        let frequency = Double(shots.bits.count { $0[0] }) / 40_000
        #expect(abs(frequency - one) < 0.012, "\(channel): \(frequency)")
    }
}

// Free functions whose names the tests' closures shadow.
private func _cos(_ x: Double) -> Double { Complex(phase: x).re }
private func _sin(_ x: Double) -> Double { Complex(phase: x).im }
