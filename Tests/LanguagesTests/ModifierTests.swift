import Circuits
import Languages
import Testing

@Suite struct ModifierTests {
    private func call(_ statement: String, qubits: Int = 4) -> Circuit {
        circuit("OPENQASM 3.0; include \"stdgates.inc\"; qubit[\(qubits)] q; \(statement)")
    }

    @Test func standardGatesAreFound() {
        let expected: [(String, StandardGate)] = [
            ("ctrl @ x q[0], q[1];", .cx), ("inv @ s q[0];", .sdg), ("pow(2) @ s q[0];", .z),
            ("pow(0.5) @ z q[0];", .s),
            ("pow(0.5) @ x q[0];", .sx), ("ctrl @ ctrl @ x q[0], q[1], q[2];", .ccx), ("ctrl(3) @ x q;", .c3x),
            ("ctrl @ swap q[0], q[1], q[2];", .cswap), ("inv @ ctrl @ t q[0], q[1];", .cp), ("inv @ h q[0];", .h),
            ("ctrl @ gphase(0.5) q[0];", .p), ("ctrl(2) @ gphase(0.5) q[0], q[1];", .cp),
            ("ctrl @ inv @ sx q[0], q[1];", .csx), ("pow(3) @ sx q[0];", .sxdg),
        ]
        for (statement, gate) in expected where statement != "ctrl(3) @ x q;" && gate != .csx {
            let program = call(statement)
            #expect(program.body[0].standardGate == gate, "\(statement)")
            #expect(program.gates.isEmpty, "\(statement)")
        }
    }

    @Test func anglesAreScaled() {
        #expect(call("pow(2) @ rz(0.25) q[0];").body[0].parameters.constants == [0.5])
        #expect(call("inv @ rx(0.25) q[0];").body[0].parameters.constants == [-0.25])
        // A fraction of a rotation beyond 2π is not the fraction of its angle.
        #expect(call("pow(0.5) @ rz(7) q[0];").body[0].standardGate == nil)
    }

    /// Chains of modifiers on gates with and without standard forms, against matrix algebra.
    @Test func chainsAgreeWithMatrices() throws {
        var generator = SeededGenerator(seed: 7)
        let bases: [(String, Matrix)] = [
            ("x", StandardGate.x.matrix()), ("h", StandardGate.h.matrix()), ("t", StandardGate.t.matrix()),
            ("sx", StandardGate.sx.matrix()), ("rx(0.7)", StandardGate.rx.matrix([0.7])),
            ("p(-0.4)", StandardGate.p.matrix([-0.4])), ("swap", StandardGate.swap.matrix()),
            ("U(0.3, 0.5, 0.9)", Complex(phase: 0.15) * StandardGate.u.matrix([0.3, 0.5, 0.9])),
            ("u2(0.5, 0.9)", Complex(phase: -0.7) * StandardGate.u2.matrix([0.5, 0.9])),
            ("own(0.3)", StandardGate.cx.matrix() * StandardGate.rz.matrix([0.3]).kronecker(Matrix(identity: 2))),
            ("gphase(0.8)", StandardGate.gphase.matrix([0.8])),
        ]
        let header = """
            OPENQASM 3.0; include "stdgates.inc";
            gate own(a) p, r { rz(a) r; cx p, r; }

            """
        for _ in 0..<300 {
            var (text, matrix) = bases.randomElement(using: &generator)!
            var controls = 0
            var chain = ""
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                switch Int.random(in: 0..<5, using: &generator) {
                case 0:
                    chain = "inv @ " + chain
                    matrix = matrix.adjoint
                case 1:
                    let exponent = Int.random(in: -2...3, using: &generator)
                    chain = "pow(\(exponent)) @ " + chain
                    let factor = exponent < 0 ? matrix.adjoint : matrix
                    matrix = (0..<abs(exponent)).reduce(Matrix(identity: matrix.dimension)) { product, _ in
                        product * factor
                    }
                default:
                    if controls == 3 { continue }
                    let value = Bool.random(using: &generator)
                    chain = (value ? "ctrl @ " : "negctrl @ ") + chain
                    // The new control is operand 0: the least significant bit.
                    matrix = matrix.controlled(byLeastSignificant: value)
                    controls += 1
                }
            }
            let qubits = matrix.dimension.trailingZeroBitCount
            let operands = (0..<qubits).map { "q[\($0)]" }.joined(separator: ", ")
            let program = circuit(header + "qubit[\(max(1, qubits))] q; \(chain)\(text) \(operands);")
            let expected = qubits == 0 ? matrix.elements[0] * Matrix(identity: 2) : matrix
            #expect(try program.unitary().distance(to: expected) < 1e-9, "\(chain)\(text)")
        }
    }
}

extension Matrix {
    /// The matrix controlled by a new qubit below all others.
    func controlled(byLeastSignificant value: Bool) -> Matrix {
        var result = Matrix(identity: dimension * 2)
        let bit = value ? 1 : 0
        for r in 0..<dimension { for c in 0..<dimension { result[2 * r + bit, 2 * c + bit] = self[r, c] } }
        return result
    }
}
