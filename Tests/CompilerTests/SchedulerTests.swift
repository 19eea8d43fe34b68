import Circuits
import Compiler
import Hardware
import Testing

@Suite struct SchedulerTests {
    static let machine = TestDevices.line(5)

    static func compile(_ circuit: Circuit, _ scheduling: CompilerOptions.Scheduling) throws -> Executable {
        try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(scheduling: scheduling), seed: 3
        ).executable
    }

    /// No site does two things at once, starts are on the grid, and feed-forward waits for its bit.
    @Test(arguments: CompilerOptions.Scheduling.allCases, 0..<40)
    func isPossible(scheduling: CompilerOptions.Scheduling, seed: Int) throws {
        let source = ProgramGenerator.withFlow(qubits: 4, count: 10, seed: UInt64(seed))
        let executable = try Self.compile(source, scheduling)
        let schedule = try #require(executable.schedule)
        check(executable.circuit.body, schedule)
    }

    private func check(_ block: Block, _ schedule: Schedule) {
        #expect(schedule.starts.count == block.count)
        let timing = Self.machine.description.timing
        var free: [Int: Double] = [:]
        var arrived: [Int: Double] = [:]
        for position in block.indices {
            let (start, duration) = (schedule.starts[position], schedule.durations[position])
            #expect(start >= 0 && start + duration <= schedule.duration + 1e-12)
            for qubit in block.qubits(at: position) {
                #expect(start >= (free[qubit.index] ?? 0) - 1e-12)
                free[qubit.index] = start + duration
            }
            switch block.operation(at: position) {
            case .measure(let bit):
                let steps = start / (16e-9)
                #expect(abs(steps - steps.rounded()) < 1e-6, "readout off its grid at \(start)")
                #expect(duration == 1.56e-6)
                if let bit { arrived[bit.index] = start + duration + timing.feedbackLatency.value }
            case .controlFlow(let place):
                if case .branch(let condition, _, _) = block.controlFlow[place], case .bit(let bit) = condition.node {
                    #expect(start >= (arrived[bit.index] ?? 0) - 1e-12, "a branch before its bit arrived")
                }
                for (nested, times) in zip(block.controlFlow[place].blocks, schedule.nested[place]) {
                    check(nested, times)
                }
            default: break
            }
        }
    }

    @Test func delaysAndLateStarts() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        circuit.append(.x, [0])
        circuit.append(.x, [1])
        circuit.body.append(Instruction(.delay(.seconds), [Qubit(1)], [Parameter(2e-6)]))
        circuit.body.append(Instruction(.delay(.dt), [Qubit(1)], [Parameter(100)]))
        circuit.append(.cz, [0, 1])
        circuit.append(.sx, [0])
        circuit.measure(0, into: 0)
        circuit.measure(1, into: 1)
        for scheduling in CompilerOptions.Scheduling.allCases {
            let executable = try Self.compile(circuit, scheduling)
            let schedule = try #require(executable.schedule)
            var start: [String: Double] = [:]
            let first = executable.initialLayout[0].index
            for (position, instruction) in executable.circuit.body.enumerated() {
                let label =
                    "\(instruction.standardGate?.name ?? "other")\(instruction.qubits.first.map { $0.index == first ? 0 : 1 } ?? 2)"
                start[label] = min(start[label] ?? .infinity, schedule.starts[position])
            }
            let x0 = try #require(start["x0"])
            let x1 = try #require(start["x1"])
            if scheduling == .asap { #expect(x0 == 0) } else { #expect(x0 > 2e-6, "late as possible, not \(x0)") }
            #expect(x1 == 0)
            // x, 2 µs, 100 dt of 4 ns, cz of 68 ns, and the readout on its grid.
            #expect(schedule.duration >= 32e-9 + 2e-6 + 400e-9 + 68e-9 + 1.56e-6 - 1e-12)
            #expect(schedule.duration < 4.2e-6)
        }
    }
}
