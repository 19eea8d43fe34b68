import Circuits
import Testing

@testable import Simulators

@Suite struct SimulationTests {
    @Test(arguments: 0..<8)
    func samplesFollowTheExactProbabilities(_ round: Int) throws {
        var random = RandomCircuits(seed: UInt64(500 + round))
        let qubitCount = 2 + round % 5
        var circuit = random.circuit(StandardGate.allCases, qubitCount: qubitCount, gates: 30)
        let unitary = try circuit.unitary()
        circuit.measureAll()
        let options = SimulationOptions(threads: 2, wantsProbabilities: true)
        let result = try Simulation(circuit, options: options).run(shots: 50_000, seed: UInt64(round))
        let exact = try #require(result.probabilities)
        for (bits, probability) in exact {
            #expect(abs(probability - unitary[Int(bits.unsigned!), 0].norm) < 1e-12)
        }
        let comparison = oneSample(counts(result), exact)
        #expect(comparison.isPlausible, "\(comparison)")
    }

    /// Measurement midway, feed-forward, a loop, noise: nothing of it may depend on threads.
    @Test(arguments: [SimulationMethod.Engine.stateVector, .trajectories, .densityMatrix])
    func threadsChangeNoShot(_ engine: SimulationMethod.Engine) throws {
        var random = RandomCircuits(seed: 61)
        var circuit = random.circuit([.h, .t, .cx, .ry], qubitCount: 5, gates: 30)
        circuit.addBitRegister("c", count: 6)
        circuit.measure(0, into: 5)
        var again = Block()
        again.append(.h, [Qubit(0)])
        again.append(.cx, [Qubit(0), Qubit(1)])
        again.append(Instruction(.measure(into: ClassicalBit(5)), [Qubit(0)]))
        circuit.body.append(.while(condition: .bit(ClassicalBit(5)), body: again))
        for qubit in 0..<5 { circuit.measure(qubit, into: qubit) }
        let noise =
            engine == .stateVector
            ? nil
            : GateNoise(
                single: .depolarizing(0.01, qubits: 1), double: .depolarizing(0.02, qubits: 2),
                relaxation: .relaxation(time: 0.02, t1: 1, t2: 1.5),
                confusion: ReadoutConfusion(oneGivenZero: 0.02, zeroGivenOne: 0.03))
        let results = try (1...3).map { threads in
            try Simulation(circuit, noise: noise, options: SimulationOptions(threads: threads, engine: engine))
                .run(shots: 3000, seed: 42)
        }
        #expect(results[1].bits == results[0].bits)
        #expect(results[2].bits == results[0].bits)
        let other = try Simulation(circuit, noise: noise, options: SimulationOptions(threads: 2, engine: engine))
            .run(shots: 3000, seed: 43)
        #expect(other.bits != results[0].bits)
    }

    @Test func shotsDoNotDependOnTheirNumber() throws {
        var random = RandomCircuits(seed: 62)
        var circuit = random.circuit([.h, .t, .cx, .ry], qubitCount: 4, gates: 20)
        circuit.measureAll()
        let few = try Simulation(circuit).run(shots: 100, seed: 5),
            many = try Simulation(circuit).run(shots: 1000, seed: 5)
        #expect(Array(many.bits.prefix(100)) == few.bits)
    }

