import Circuits
import Languages
import Testing

/// The standard includes against the specifications' own texts.
@Suite struct StandardLibraryTests {
    /// `stdgates.inc` as the OpenQASM 3 specification lists it ("Standard library"), under names of its own, so that
    /// nothing but `U`, `gphase` and modifiers is taken from the reader. `CX` is what its text says, "an alias for cx":
    /// the file's own body still counts on a `U` without the phase that 3.0 gave it.
    static let specification = """
        OPENQASM 3.0;
        gate s_p(λ) a { ctrl @ gphase(λ) a; }
        gate s_x a { U(π, 0, π) a; gphase(-π/2); }
        gate s_y a { U(π, π/2, π/2) a; gphase(-π/2); }
        gate s_z a { s_p(π) a; }
        gate s_h a { U(π/2, 0, π) a; gphase(-π/4); }
        gate s_s a { pow(0.5) @ s_z a; }
        gate s_sdg a { inv @ pow(0.5) @ s_z a; }
        gate s_t a { pow(0.5) @ s_s a; }
        gate s_tdg a { inv @ pow(0.5) @ s_s a; }
        gate s_sx a { pow(0.5) @ s_x a; }
        gate s_rx(θ) a { U(θ, -π/2, π/2) a; gphase(-θ/2); }
        gate s_ry(θ) a { U(θ, 0, 0) a; gphase(-θ/2); }
        gate s_rz(λ) a { gphase(-λ/2); U(0, 0, λ) a; }
        gate s_cx a, b { ctrl @ s_x a, b; }
        gate s_cy a, b { ctrl @ s_y a, b; }
        gate s_cz a, b { ctrl @ s_z a, b; }
        gate s_cp(λ) a, b { ctrl @ s_p(λ) a, b; }
        gate s_crx(θ) a, b { ctrl @ s_rx(θ) a, b; }
        gate s_cry(θ) a, b { ctrl @ s_ry(θ) a, b; }
        gate s_crz(θ) a, b { ctrl @ s_rz(θ) a, b; }
        gate s_ch a, b { ctrl @ s_h a, b; }
        gate s_swap a, b { s_cx a, b; s_cx b, a; s_cx a, b; }
        gate s_ccx a, b, c { ctrl @ ctrl @ s_x a, b, c; }
        gate s_cswap a, b, c { ctrl @ s_swap a, b, c; }
        gate s_cu(θ, φ, λ, γ) a, b { s_p(γ-θ/2) a; ctrl @ U(θ, φ, λ) a, b; }
        gate s_CX a, b { s_cx a, b; }
        gate s_phase(λ) q { U(0, 0, λ) q; }
        gate s_cphase(λ) a, b { ctrl @ s_phase(λ) a, b; }
        gate s_id a { U(0, 0, 0) a; }
        gate s_u1(λ) q { U(0, 0, λ) q; }
        gate s_u2(φ, λ) q { gphase(-(φ+λ+π/2)/2); U(π/2, φ, λ) q; }
        gate s_u3(θ, φ, λ) q { gphase(-(φ+λ+θ)/2); U(θ, φ, λ) q; }

        """

    static let gates: [(name: String, parameters: Int, qubits: Int)] = [
        ("p", 1, 1), ("x", 0, 1), ("y", 0, 1), ("z", 0, 1), ("h", 0, 1), ("s", 0, 1), ("sdg", 0, 1), ("t", 0, 1),
        ("tdg", 0, 1), ("sx", 0, 1), ("rx", 1, 1), ("ry", 1, 1), ("rz", 1, 1), ("cx", 0, 2), ("cy", 0, 2), ("cz", 0, 2),
        ("cp", 1, 2), ("crx", 1, 2), ("cry", 1, 2), ("crz", 1, 2), ("ch", 0, 2), ("swap", 0, 2), ("ccx", 0, 3),
        ("cswap", 0, 3), ("cu", 4, 2), ("CX", 0, 2), ("phase", 1, 1), ("cphase", 1, 2), ("id", 0, 1), ("u1", 1, 1),
        ("u2", 2, 1), ("u3", 3, 1),
    ]

    @Test(arguments: gates.indices)
    func builtInGateEqualsItsDefinition(_ index: Int) throws {
        let (name, parameters, qubits) = Self.gates[index]
        let values = ["0.7", "-1.3", "2.1", "0.4"].prefix(parameters).joined(separator: ", ")
        let operands = (0..<qubits).map { "q[\($0)]" }.joined(separator: ", ")
        let call = "\(name)\(parameters == 0 ? "" : "(\(values))") \(operands);"
        let builtIn = circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit[\(qubits)] q; \(call)")
        let written = circuit(Self.specification + "qubit[\(qubits)] q; s_\(call)")
        #expect(builtIn.gates.isEmpty)
        #expect(try builtIn.unitary().distance(to: written.unitary()) < 1e-12)
    }

