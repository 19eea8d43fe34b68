import Circuits
import Compiler
import Hardware
import Testing

@Suite struct ExplicitDelayTests {
    /// A machine that starts each site's instructions as soon as those before it there have ended, and looks at nothing
    /// else, keeps every time of the schedule: the delays say it all.
    @Test(arguments: 0..<10)
    func delaysAloneTellTheSchedule(seed: Int) throws {
        var source = RoutingTests.program(qubits: 5, gates: 25, seed: UInt64(seed))
        let bits = source.addBitRegister("c", count: 5)
        let first = source.bitRegisters[bits.index].start
        for k in 0..<5 { source.body.append(Instruction(.measure(into: ClassicalBit(first + k)), [Qubit(k)])) }
        let executable = try Compilation(
            of: source, for: TestDevices.heron.description, calibration: TestDevices.heron.calibration,
            seed: UInt64(seed)
        ).executable
        let schedule = try #require(executable.schedule)
        let explicit = executable.circuitWithExplicitDelays

        var free = [Double?](repeating: nil, count: explicit.qubitCount)
        var place = 0, delays = 0
        for instruction in explicit.body {
            if case .delay(.seconds) = instruction.operation {
                let site = instruction.qubits[0].index, amount = try #require(instruction.parameters[0].constant)
                #expect(amount > 0)
                free[site] = try #require(free[site], "a site waits before its first instruction") + amount
                delays += 1
                continue
            }
            #expect(instruction == executable.circuit.body[place])
            for qubit in instruction.qubits {
                if let time = free[qubit.index] { #expect(abs(time - schedule.starts[place]) < 1e-12) }
                free[qubit.index] = schedule.starts[place] + schedule.durations[place]
            }
            place += 1
        }
        #expect(place == executable.circuit.body.count)
        #expect(delays > 0)
    }

    @Test func aBranchIsFilledUpToItsLongestAlternative() throws {
        var source = Circuit(qubitCount: 2, bitCount: 1)
        source.body.append(Instruction(.measure(into: ClassicalBit(0)), [Qubit(0)]))
        var long = Block(), short = Block()
        for _ in 0..<3 { long.append(.sx, [Qubit(1)]) }
        long.append(.sx, [Qubit(0)])
        short.append(.x, [Qubit(1)])
        source.body.append(.branch(condition: .bit(ClassicalBit(0)), then: long, otherwise: short))
        let body = source.body
        let schedule = Schedule(
            starts: [0, 100e-9], durations: [60e-9, 96e-9], duration: 196e-9,
            nested: [
                [
                    Schedule(
                        starts: [0, 32e-9, 64e-9, 0], durations: [32e-9, 32e-9, 32e-9, 32e-9], duration: 96e-9,
                        nested: []),
                    Schedule(starts: [0], durations: [32e-9], duration: 32e-9, nested: []),
                ]
            ])
        let executable = Executable(
            deviceID: "d", calibrationID: "c", circuit: source, schedule: schedule, initialLayout: [Site(0), Site(1)],
            finalLayout: [Site(0), Site(1)])
        let explicit = executable.circuitWithExplicitDelays.body

        func delays(_ block: Block) -> [[Double]] {
            var sums = [[], []] as [[Double]]
            for instruction in block {
                guard case .delay = instruction.operation, let time = instruction.parameters[0].constant else {
                    continue
                }
                sums[instruction.qubits[0].index].append((time * 1e9).rounded())
            }
            return sums
        }
        // Between the measurement's end and the branch, site 0 waits; site 1 has not started.
        #expect(delays(explicit) == [[40], []])
        let blocks = try #require(explicit.controlFlow.first).blocks
        #expect(delays(blocks[0]) == [[64], []])
        #expect(delays(blocks[1]) == [[96], [64]])
        #expect(body.count == 2)
    }
}
