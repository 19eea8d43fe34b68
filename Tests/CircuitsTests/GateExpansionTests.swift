import Circuits
import Testing

@Suite struct GateExpansionTests {
    /// The matrix of a call, assembled from its expansion.
    private func matrix(_ circuit: Circuit, _ gate: Gate, _ parameters: [Double] = []) throws -> Matrix {
        try circuit.matrix(of: gate, parameters)
    }

    private func modified(_ circuit: inout Circuit, _ base: Gate, _ modifiers: [GateModifier]) -> Gate {
        let controls = modifiers.reduce(0) {
            if case .control(let values) = $1 { $0 + values.count } else { $0 }
        }
        return circuit.addGate(
            GateDefinition(
                name: "m\(circuit.gates.count)", qubitCount: circuit.qubitCount(of: base) + controls,
                parameterNames: (0..<circuit.parameterCount(of: base)).map { "p\($0)" },
                implementation: .modified(base: base, modifiers: modifiers)))
    }

    /// A body of several gates with a phase and a symbolic parameter, on two qubits.
    private func body(_ circuit: inout Circuit) -> Gate {
        var block = Block()
        let half = circuit.addParameter(
            Expression(
                .binary(.divide, Expression(.formal(0), type: .float(64)), .float(2)), type: .float(64)))
        block.append(.h, [Qubit(0)])
        block.append(.gphase, [], [half])
        block.append(.crx, [Qubit(1), Qubit(0)], [half])
        block.append(.iswap, [Qubit(0), Qubit(1)])
        block.append(.t, [Qubit(1)])
        return circuit.addGate(
            GateDefinition(name: "body", qubitCount: 2, parameterNames: ["a"], implementation: .body(block)))
    }

    @Test func bodiesMultiplyInOrder() throws {
        var circuit = Circuit()
        let gate = body(&circuit)
        let a = 0.83
        let one = Matrix(identity: 2)
        let expected =
            StandardGate.t.matrix().kronecker(one) * StandardGate.iswap.matrix()
            * StandardGate.crx.matrix([a / 2]).exchangingQubits
            * (Complex(phase: a / 2) * one.kronecker(StandardGate.h.matrix()))
        #expect(try matrix(circuit, gate, [a]).distance(to: expected) < 1e-14)
    }

    @Test func modifiersMatchTheirMatrices() throws {
        var circuit = Circuit()
        let base = body(&circuit)
        let u = try matrix(circuit, base, [0.83])
        let inverse = modified(&circuit, base, [.inverse])
        #expect(try matrix(circuit, inverse, [0.83]).distance(to: u.adjoint) < 1e-13)
        // Control operands come first, so they are the least significant; `controlled` puts them last.
        let controlled = modified(&circuit, base, [.control([false, true])])
        var expected = Matrix(identity: 16)
        for r in 0..<4 { for c in 0..<4 { expected[r << 2 | 0b10, c << 2 | 0b10] = u[r, c] } }
        #expect(try matrix(circuit, controlled, [0.83]).distance(to: expected) < 1e-13)
        let cubed = modified(&circuit, base, [.power(3)])
        #expect(try matrix(circuit, cubed, [0.83]).distance(to: u * u * u) < 1e-13)
        let negative = modified(&circuit, base, [.power(-2)])
        #expect(try matrix(circuit, negative, [0.83]).distance(to: (u * u).adjoint) < 1e-13)
        let huge = modified(&circuit, base, [.power(1_048_576)])
        #expect(try matrix(circuit, huge, [0.83]).distance(to: u.power(1 << 20)) < 1e-8)
        let root = modified(&circuit, base, [.power(1.0 / 3)])
        let r = try matrix(circuit, root, [0.83])
        #expect((r * r * r).distance(to: u) < 1e-12)
        let nested = modified(&circuit, root, [.inverse, .control([true]), .power(3)])
        var last = Matrix(identity: 8)
        for r in 0..<4 { for c in 0..<4 { last[r << 1 | 1, c << 1 | 1] = u.adjoint[r, c] } }
        #expect(try matrix(circuit, nested, [0.83]).distance(to: last) < 1e-12)
    }

    @Test(arguments: StandardGate.allCases)
    func everyGateHasInverseControlAndPower(_ gate: StandardGate) throws {
        var circuit = Circuit()
        let parameters = [0.37, -1.21, 2.2, 0.9].prefix(gate.parameterCount).map { $0 }
        let u = gate.matrix(parameters)
        let inverse = modified(&circuit, .standard(gate), [.inverse])
        #expect(try matrix(circuit, inverse, parameters).distance(to: u.adjoint) < 1e-14)
        let root = modified(&circuit, .standard(gate), [.power(0.5)])
        let half = try matrix(circuit, root, parameters)
        #expect((half * half).distance(to: u) < 1e-12)
        // The principal root: eigenphases within (−π/2, π/2].
        for phase in half.unitarySpectrum().phases { #expect(abs(phase) < .pi / 2 + 1e-9) }
        let controlled = modified(&circuit, .standard(gate), [.control([false])])
        var expected = Matrix(identity: 2 * u.dimension)
        for r in 0..<u.dimension { for c in 0..<u.dimension { expected[r << 1, c << 1] = u[r, c] } }
        #expect(try matrix(circuit, controlled, parameters).distance(to: expected) < 1e-14)
    }

    @Test func squareRootOfXIsSX() throws {
        #expect(StandardGate.x.matrix().unitaryPower(0.5).distance(to: StandardGate.sx.matrix()) < 1e-14)
        #expect(StandardGate.z.matrix().unitaryPower(0.25).distance(to: StandardGate.t.matrix()) < 1e-14)
    }

    @Test func spectrumOfDegenerateUnitaries() {
        let matrix = StandardGate.c4x.matrix() * StandardGate.h.matrix().kronecker(Matrix(identity: 16))
        let (phases, vectors) = matrix.unitarySpectrum()
        let rebuilt = vectors * Matrix(diagonal: phases.map { Complex(phase: $0) }) * vectors.adjoint
        #expect(rebuilt.distance(to: matrix) < 1e-13)
        #expect(vectors.isUnitary(tolerance: 1e-13))
    }

    @Test func faults() {
        var circuit = Circuit()
        let opaque = circuit.addGate(GateDefinition(name: "o", qubitCount: 1, implementation: .opaque))
        #expect { try circuit.expand(opaque, [], on: [Qubit(0)]) } throws: {
            ($0 as? GateExpansionError)?.code == .opaque
        }
        // Each definition calls the one before it sixteen times.
        var gate = Gate.standard(.x)
        for level in 0..<12 {
            var block = Block()
            for _ in 0..<16 { block.append(Instruction(.gate(gate), [Qubit(0)])) }
            gate = circuit.addGate(GateDefinition(name: "g\(level)", qubitCount: 1, implementation: .body(block)))
        }
        #expect { try circuit.expand(gate, [], on: [Qubit(0)]) } throws: {
            ($0 as? GateExpansionError)?.code == .tooLarge
        }
    }

    @Test func unitaryOfACircuit() throws {
        var circuit = Circuit(qubitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.globalPhase = Parameter(.pi / 2)
        let u = try circuit.unitary()
        let half = 0.5.squareRoot()
        #expect((u[0, 0] - Complex(0, half)).magnitude < 1e-15)
        #expect((u[3, 0] - Complex(0, half)).magnitude < 1e-15)
        circuit.measureAll()
        #expect(throws: GateExpansionError.self) { try circuit.unitary() }
    }
}
