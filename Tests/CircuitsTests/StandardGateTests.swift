import Circuits
import Testing

@Suite struct StandardGateTests {
    static let angles = [0.3, -1.1, 2.7, 0.9]

    @Test(arguments: StandardGate.allCases)
    func matricesAreUnitary(gate: StandardGate) {
        let matrix = gate.matrix(Array(Self.angles.prefix(gate.parameterCount)))
        #expect(matrix.dimension == 1 << gate.qubitCount)
        #expect(matrix.isUnitary(tolerance: 1e-12))
    }

    @Test(arguments: StandardGate.allCases)
    func inversesInvert(gate: StandardGate) {
        let parameters = Array(Self.angles.prefix(gate.parameterCount))
        guard let inverse = gate.inverse else { return }
        let product = gate.matrix(parameters) * inverse.gate.matrix(inverse.parameters.map { $0(parameters) })
        #expect(product.distance(to: Matrix(identity: product.dimension)) < 1e-12)
    }

    @Test(arguments: StandardGate.allCases)
    func propertiesAgreeWithTheMatrix(gate: StandardGate) {
        let matrix = gate.matrix(Array(Self.angles.prefix(gate.parameterCount)))
        if gate.isDiagonal {
            for r in 0..<matrix.dimension {
                for c in 0..<matrix.dimension where r != c { #expect(matrix[r, c] == .zero) }
            }
        }
        if gate.qubitCount == 2 { #expect(gate.isSymmetric == (matrix.exchangingQubits.distance(to: matrix) < 1e-12)) }
        #expect(StandardGate(name: gate.name) == gate)
    }

    /// Products that the definitions in the literature state: they fix signs and operand order.
    @Test func identitiesOfTheLiterature() {
        func close(_ a: Matrix, _ b: Matrix) -> Bool { a.distance(to: b) < 1e-12 }
        let cx = StandardGate.cx.matrix()
        #expect(cx[3, 1] == .one && cx[1, 3] == .one && cx[0, 0] == .one && cx[2, 2] == .one)
        // Operand 0 (the control) is the right factor of a Kronecker product.
        let h = StandardGate.h.matrix(), one = Matrix(identity: 2)
        #expect(close(StandardGate.cz.matrix(), h.kronecker(one) * cx * h.kronecker(one)))
        #expect(close(StandardGate.dcx.matrix(), cx.exchangingQubits * cx))
        #expect(close(StandardGate.sx.matrix() * StandardGate.sx.matrix(), StandardGate.x.matrix()))
        // ecr = rzx(pi/4) · (x ⊗ 1) · rzx(-pi/4), x on operand 0 (the Z side).
        let echo =
            StandardGate.rzx.matrix([-.pi / 4]) * one.kronecker(StandardGate.x.matrix())
            * StandardGate.rzx.matrix([.pi / 4])
        #expect(close(StandardGate.ecr.matrix(), echo))
        // u(θ, φ, λ) = rz(φ)·ry(θ)·rz(λ) up to the phase (φ+λ)/2.
        let euler = StandardGate.rz.matrix([0.7]) * StandardGate.ry.matrix([0.3]) * StandardGate.rz.matrix([-1.1])
        #expect(close(StandardGate.u.matrix([0.3, 0.7, -1.1]), Complex(phase: -0.2) * euler))
    }
}
