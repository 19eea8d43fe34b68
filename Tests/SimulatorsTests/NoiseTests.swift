import Circuits
import Testing

#if canImport(Glibc)
import Glibc
#endif

@testable import Simulators

/// The same channels after each gate, by its number of operands, and confused readouts.
struct GateNoise: NoiseModel {
    var single: NoiseChannel?
    var double: NoiseChannel?
    var relaxation: NoiseChannel?
    var confusion: ReadoutConfusion?

    func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
        let instruction = block[position]
        guard case .gate = instruction.operation else { return [] }
        var result: [LocatedChannel] = []
        let channel = instruction.qubits.count == 1 ? single : double
        if let channel { result.append(LocatedChannel(channel, on: Array(instruction.qubits))) }
        if let relaxation {
            for qubit in instruction.qubits { result.append(LocatedChannel(relaxation, on: [qubit])) }
        }
        return result
    }

    func readout(of qubit: Qubit) -> ReadoutConfusion? { confusion }
}

@Suite struct NoiseTests {
    private let channels: [NoiseChannel] = [
        .depolarizing(0.3, qubits: 1), .depolarizing(0.2, qubits: 2), .relaxation(time: 0.4, t1: 1, t2: 0.7),
        .relaxation(time: 0.4, t1: 1, t2: 1.6), .relaxation(time: 0.1, t1: .infinity, t2: 0.5),
        .pauli([0.7, 0.1, 0.05, 0.15]),
        .kraus([
            Matrix(diagonal: [.one, Complex(0.8)]),
            Matrix(dimension: 2, elements: [.zero, Complex(0.6), .zero, .zero]),
        ]),
    ]

    /// ρ → Σ KρK† by the definition, on dense matrices.
    private func reference(_ channel: NoiseChannel, _ qubits: [Int], _ rho: Matrix) -> Matrix {
        var sum = Matrix(zero: rho.dimension)
        for matrix in channel.krausOperators {
            var left = rho
            let gate = ElementaryGate(.matrix(matrix), targets: qubits.map { Qubit($0) })
            left.apply(gate)
            var right = left.adjoint
            right.apply(gate)
            sum = sum + right.adjoint
        }
        return sum
    }

    private func randomDensity(_ random: inout RandomCircuits, _ qubits: Int) -> (DensityMatrix, Matrix) {
        let size = 1 << qubits
        var rho = Matrix(zero: size)
        for weight in [0.5, 0.3, 0.2] {
            let psi = random.amplitudes(qubits)
            for r in 0..<size { for c in 0..<size { rho[r, c] += weight * (psi[r] * psi[c].conjugate) } }
        }
        let state = DensityMatrix(qubitCount: qubits)
        for r in 0..<size { for c in 0..<size { state[r, c] = rho[r, c] } }
        return (state, rho)
    }

    private func distance(_ state: DensityMatrix, _ rho: Matrix) -> Double {
        var result = 0.0
        for r in 0..<rho.dimension {
            for c in 0..<rho.dimension { result = max(result, (state[r, c] - rho[r, c]).magnitude) }
        }
        return result
    }

    @Test func densityMatrixAppliesChannelsByTheirDefinition() {
        var random = RandomCircuits(seed: 41)
        for channel in channels {
            for qubits in max(1, channel.qubitCount)...4 {
                let (state, rho) = randomDensity(&random, qubits)
                let places = random.qubits(channel.qubitCount, of: qubits)
                state.apply(channel, on: places)
                #expect(distance(state, reference(channel, places, rho)) < 1e-14)
            }
        }
    }

    @Test(arguments: StandardGate.allCases)
    func densityMatrixAppliesEveryGate(_ gate: StandardGate) {
        var random = RandomCircuits(seed: 43 + UInt64(gate.rawValue))
        let qubits = max(gate.qubitCount, 3)
        let (state, rho) = randomDensity(&random, qubits)
        let element = random.gate(in: [gate], qubitCount: qubits)
        state.apply(element)
        var expected = rho
        expected.apply(element)
        var right = expected.adjoint
        right.apply(element)
        #expect(distance(state, right.adjoint) < 1e-14)
    }

