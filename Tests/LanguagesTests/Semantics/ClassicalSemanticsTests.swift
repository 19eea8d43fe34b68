import Circuits
import Languages
import Simulators
import Testing

/// Kelvin's arithmetic against an evaluator that was written from the specification's text and shares nothing with it:
/// integers without bounds, exact fractions rounded once. Each expression takes the whole way, text to `Circuit`, and is
/// computed twice: folded as a constant, and executed by the interpreter on variables whose values the compiler cannot
/// know. Types, values and faults must agree bit for bit.
@Suite struct ClassicalSemanticsTests {
    /// Programs of 100 expressions each; 10⁵ expressions in all.
    @Test(arguments: 0..<10) func randomExpressions(_ part: Int) throws {
        var generator = TermGenerator(seed: 0x5EED + UInt64(part))
        var batch: [Sample] = []
        var count = 0, faults = 0
        while count < 10_000 {
            let type = generator.type()
            let term = generator.term(type, depth: Int.random(in: 1...4, using: &generator.random))
            try #require(term.type == type, "the generator's own typing of \(term.text { _ in nil })")
            do {
                batch.append(Sample(term: term, value: try term.evaluate()))
                count += 1
            } catch let fault as SpecifiedFault {
                if fault == .outsideTest { continue }
                faults += 1
                count += 1
                expectFault(term, fault)
            }
            if batch.count == 100 {
                try expectFolded(batch)
                try expectExecuted(batch)
                batch = []
            }
        }
        #expect(faults > 100 && faults < 5000)
    }

    struct Sample {
        var term: SpecifiedTerm
        var value: SpecifiedValue
    }

    /// Assignments, branches, loops, jumps and switches, run by the specification's rules and by Kelvin: once where all is
    /// known when the program starts, once where nothing is.
    @Test(arguments: [false, true]) func randomStatements(isInterpreted: Bool) throws {
        var generator = StatementGenerator(seed: isInterpreted ? 11 : 12)
        for _ in 0..<1500 {
            let (types, statements) = generator.program()
            var machine = SpecifiedMachine(variables: types.map { .wrapped(.zero, as: $0) })
            _ = try machine.run(statements)
            var text = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q; bit known;\n"
            if isInterpreted { text += "while (!known) { reset q; h q; known = measure q; }\n" }
            for (k, type) in types.enumerated() { text += "output \(type) v\(k);\n" }
            text += SpecifiedStatement.text(statements, indent: "")
            let outcome = OpenQASM.parse(SourceText(name: "statements", text))
            guard let circuit = outcome.circuit else {
                Issue.record("\(outcome.report)\n\(text)")
                return
            }
            let shots = try Simulation(circuit).run(shots: 1, seed: 3)
            #expect(shots.outputs[0].map { SpecifiedValue($0) } == machine.variables, "\(text)")
        }
    }

    // MARK: Folding

    private func expectFolded(_ samples: [Sample]) throws {
        var text = "OPENQASM 3.0;\n"
        for (k, sample) in samples.enumerated() {
            text += "\(sample.value.type) r\(k); r\(k) = \(sample.term.text { _ in nil });\n"
        }
        let outcome = OpenQASM.parse(SourceText(name: "folded", text))
        guard let circuit = outcome.circuit else {
            // A constant part without a value is refused even where `&&` or `||` would have passed it by.
            if samples.count > 1, outcome.errors.allSatisfy({ $0.message.contains("no value") }) {
                return try separately(samples)
            }
            Issue.record("\(outcome.report)")
            return
        }
        #expect(circuit.body.assignments.count == samples.count)
        for (sample, assignment) in zip(samples, circuit.body.assignments) {
            guard let literal = assignment.value.literal else {
                if sample.term.hasShortCircuit { continue }
                Issue.record("not folded: \(sample.term.text { _ in nil })")
                continue
            }
            let value = SpecifiedValue(literal)
            #expect(value == sample.value, "folded: \(sample.term.text { _ in nil })")
        }
    }

    private func separately(_ samples: [Sample]) throws {
        for sample in samples where !sample.term.hasShortCircuit { try expectFolded([sample]) }
    }

    // MARK: Execution

