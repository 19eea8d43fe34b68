import Circuits
import Compiler
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
