import Circuits
import Compiler
import Hardware
import Testing

@Suite struct CompilationRefusalTests {
    static func refusal(
        _ circuit: Circuit, _ machine: TestDevices.Machine, _ options: CompilerOptions = CompilerOptions()
    ) -> CompilerError? {
        do {
            _ = try Compilation(
                of: circuit, for: machine.description, calibration: machine.calibration, options: options)
            return nil
        } catch {
            return error
        }
    }

    @Test func tooWide() throws {
        let error = try #require(Self.refusal(Circuit(qubitCount: 200), TestDevices.line(20)))
        #expect(error.code == .tooWide)
        #expect(error.message.contains("200") && error.message.contains("20"))
        #expect(
            Self.refusal(Circuit(qubitCount: 129), TestDevices.heron)?.message.contains("128 working sites") == true)
    }

    /// Longer than the program says it is, a box would move everything behind it.
    @Test func boxTooShort() throws {
        func program(_ nanoseconds: Double) -> Circuit {
            var body = Block()
            body.append(.cz, [Qubit(0), Qubit(1)], [])
            var circuit = Circuit(qubitCount: 2)
            circuit.body.append(
                .box(duration: (value: Parameter(nanoseconds * 1e-9), unit: .seconds), body: body),
                location: SourceLocation(offset: 5))
            return circuit
        }
        let error = try #require(Self.refusal(program(4), TestDevices.heron))
        #expect(error.code == .boxTooShort && error.location == SourceLocation(offset: 5))
        #expect(error.message.contains("4.0 ns"), "\(error.message)")
        #expect(Self.refusal(program(4000), TestDevices.heron) == nil)
    }

    @Test func opaque() throws {
        var circuit = Circuit(qubitCount: 1)
        let gate = circuit.addGate(GateDefinition(name: "mystery", qubitCount: 1, implementation: .opaque))
        circuit.body.append(Instruction(.gate(gate), [Qubit(0)], location: SourceLocation(offset: 17)))
        for machine in [TestDevices.line(3), TestDevices.ideal(3)] {
            let error = try #require(Self.refusal(circuit, machine))
            #expect(error.code == .unsupportedGate && error.location == SourceLocation(offset: 17))
        }
    }

    @Test func disconnected() throws {
        let split = TestDevices.superconducting(
            "split", sites: 8, pairs: (1..<8).map { ($0 - 1, $0) }, deadPairs: [3])
        var chain = Circuit(qubitCount: 6)
        for k in 1..<6 { chain.append(.cx, [k - 1, k]) }
        #expect(Self.refusal(chain, split)?.code == .disconnected)
        // Two halves that do not interact fit.
        var halves = Circuit(qubitCount: 6)
        for k in [0, 1, 3, 4] { halves.append(.cx, [k, k + 1]) }
        let compiled = try Compilation(of: halves, for: split.description, calibration: split.calibration)
        #expect(try NativeCheck(split).fault(in: compiled.executable.circuit) == nil)
        #expect(try Equivalence.difference(halves, compiled.executable) == nil)
    }

    @Test func abilities() {
        var machine = TestDevices.line(3)
        machine.description.abilities = Abilities(
            midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: 1, maxInstructions: 5)
        var circuit = Circuit(qubitCount: 1, bitCount: 1)
        circuit.measure(0, into: 0)
        circuit.append(.x, [0])
        #expect(Self.refusal(circuit, machine)?.code == .unsupportedInstruction)
        var reset = Circuit(qubitCount: 1)
        reset.reset(0)
        #expect(Self.refusal(reset, machine)?.code == .unsupportedInstruction)
        var long = Circuit(qubitCount: 2)
        for k in 0..<8 { long.append(.u, [k % 2], [0.1, 0.2, 0.3]); long.append(.cx, [0, 1]) }
        #expect(Self.refusal(long, machine)?.code == .tooLong)
    }

    @Test func options() {
        let circuit = Circuit(qubitCount: 2)
        let machine = TestDevices.heron
        for layout in [[Site(0)], [Site(0), Site(0)], [Site(0), Site(25)], [Site(0), Site(400)]] {
            #expect(Self.refusal(circuit, machine, CompilerOptions(initialLayout: layout))?.code == .invalidOption)
        }
        #expect(Self.refusal(circuit, machine, CompilerOptions(allowedSites: [Site(999)]))?.code == .invalidOption)
    }

    @Test func pinnedAndAllowed() throws {
        var circuit = Circuit(qubitCount: 3)
        for k in 0..<3 { circuit.append(.cx, [k, (k + 1) % 3]) }
        let machine = TestDevices.heron
        let pinned = [Site(0), Site(1), Site(2)]
        let first = try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(initialLayout: pinned))
        #expect(first.executable.initialLayout == pinned)
        #expect(try Equivalence.difference(circuit, first.executable) == nil)
        let allowed = (5..<11).map { Site($0) }
        let second = try Compilation(
            of: circuit, for: machine.description, calibration: machine.calibration,
            options: CompilerOptions(allowedSites: allowed))
        #expect(second.executable.circuit.body.usedQubits.allSatisfy { (5..<11).contains($0.index) })
    }
}
