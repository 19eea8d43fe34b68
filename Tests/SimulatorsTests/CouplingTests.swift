import Circuits
import Simulators
import Testing

/// Couplings that are no gates of the program, and carriers that leave it.
@Suite struct CouplingTests {
    /// After one instruction: a coupling, and departures.
    struct Disturbance: NoiseModel {
        var position: Int
        var channels: [LocatedChannel] = []
        var departures: [Departure] = []
        var confusion: ReadoutConfusion?

        func channels(after position: Int, of block: Block, at path: BlockPath) -> [LocatedChannel] {
            position == self.position ? channels : []
        }
        func departures(after position: Int, of block: Block, at path: BlockPath) -> [Departure] {
            position == self.position ? departures : []
        }
        func readout(of qubit: Qubit) -> ReadoutConfusion? { confusion }
    }

    private static let angle = 0.9
    private static let quarter = [Qubit(3), Qubit(4)]

    /// Two chains of `width` qubits, whose ends 3 and 4 are in |+⟩, disturbed, and read in X.
    private func chains(_ width: Int, isClifford: Bool) -> (Circuit, Int) {
        var circuit = Circuit(qubitCount: 2 * width, bitCount: 2)
        // Towards the ends that meet, or the far gates would not matter to what is read.
        for k in 0..<width - 1 {
            circuit.append(.cz, [k, k + 1])
            circuit.append(.cz, [2 * width - 1 - k, 2 * width - 2 - k])
        }
        if !isClifford { for start in [0, width] { circuit.append(.rz, [start], [0.3]) } }
        circuit.append(.h, [width - 1])
        circuit.append(.h, [width])
        let position = circuit.body.count - 1
        circuit.append(.h, [width - 1])
        circuit.append(.h, [width])
        circuit.measure(width - 1, into: 0)
        circuit.measure(width, into: 1)
        return (circuit, position)
    }

    /// Parts too large to be one meet a ZZ coupling as flips of both in the same shots: with probability sin²(θ/2), never
    /// one without the other, on every engine.
    @Test(arguments: [SimulationMethod.Engine.stabilizer, .densityMatrix, .trajectories])
    func couplingsFlipBothPartsTogether(engine: SimulationMethod.Engine) throws {
        let (circuit, position) = chains(4, isClifford: engine == .stabilizer)
        var options = SimulationOptions(threads: 2)
        options.engine = engine
        let noise = Disturbance(
            position: position, channels: [LocatedChannel(.coupling(Self.angle), on: Self.quarter)])
        let result = try Simulation(circuit, noise: noise, options: options).run(shots: 4000, seed: 3)
        let found = counts(result)
        #expect(Set(found.keys).isSubset(of: ["00", "11"]))
        let expected = 0.18919  // sin²(0.45)
        #expect(abs(Double(found["11"] ?? 0) / 4000 - expected) < 4 * (expected * (1 - expected) / 4000).squareRoot())
        #expect(result.method.isCoupled && result.method.components == [4, 4])
        #expect(!result.method.isExact)
    }

    /// Small parts become one, and the coupling acts as the rotation it is.
    @Test func smallPartsAreJoined() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 1)
        circuit.append(.h, [0])
        for _ in 0..<2 { circuit.append(.x, [1]) }
        circuit.append(.h, [0])
        circuit.measure(0, into: 0)
        // With its partner in |0⟩ a coupling by π turns |+⟩ to |−⟩, where flips would do so in all shots too; by π/2 twice
        // as well, where flips would leave chance.
        let half = LocatedChannel(.coupling(.pi / 2), on: [Qubit(0), Qubit(1)])
        let noise = Disturbance(position: 2, channels: [half, half])
        for engine in [SimulationMethod.Engine.densityMatrix, .trajectories] {
            var options = SimulationOptions(threads: 1)
            options.engine = engine
            let result = try Simulation(circuit, noise: noise, options: options).run(shots: 200, seed: 1)
            #expect(counts(result) == ["1": 200], "\(engine)")
            #expect(!result.method.isCoupled && result.method.isExact)
        }
    }

    /// Losses, leaks and failures on the stabilizer engine and on states are the same.
    @Test func departuresAgreeAcrossEngines() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.append(.cx, [0, 1])
        circuit.append(.h, [0])
        circuit.measureAll()
        let noise = Disturbance(
            position: 1,
            departures: [
                Departure(.leakage, of: Qubit(0), probability: 0.2), Departure(.loss, of: Qubit(1), probability: 0.1),
                Departure(.failure, of: Qubit(0), probability: 0.3),
            ],
            confusion: ReadoutConfusion(
                oneGivenZero: 0.02, zeroGivenOne: 0.05,
                detection: Detection(leakedReadsOne: 0.8, isHeralded: true, efficiency: 0.9, darkCounts: 0.05)))
        var tables: [[String: Int]] = [], lost: [Int] = []
        let shots = 20_000
        for engine in [SimulationMethod.Engine.densityMatrix, .trajectories, .stabilizer] {
            var options = SimulationOptions(threads: 2)
            options.engine = engine
            let result = try Simulation(circuit, noise: noise, options: options).run(shots: shots, seed: 5)
            #expect(result.bits.count + result.lostShots == shots)
            tables.append(counts(result))
            lost.append(result.lostShots)
        }
        for k in 1..<3 {
            for key in ["00", "01", "10", "11"] {
                let (a, b) = (Double(tables[0][key] ?? 0), Double(tables[k][key] ?? 0))
                #expect(abs(a - b) < 5 * (a + b + 1).squareRoot(), "\(key) on engine \(k)")
            }
            #expect(abs(Double(lost[0] - lost[k])) < 5 * Double(lost[0] + lost[k]).squareRoot())
        }
    }

    /// The same seed gives the same shots on any number of threads, losses included.
    @Test(arguments: [SimulationMethod.Engine.densityMatrix, .trajectories, .stabilizer])
    func threadsDoNotMatter(engine: SimulationMethod.Engine) throws {
        let (circuit, position) = chains(4, isClifford: engine == .stabilizer)
        let noise = Disturbance(
            position: position, channels: [LocatedChannel(.coupling(0.6), on: Self.quarter)],
            departures: [
                Departure(.loss, of: Qubit(3), probability: 0.2), Departure(.failure, of: Qubit(4), probability: 0.1),
            ])
        var runs: [[BitString]] = []
        for threads in [1, 3] {
            var options = SimulationOptions(threads: threads)
            options.engine = engine
            runs.append(try Simulation(circuit, noise: noise, options: options).run(shots: 2000, seed: 11).bits)
        }
        #expect(runs[0] == runs[1])
    }
}
