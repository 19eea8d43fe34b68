import Circuits
import Languages
import Simulators
import Testing

/// What a program's `output` variables hold at its end, by name; bits of output registers as numbers.
///
/// The program must have no errors, and reading what is written of it must give the same circuit.
func executed(
    _ text: String, sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws -> [String: ClassicalValue] {
    let outcome = OpenQASM.parse(SourceText(name: "test.qasm", "OPENQASM 3.1; include \"stdgates.inc\";\n" + text))
    #expect(outcome.errors.isEmpty, "\(outcome.report)", sourceLocation: sourceLocation)
    let circuit = try #require(outcome.circuit, sourceLocation: sourceLocation)
    let written = try OpenQASMWriter.write(circuit)
    let again = OpenQASM.parse(SourceText(name: circuit.name, written))
    #expect(again.circuit == circuit, "\(again.report)\n\(written)", sourceLocation: sourceLocation)
    let shots = try Simulation(circuit).run(shots: 1, seed: 5)
    var result: [String: ClassicalValue] = [:]
    for (k, variable) in shots.outputVariables.enumerated() {
        result[circuit.variables[variable.index].name] = shots.outputs[0][k]
    }
    for register in circuit.bitRegisters where !register.isTemporary {
        result[register.name] = .bits(shots.bits[0][register.start..<register.start + register.count])
    }
    return result
}

extension [String: ClassicalValue] {
    /// The value of a name as a number.
    subscript(number name: String) -> Double? { self[name]?.real }
}

/// The codes of a program's errors with the texts they point at.
func errors(_ text: String) -> [String] {
    let source = SourceText("OPENQASM 3.1; include \"stdgates.inc\";\n" + text)
    return OpenQASM.parse(source).errors.map { error in
        "\(error.code.rawValue) \(String(decoding: source.bytes[error.place.range], as: UTF8.self))"
    }
}
