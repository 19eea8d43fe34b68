import Circuits
import Testing

@testable import Compiler

@Suite struct UnrollTests {
    static func angles(_ count: Int, _ seed: Int = 1) -> [Double] {
        (0..<count).map { 0.37 + 0.61 * Double($0) - 0.83 * Double(seed) }
    }

    /// Unrolled to one and two qubits, and equal to the source to `tolerance`, phase included.
    static func check(_ circuit: Circuit, tolerance: Double = 1e-9, _ comment: Comment? = nil) throws {
        let unrolled = try circuit.unrolled()
        for instruction in unrolled.body {
            guard case .gate(.standard(let gate)) = instruction.operation, gate != .gphase, gate.qubitCount <= 2 else {
                Issue.record("\(instruction) is left over")
                return
            }
        }
        #expect(try circuit.unitary().distance(to: unrolled.unitary()) < tolerance, comment)
    }

    static func entanglers(_ circuit: Circuit) -> Int { circuit.body.count { $0.qubits.count == 2 } }

    @Test(arguments: StandardGate.allCases) func standardGates(_ gate: StandardGate) throws {
        var circuit = Circuit(qubitCount: max(gate.qubitCount, 1))
        circuit.append(gate, Array((0..<gate.qubitCount).reversed()), Self.angles(gate.parameterCount))
        try Self.check(circuit)
    }

    @Test(arguments: StandardGate.allCases) func modifiedGates(_ gate: StandardGate) throws {
        let lists: [[GateModifier]] = [
            [.control([true])], [.control([false, true])], [.inverse, .control([true])],
            [.power(0.5), .control([true])], [.control([true, false, true]), .inverse], [.power(-3)],
            [.control([false]), .power(1.0 / 3), .inverse],
        ]
        for modifiers in lists {
            var circuit = Circuit()
            let controls = modifiers.reduce(0) { if case .control(let v) = $1 { $0 + v.count } else { $0 } }
            let count = gate.qubitCount + controls
            if count > 6 { continue }
            circuit.addQubitRegister("q", count: count + (count < 6 ? 1 : 0))
            let modified = circuit.addGate(
                GateDefinition(
                    name: "m", qubitCount: count, parameterNames: (0..<gate.parameterCount).map { "p\($0)" },
                    implementation: .modified(base: .standard(gate), modifiers: modifiers)))
            circuit.append(
                modified, Array((0..<count).reversed()), Self.angles(gate.parameterCount, 2).map { Parameter($0) })
            try Self.check(circuit, "\(gate) \(modifiers)")
        }
    }

    /// The same gates with angles that are inputs: unrolled first, given values after.
    @Test(arguments: StandardGate.allCases.filter { $0.parameterCount > 0 })
    func symbolicGates(_ gate: StandardGate) throws {
        let lists: [[GateModifier]] = [
            [], [.control([true])], [.control([false, true])], [.inverse, .control([true])], [.power(-2)],
            [.control([true, true, false]), .inverse], [.power(0.5)], [.control([true]), .power(0.25)],
        ]
        for modifiers in lists {
            let isFractional = modifiers.contains { if case .power(let k) = $0 { k != k.rounded() } else { false } }
            if isFractional && [.u, .u2, .cu].contains(gate) { continue }
            var circuit = Circuit()
            let controls = modifiers.reduce(0) { if case .control(let v) = $1 { $0 + v.count } else { $0 } }
            let count = gate.qubitCount + controls
            circuit.addQubitRegister("q", count: max(count, 1))
            var parameters: [Parameter] = []
            for k in 0..<gate.parameterCount {
                let id = circuit.addVariable(Variable(name: "t\(k)", type: .float(64), role: .input))
                let value = Expression(.variable(id), type: .float(64))
                parameters.append(
                    circuit.addParameter(Expression(.binary(.multiply, .float(1.5), value), type: .float(64))))
            }
            let modified = circuit.addGate(
                GateDefinition(
                    name: "m", qubitCount: count, parameterNames: (0..<gate.parameterCount).map { "p\($0)" },
                    implementation: .modified(base: .standard(gate), modifiers: modifiers)))
            circuit.append(modified, Array((0..<count).reversed()), parameters)
            let unrolled = try circuit.unrolled()
            #expect(unrolled.body.allSatisfy { $0.qubits.count <= 2 })
            for seed in [1, 4, -7] {
                var environment = Environment(of: circuit)
                for (k, value) in Self.angles(gate.parameterCount, seed).enumerated() {
                    environment.variables[k] = .float(value, width: 64)
                }
                let distance = try circuit.unitary(environment: environment).distance(
                    to: unrolled.unitary(environment: environment))
                #expect(distance < 1e-9, "\(gate) \(modifiers) \(seed)")
            }
        }
    }

