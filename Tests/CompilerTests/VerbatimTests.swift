import Circuits
import Compiler
import Hardware
import Testing

/// Programs that measure the machine run as they are written.
@Suite struct VerbatimTests {
    private let machine = TestDevices.line(5)

    private func compile(_ circuit: Circuit, on sites: [Int]?) throws(CompilerError) -> Executable {
        try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(rewriting: .verbatim, initialLayout: sites?.map { Site($0) })
        ).executable
    }

    private func count(_ gate: StandardGate, _ executable: Executable) -> Int {
        executable.circuit.body.count { $0.standardGate == gate }
    }

    @Test func keepsWhatMeansNothing() throws {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        for _ in 0..<10 {
            circuit.append(.x, [0])
            circuit.barrier([0])
            circuit.append(.cz, [0, 1])
            circuit.barrier([0, 1])
        }
        // Without a barrier between them too.
        circuit.append(.cz, [0, 1])
        circuit.append(.cz, [0, 1])
        circuit.measureAll()
        let kept = try compile(circuit, on: [3, 2])
        #expect(count(.x, kept) == 10)
        #expect(count(.cz, kept) == 12)
        #expect(kept.initialLayout == [Site(3), Site(2)])
        #expect(kept.finalLayout == kept.initialLayout)
        // The same program, free to be changed, is shorter: the gates are what this option keeps.
        let free = try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(initialLayout: [Site(3), Site(2)])
        ).executable
        #expect(count(.cz, free) == 10)
    }

    @Test func meansTheSame() throws {
        for seed in 0..<40 as Range<UInt64> {
            let source = ProgramGenerator.gates(qubits: 2, count: 12, seed: seed)
            let compiled = try compile(source, on: [2, 1])
            #expect(try NativeCheck(machine).fault(in: compiled.circuit) == nil)
            #expect(try Equivalence.difference(source, compiled, seed: seed) == nil)
        }
    }

    @Test func refusesWhatWouldHaveToBeRouted() throws {
        var circuit = Circuit(qubitCount: 2)
        circuit.append(.cz, [0, 1])
        let apart = #expect(throws: CompilerError.self) { try compile(circuit, on: [0, 3]) }
        #expect(apart?.code == .invalidOption)
        #expect(apart?.message.contains("0 and 3") == true)
        let nowhere = #expect(throws: CompilerError.self) { try compile(circuit, on: nil) }
        #expect(nowhere?.code == .invalidOption)
    }
}
