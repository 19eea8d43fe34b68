import Circuits
import Compiler
import Hardware
import Testing

/// What the pipeline as a whole is worth: counts that a pipeline without one of its passes would miss.
@Suite struct PipelineTests {
    static func compile(_ circuit: Circuit, _ machine: TestDevices.Machine) throws -> Compilation {
        try Compilation(of: circuit, for: machine.description, calibration: machine.calibration, seed: 11)
    }

    @Test func swapsBecomeNames() throws {
        var circuit = Circuit(qubitCount: 6)
        circuit.append(.x, [0])
        for k in 1..<6 { circuit.append(.swap, [k - 1, k]) }
        let compiled = try Self.compile(circuit, TestDevices.heron)
        #expect(compiled.report.after.twoQubitGates == 0)
        #expect(compiled.executable.finalLayout != compiled.executable.initialLayout)
        #expect(try Equivalence.difference(circuit, compiled.executable) == nil)
    }

    @Test func tinyRotationsGo() throws {
        var circuit = Circuit(qubitCount: 40)
        for target in 0..<40 {
            circuit.append(.h, [target])
            for other in target + 1..<40 {
                circuit.append(.cp, [target, other], [.pi / Double(1 << (other - target))])
            }
        }
        let compiled = try Self.compile(circuit, TestDevices.heron)
        let pass = try #require(compiled.report.passes.first { $0.name == "negligible rotations" })
        // Angles below about 2.6·10⁻⁶, that is from π/2²¹ on: 20 remain for each qubit but the last.
        #expect(pass.after.twoQubitGates == (1...20).reduce(0) { $0 + 40 - $1 })
    }

    /// Fourier transform on a line: each rotation and the swap after it are three CX together, 3n(n − 1)/2 in all
    /// (the known optimum of the direct construction); a router that does not merge takes five.
    @Test func fourierOnALine() throws {
        let n = 10
        var circuit = Circuit(qubitCount: n)
        for target in 0..<n {
            circuit.append(.h, [target])
            for other in target + 1..<n { circuit.append(.cp, [target, other], [.pi / Double(1 << (other - target))]) }
        }
        let compiled = try Self.compile(circuit, TestDevices.line(n))
        #expect(compiled.report.after.twoQubitGates <= 3 * n * (n - 1) / 2 * 6 / 5)
        #expect(try Equivalence.difference(circuit, compiled.executable) == nil)
    }

    /// A chain fits the line: no swap at all.
    @Test func chainsNeedNoSwap() throws {
        var circuit = Circuit(qubitCount: 12)
        var pairs = 0
        for round in 0..<3 {
            for k in stride(from: round % 2, to: 11, by: 2) {
                circuit.append(.rzz, [k, k + 1], [0.3])
                pairs += 1
            }
            for k in 0..<12 { circuit.append(.rx, [k], [0.4]) }
        }
        let compiled = try Self.compile(circuit, TestDevices.line(12))
        #expect(compiled.report.after.twoQubitGates == 2 * pairs)
    }

    /// Everything stays on live couplers, even where the dead ones lie on the only short way.
    @Test func deadCouplersAreNeverUsed() throws {
        let ring = TestDevices.superconducting(
            "ring", sites: 12, pairs: (0..<12).map { ($0, ($0 + 1) % 12) }, deadPairs: [5])
        for seed in 0..<10 {
            let circuit = RoutingTests.program(qubits: 12, gates: 40, seed: UInt64(seed))
            let compiled = try Self.compile(circuit, ring)
            #expect(try NativeCheck(ring).fault(in: compiled.executable.circuit) == nil)
            #expect(try Equivalence.difference(circuit, compiled.executable) == nil)
        }
    }

    @Test func reportIsJSON() throws {
        let circuit = RoutingTests.program(qubits: 4, gates: 10, seed: 2)
        let report = try Self.compile(circuit, TestDevices.heron).report
        #expect(report.passes.count >= 5 && report.estimateAfter.success < 1 && report.estimateAfter.success > 0.5)
        #expect(report.description.contains("estimated success"))
        #expect(report.before == CircuitSize(circuit))
    }
}