    @Test func fusedSuperoperatorsEqualSeparateOnes() throws {
        var random = RandomCircuits(seed: 47)
        for _ in 0..<10 {
            var steps: [Program.QuantumStep] = []
            let plain = DensityMatrix(qubitCount: 4), fused = DensityMatrix(qubitCount: 4)
            for _ in 0..<30 {
                let gate = random.gate(in: StandardGate.allCases, qubitCount: 4)
                steps.append(.gate(gate))
                plain.apply(gate)
                let channel = channels[random.below(channels.count)]
                let places = random.qubits(channel.qubitCount, of: 4)
                steps.append(.channel(channel, places))
                plain.apply(channel, on: places)
            }
            fused.apply(try DensityMatrix.prepare(steps, qubitCount: 4))
            for r in 0..<16 { for c in 0..<16 { #expect((plain[r, c] - fused[r, c]).magnitude < 1e-13) } }
        }
    }

    @Test func relaxationDecaysAsMeasured() {
        for (t1, t2) in [(50e-6, 40e-6), (50e-6, 80e-6), (50e-6, 200e-6)] {
            let state = DensityMatrix(qubitCount: 2)
            state.apply(ElementaryGate(.x, targets: [Qubit(0)]))
            state.apply(ElementaryGate(.h, targets: [Qubit(1)]))
            let step = NoiseChannel.relaxation(time: 3e-6, t1: t1, t2: t2)
            for _ in 0..<10 { for qubit in 0...1 { state.apply(step, on: [qubit]) } }
            #expect(abs(state.probabilityOfOne(0) - exp(-30e-6 / t1)) < 1e-12)
            // The coherence of qubit 1, with qubit 0 traced out.
            let coherence = (state[0, 2] + state[1, 3]).magnitude
            #expect(abs(coherence - 0.5 * exp(-30e-6 / min(t2, 2 * t1))) < 1e-12)
        }
    }

    @Test func depolarizingCompletesThePublishedError() throws {
        for (error, qubits) in [(3e-4, 1), (8e-3, 2), (0.2, 2)] {
            let relaxation = (0..<qubits).map { _ in NoiseChannel.relaxation(time: 70e-9, t1: 200e-6, t2: 150e-6) }
            let rest = try #require(
                NoiseChannel.depolarizing(completing: relaxation, toAverageInfidelity: error, qubits: qubits))
            // The entanglement fidelity of the composed superoperators, by their trace.
            var total = rest.superoperator
            for (qubit, channel) in relaxation.enumerated() {
                total.apply(
                    ElementaryGate(
                        .matrix(channel.superoperator), targets: [Qubit(qubit), Qubit(qubit + qubits)]))
            }
            let d = Double(1 << qubits)
            let fidelity = (d * total.trace.re / (d * d) + 1) / (d + 1)
            #expect(abs(1 - fidelity - error) < 1e-12)
        }
        #expect(
            NoiseChannel.depolarizing(
                completing: [.relaxation(time: 1, t1: 1, t2: 1)], toAverageInfidelity: 1e-3, qubits: 1) == nil)
    }

    /// Teleports nothing, but entangles, measures midway, resets and feeds forward: everything a trajectory can meet.
    private func program(_ random: inout RandomCircuits, feedForward: Bool) -> Circuit {
        var circuit = Circuit(qubitCount: 4, bitCount: 5)
        let gates: [StandardGate] = [.h, .t, .sx, .rx, .ry, .cx, .cz, .rzz, .ecr]
        for step in 0..<25 {
            let gate = random.gate(in: gates, qubitCount: 4)
            if case .standard(let standard, let parameters) = gate.kernel {
                circuit.append(standard, gate.targets.map(\.index), parameters)
            }
            if step == 12 { circuit.measure(random.below(4), into: 4) }
            if step == 14 && feedForward {
                var then = Block()
                then.append(.x, [Qubit(random.below(4))])
                circuit.body.append(.branch(condition: .bit(ClassicalBit(4)), then: then, otherwise: nil))
            }
            if step == 18 { circuit.reset(random.below(4)) }
        }
        for qubit in 0..<4 { circuit.measure(qubit, into: qubit) }
        return circuit
    }

