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

    /// A swap through a measured site would wait for its readout, a hundred times a gate.
    @Test(arguments: 0..<10)
    func noGateFollowsAFinalMeasurement(seed: Int) throws {
        let machine = TestDevices.line(7)
        var source = Self.program(qubits: 6, gates: 30, seed: UInt64(seed))
        source.addBitRegister("m", count: 6)
        // Measured one after the other, while other qubits go on.
        for k in 0..<6 {
            if k < 5 { for j in (k + 1)..<6 { source.append(.cx, [k, j]) } }
            source.body.append(Instruction(.measure(into: ClassicalBit(k)), [Qubit(k)]))
        }
        let executable = try Compilation(
            of: source, for: machine.description, calibration: machine.calibration, seed: UInt64(seed)
        ).executable
        var measured: Set<Qubit> = []
        for instruction in executable.circuit.body {
            if case .measure(let bit?) = instruction.operation {
                #expect(instruction.qubits[0].index == executable.finalLayout[bit.index].index)
                measured.insert(instruction.qubits[0])
            } else {
                #expect(!instruction.qubits.contains(where: measured.contains))
            }
        }
        #expect(measured.count == 6)
    }
}
