import Circuits
import Compiler
import Hardware
import Testing

@Suite struct DeterminismTests {
    /// The same seed gives the same executable on any number of threads; another seed usually another one.
    @Test func threads() throws {
        let source = RoutingTests.program(qubits: 20, gates: 150, seed: 5)
        let machine = TestDevices.heron
        func compile(threads: Int, seed: UInt64) throws -> Executable {
            try Compilation(
                of: source, for: machine.description, calibration: machine.calibration,
                options: CompilerOptions(threads: threads), seed: seed
            ).executable
        }
        let one = try compile(threads: 1, seed: 9)
        for threads in [2, 3, 8] {
            let other = try compile(threads: threads, seed: 9)
            #expect(other.circuit == one.circuit)
            #expect(other.schedule == one.schedule)
            #expect(other.initialLayout == one.initialLayout && other.finalLayout == one.finalLayout)
        }
        #expect(try compile(threads: 2, seed: 10).circuit != one.circuit)
    }
}
