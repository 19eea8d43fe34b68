import Circuits
@testable import Drivers
import Hardware
import Simulators
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct EmulatedDeviceTests {
    static let shots = 20_000

    private func run(_ machine: TestMachine, _ executable: Executable, seed: UInt64 = 1) async throws -> RawResult {
        try await machine.device.run(executable, shots: Self.shots, seed: seed, progress: nil)
    }

    @Test(arguments: [10e-6, 60e-6, 150e-6]) func anExcitedSiteDecaysWithT1(_ time: Double) async throws {
        let machine = TestMachine(t1: 70e-6, t2: 30e-6)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.x, [1])
        circuit.measure(1, into: 0)
        let result = try await run(machine, machine.executable(circuit, starts: [1e-6, 1e-6 + time]))
        #expect(agrees(frequency(of: 0, in: result), exp(-time / 70e-6), shots: Self.shots))
    }

    @Test(arguments: [10e-6, 40e-6]) func aSuperpositionDephasesWithT2(_ time: Double) async throws {
        let machine = TestMachine(t1: 70e-6, t2: 30e-6)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.sx, [1])
        circuit.append(.sx, [1])
        circuit.measure(1, into: 0)
        // The second gate's own relaxation of 50 ns acts on the populations.
        let executable = machine.executable(circuit, starts: [0, time, time + TestMachine.gateTime])
        let coherent = exp(-time / 30e-6), decay = exp(-TestMachine.gateTime / 70e-6)
        let result = try await run(machine, executable)
        #expect(agrees(frequency(of: 0, in: result), (1 + coherent) / 2 * decay, shots: Self.shots))
    }

    /// A site waits while another is measured, while the outcome travels, and through a branch whether taken or not.
    @Test(arguments: [false, true]) func aSiteWaitsForFeedback(_ taken: Bool) async throws {
        let machine = TestMachine(t1: 20e-6, t2: 20e-6)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.x, [2])
        if taken { circuit.append(.x, [0]) }
        circuit.measure(0, into: 0)
        var inner = Block()
        inner.append(.x, [Qubit(1)])
        inner.append(.x, [Qubit(2)])
        inner.append(.x, [Qubit(2)])
        circuit.body.append(.branch(condition: .bit(ClassicalBit(0)), then: inner, otherwise: nil))
        circuit.measure(2, into: 1)
        // The branch takes 4 µs in the schedule; site 2 waits at its end.
        let span = 4e-6, entry = 2e-6
        let nested = machine.schedule(inner, starts: [0, 1e-6, 1e-6 + TestMachine.gateTime])
        var starts = [0.0, 0.5e-6, entry, entry + span]
        if taken { starts.insert(0, at: 1) }
        let executable = machine.executable(
            circuit, starts: starts, nested: [[nested]], spans: [starts.count - 2: span])
        let result = try await run(machine, executable)
        let one = try #require(result.shots.first)
        #expect(result.shots.allSatisfy { $0[0] == one[0] } == !taken, "site 0 relaxes for 0.5 µs where it is excited")
        if taken {
            // Excited from 0 to entry + 1 µs, in the ground state for 50 ns, excited to the end.
            let up = exp(-(entry + 1e-6) / 20e-6), down = exp(-TestMachine.gateTime / 20e-6)
            let flipped = 1 - up * down
            let rest = exp(-(span - 1e-6 - TestMachine.gateTime) / 20e-6)
            let expected = (1 - flipped) * rest
            let shots = result.shots.filter { $0[0] }
            let measured = Double(shots.count { $0[1] }) / Double(shots.count)
            #expect(agrees(measured, expected, shots: shots.count), "\(measured) \(expected)")
        } else {
            #expect(agrees(frequency(of: 1, in: result), exp(-(entry + span) / 20e-6), shots: Self.shots))
        }
    }

    /// Turns of a loop take time for the sites inside and outside of it.
    @Test func sitesRelaxTurnByTurn() async throws {
        let machine = TestMachine(t1: 50e-6, t2: 50e-6)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.x, [0])
        circuit.append(.x, [2])
        let variable = circuit.addVariable(Variable(name: "k", type: .int(32)))
        var inner = Block()
        inner.append(.x, [Qubit(0)])
        inner.append(.x, [Qubit(0)])
        circuit.body.append(
            .for(
                variable: variable,
                values: .range(start: .int(1, width: 32), step: .int(1, width: 32), stop: .int(5, width: 32)),
                body: inner))
        circuit.measure(2, into: 1)
        let nested = machine.schedule(inner, starts: [0, 4e-6])
        let turn = nested.duration
        let executable = machine.executable(
            circuit, starts: [0, 0, 1e-6, 1e-6 + turn], nested: [[nested]], spans: [2: turn])
        let result = try await run(machine, executable)
        #expect(agrees(frequency(of: 1, in: result), exp(-(1e-6 + 5 * turn) / 50e-6), shots: Self.shots))
    }

    @Test func readoutIsConfusedAsPublished() async throws {
        let machine = TestMachine(t1: nil, t2: nil, falseOne: 0.04, falseZero: 0.11)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.x, [1])
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        let result = try await run(machine, machine.executable(circuit, starts: [0, 1e-6, 1e-6]))
        #expect(agrees(frequency(of: 0, in: result), 0.04, shots: Self.shots))
        #expect(agrees(frequency(of: 1, in: result), 0.89, shots: Self.shots))
        // A wrong reading does not change the state: the second reading errs anew.
        circuit.measure(1, into: 0)
        let twice = try await run(machine, machine.executable(circuit, starts: [0, 1e-6, 1e-6, 3e-6]))
        let wrong = twice.shots.filter { !$0[1] }
        #expect(agrees(Double(wrong.count { !$0[0] }) / Double(wrong.count), 0.11, shots: wrong.count))
    }

    @Test func resetLeavesOnesBehindAsPublished() async throws {
        let machine = TestMachine(t1: nil, t2: nil, resetError: 0.07)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.sx, [1])
        circuit.reset(1)
        circuit.measure(1, into: 0)
        let result = try await run(machine, machine.executable(circuit, starts: [0, 1e-6, 3e-6]))
        #expect(agrees(frequency(of: 0, in: result), 0.07, shots: Self.shots))
    }

    /// Twenty cz of error 0.02 on |11⟩ without relaxation: the depolarizing part alone, composed exactly.
    @Test func gateErrorAccumulates() async throws {
        let machine = TestMachine(t1: nil, t2: nil, twoQubitError: 0.02)
        var circuit = Circuit(qubitCount: 3, bitCount: 2)
        circuit.append(.x, [0])
        circuit.append(.x, [1])
        for _ in 0..<20 { circuit.append(.cz, [0, 1]) }
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        let starts = [0, 0] + (0..<20).map { 1e-7 + Double($0) * 1e-7 } + [3e-6, 3e-6]
        let result = try await run(machine, machine.executable(circuit, starts: starts))
        // F_avg = 1 − λ(1 − 1/d) with d = 4.
        let kept = pow(1 - 0.02 / (1 - 1 / 4.0), 20)
        let both = Double(result.shots.count { $0[0] && $0[1] }) / Double(Self.shots)
        #expect(agrees(both, kept + (1 - kept) / 4, shots: Self.shots))
    }

    @Test func theSameSeedGivesTheSameBytesOnAnyNumberOfThreads() async throws {
        let machine = TestMachine(oneQubitError: 0.01, falseOne: 0.1, falseZero: 0.1)
        var circuit = Circuit(qubitCount: 3, bitCount: 3)
        for k in 0..<3 { circuit.append(.sx, [k]) }
        circuit.append(.cz, [0, 1])
        circuit.append(.cz, [1, 2])
        for k in 0..<3 { circuit.append(.sx, [k]) }
        for k in 0..<3 { circuit.measure(k, into: k) }
        let executable = machine.executable(
            circuit, starts: [0, 0, 0, 1e-7, 3e-7, 5e-7, 5e-7, 5e-7, 1e-6, 1e-6, 1e-6])
        var results: [[BitString]] = []
        for threads in [1, 2, 5] {
            var device = machine.device
            device.options.threads = threads
            results.append(try await device.run(executable, shots: 3000, seed: 7, progress: nil).shots)
        }
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(try await machine.device.run(executable, shots: 3000, seed: 8, progress: nil).shots != results[0])
    }

    @Test func resultsSayWhatTheyAre() async throws {
        let machine = TestMachine(t1: 1e-6, t2: 1e-6)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        circuit.append(.x, [0])
        circuit.measure(0, into: 0)
        var executable = machine.executable(circuit, starts: [0, 50e-9])
        let result = try await run(machine, executable)
        #expect(result.isEmulated && result.method.hasPrefix("emulated: "))
        #expect(abs(result.deviceTime.value - Double(Self.shots) * (1.05e-6 + 200e-6)) < 1e-9)
        #expect(result.notes.contains { $0.contains("relaxation alone exceeds") && $0.contains("x on 0") })
        executable.schedule = nil
        #expect(try await run(machine, executable).notes.contains { $0.contains("no times") })
    }

    /// Cancelled at the first news of progress, by when the run is under way and far from its end.
    @Test func cancellingTheTaskEndsTheRun() async throws {
        let machine = TestMachine(siteCount: 12, oneQubitError: 0.01)
        var circuit = Circuit(qubitCount: 12, bitCount: 12)
        for layer in 0..<40 {
            for k in 0..<12 { circuit.append(.sx, [k]) }
            for k in 0..<12 { circuit.append(.rz, [k], [0.1 * Double(k + layer)]) }
            for k in 0..<11 { circuit.append(.cz, [k, k + 1]) }
        }
        for k in 0..<12 { circuit.measure(k, into: k) }
        let executable = machine.executable(circuit, starts: circuit.body.indices.map { Double($0) * 1e-7 })
        let running = Mutex<Task<RawResult, any Error>?>(nil)
        let task = Task {
            try await machine.device.run(executable, shots: 100_000, seed: 1) { _ in running.withLock { $0?.cancel() } }
        }
        running.withLock { $0 = task }
        await #expect { _ = try await task.value } throws: { ($0 as? DeviceError)?.code == .cancelled }
    }
}

