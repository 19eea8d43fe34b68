import Circuits
import Testing

@Suite struct MeasurementTests {
    private var program: Circuit {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.measure(0, into: 1)
        return circuit
    }

    @Test func measurementsAtTheEndAreTerminal() {
        var circuit = program
        circuit.append(.x, [1])
        circuit.measure(1, into: 0)
        circuit.barrier([0, 1])
        #expect(
            circuit.terminalMeasurements == [
                TerminalMeasurement(qubit: Qubit(0), bit: ClassicalBit(1)),
                TerminalMeasurement(qubit: Qubit(1), bit: ClassicalBit(0)),
            ])
    }

    @Test func loopsOfGatesDoNotMatter() {
        var circuit = Circuit(qubitCount: 2, bitCount: 2)
        let turn = circuit.addVariable(Variable(name: "k", type: .int(32)))
        var body = Block()
        body.append(.cx, [Qubit(0), Qubit(1)])
        circuit.body.append(.for(variable: turn, values: .list([.int(1), .int(2)]), body: body))
        circuit.measure(0, into: 0)
        #expect(circuit.terminalMeasurements?.count == 1)
        circuit.body.append(.for(variable: turn, values: .list([.int(1)]), body: body))
        #expect(circuit.terminalMeasurements == nil)
    }

    @Test func whatGoesOnOrIsReadIsNotTerminal() {
        var later = program
        later.append(.x, [0])
        var twice = program
        twice.measure(1, into: 1)
        var reset = program
        reset.reset(0)
        var read = program
        var correction = Block()
        correction.append(.x, [Qubit(1)])
        read.body.append(.branch(condition: .bit(ClassicalBit(1)), then: correction, otherwise: nil))
        var steered = program
        let angle = steered.addParameter(Expression(.cast(.bit(ClassicalBit(1))), type: .float(64)))
        steered.append(.standard(.rz), [1], [angle])
        for circuit in [later, twice, reset, read, steered] { #expect(circuit.terminalMeasurements == nil) }
        var other = program
        other.body.append(.branch(condition: .bit(ClassicalBit(0)), then: correction, otherwise: nil))
        #expect(other.terminalMeasurements?.count == 1)
    }
}