    @Test func entanglerCounts() throws {
        func count(_ gate: StandardGate) throws -> Int {
            var circuit = Circuit(qubitCount: gate.qubitCount)
            circuit.append(gate, Array(0..<gate.qubitCount), Self.angles(gate.parameterCount))
            return Self.entanglers(try circuit.unrolled())
        }
        #expect(try count(.ccx) == 6)
        #expect(try count(.ccz) == 6)
        #expect(try count(.cswap) == 8)
        #expect(try count(.rccx) == 3)
        #expect(try count(.c3x) == 14)
        #expect(try count(.c3sx) == 14)
        #expect(try count(.rc3x) == 6)
        #expect(try count(.c4x) == 30)
    }

    /// X under many controls: exact on a state vector's worth of qubits, and linear with idle qubits.
    @Test func manyControls() throws {
        func circuit(_ controls: Int, _ idle: Int, _ base: StandardGate = .x) -> Circuit {
            var circuit = Circuit(qubitCount: controls + 1 + idle)
            let gate = circuit.addGate(
                GateDefinition(
                    name: "m", qubitCount: controls + 1,
                    implementation: .modified(
                        base: .standard(base), modifiers: [.control(Array(repeating: true, count: controls))])))
            circuit.append(gate, Array(0...controls))
            return circuit
        }
        for (controls, idle) in [(5, 0), (5, 3), (6, 1), (8, 0)] {
            try Self.check(circuit(controls, idle), tolerance: 1e-8, "\(controls) controls, \(idle) idle")
        }
        #expect(Self.entanglers(try circuit(40, 38).unrolled()) == 12 * 40 - 18)
        let one = (Self.entanglers(try circuit(40, 1).unrolled()), Self.entanglers(try circuit(80, 1).unrolled()))
        #expect(one.1 < one.0 * 22 / 10)
        let none = (Self.entanglers(try circuit(40, 0).unrolled()), Self.entanglers(try circuit(80, 0).unrolled()))
        #expect(none.1 < none.0 * 45 / 10)
    }

