import Circuits
import Hardware
import Testing

@testable import Compiler

@Suite struct CancellationTests {
    static func simplify(_ circuit: Circuit) throws -> Circuit {
        var unit = CompilationUnit(circuit)
        let machine = TestDevices.ideal(circuit.qubitCount)
        let target = try Target(machine.description, calibration: machine.calibration)
        try CancellationPass().run(&unit, in: CompilationContext(target: target))
        return unit.circuit
    }

    static func gates(_ circuit: Circuit) -> [StandardGate] { circuit.body.compactMap(\.standardGate) }

    @Test func randomPrograms() throws {
        var removed = 0
        for seed in 0..<150 {
            let isSymbolic = seed % 3 == 0
            let circuit = try RandomPrograms.make(3, 80, UInt64(seed) + 900, isSymbolic: isSymbolic).unrolled()
            let result = try Self.simplify(circuit)
            removed += circuit.body.count - result.body.count
            var environment = Environment(of: circuit)
            for k in circuit.variables.indices { environment.variables[k] = .float(1.1 * Double(k) - 2.6, width: 64) }
            let distance = try circuit.unitary(environment: environment).distance(
                to: result.unitary(environment: environment))
            #expect(distance < 1e-8, "seed \(seed)")
        }
        #expect(removed > 1000)
    }

