import Circuits
import Testing

@Suite struct InputTests {
    /// ry(2·theta) on a qubit, with `theta` of the type as the one input.
    private func program(_ type: ClassicalType) -> Circuit {
        var circuit = Circuit(qubitCount: 1)
        let theta = circuit.addVariable(Variable(name: "theta", type: type, role: .input))
        let doubled = Expression(
            .binary(
                .multiply, .float(2), Expression(.cast(Expression(.variable(theta), type: type)), type: .float(64))),
            type: .float(64))
        let parameter = circuit.addParameter(doubled)
        circuit.append(.standard(.ry), [0], [parameter])
        return circuit
    }

    @Test func boundInputsBecomeNumbers() throws {
        let bound = try program(.float(64)).binding([("theta", .real(0.4))])
        #expect(bound.body.parameters(at: 0)[0].constant == 0.8)
        #expect(bound.inputs.isEmpty)
        let whole = try program(.int(8)).binding([("theta", .integer(-3))])
        #expect(whole.body.parameters(at: 0)[0].constant == -6)
    }

    @Test func wrongInputsAreNamed() {
        let circuit = program(.int(8))
        #expect(throws: InputError.missing(name: "theta", type: .int(8))) { try circuit.binding([]) }
        #expect(throws: InputError.unknown(name: "phi", known: ["theta"])) {
            try circuit.binding([("phi", .integer(1))])
        }
        for bad in [InputValue.integer(128), .integer(-129), .real(0.5), .bool(true)] {
            #expect(throws: InputError.mismatch(name: "theta", value: bad, type: .int(8))) {
                try circuit.binding([("theta", bad)])
            }
        }
        #expect(throws: InputError.self) { try program(.float(64)).binding([("theta", .real(1e308 * 1.5))]) }
    }

    /// An input the program assigns to is set at run time instead of being folded away.
    @Test func assignedInputsStayVariables() throws {
        var circuit = program(.int(8))
        circuit.body.append(Assignment(target: .variable(VariableID(0)), value: .int(1, width: 8)))
        let bound = try circuit.binding([("theta", .integer(5))])
        #expect(bound.body.count == 3)
        #expect(bound.body.assignments[0] == Assignment(target: .variable(VariableID(0)), value: .int(5, width: 8)))
        #expect(bound.body.parameters(at: 1)[0].expression != nil)
    }

    @Test func textOnTheCommandLine() {
        #expect(InputValue(text: "pi/2") == .real(.pi / 2))
        #expect(InputValue(text: "-3*pi/4") == .real(-.pi * 3 / 4))
        #expect(InputValue(text: "0b0110") == .bits(BitString(6, count: 4)))
        #expect(InputValue(text: "12") == .integer(12))
        #expect(InputValue(text: "1e-3") == .real(1e-3))
        for bad in ["nan", "inf", "pip", "2pi", "pi/0", "", "0b", "one"] { #expect(InputValue(text: bad) == nil) }
    }
}
