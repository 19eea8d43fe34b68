import Circuits
import Compiler
import Hardware
import Testing

@Suite struct RoutingTests {
    /// One- and two-qubit gates alone: what routing itself has to keep.
    static func program(qubits: Int, gates: Int, seed: UInt64) -> Circuit {
        var generator = TestGenerator(seed)
        var circuit = Circuit(qubitCount: qubits)
        for _ in 0..<gates {
            if generator.below(3) == 0 {
                circuit.append(.rx, [generator.below(qubits)], [generator.angle()])
            } else {
                circuit.append([.cz, .cx, .swap][generator.below(3)], generator.distinct(2, below: qubits))
            }
        }
        return circuit
    }

    @Test(arguments: 0..<20)
    func keepsTheUnitary(seed: Int) throws {
        for machine in [TestDevices.line(7), TestDevices.ring(8), TestDevices.grid(2, 4)] {
            let source = Self.program(qubits: 5, gates: 30, seed: UInt64(seed))
            let compiled = try Compilation(
                of: source, for: machine.description, calibration: machine.calibration, seed: UInt64(seed))
            #expect(try Equivalence.difference(source, compiled.executable) == nil)
        }
    }
}
