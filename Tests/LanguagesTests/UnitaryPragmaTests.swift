import Circuits
import Languages
import Testing

/// Explicit unitaries survive writing and reading.
@Suite struct UnitaryPragmaTests {
    @Test func aCallIsWrittenAsAPragma() throws {
        // A matrix that tells its operands and its rows apart.
        let matrix = StandardGate.ry.matrix([0.3]).kronecker(StandardGate.rx.matrix([1.1])) * StandardGate.cx.matrix()
        var circuit = Circuit(qubitCount: 3)
        circuit.append(.h, [1])
        let gate = circuit.addGate(GateDefinition(name: "u", qubitCount: 2, implementation: .matrix(matrix)))
        circuit.append(gate, [2, 0])
        let text = try OpenQASMWriter.write(circuit)
        let again = try #require(OpenQASM.parse(SourceText(name: "program", text)).circuit, "\(text)")
        let (ours, theirs) = (try #require(try? circuit.unitary()), try #require(try? again.unitary()))
        #expect(ours.distance(to: theirs) < 1e-12)
    }

    @Test func whatAGateIsMadeOfIsRefusedByName() {
        var circuit = Circuit(qubitCount: 2)
        let gate = circuit.addGate(
            GateDefinition(name: "secret", qubitCount: 1, implementation: .matrix(StandardGate.t.matrix())))
        let controlled = circuit.addGate(
            GateDefinition(
                name: "c", qubitCount: 2, implementation: .modified(base: gate, modifiers: [.control([true])])))
        circuit.append(controlled, [0, 1])
        #expect(throws: OpenQASMWriterError.self) { try OpenQASMWriter.write(circuit) }
        #expect(throws: OpenQASMWriterError.self) {
            var plain = Circuit(qubitCount: 1)
            let gate = plain.addGate(
                GateDefinition(name: "secret", qubitCount: 1, implementation: .matrix(StandardGate.t.matrix())))
            plain.append(gate, [0])
            _ = try OpenQASMWriter.write(plain, version: .version2)
        }
    }

    /// Pragmas are global: a definition that holds a unitary cannot be said, and is left out where nobody calls it.
    @Test func aDefinitionThatNobodyCallsIsNoObstacle() throws {
        var circuit = Circuit(qubitCount: 1)
        let gate = circuit.addGate(
            GateDefinition(name: "secret", qubitCount: 1, implementation: .matrix(StandardGate.t.matrix())))
        var body = Block()
        body.append(Instruction(.gate(gate), [Qubit(0)]))
        let layer = circuit.addGate(
            GateDefinition(name: "layer", qubitCount: 1, implementation: .body(body)))
        _ = circuit.addGate(
            GateDefinition(
                name: "outer", qubitCount: 2, implementation: .modified(base: layer, modifiers: [.control([true])])))
        circuit.append(.h, [0])
        let text = try OpenQASMWriter.write(circuit)
        #expect(
            !text.contains("unitary") && OpenQASM.parse(SourceText(name: "program", text)).circuit != nil, "\(text)")
        circuit.append(layer, [0])
        #expect(throws: OpenQASMWriterError.self) { try OpenQASMWriter.write(circuit) }
    }
}