/// What neighbours do to each other is told in the order of time; what follows on one site stays as it is written.
@Suite struct TimeOrderTests {
    /// Starts are sums of rounded numbers: a later pulse may come a rounding error before the one it follows.
    @Test func roundedTimesDoNotExchangePulses() async throws {
        var machine = TestMachine(t1: nil, t2: nil, twoQubitError: 0)
        machine.environment = EnvironmentFigures(crosstalkDefault: 1e3)
        var circuit = Circuit(qubitCount: 3, bitCount: 1)
        // √X·Z·√X leaves |0⟩; in another order it is an X.
        circuit.append(.cz, [1, 2])
        circuit.append(.sx, [0])
        circuit.append(.rz, [0], [.pi])
        circuit.append(.sx, [0])
        circuit.measure(0, into: 0)
        let executable = machine.executable(
            circuit, starts: [1e-6, 0, 5e-8.nextDown, 5e-8.nextDown.nextDown, 1e-7])
        let ordered = executable.inTimeOrder.circuit.body
        #expect(ordered.indices.map { ordered.qubits(at: $0).count } == [1, 1, 1, 1, 2])
        let result = try await machine.device.run(executable, shots: 1_000, seed: 1, progress: nil)
        #expect(frequency(of: 0, in: result) == 0)
    }
}
