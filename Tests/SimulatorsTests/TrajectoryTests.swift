import Circuits
import Testing

#if canImport(Glibc)
import Glibc
#endif

@testable import Simulators

/// Trajectories whose gates are fused across channels, against the density matrix.
@Suite struct TrajectoryTests {
    /// Another T2 for each qubit: below T1, between T1 and 2·T1, at 2·T1, and a general map.
    struct MixedNoise: NoiseModel {
        var strength: Double
        var t2s = [0.6, 1.3, 2.0, 1.95]
        var hasKraus = true

        func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
            let instruction = block[position]
            guard case .gate = instruction.operation else { return [] }
            var result = [
                LocatedChannel(
                    .depolarizing(0.1 * strength, qubits: instruction.qubits.count), on: Array(instruction.qubits))
            ]
            for qubit in instruction.qubits {
                let t2 = t2s[qubit.index % t2s.count]
                result.append(LocatedChannel(.relaxation(time: strength, t1: 1, t2: t2), on: [qubit]))
            }
            if hasKraus, instruction.qubits.count == 2 {
                // Two excitations are lost together.
                let keep = Matrix(diagonal: [.one, .one, .one, Complex((1 - strength).squareRoot())])
                var lose = Matrix(zero: 4)
                lose[0, 3] = Complex(strength.squareRoot())
                result.append(LocatedChannel(.kraus([keep, lose]), on: Array(instruction.qubits)))
            }
            return result
        }

