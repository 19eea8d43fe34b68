import Circuits
import Drivers
import Hardware
import Testing

/// What a device refuses before anything runs, with the place, the figure and the cure.
@Suite struct ValidationTests {
    private static let place = SourceLocation(offset: 42)

    private func refusal(
        on machine: TestMachine = TestMachine(), shots: Int = 100, change: (inout Executable) -> Void = { _ in },
        _ build: (inout Circuit) -> Void
    ) -> DeviceError? {
        var circuit = Circuit(qubitCount: 3, bitCount: 3)
        build(&circuit)
        var executable = Executable(
            deviceID: "test", calibrationID: machine.file.calibration.id, circuit: circuit, schedule: nil,
            initialLayout: [], finalLayout: [])
        change(&executable)
        do {
            try machine.device.validate(executable, shots: shots)
            return nil
        } catch { return error }
    }

    private func gate(_ gate: StandardGate, _ qubits: Operands, _ parameters: Parameters = []) -> (inout Circuit) ->
        Void
    {
        { $0.body.append(gate, qubits, parameters, location: Self.place) }
    }

    @Test func acceptsWhatItCanRun() {
        #expect(
            refusal { circuit in
                circuit.append(.sx, [0])
                circuit.append(.rzz, [0, 1], [.pi / 2])
                circuit.append(.gphase, [], [1])
                circuit.barrier([0, 1, 2])
                circuit.measure(0, into: 0)
                circuit.reset(0)
            } == nil)
    }

    @Test func instructions() {
        let foreign = refusal(gate(.h, [Qubit(1)]))
        #expect(foreign?.code == .unsupported && foreign?.message == "h is no native gate of test")
        #expect(foreign?.location == Self.place && foreign?.cure != nil)
        let far = refusal(gate(.cz, [Qubit(0), Qubit(2)]))
        #expect(far?.message == "test has no cz between sites 0, 2" && far?.location == Self.place)
        let angle = refusal(gate(.rzz, [Qubit(0), Qubit(1)], [-0.5]))
        #expect(angle?.message.hasPrefix("rzz(-0.5) is outside the angles that test takes, 0.0…1.57") == true)
        #expect(angle?.location == Self.place)
        let dead = refusal(on: TestMachine(deadCoupler: (1, 2)), gate(.cz, [Qubit(1), Qubit(2)]))
        #expect(dead?.message == "cz on sites 1, 2 of test is reported dead (error 1)" && dead?.location == Self.place)
        let site = refusal(on: TestMachine(deadSite: 1), gate(.rz, [Qubit(1)], [1]))
        #expect(site?.message == "rz on site 1 of test, which is reported dead" && site?.location == Self.place)
        #expect(
            refusal(on: TestMachine(deadSite: 1), { $0.measure(1, into: 0) })?.message.hasPrefix("measure on site 1")
                == true)
        #expect(
            refusal({ circuit in
                let definition = GateDefinition(
                    name: "mine", qubitCount: 1, implementation: .matrix(Matrix(identity: 2)))
                circuit.append(circuit.addGate(definition), [0])
            })?.message == "mine is no native gate of test")
        let unknown = refusal { circuit in
            let input = circuit.addVariable(Variable(name: "t", type: .float(64), role: .input))
            let angle = circuit.addParameter(Expression(.variable(input), type: .float(64)))
            circuit.body.append(.rzz, [Qubit(0), Qubit(1)], [angle])
        }
        #expect(unknown?.message.contains("computed while the program runs") == true)
    }

    @Test func insideControlFlowToo() {
        let error = refusal { circuit in
            var inner = Block()
            inner.append(.h, [Qubit(0)], location: Self.place)
            circuit.body.append(.branch(condition: .bit(ClassicalBit(0)), then: Block(), otherwise: inner))
        }
        #expect(error?.message == "h is no native gate of test" && error?.location == Self.place)
    }

    @Test func abilities() {
        var machine = TestMachine()
        machine.abilities = Abilities(
            midCircuitMeasurement: false, feedForward: false, reset: false, maxShots: 10, maxInstructions: 3)
        #expect(refusal(on: machine, shots: 11) { _ in }?.message == "11 shots; test takes 10 in one run")
        #expect(refusal(on: machine, shots: 11) { _ in }?.code == .tooLarge)
        #expect(refusal(on: machine, shots: 0) { _ in }?.message == "0 shots")
        #expect(refusal(on: machine, shots: 1) { $0.reset(0) }?.message == "test has no reset")
        #expect(
            refusal(on: machine, shots: 1) { circuit in
                circuit.measure(0, into: 0)
                circuit.append(.x, [1])
            } == nil)
        #expect(
            refusal(on: machine, shots: 1) { circuit in
                circuit.measure(0, into: 0)
                circuit.append(.x, [0])
            }?.message == "site 0 is measured before the program's end; test measures at the end only")
        #expect(
            refusal(on: machine, shots: 1) { circuit in
                circuit.body.append(.branch(condition: .bool(true), then: Block(), otherwise: nil))
            }?.message.contains("no feed-forward") == true)
        #expect(
            refusal(on: machine, shots: 1) { circuit in
                for _ in 0..<4 { circuit.append(.x, [0]) }
            }?.message == "the program has 4 instructions; test takes 3")
    }

    @Test func belongings() {
        #expect(
            refusal(change: { $0.deviceID = "other" }) { _ in }?.message
                == "the program was compiled for the device other, not for test")
        let stale = refusal(change: { $0.calibrationID = "test-000000000000" }) { _ in }
        #expect(
            stale?.message.hasPrefix("the program was compiled against the calibration test-000000000000; in force")
                == true)
        #expect(stale?.cure == "compile it again")
        #expect(
            refusal { $0.addQubitRegister("more", count: 5) }?.message == "the program has 8 qubits; test has 3 sites")
        #expect(
            refusal(change: { $0.schedule = Schedule(starts: [0], durations: [0], duration: 0, nested: []) }) { _ in
            }?.message.hasPrefix("the schedule does not belong") == true)
        #expect(
            refusal(change: { $0.schedule = Schedule(starts: [.nan], durations: [0], duration: 0, nested: []) }) {
                $0.append(.x, [0])
            }?.message.hasPrefix("the schedule does not belong") == true)
    }
}