    @Test(arguments: 1...6) func explicitUnitaries(_ qubits: Int) throws {
        var generator = SeededGenerator(seed: UInt64(qubits))
        for trial in 0..<(qubits < 5 ? 5 : 1) {
            var circuit = Circuit(qubitCount: qubits)
            let gate = circuit.addGate(
                GateDefinition(
                    name: "m", qubitCount: qubits,
                    implementation: .matrix(.random(1 << qubits, &generator))))
            circuit.append(gate, Array(0..<qubits))
            try Self.check(circuit, "\(qubits) qubits, trial \(trial)")
            let counts = [0, 0, 3, 20, 100, 444, 1868]
            if qubits > 1 { #expect(Self.entanglers(try circuit.unrolled()) == counts[qubits]) }
        }
    }

    /// Matrices whose cosines cluster at 0 and 1, where a careless decomposition loses orthogonality.
    @Test func degenerateUnitaries() throws {
        var generator = SeededGenerator(seed: 5)
        var list: [Matrix] = [Matrix(identity: 8), StandardGate.ccx.matrix(), StandardGate.cswap.matrix()]
        let near = Matrix.random(8, &generator)
        list.append(near.unitaryPower(1e-9))
        list.append(near.unitaryPower(1e-6) * StandardGate.ccx.matrix())
        list.append(Matrix.random(4, &generator).kronecker(Matrix.random(2, &generator)))
        list.append(Matrix.random(2, &generator).kronecker(Matrix.random(4, &generator)))
        list.append(StandardGate.c3x.matrix())
        for matrix in list {
            let qubits = matrix.dimension.trailingZeroBitCount
            for modifiers: [GateModifier] in [[], [.control([true])], [.power(0.5)]] {
                var circuit = Circuit(qubitCount: qubits + 1)
                let base = circuit.addGate(
                    GateDefinition(name: "m", qubitCount: qubits, implementation: .matrix(matrix)))
                let extra = modifiers == [.control([true])] ? 1 : 0
                let gate = circuit.addGate(
                    GateDefinition(
                        name: "n", qubitCount: qubits + extra,
                        implementation: .modified(base: base, modifiers: modifiers)))
                circuit.append(gate, Array(0..<(qubits + extra)))
                try Self.check(circuit, tolerance: 1e-8)
            }
        }
    }

    @Test func phasesInControlFlow() throws {
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        var body = Block()
        body.append(.gphase, [], [1.25])
        body.append(.x, [Qubit(0)])
        circuit.body.append(.box(duration: nil, body: body))
        circuit.body.append(.branch(condition: .bit(ClassicalBit(0)), then: body, otherwise: nil))
        let unrolled = try circuit.unrolled()
        #expect(unrolled.globalPhase.constant == 1.25)
        #expect(unrolled.body.controlFlow.allSatisfy { $0.blocks.allSatisfy { $0.count == 1 } })
    }

    @Test func refusals() throws {
        var circuit = Circuit(qubitCount: 7)
        let opaque = circuit.addGate(GateDefinition(name: "magic", qubitCount: 1, implementation: .opaque))
        circuit.append(opaque, [0])
        #expect(throws: CompilerError.self) { try circuit.unrolled() }
        circuit = Circuit(qubitCount: 7)
        let wide = circuit.addGate(
            GateDefinition(name: "wide", qubitCount: 7, implementation: .matrix(Matrix(identity: 128))))
        circuit.append(wide, Array(0..<7))
        #expect(throws: CompilerError.self) { try circuit.unrolled() }
    }
}

extension Matrix {
    /// A random unitary: Gram–Schmidt on Gaussian columns, the Haar measure.
    static func random(_ dimension: Int, _ generator: inout SeededGenerator) -> Matrix {
        func uniform() -> Double { Double(generator.next() >> 11) * 0x1p-53 + 0x1p-54 }
        var m = Matrix(zero: dimension)
        for k in m.elements.indices {
            let radius = (-2 * logarithm(uniform())).squareRoot()
            m.elements[k] = radius * Complex(phase: 2 * .pi * uniform())
        }
        for c in 0..<dimension {
            for _ in 0..<2 {
                for other in 0..<c {
                    var overlap = Complex.zero
                    for r in 0..<dimension { overlap += m[r, other].conjugate * m[r, c] }
                    for r in 0..<dimension { m[r, c] -= overlap * m[r, other] }
                }
            }
            var norm = 0.0
            for r in 0..<dimension { norm += m[r, c].norm }
            for r in 0..<dimension { m[r, c] = m[r, c] / norm.squareRoot() }
        }
        return m
    }
}

/// ln x by the expression language's own function.
private func logarithm(_ x: Double) -> Double {
    let call = Expression(.call(.log, [.float(x)]), type: .float(64))
    return (try? call.parameter(in: Environment())) ?? 0
}