        func readout(of qubit: Qubit) -> ReadoutConfusion? {
            ReadoutConfusion(oneGivenZero: 0.01, zeroGivenOne: 0.03)
        }
    }

    private let gates: [StandardGate] = [.h, .t, .sx, .rx, .ry, .cx, .cz, .rzz, .ecr]

    private func circuit(_ random: inout RandomCircuits, _ qubits: Int, gates count: Int, interrupted: Bool) -> Circuit
    {
        var circuit = Circuit(qubitCount: qubits, bitCount: qubits + 1)
        for step in 0..<count {
            let gate = random.gate(in: gates, qubitCount: qubits)
            if case .standard(let standard, let parameters) = gate.kernel {
                circuit.append(standard, gate.targets.map(\.index), parameters)
            }
            guard interrupted else { continue }
            if step == count / 2 { circuit.measure(random.below(qubits), into: qubits) }
            if step == count / 2 + 3 {
                var then = Block()
                then.append(.ry, [Qubit(random.below(qubits))], [1.1])
                circuit.body.append(.branch(condition: .bit(ClassicalBit(qubits)), then: then, otherwise: nil))
            }
            if step == count * 3 / 4 { circuit.reset(random.below(qubits)) }
        }
        for qubit in 0..<qubits { circuit.measure(qubit, into: qubit) }
        return circuit
    }

    @Test(arguments: 0..<10)
    func fusedTrajectoriesSampleTheDensityMatrix(_ round: Int) throws {
        var random = RandomCircuits(seed: UInt64(9100 + round))
        let qubits = 4 + round / 2
        // Long enough for several stretches, so that events fall within, behind and at the ends of some.
        let circuit = circuit(&random, qubits, gates: 90, interrupted: round % 2 == 1)
        let noise = MixedNoise(strength: 0.01)
        let shots = 12_000
        let sampled = try Simulation(
            circuit, noise: noise, options: SimulationOptions(threads: 2, timeLimit: 1e6, engine: .trajectories)
        ).run(shots: shots, seed: UInt64(round))
        #expect(sampled.method.isExact)
        let exact = try Simulation(
            circuit, noise: noise, options: SimulationOptions(threads: 2, engine: .densityMatrix)
        ).run(shots: shots, seed: UInt64(round) + 50)
        let comparison = twoSample(counts(sampled), counts(exact))
        #expect(comparison.isPlausible, "\(comparison)")
    }

    /// Jumps dropped, or taken twice, give another decay.
    @Test(arguments: [0.5, 1, 1.4, 2])
    func populationsDecayAsTheChannelsSay(_ t2: Double) throws {
        // All qubits excited, and many steps of idling: P(1) = exp(−t/T1), whatever the stretches.
        var circuit = Circuit(qubitCount: 3)
        for qubit in 0..<3 { circuit.append(.x, [qubit]) }
        for step in 0..<400 { circuit.append(.cz, [step % 3, (step + 1) % 3]) }
        circuit.measureAll()
        let noise = IdlingNoise(relaxation: .relaxation(time: 0.003, t1: 1, t2: t2))
        let shots = 40_000
        let result = try Simulation(
            circuit, noise: noise, options: SimulationOptions(threads: 2, timeLimit: 1e6, engine: .trajectories)
        ).run(shots: shots, seed: 5)
        let exact = try Simulation(
            circuit, noise: noise, options: SimulationOptions(wantsProbabilities: true, engine: .densityMatrix)
        ).run(shots: 1, seed: 0)
        let comparison = oneSample(counts(result), try #require(exact.probabilities))
        #expect(comparison.isPlausible, "\(comparison)")
        // The figure by hand: after 800 channels on three qubits, and the decay of one gate less or more would show.
        let ones = result.bits.map(\.nonzeroBitCount).reduce(0, +)
        let channels: Double = 803.0 / 3
        let survival: Double = exp(-0.003 * channels)
        let expected = Double(3 * shots) * survival
        let deviation = (expected * (1 - survival)).squareRoot()
        #expect(abs(Double(ones) - expected) < 5 * deviation)
    }

    /// Relaxation after each operand of each gate.
    struct IdlingNoise: NoiseModel {
        var relaxation: NoiseChannel

        func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
            guard case .gate = block[position].operation else { return [] }
            return block[position].qubits.map { LocatedChannel(relaxation, on: [$0]) }
        }
    }

    /// The same threshold finds the same event and leaves the same state, whether channels are passed one by one or in
    /// fused stretches with a search for the crossing.
    @Test(arguments: [3, 12])
    func stretchesFindTheEventOfSingleSteps(_ qubits: Int) throws {
        var random = RandomCircuits(seed: 77)
        let noise = MixedNoise(strength: 0.002)
        let program = try Program(circuit(&random, qubits, gates: 300, interrupted: false), noise: noise)
        let segment = TrajectorySegment(program.quantum[0], qubitCount: qubits)
        #expect(segment.items.count > 3 * segment.stretch)
        var met = 0, atState = 0
        for k in 0..<24 {
            let threshold = (Double(k) + 0.5) / 24
            let fused = StateVector(qubitCount: qubits)
            var survival = 1.0
            let found = fused.apply(segment, from: 0, survival: &survival, threshold: threshold)
            // One by one, with the norm after each.
            let plain = StateVector(qubitCount: qubits)
            var expected = 1.0
            var place: Int?
            for index in segment.items.indices {
                let before = plain.copy()
                plain.applySeparately(segment, index..<index + 1)
                let next = expected * segment.survivals[index] * plain.norm
                if next <= threshold {
                    place = index
                    plain.assign(before)
                    break
                }
                plain.scale(by: 1 / plain.norm.squareRoot())
                expected = next
            }
            #expect(found == place)
            #expect(abs(survival - expected) < 1e-12)
            #expect(distance(fused.amplitudes, plain.amplitudes) < 1e-12)
            if let place {
                met += 1
                if segment.noJumps(in: place..<place + 1) > 0 { atState += 1 }
            }
        }
        #expect(met > 10 && atState > 2)
    }

    @Test func threadsChangeNoByte() throws {
        var random = RandomCircuits(seed: 5)
        for (qubits, interrupted) in [(5, true), (13, false)] {
            let circuit = circuit(&random, qubits, gates: 120, interrupted: interrupted)
            var results: [[BitString]] = []
            for threads in 1...3 {
                let options = SimulationOptions(threads: threads, timeLimit: 1e6, engine: .trajectories)
                let result = try Simulation(circuit, noise: MixedNoise(strength: 0.01), options: options)
                    .run(shots: 150, seed: 3)
                results.append(result.bits)
            }
            #expect(results[0] == results[1] && results[1] == results[2])
            // The number of shared realisations comes from an estimate, and must not know the threads either.
            let methods = (1...3).map { threads in
                let options = SimulationOptions(threads: threads, timeLimit: 0.05, engine: .trajectories)
                return try? Simulation(circuit, noise: MixedNoise(strength: 0.01), options: options)
                    .estimate(shots: 100_000).method
            }
            #expect(Set(methods).count == 1)
        }
    }

    /// With little memory, realisations begin one by one, and the shots stay the same in distribution.
    @Test func littleMemoryBoundsTheLivingStates() throws {
        var random = RandomCircuits(seed: 6)
        let circuit = circuit(&random, 6, gates: 60, interrupted: true)
        let noise = MixedNoise(strength: 0.01)
        let state = StateVector.byteCount(qubitCount: 6)
        var results: [[String: Int]] = []
        for limit in [3 * state, 1 << 30] {
            let options = SimulationOptions(threads: 2, memoryLimit: limit, timeLimit: 1e6, engine: .trajectories)
            let simulation = Simulation(circuit, noise: noise, options: options)
            #expect(try simulation.estimate(shots: 4000).bytes <= limit)
            results.append(counts(try simulation.run(shots: 4000, seed: 8)))
        }
        let comparison = twoSample(results[0], results[1])
        #expect(comparison.isPlausible, "\(comparison)")
        let options = SimulationOptions(memoryLimit: state, engine: .trajectories)
        #expect { try Simulation(circuit, noise: noise, options: options).estimate(shots: 100) } throws: {
            ($0 as? SimulationError)?.code == .memory
        }
    }
}
