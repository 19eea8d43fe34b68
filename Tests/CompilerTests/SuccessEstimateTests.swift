import Circuits
import Compiler
import Drivers
import Hardware
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct SuccessEstimateTests {
    /// The figures by hand for x, a gap, and a readout on one site.
    @Test func byHand() throws {
        let machine = TestDevices.line(2)
        var circuit = Circuit(qubitCount: 2, bitCount: 1)
        circuit.append(.x, [0])
        circuit.body.append(Instruction(.delay(.seconds), [Qubit(0)], [Parameter(20e-6)]))
        circuit.append(.x, [0])
        circuit.measure(0, into: 0)
        let compiled = try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(initialLayout: [Site(0), Site(1)]))
        let estimate = compiled.report.estimateAfter
        let figures = machine.calibration.sites[0]
        let x = try #require(machine.calibration.figures(for: .x, on: [Site(0)]))
        let readout = try #require(figures.readout)
        let t1 = try #require(figures.t1).value
        let t2 = try #require(figures.effectiveT2).value
        // The readout waits for its grid of 16 ns after 20.064 µs: nothing to wait for.
        let idle = 0.5 + exp(-20e-6 / t1) / 6 + exp(-20e-6 / t2) / 3
        #expect(abs(estimate.log10Gates - 2 * log10(1 - x.error)) < 1e-12)
        #expect(abs(estimate.log10Readout - log10(1 - readout.error)) < 1e-12)
        #expect(abs(estimate.log10Idle - log10(idle)) < 1e-9)
        #expect(abs(estimate.success - pow(10, estimate.log10Success)) < 1e-12)
        #expect(estimate.coherence.count == 1 && estimate.coherence[0].site == 0)
        #expect(abs(estimate.coherence[0].used - 20.064e-6 / t2) < 1e-6)
    }

    /// Hot ions and moved carriers: what the emulator returns of a program and its inverse is about what was foreseen, and
    /// gates and idling alone foresee far too much. It is not the same: average infidelities are smaller than the
    /// probabilities of an error, and some errors go unnoticed.
    @Test(arguments: [("ion-chain-20", 20), ("racetrack-32", 8), ("atoms-48", 8)])
    func movesAndHeat(name: String, layers: Int) async throws {
        let device = try DeviceCatalog().device(name)
        var half = Circuit(qubitCount: 4, bitCount: 4)
        for layer in 0..<layers {
            for (a, b) in layer % 2 == 0 ? [(0, 1), (2, 3)] : [(1, 2), (0, 3)] {
                half.append(.ry, [a], [0.7 + Double(layer)])
                half.append(.rx, [b], [0.3 - Double(layer)])
                half.append(.cz, [a, b])
            }
        }
        var circuit = half
        circuit.barrier([0, 1, 2, 3])
        for position in half.body.indices.reversed() {
            guard case .gate(.standard(let gate)) = half.body.operation(at: position) else { continue }
            let angles = try #require(half.body.parameters(at: position).constants)
            circuit.append(gate, half.body.qubits(at: position).map(\.index), angles.map { -$0 })
        }
        for qubit in 0..<4 { circuit.measure(qubit, into: qubit) }
        let compiled = try Compilation(
            of: circuit, for: device.description, calibration: try device.calibration(), seed: 3)
        let estimate = compiled.report.estimateAfter
        let outcomes = try await device.run(compiled.executable, shots: 2_000, seed: 5, progress: nil).shots
        let right = outcomes.count { outcome in (0..<4).allSatisfy { !outcome[$0] } }
        let shown = Double(right) / Double(outcomes.count)
        let still = pow(10, estimate.log10Success - estimate.log10Motion)
        #expect(abs(shown - estimate.success) < 0.08, "shown \(shown), foreseen \(estimate.success)")
        #expect(
            abs(shown - estimate.success) < 0.6 * (still - shown),
            "shown \(shown), foreseen \(estimate.success), without motion \(still)")
    }

    @Test func loopsCount() throws {
        let machine = TestDevices.line(2)
        func compile(turns: Int64, unknown: Bool, assumed: Int = 1) throws -> SuccessEstimate {
            var circuit = Circuit(qubitCount: 2, bitCount: 1)
            circuit.addVariable(Variable(name: "i", type: .int(32)))
            var body = Block()
            body.append(.cz, [Qubit(0), Qubit(1)])
            body.append(Instruction(.measure(into: ClassicalBit(0)), [Qubit(0)]))
            if unknown {
                circuit.body.append(ControlFlow.while(condition: .bit(ClassicalBit(0)), body: body))
            } else {
                circuit.body.append(
                    ControlFlow.for(
                        variable: VariableID(0),
                        values: .range(
                            start: .int(1, width: 32), step: .int(1, width: 32), stop: .int(turns, width: 32)),
                        body: body))
            }
            return try Compilation(
                of: circuit, for: machine.description, calibration: machine.calibration,
                options: CompilerOptions(initialLayout: [Site(0), Site(1)], assumedIterations: assumed)
            ).report.estimateAfter
        }
        let once = try compile(turns: 1, unknown: false)
        let seven = try compile(turns: 7, unknown: false)
        #expect(abs(seven.log10Gates - 7 * once.log10Gates) < 1e-9 && once.log10Gates < 0)
        #expect(!seven.assumesIterations)
        let unknown = try compile(turns: 0, unknown: true, assumed: 3)
        #expect(unknown.assumesIterations && abs(unknown.log10Readout - 3 * once.log10Readout) < 1e-9)
    }
}
