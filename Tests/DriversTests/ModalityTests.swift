import Circuits
import Hardware
import Testing

@testable import Drivers

/// What each kind of machine does that depolarizing noise of the same fidelity does not.
@Suite struct ModalityTests {
    /// A machine whose only imperfection is the one under test.
    private var perfect: TestMachine {
        var machine = TestMachine()
        machine.t1 = nil
        machine.t2 = nil
        machine.twoQubitError = 0
        return machine
    }

    private func run(_ machine: TestMachine, _ executable: Executable, shots: Int = 4000) async throws -> RawResult {
        try await machine.device.run(executable, shots: shots, seed: 7, progress: nil)
    }

    // MARK: Superconducting

    /// A waiting qubit turns while its neighbour is driven: after half a turn a Ramsey fringe is upside down, where
    /// depolarizing noise could at most wipe it out.
    @Test func drivenNeighboursTurnAWaitingQubit() async throws {
        var machine = perfect
        // Twenty gates of 100 ns turn by π in all.
        machine.environment.crosstalkDefault = 5e5
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.sx, [2])
        for _ in 0..<20 { circuit.append(.cz, [0, 1]) }
        circuit.append(.sx, [2])
        circuit.measure(2, into: 0)
        let driven = try await run(machine, machine.sequence(circuit))
        #expect(frequency(of: 0, in: driven) == 0)
        #expect(frequency(of: 0, in: try await run(perfect, perfect.sequence(circuit))) == 1)
        // The same time without a drive leaves the phase alone.
        var idle = Circuit(qubitCount: 3, bitCount: 1)
        idle.append(.sx, [2])
        idle.append(.sx, [2])
        idle.measure(2, into: 0)
        let waited = machine.executable(idle, starts: [0, 2e-6, 2.1e-6])
        #expect(frequency(of: 0, in: try await run(machine, waited)) == 1)
    }

    /// Two gates at once on neighbouring pairs couple for their common time once, not twice; what the text names first
    /// does not matter.
    @Test func simultaneousGatesShareTheirTime() async throws {
        var machine = perfect
        machine.siteCount = 4
        machine.environment.crosstalk = [CrosstalkFigure(pair: Coupling(Site(2), Site(1)), zz: 2.5e6)]
        var circuit = Circuit(qubitCount: 4, bitCount: 1)
        // One pair of simultaneous gates turns qubits 1 and 2 by π·2.5e6·1e-7 = π/4; four of them by π.
        circuit.append(.sx, [1])
        for _ in 0..<4 {
            circuit.append(.cz, [0, 1])
            circuit.append(.cz, [2, 3])
        }
        circuit.append(.sx, [1])
        circuit.measure(1, into: 0)
        var starts: [Double] = [0]
        for turn in 0..<4 {
            let start = 5e-8 + Double(turn) * 1e-7
            starts += [start, start]
        }
        starts += [5e-7, 6e-7]
        let result = try await run(machine, machine.executable(circuit, starts: starts))
        // The very first gate finds qubit 2 unused, so its own half does nothing: seven of eight halves count.
        let angle: Double = 7 * Double.pi / 8
        let expected: Double = (1 + cosine(angle)) / 2
        #expect(agrees(frequency(of: 0, in: result), expected, shots: 4000))
    }

    // MARK: Neutral atoms

    /// Lost atoms read as one: more than half of the atoms of an empty circuit do after enough gates, which no
    /// depolarizing noise brings about.
    @Test func lostAtomsReadAsOne() async throws {
        var machine = perfect
        machine.modality = .neutralAtom
        machine.twoQubitError = 0.0396
        machine.faults = GateFaults(loss: 0.02)
        machine.environment.absence = AbsenceFigures(lostReadsOne: 1)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        for _ in 0..<60 { circuit.append(.cz, [0, 1]) }
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        let result = try await run(machine, machine.sequence(circuit))
        let expected = 1 - power(0.98, 60)
        #expect(expected > 0.65)
        #expect(agrees(frequency(of: 0, in: result), expected, shots: 4000))
        #expect(result.lostShots == 0 && result.shots.count == 4000)
    }

    /// Errors of a blockade gate fall on Z: atoms that stay in the computational basis do not notice, superpositions do.
    @Test func blockadeErrorsArePhaseErrors() async throws {
        var machine = perfect
        machine.twoQubitError = 0.08
        machine.faults = GateFaults(paulis: PauliWeights(["IZ": 1, "ZI": 1, "ZZ": 2]))
        var basis = Circuit(qubitCount: 3, bitCount: 2)
        basis.append(.cz, [0, 1])
        basis.measure(0, into: 0)
        basis.measure(1, into: 1)
        let quiet = try await run(machine, machine.sequence(basis))
        #expect(frequency(of: 0, in: quiet) == 0 && frequency(of: 1, in: quiet) == 0)
        var fringe = Circuit(qubitCount: 3, bitCount: 2)
        for qubit in 0..<2 { fringe.append(.sx, [qubit]) }
        for _ in 0..<2 { fringe.append(.cz, [0, 1]) }
        for qubit in 0..<2 {
            fringe.append(.sx, [qubit])
            fringe.measure(qubit, into: qubit)
        }
        let loud = try await run(machine, machine.sequence(fringe), shots: 20_000)
        // An infidelity of 0.08 is an error probability of 0.1, of which three quarters flip a given qubit.
        let flip: Double = 0.075
        let expected: Double = 2 * flip * (1 - flip)
        #expect(agrees(1 - frequency(of: 0, in: loud), expected, shots: 20_000))
    }

    /// One pulse over all atoms has its own figures; a rotation of some of them has those of local beams.
    @Test func globalPulsesHaveTheirOwnError() async throws {
        var machine = perfect
        machine.oneQubitError = 0.3
        machine.globals = [
            GateCalibration(gate: .x, sites: [], error: 0, duration: Seconds(TestMachine.gateTime))
        ]
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        for qubit in 0..<2 { circuit.append(.x, [qubit]) }
        for qubit in 0..<2 { circuit.measure(qubit, into: qubit) }
        let together = machine.executable(circuit, starts: [0, 0, 1e-7, 1e-7])
        #expect(frequency(of: 0, in: try await run(machine, together)) == 1)
        let apart = machine.executable(circuit, starts: [0, 5e-8, 1e-7, 1e-7])
        #expect(agrees(frequency(of: 0, in: try await run(machine, apart)), 0.7, shots: 4000))
    }

    // MARK: Photons

    /// Gates that are known to have failed cost shots, not fidelity.
    @Test func failedGatesLoseShotsAndSpareTheRest() async throws {
        var machine = perfect
        machine.modality = .photonic
        machine.faults = GateFaults(success: 0.9)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.x, [0])
        for _ in 0..<5 { circuit.append(.cz, [0, 1]) }
        circuit.measure(0, into: 0)
        let result = try await run(machine, machine.sequence(circuit))
        #expect(result.shots.count + result.lostShots == 4000)
        #expect(agrees(Double(result.shots.count) / 4000, power(0.9, 5), shots: 4000))
        #expect(frequency(of: 0, in: result) == 1)
    }

    /// A lost photon loses the shot, unless a detector clicks in the dark: then the outcome is chance.
    @Test func darkCountsStandInForLostPhotons() async throws {
        var machine = perfect
        machine.efficiency = 0.5
        machine.darkCounts = 0.1
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.x, [0])
        circuit.measure(0, into: 0)
        let result = try await run(machine, machine.sequence(circuit), shots: 20_000)
        // Half of the photons are seen, nine tenths of those without a second click; a lost one leaves one dark click of
        // two with probability 2 · 0.1 · 0.9.
        let seen = 0.45, dark = 0.09
        #expect(result.shots.count + result.lostShots == 20_000)
        let kept: Double = seen + dark
        let right: Double = (seen + dark / 2) / kept
        #expect(agrees(Double(result.shots.count) / 20_000, kept, shots: 20_000))
        #expect(agrees(frequency(of: 0, in: result), right, shots: result.shots.count))
    }

    @Test func allShotsLostIsAnError() async throws {
        var machine = perfect
        machine.faults = GateFaults(success: 0)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.cz, [0, 1])
        circuit.measure(0, into: 0)
        let executable = machine.sequence(circuit)
        await #expect {
            _ = try await run(machine, executable, shots: 100)
        } throws: {
            ($0 as? DeviceError)?.message.hasPrefix("all 100 shots were lost on test") == true
        }
    }

    // MARK: Trapped ions

    /// A gate errs the more the longer its ions have heated, and along its own axis: both flip or none.
    @Test func hotIonsErrAlongTheGate() async throws {
        var machine = perfect
        machine.modality = .trappedIon
        machine.environment.heating = HeatingFigures(rate: 100, errorPerQuantum: 0.1)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        for qubit in 0..<2 { circuit.append(.sx, [qubit]) }
        for _ in 0..<2 { circuit.append(.cz, [0, 1]) }
        for qubit in 0..<2 { circuit.append(.sx, [qubit]) }
        for qubit in 0..<2 { circuit.measure(qubit, into: qubit) }
        func starts(_ wait: Double) -> [Double] {
            let late: [Double] = [5e-8, 1.5e-7, 2.5e-7, 2.5e-7, 3e-7, 3e-7]
            return [0, 0] + late.map { $0 + wait }
        }
        let early = try await run(machine, machine.executable(circuit, starts: starts(0)))
        #expect(frequency(of: 0, in: early) > 0.998)
        // 20 ms at 100 quanta a second: two quanta, an error of 0.2 for each gate.
        let late = try await run(machine, machine.executable(circuit, starts: starts(0.02)))
        let expected: Double = 0.68
        #expect(agrees(frequency(of: 0, in: late), expected, shots: 4000))
        #expect(late.shots.allSatisfy { $0[0] == $0[1] })
    }

    /// A reset cools: what follows it is as good as at the start.
    @Test func resetsCool() async throws {
        var machine = perfect
        machine.environment.heating = HeatingFigures(rate: 100, errorPerQuantum: 0.1)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.x, [0])
        circuit.append(.x, [1])
        circuit.reset(0)
        circuit.reset(1)
        for qubit in 0..<2 { circuit.append(.sx, [qubit]) }
        for _ in 0..<2 { circuit.append(.cz, [0, 1]) }
        for qubit in 0..<2 { circuit.append(.sx, [qubit]) }
        for qubit in 0..<2 { circuit.measure(qubit, into: qubit) }
        let wait = 0.02
        let after: [Double] = [0, 0, 2e-6, 2e-6, 2.05e-6, 2.15e-6, 2.25e-6, 2.25e-6, 2.3e-6, 2.3e-6]
        let starts: [Double] = [0, 0] + after.map { $0 + wait }
        let result = try await run(machine, machine.executable(circuit, starts: starts))
        #expect(frequency(of: 0, in: result) > 0.998)
    }

    /// Ions that are not together are shuttled: the move heats and dephases; those that are together stay.
    @Test func movesCostWhatTheyCost() async throws {
        var machine = perfect
        machine.zones = [Zone(name: "gate", purpose: .entangling, places: [Position(x: 0, y: 0)])]
        machine.transport = Transport(overhead: Seconds(1e-4))
        machine.environment.transport = TransportFigures(paulis: PauliWeights(["Z": 0.1]))
        func fringe(_ gates: [(Int, Int)]) -> Circuit {
            var circuit = Circuit(qubitCount: 3, bitCount: 1)
            circuit.append(.sx, [1])
            for (a, b) in gates { circuit.append(.cz, [a, b]) }
            circuit.append(.sx, [1])
            circuit.measure(1, into: 0)
            return circuit
        }
        // Ions 0 and 2 are in |0⟩: gates with them leave ion 1 alone.
        let together = try await run(machine, machine.sequence(fringe([(0, 1), (0, 1), (0, 1)])))
        #expect(agrees(1 - frequency(of: 0, in: together), 0.1, shots: 4000))
        // The partner changes, and ion 1 stays in its place.
        let changing = try await run(machine, machine.sequence(fringe([(0, 1), (1, 2), (0, 1)])))
        #expect(agrees(1 - frequency(of: 0, in: changing), 0.1, shots: 4000))
    }

    /// Carriers on their way drive nobody: neighbours couple while a gate acts, not while its operands come together.
    @Test func movesDoNotCouple() async throws {
        var machine = perfect
        machine.zones = [Zone(name: "gate", purpose: .entangling, places: [Position(x: 0, y: 0)])]
        machine.transport = Transport(overhead: Seconds(1e-4))
        // Three gates turn by π/4 in all; a move of a thousand times a gate's duration by π/4 and many turns more.
        machine.environment.crosstalk = [
            CrosstalkFigure(pair: Coupling(Site(1), Site(2)), zz: 1 / (12 * TestMachine.couplerTime))
        ]
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.sx, [2])
        for _ in 0..<3 { circuit.append(.cz, [0, 1]) }
        circuit.append(.sx, [2])
        circuit.measure(2, into: 0)
        let first = TestMachine.gateTime, arrived = first + 1e-4, gate = TestMachine.couplerTime
        var executable = machine.executable(
            circuit, starts: [0, first, arrived + gate, arrived + 2 * gate, arrived + 3 * gate, 2e-4])
        executable.schedule?.durations[1] += 1e-4
        let result = try await run(machine, executable)
        #expect(agrees(frequency(of: 0, in: result), (1 + cosine(.pi / 4)) / 2, shots: 4000))
    }

    // MARK: Leakage

    /// A leaked qubit takes part in nothing until a reset brings it back.
    @Test func leakedQubitsTakeNoPart() async throws {
        var machine = perfect
        machine.twoQubitError = 0.75
        machine.faults = GateFaults(leakage: 0.5)
        machine.environment.absence = AbsenceFigures(leakedReadsOne: 1)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.cz, [0, 1])
        circuit.append(.x, [0])
        circuit.append(.x, [0])
        circuit.measure(0, into: 0)
        circuit.reset(0)
        circuit.measure(0, into: 1)
        let starts: [Double] = [0, 1e-7, 1.5e-7, 2e-7, 1.3e-6, 3.4e-6]
        let result = try await run(machine, machine.executable(circuit, starts: starts))
        #expect(agrees(frequency(of: 0, in: result), 0.5, shots: 4000))
        #expect(frequency(of: 1, in: result) == 0)
        // A single X: those that stayed are flipped to one, those that leaked read one anyway.
        var single = Circuit(qubitCount: 3, bitCount: 1)
        single.append(.cz, [0, 1])
        single.append(.x, [0])
        single.measure(0, into: 0)
        #expect(frequency(of: 0, in: try await run(machine, machine.sequence(single))) == 1)
    }

    /// Feed-forward programs meet the same losses as those whose course is known.
    @Test func lossReachesProgramsWithFeedForward() async throws {
        var machine = perfect
        machine.twoQubitError = 0.19
        machine.faults = GateFaults(loss: 0.1)
        machine.environment.absence = AbsenceFigures(isHeralded: true)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        for _ in 0..<3 { circuit.append(.cz, [0, 1]) }
        circuit.measure(0, into: 0)
        var then = Block()
        then.append(.x, [Qubit(1)])
        circuit.body.append(.branch(condition: .bit(ClassicalBit(0)), then: then, otherwise: nil))
        circuit.measure(1, into: 1)
        let body = machine.schedule(then, starts: [0])
        let executable = machine.executable(
            circuit, starts: [0, 1e-7, 2e-7, 3e-7, 2e-6, 3e-6],
            nested: [[body]], spans: [4: 1e-7])
        let result = try await run(machine, executable)
        #expect(result.shots.count + result.lostShots == 4000)
        #expect(agrees(Double(result.shots.count) / 4000, power(0.9, 6), shots: 4000))
        #expect(frequency(of: 1, in: result) == 0)
    }

    private func power(_ base: Double, _ exponent: Int) -> Double {
        (0..<exponent).reduce(1) { product, _ in product * base }
    }

    private func cosine(_ angle: Double) -> Double { StandardGate.rx.matrix([2 * angle])[0, 0].re }
}