    @Test func partsThatNeverInteractAreSimulatedApart() throws {
        // Sixty non-Clifford qubits in pairs.
        var circuit = Circuit(qubitCount: 60)
        for pair in 0..<30 {
            circuit.append(.ry, [2 * pair], [0.3 + 0.05 * Double(pair)])
            circuit.append(.cx, [2 * pair, 2 * pair + 1])
        }
        circuit.measureAll()
        let result = try Simulation(circuit).run(shots: 2000, seed: 8)
        #expect(result.method.components == Array(repeating: 2, count: 30))
        for bits in result.bits { for pair in 0..<30 { #expect(bits[2 * pair] == bits[2 * pair + 1]) } }
        // The parts are independent: ones of neighbours agree as chance has it.
        let p = result.bits.count { $0[0] }, q = result.bits.count { $0[58] }
        let both = result.bits.count { $0[0] && $0[58] }
        let expected = Double(p) * Double(q) / 2000
        #expect(abs(Double(both) - expected) < 5 * expected.squareRoot() + 5)
    }

    @Test func onlyWhatReachesAnOutcomeIsSimulated() throws {
        // Forty entangled, non-Clifford qubits of which one is measured before it meets the others.
        var circuit = Circuit(qubitCount: 40, bitCount: 1)
        circuit.append(.ry, [0], [1.1])
        circuit.measure(0, into: 0)
        for qubit in 0..<39 {
            circuit.append(.t, [qubit])
            circuit.append(.cx, [qubit, qubit + 1])
            circuit.append(.ry, [qubit], [0.3])
        }
        let result = try Simulation(circuit).run(shots: 1000, seed: 1)
        #expect(result.method.components == [1])
    }

    @Test func classicalValuesAfterMeasurementsAreComputedForEachShot() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        let sum = circuit.addVariable(Variable(name: "sum", type: .uint(8), role: .output))
        let index = circuit.addVariable(Variable(name: "i", type: .uint(8)))
        circuit.append(.h, [0])
        circuit.append(.h, [1])
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        // for i in [1:3] sum = sum + i·c[0]; then c[0] is overwritten by a known value.
        var body = Block()
        let bit = Expression(.cast(.bit(ClassicalBit(0))), type: .uint(8))
        let product = Expression(
            .binary(.multiply, Expression(.variable(index), type: .uint(8)), bit), type: .uint(8))
        let total = Expression(.binary(.add, Expression(.variable(sum), type: .uint(8)), product), type: .uint(8))
        body.append(Assignment(target: .variable(sum), value: total))
        circuit.body.append(
            .for(variable: index, values: .range(start: .int(1), step: .int(1), stop: .int(3)), body: body))
        circuit.body.append(Assignment(target: .bit(ClassicalBit(0)), value: .bool(true)))
        let result = try Simulation(circuit).run(shots: 1000, seed: 4)
        let program = try Program(circuit, noise: nil)
        let interpreted = try Simulation(circuit).interpret(program, shots: 1000, source: RandomSource(seed: 4))
        for run in [result, interpreted] {
            #expect(run.bits.allSatisfy { $0[0] })
            #expect(Set(run.outputs.map { $0[0].real }) == [0, 6])
            let sixes = run.outputs.count { $0[0].real == 6 }
            #expect(abs(sixes - 500) < 80)
        }
    }

    @Test func refusalsSayTheFigures() throws {
        var random = RandomCircuits(seed: 3)
        var circuit = Circuit(qubitCount: 60)
        for qubit in 0..<59 {
            circuit.append(.ry, [qubit], [random.angle()])
            circuit.append(.cx, [qubit, qubit + 1])
        }
        circuit.measureAll()
        #expect {
            try Simulation(circuit, options: SimulationOptions(memoryLimit: 1 << 30)).run(shots: 10, seed: 0)
        } throws: {
            guard let error = $0 as? SimulationError else { return false }
            return error.code == .memory && error.message.contains("60") && error.message.contains("1.0 GiB")
        }
    }

    @Test func cancellationEndsTheRun() throws {
        var random = RandomCircuits(seed: 3)
        var circuit = random.circuit([.h, .t, .cx], qubitCount: 4, gates: 20)
        circuit.measureAll()
        let watch = SimulationWatch(isCancelled: { true })
        #expect {
            try Simulation(circuit, options: SimulationOptions(watch: watch)).run(shots: 10, seed: 0)
        } throws: { ($0 as? SimulationError)?.code == .cancelled }
    }

    @Test func switchesBreaksAndContinues() throws {
        // Sum the odd numbers below 10 by a loop that skips even ones and ends at 9.
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        let n = circuit.addVariable(Variable(name: "n", type: .int(16)))
        let sum = circuit.addVariable(Variable(name: "sum", type: .int(16), role: .output))
        let value = Expression(.variable(n), type: .int(16))
        circuit.append(.h, [0])
        circuit.measure(0, into: 0)
        var body = Block()
        let parity = Expression(.binary(.remainder, value, .int(2, width: 16)), type: .int(16))
        var even = Block(), odd = Block()
        even.append(Instruction(.continue))
        odd.append(
            Assignment(
                target: .variable(sum),
                value: Expression(
                    .binary(.add, Expression(.variable(sum), type: .int(16)), value), type: .int(16))))
        body.append(
            .switch(subject: parity, cases: [.init(labels: [0, 2], body: even)], otherwise: odd))
        var stop = Block()
        stop.append(Instruction(.break))
        // Makes the course depend on an outcome: ends at 9, or at 5 when the coin shows one.
        let limit = Expression(.cast(.bit(ClassicalBit(0))), type: .int(16))
        let end = Expression(
            .binary(
                .subtract, .int(9, width: 16),
                Expression(.binary(.multiply, limit, .int(4, width: 16)), type: .int(16))), type: .int(16))
        body.append(
            .branch(
                condition: Expression(.binary(.greaterOrEqual, value, end), type: .bool), then: stop, otherwise: nil))
        circuit.body.append(
            .for(variable: n, values: .range(start: .int(1), step: .int(1), stop: .int(99)), body: body))
        let result = try Simulation(circuit).run(shots: 200, seed: 6)
        for (bits, outputs) in zip(result.bits, result.outputs) {
            #expect(outputs[0].real == (bits[0] ? 9 : 25))
        }
        #expect(Set(result.bits.map { $0[0] }).count == 2)
    }
}
