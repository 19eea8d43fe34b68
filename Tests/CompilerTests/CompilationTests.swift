import Circuits
import Compiler
import Hardware
import Testing

/// Whole compilations against an independent judge.
@Suite struct CompilationTests {
    static let machines: [TestDevices.Machine] = [
        TestDevices.heron, TestDevices.directed, TestDevices.line(8), TestDevices.fractional, TestDevices.ideal(8),
    ]

    /// What stands in the way, or nil.
    static func fault(_ source: Circuit, _ machine: TestDevices.Machine, seed: Int) throws -> String? {
        let compiled = try Compilation(
            of: source, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(effort: seed % 3 == 0 ? .standard : .fast), seed: UInt64(seed))
        if let fault = try NativeCheck(machine).fault(in: compiled.executable.circuit) { return fault }
        return try Equivalence.difference(source, compiled.executable, seed: UInt64(seed))
    }

    @Test(arguments: machines.indices, 0..<4) func keepsGates(machine: Int, part: Int) throws {
        for seed in stride(from: part, to: 320, by: 4) {
            let source = ProgramGenerator.gates(qubits: 2 + seed % 4, count: 4 + seed % 12, seed: UInt64(seed))
            let fault = try Self.fault(source, Self.machines[machine], seed: seed)
            #expect(fault == nil, "seed \(seed)")
        }
    }

    @Test(arguments: machines.indices, 0..<4) func keepsControlFlow(machine: Int, part: Int) throws {
        for seed in stride(from: part, to: 120, by: 4) {
            let source = ProgramGenerator.withFlow(qubits: 3 + seed % 3, count: 6, seed: UInt64(seed))
            let fault = try Self.fault(source, Self.machines[machine], seed: seed)
            #expect(fault == nil, "seed \(seed)")
        }
    }
}