    private func program(_ terms: [(SpecifiedTerm, SpecifiedType)]) -> String {
        // The loop ends with certainty, but nobody knows when: what follows it is interpreted.
        var declarations = "OPENQASM 3.0;\ninclude \"stdgates.inc\";\nqubit q; bit known;\n"
        var loop = ""
        var statements = ""
        var count = 0
        for (k, (term, type)) in terms.enumerated() {
            let text = term.text { value in
                if value.type == .duration {
                    // A duration that is assigned outside of loops is known before the program runs.
                    declarations += "duration v\(count);\n"
                    loop += "v\(count) = \(value.text); "
                } else {
                    declarations += "\(value.type) v\(count) = \(value.text);\n"
                }
                count += 1
                return "v\(count - 1)"
            }
            if case .bits = type {
                declarations += "\(type) r\(k);\n"
            } else {
                declarations += "output \(type) r\(k);\n"
            }
            statements += "r\(k) = \(text);\n"
        }
        return declarations + "while (!known) { \(loop)reset q; h q; known = measure q; }\n" + statements
    }

    private func expectExecuted(_ samples: [Sample]) throws {
        let text = program(samples.map { ($0.term, $0.value.type) })
        let outcome = OpenQASM.parse(SourceText(name: "executed", text))
        guard let circuit = outcome.circuit else {
            if outcome.errors.allSatisfy({ $0.message.contains("no value") }), samples.count > 1 {
                for sample in samples { try expectExecuted([sample]) }
                return
            }
            if samples.count == 1 && samples[0].term.hasShortCircuit { return }
            Issue.record("\(outcome.report)")
            return
        }
        let shots = try Simulation(circuit).run(shots: 1, seed: 7)
        var values: [String: SpecifiedValue] = [:]
        for (variable, value) in zip(shots.outputVariables, shots.outputs[0]) {
            values[circuit.variables[variable.index].name] = SpecifiedValue(value)
        }
        for register in circuit.bitRegisters {
            values[register.name] = SpecifiedValue(
                .bits(shots.bits[0][register.start..<register.start + register.count]))
        }
        for (k, sample) in samples.enumerated() {
            #expect(values["r\(k)"] == sample.value, "executed: \(sample.term.text { _ in nil })")
        }
    }

    // MARK: Faults

    /// What has no value is refused: as a constant when it is read, else when it runs.
    private func expectFault(_ term: SpecifiedTerm, _ fault: SpecifiedFault) {
        let folded = OpenQASM.parse(
            SourceText(name: "fault", "OPENQASM 3.0;\n\(term.type) r; r = \(term.text { _ in nil });\n"))
        if let circuit = folded.circuit {
            #expect(throws: SimulationError.self, "\(fault.reason): \(term.text { _ in nil })") {
                try Simulation(circuit).run(shots: 1, seed: 7)
            }
        }
        let executed = OpenQASM.parse(SourceText(name: "fault", program([(term, term.type)])))
        guard let circuit = executed.circuit else { return }
        #expect(throws: SimulationError.self, "\(fault.reason): \(term.text { _ in nil })") {
            try Simulation(circuit).run(shots: 1, seed: 7)
        }
    }
}

extension SpecifiedTerm {
    /// Whether some part may stay unevaluated.
    var hasShortCircuit: Bool {
        switch self {
        case .value, .literal: false
        case .unary(_, let operand), .cast(_, let operand), .bit(let operand, _), .slice(let operand, _, _, _):
            operand.hasShortCircuit
        case .call(_, let arguments): arguments.contains { $0.hasShortCircuit }
        case .binary(let op, let left, let right):
            op == "&&" || op == "||" || left.hasShortCircuit || right.hasShortCircuit
        }
    }
}

extension SpecifiedValue {
    /// What Kelvin computed, in the specification's words.
    init(_ value: ClassicalValue) {
        switch value {
        case .bool(let value): self = .bool(value)
        case .int(let value, let n): self = .int(BigInteger(value), n)
        case .uint(let value, let n): self = .uint(BigInteger(value), n)
        case .float(let value, let n): self = .float(value, n)
        case .angle(let value, let n): self = .angle(BigInteger(value), n)
        case .bits(let bits):
            var pattern = BigInteger.zero
            for k in 0..<bits.count where bits[k] { pattern = pattern + .power(ofTwo: k) }
            self = .bits(pattern, bits.count)
        case .wide(let number):
            let pattern = (0..<number.pattern.count).reduce(BigInteger.zero) {
                number.pattern[$1] ? $0 + .power(ofTwo: $1) : $0
            }
            switch number.type {
            case .int(let n): self = .wrapped(pattern, to: .int(n))
            case .uint(let n): self = .uint(pattern, n)
            default: self = .angle(pattern, number.pattern.count)
            }
        case .duration(let seconds): self = .duration(seconds)
        }
    }
}