    @Test(arguments: 0..<8)
    func trajectoriesSampleTheDensityMatrix(_ round: Int) throws {
        var random = RandomCircuits(seed: UInt64(7000 + round))
        let circuit = program(&random, feedForward: round % 2 == 0)
        let noise = GateNoise(
            single: .depolarizing(0.02, qubits: 1), double: .depolarizing(0.08, qubits: 2),
            relaxation: .relaxation(time: 0.05, t1: 1, t2: round < 4 ? 0.8 : 1.7),
            confusion: ReadoutConfusion(oneGivenZero: 0.02, zeroGivenOne: 0.07))
        var results: [[String: Int]] = []
        for engine in [SimulationMethod.Engine.densityMatrix, .trajectories] {
            let options = SimulationOptions(threads: 2, engine: engine)
            let result = try Simulation(circuit, noise: noise, options: options).run(shots: 20_000, seed: 9)
            #expect(result.method.engine == engine)
            results.append(counts(result))
        }
        #expect(twoSample(results[0], results[1]).isPlausible, "\(twoSample(results[0], results[1]))")
        // And the comparison can tell: without noise it is another distribution.
        let clean = counts(try Simulation(circuit).run(shots: 20_000, seed: 9))
        #expect(!twoSample(results[0], clean).isPlausible)
    }

    @Test func framesSampleTwirledNoiseExactly() throws {
        var random = RandomCircuits(seed: 31)
        for _ in 0..<4 {
            var circuit = Circuit(qubitCount: 4)
            for _ in 0..<20 {
                let gate = random.gate(in: cliffordGates, qubitCount: 4)
                if case .standard(let standard, _) = gate.kernel { circuit.append(standard, gate.targets.map(\.index)) }
            }
            circuit.measureAll()
            let relaxation = NoiseChannel.relaxation(time: 0.05, t1: 1, t2: 1.2)
            var noise = GateNoise(
                single: .depolarizing(0.03, qubits: 1), double: .depolarizing(0.1, qubits: 2), relaxation: relaxation,
                confusion: ReadoutConfusion(oneGivenZero: 0.03, zeroGivenOne: 0.08))
            let frames = try Simulation(
                circuit, noise: noise, options: SimulationOptions(threads: 2, engine: .stabilizer)
            ).run(shots: 40_000, seed: 2)
            #expect(frames.method.isTwirled)
            #expect(frames.method.description.contains("twirl"))
            // The density matrix of the twirled channel, exactly.
            noise.relaxation = .pauli(relaxation.pauliTwirl)
            let exact = try Simulation(
                circuit, noise: noise, options: SimulationOptions(wantsProbabilities: true, engine: .densityMatrix)
            ).run(shots: 1, seed: 0)
            let comparison = oneSample(counts(frames), try #require(exact.probabilities))
            #expect(comparison.isPlausible, "\(comparison)")
        }
    }

    @Test func sharedRealisationsAreReported() throws {
        var random = RandomCircuits(seed: 77)
        var circuit = random.circuit([.h, .t, .cx, .rx], qubitCount: 9, gates: 200)
        circuit.measureAll()
        let noise = GateNoise(single: .depolarizing(0.001, qubits: 1), double: .depolarizing(0.01, qubits: 2))
        let options = SimulationOptions(threads: 1, timeLimit: 0.2, engine: .trajectories)
        let result = try Simulation(circuit, noise: noise, options: options).run(shots: 20_000, seed: 1)
        let realisations = try #require(result.method.realisations)
        #expect(realisations >= 16 && realisations < 20_000)
        #expect(!result.method.isExact)
    }
}