    /// The matrix of `U` itself, from the specification ("Built-in gates"), phase included.
    @Test func builtInU() throws {
        let (θ, φ, λ) = (0.7, -1.3, 2.1)
        let e = { Complex(phase: $0) }
        let i = Complex.i
        let expected = Matrix(
            dimension: 2,
            elements: [
                .one + e(θ), -i * e(λ) * (.one - e(θ)), i * e(φ) * (.one - e(θ)), e(φ + λ) * (.one + e(θ)),
            ].map { 0.5 * $0 })
        let program = circuit("OPENQASM 3.0; qubit q; U(\(θ), \(φ), \(λ)) q;")
        #expect(try program.unitary().distance(to: expected) < 1e-12)
        let controlled = circuit("OPENQASM 3.0; qubit[2] q; ctrl @ U(\(θ), \(φ), \(λ)) q[0], q[1];")
        // The control is operand 0, the less significant bit here.
        let reference = expected.controlled(values: [true]).exchangingQubits
        #expect(try controlled.unitary().distance(to: reference) < 1e-12)
        #expect(controlled.body[0].standardGate == .cu)
    }

    /// Gates of `qelib1.inc` from Cross et al., arXiv:1707.03429, appendix: a file that brings them along gets the
    /// standard gates, not copies of them.
    @Test func inlinedLibraryIsRecognised() {
        let program = circuit(
            """
            OPENQASM 2.0;
            gate u3(theta,phi,lambda) q { U(theta,phi,lambda) q; }
            gate u2(phi,lambda) q { U(pi/2,phi,lambda) q; }
            gate u1(lambda) q { U(0,0,lambda) q; }
            gate cx c,t { CX c,t; }
            gate id a { U(0,0,0) a; }
            gate x a { u3(pi,0,pi) a; }
            gate y a { u3(pi,pi/2,pi/2) a; }
            gate z a { u1(pi) a; }
            gate h a { u2(0,pi) a; }
            gate s a { u1(pi/2) a; }
            gate sdg a { u1(-pi/2) a; }
            gate t a { u1(pi/4) a; }
            gate tdg a { u1(-pi/4) a; }
            gate rx(theta) a { u3(theta,-pi/2,pi/2) a; }
            gate ry(theta) a { u3(theta,0,0) a; }
            gate rz(phi) a { u1(phi) a; }
            gate cz a,b { h b; cx a,b; h b; }
            gate cy a,b { sdg b; cx a,b; s b; }
            gate ch a,b { h b; sdg b; cx a,b; h b; t b; cx a,b; t b; h b; s b; x b; s a; }
            gate ccx a,b,c {
              h c; cx b,c; tdg c; cx a,c; t c; cx b,c; tdg c; cx a,c; t b; t c; h c; cx a,b; t a; tdg b; cx a,b;
            }
            gate crz(lambda) a,b { u1(lambda/2) b; cx a,b; u1(-lambda/2) b; cx a,b; }
            gate cu1(lambda) a,b { u1(lambda/2) a; cx a,b; u1(-lambda/2) b; cx a,b; u1(lambda/2) b; }
            qreg q[3];
            h q[0]; ccx q[0],q[1],q[2]; rz(0.3) q[1]; cu1(0.2) q[0],q[1]; u3(1,2,3) q[2]; ch q[0],q[2];
            """)
        #expect(program.gates.isEmpty)
        #expect((0..<6).map { program.body[$0].standardGate } == [.h, .ccx, .rz, .cp, .u, .ch])
    }

    @Test func ownDefinitionWins() throws {
        let outcome = OpenQASM.parse(
            SourceText("OPENQASM 2.0; include \"qelib1.inc\"; gate h a { x a; } qreg q[1]; h q[0];"))
        #expect(outcome.warnings.map(\.code.rawValue) == ["QASM0204"])
        let program = try #require(outcome.circuit)
        #expect(program.gates.count == 1)
        #expect(try program.unitary().distance(to: StandardGate.x.matrix()) < 1e-12)
    }

    @Test func conventionsOfVersion2() throws {
        let program = circuit(
            """
            OPENQASM 2.0; include "qelib1.inc"; qreg q[4];
            u0(1) q[0]; u1(1/2) q[0]; u2(0,pi) q[0]; cu3(1,2,3) q[0],q[1]; c3sqrtx q[0],q[1],q[2],q[3];
            rzz(2^3) q[0],q[1]; rx(sin(pi/6)+ln(exp(2))) q[0];
            """)
        #expect(program.body[0].standardGate == .id && program.body[0].parameters.isEmpty)
        #expect(program.body[1].standardGate == .p && program.body[1].parameters.constants == [0.5])
        #expect(program.body[3].standardGate == .cu && program.body[3].parameters.constants == [1, 2, 3, 0])
        #expect(program.body[4].standardGate == .c3sx)
        #expect(program.body[5].parameters.constants == [8])
        #expect(abs(program.body[6].parameters.constants![0] - 2.5) < 1e-15)
    }
}
