import Circuits
import Drivers
import Hardware
import Simulators
import Testing

/// Programs wider than a state vector: in parts, as Clifford programs with twirled noise, or refused with the figures.
@Suite struct WideProgramTests {
    static let width = 60

    private func machine() -> TestMachine {
        TestMachine(siteCount: Self.width, oneQubitError: 0.001, twoQubitError: 0.005, falseOne: 0.01, falseZero: 0.02)
    }

    /// Pairs (0, 1), (2, 3)… entangled, with angles that no Clifford program has.
    private func pairs(_ angle: Double) -> Executable {
        var circuit = Circuit(qubitCount: Self.width, bitCount: Self.width), starts: [Double] = []
        func add(_ gate: StandardGate, _ qubits: [Int], _ angles: [Double] = [], at time: Double) {
            circuit.append(gate, qubits, angles)
            starts.append(time)
        }
        for k in stride(from: 0, to: Self.width, by: 2) {
            for q in [k, k + 1] {
                add(.sx, [q], at: 0)
                add(.rz, [q], [angle], at: 1e-7)
            }
            add(.cz, [k, k + 1], at: 1e-7)
            for q in [k, k + 1] { add(.sx, [q], at: 3e-7) }
        }
        for k in 0..<Self.width {
            circuit.measure(k, into: k)
            starts.append(4e-7)
        }
        return machine().executable(circuit, starts: starts)
    }

    /// A chain across the machine.
    private func chain(_ angle: Double) -> Executable {
        var circuit = Circuit(qubitCount: Self.width, bitCount: Self.width), starts: [Double] = [], time = 0.0
        func add(_ gate: StandardGate, _ qubits: [Int], _ angles: [Double] = []) {
            circuit.append(gate, qubits, angles)
            starts.append(time)
            time += gate == .rz ? 0 : 1e-7
        }
        func hadamard(_ q: Int) {
            add(.rz, [q], [.pi / 2])
            add(.sx, [q])
            add(.rz, [q], [.pi / 2])
        }
        hadamard(0)
        for k in 1..<Self.width {
            hadamard(k)
            add(.cz, [k - 1, k])
            hadamard(k)
            add(.rz, [k], [angle])
            if angle != 0 { add(.sx, [k - 1]) }
        }
        for k in 0..<Self.width {
            circuit.measure(k, into: k)
            starts.append(time)
        }
        return machine().executable(circuit, starts: starts)
    }

    @Test func fallsApartIntoPairs() async throws {
        let device = machine().device, executable = pairs(0.7)
        try device.validate(executable, shots: 2000)
        let result = try await device.run(executable, shots: 2000, seed: 4, progress: nil)
        #expect(
            result.method.contains("60 qubits") && result.method.contains("30 independent parts"), "\(result.method)")
        #expect(!result.notes.contains { $0.contains("twirl") })
        // All pairs follow one law: compare each with the mean of all, and the correlation inside with that across.
        let frequencies = (0..<Self.width).map { frequency(of: $0, in: result) }
        let mean = frequencies.reduce(0, +) / Double(Self.width)
        for f in frequencies { #expect(abs(f - mean) < 5 * (mean * (1 - mean) / 2000).squareRoot()) }
    }

    @Test func aCliffordChainRunsWithTwirledNoiseAndSaysSo() async throws {
        let device = machine().device, executable = chain(0)
        try device.validate(executable, shots: 1000)
        let result = try await device.run(executable, shots: 1000, seed: 5, progress: nil)
        #expect(result.method.contains("stabilizer") && result.notes.contains { $0.contains("Pauli twirl") })
        // A GHZ state of 60 sites, whose first two wait 18 µs for the others: relaxation (γ = 0.16) and readout leave
        // about 0.82 agreement, noise-free or fully mixed shots would give 1 or 0.5.
        let near = Double(result.shots.count { $0[0] == $0[1] }) / 1000
        #expect(near > 0.75 && near < 0.9, "\(near)")
    }

    @Test func anEntangledWideProgramIsRefusedWithTheFigures() async throws {
        let device = machine().device, executable = chain(0.3)
        #expect {
            try device.validate(executable, shots: 1000)
        } throws: {
            guard let error = $0 as? DeviceError else { return false }
            return error.code == .tooLarge && error.message.contains("60 interacting qubits")
                && error.message.contains("are allowed")
        }
        await #expect {
            _ = try await device.run(executable, shots: 1000, seed: 1, progress: nil)
        } throws: {
            ($0 as? DeviceError)?.code == .tooLarge
        }
    }

    /// Twirling keeps the populations' decay of unital noise: a Clifford program that both ways can run agrees.
    @Test func twirledNoiseAgreesWithTheExactOneOnDepolarizingMachines() async throws {
        let machine = TestMachine(siteCount: 4, t1: nil, t2: nil, oneQubitError: 0.01, twoQubitError: 0.03)
        var circuit = Circuit(qubitCount: 4, bitCount: 4), starts: [Double] = []
        for round in 0..<6 {
            for k in 0..<4 { circuit.append(.sx, [k]) }
            for k in 0..<3 { circuit.append(.cz, [k, k + 1]) }
            starts +=
                Array(repeating: Double(round) * 1e-6, count: 4)
                + (1...3).map { Double(round) * 1e-6 + Double($0) * 2e-7 }
        }
        for k in 0..<4 { circuit.measure(k, into: k) }
        starts += Array(repeating: 7e-6, count: 4)
        let executable = machine.executable(circuit, starts: starts)
        var counts: [[Double]] = []
        for engine in [SimulationMethod.Engine.densityMatrix, .trajectories, .stabilizer] {
            var device = machine.device
            device.options.engine = engine
            let result = try await device.run(executable, shots: 40_000, seed: 9, progress: nil)
            var row = [Double](repeating: 0, count: 16)
            for shot in result.shots { row[Int(shot.unsigned!)] += 1 }
            counts.append(row)
        }
        for other in counts.dropFirst() {
            // Two samples of equal size: Σ (a − b)²/(a + b) follows χ² with at most 15 degrees; 42 is p = 2·10⁻⁴.
            let chi = zip(counts[0], other).reduce(0) {
                $0 + ($1.0 + $1.1 > 0 ? ($1.0 - $1.1) * ($1.0 - $1.1) / ($1.0 + $1.1) : 0)
            }
            #expect(chi < 42, "\(chi)")
        }
    }
}