    /// Few qubits and a small alphabet: long chains of commuting gates with cancellation across them.
    @Test func commutingPrograms() throws {
        let alphabet: [StandardGate] = [.cx, .cz, .rz, .x, .t, .rzz, .h, .cp, .sx, .rxx, .crz, .swap, .ecr, .ch, .y]
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed))
            var circuit = Circuit(qubitCount: 3)
            for _ in 0..<60 {
                let gate = alphabet[generator.below(seed % 2 == 0 ? 6 : alphabet.count)]
                var order = [0, 1, 2]
                generator.shuffle(&order)
                let angles = (0..<gate.parameterCount).map { _ in Double(generator.below(8)) * .pi / 4 }
                circuit.append(gate, Array(order.prefix(gate.qubitCount)), angles)
            }
            let result = try Self.simplify(circuit)
            #expect(try circuit.unitary().distance(to: result.unitary()) < 1e-9, "seed \(seed)")
        }
    }

    /// A gate of pairs commutes with its like on the same pair, not with its like on a pair that shares one qubit.
    @Test func pairsThatShareOneQubit() throws {
        var circuit = Circuit(qubitCount: 5)
        for pair in [[2, 4], [0, 4], [2, 4]] { circuit.append(.swap, pair) }
        #expect(try Self.simplify(circuit).body == circuit.body)
        var removed = 0
        for seed in 0..<200 {
            var generator = SeededGenerator(seed: UInt64(seed) + 5)
            var circuit = Circuit(qubitCount: 6)
            let gate: StandardGate = [.swap, .ecr, .iswap, .dcx][seed % 4]
            for _ in 0..<20 {
                var order = Array(0..<6)
                generator.shuffle(&order)
                circuit.append(gate, Array(order.prefix(2)))
            }
            let result = try Self.simplify(circuit)
            removed += circuit.body.count - result.body.count
            #expect(try circuit.unitary().distance(to: result.unitary()) < 1e-9, "seed \(seed)")
        }
        #expect(removed > 0)
    }

    @Test func known() throws {
        var circuit = Circuit(qubitCount: 3)
        circuit.append(.cx, [0, 1])
        circuit.append(.rz, [0], [0.3])
        circuit.append(.x, [1])
        circuit.append(.cx, [2, 1])
        circuit.append(.cx, [0, 1])
        circuit.append(.rz, [0], [-0.3])
        #expect(Self.gates(try Self.simplify(circuit)) == [.x, .cx])
        circuit = Circuit(qubitCount: 2)
        circuit.append(.cx, [0, 1])
        circuit.append(.h, [1])
        circuit.append(.h, [1])
        circuit.append(.cx, [0, 1])
        circuit.append(.cz, [0, 1])
        circuit.append(.cp, [1, 0], [.pi])
        #expect(Self.gates(try Self.simplify(circuit)) == [])
        circuit = Circuit(qubitCount: 2)
        circuit.append(.swap, [0, 1])
        circuit.append(.h, [0])
        circuit.append(.swap, [0, 1])
        #expect(Self.gates(try Self.simplify(circuit)) == [.swap, .h, .swap])
        // Rotations meet across the control of a CX, and not across its target.
        circuit = Circuit(qubitCount: 2)
        for qubit in [0, 1] {
            circuit.append(.rz, [qubit], [0.4])
            circuit.append(.cx, [0, 1])
            circuit.append(.rz, [qubit], [0.5])
            circuit.barrier([0, 1])
        }
        #expect(Self.gates(try Self.simplify(circuit)) == [.rz, .cx, .rz, .cx, .rz])
    }

    @Test func fences() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        let gate = { circuit.append(.x, [0]) }
        gate()
        circuit.barrier([0])
        gate()
        circuit.measure(0, into: 0)
        gate()
        circuit.reset(0)
        gate()
        #expect(Self.gates(try Self.simplify(circuit)).count == 4)
    }

    /// rz(x); x = x + 1; rz(−x) must not merge, though the expressions cancel.
    @Test func changingValues() throws {
        var circuit = Circuit(qubitCount: 1)
        let id = circuit.addVariable(Variable(name: "x", type: .float(64)))
        let x = Expression(.variable(id), type: .float(64))
        let plus = circuit.addParameter(x)
        let minus = circuit.addParameter(Expression(.unary(.negate, x), type: .float(64)))
        circuit.append(.standard(.rz), [0], [plus])
        circuit.append(.standard(.rz), [0], [minus])
        #expect(Self.gates(try Self.simplify(circuit)) == [])
        circuit.append(.standard(.rz), [0], [plus])
        circuit.body.append(
            Assignment(target: .variable(id), value: Expression(.binary(.add, x, .float(1)), type: .float(64))))
        circuit.append(.standard(.rz), [0], [minus])
        #expect(Self.gates(try Self.simplify(circuit)) == [.rz, .rz])
    }

    @Test func measuredDiagonals() throws {
        var circuit = Circuit(qubitCount: 3, bitCount: 3)
        circuit.append(.h, [0])
        circuit.append(.cz, [0, 1])
        circuit.append(.cz, [1, 2])
        circuit.append(.rz, [1], [0.2])
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        #expect(Self.gates(try Self.simplify(circuit)) == [.h, .cz, .cz])
        circuit.measure(2, into: 2)
        #expect(Self.gates(try Self.simplify(circuit)) == [.h])
    }

    @Test func freshQubits() throws {
        let machine = TestDevices.ideal(3)
        let target = try Target(machine.description, calibration: machine.calibration)
        var circuit = Circuit(qubitCount: 3, bitCount: 3)
        circuit.reset(0)
        circuit.append(.cx, [0, 1])
        circuit.append(.h, [0])
        circuit.append(.swap, [0, 2])
        circuit.append(.cz, [0, 2])
        circuit.append(.cx, [2, 1])
        circuit.append(.t, [0])
        circuit.reset(1)
        var unit = CompilationUnit(circuit)
        try GroundStatePass().run(&unit, in: CompilationContext(target: target))
        #expect(Self.gates(unit.circuit) == [.h, .swap, .cx])
        #expect(unit.circuit.body.count == 4)
    }

    /// Whole compilations, control flow and measurement included, against the branching judge.
    @Test(arguments: 0..<40) func compiledPrograms(_ seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed) + 31)
        var circuit = Circuit(qubitCount: 4, bitCount: 4)
        func body(_ length: Int) -> Block {
            var inner = Circuit(qubitCount: 4)
            let part = RandomPrograms.make(4, length, generator.next() % 100_000)
            inner.body.append(contentsOf: part.body)
            return inner.body
        }
        circuit.body.append(contentsOf: body(8))
        circuit.measure(generator.below(4), into: 0)
        circuit.body.append(
            .branch(condition: .bit(ClassicalBit(0)), then: body(6), otherwise: generator.below(2) == 0 ? body(4) : nil)
        )
        circuit.body.append(.box(duration: nil, body: body(5)))
        circuit.reset(generator.below(4))
        circuit.body.append(contentsOf: body(6))
        for qubit in 0..<4 { circuit.measure(qubit, into: qubit) }
        for machine in [TestDevices.line(5), TestDevices.fractional, TestDevices.directed] {
            let context = CompilationContext(
                target: try Target(machine.description, calibration: machine.calibration), seed: UInt64(seed))
            var unit = CompilationUnit(circuit)
            let passes: [any Pass] = [
                UnrollPass(), CancellationPass(), LayoutPass(), RoutingPass(), ResynthesisPass(), CancellationPass(),
                TranslationPass(),
            ]
            _ = try Pipeline(passes).run(&unit, in: context)
            let layout = try #require(unit.layout)
            let executable = Executable(
                deviceID: "", calibrationID: "", circuit: unit.circuit, schedule: nil, initialLayout: layout.initial,
                finalLayout: layout.final)
            #expect(try Equivalence.difference(circuit, executable, seed: UInt64(seed)) == nil)
        }
    }
}
