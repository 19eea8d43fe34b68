import Circuits

extension Lowering {
    /// Reads the header by the dialect's rules and declares what the dialect adds.
    mutating func startDialect() {
        let additions = dialect.additions
        parser.version = additions.versionWithoutHeader
        parser.lexer.isVersion2 = parser.version == 2
        parser.start()
        if !additions.versions.contains(parser.version) {
            let known = additions.versions.sorted().map(String.init).joined(separator: " and ")
            parser.report(
                Diagnostic(
                    .version, "dialect '\(dialect.rawValue)' is one of OpenQASM \(known), not of \(parser.version)",
                    at: .init(0..<Int(min(8, parser.lexer.count))),
                    cure: "choose the dialect of the program with --dialect, or none"))
        }
        for (name, entry) in additions.gates { declareStandard(name, entry) }
        for definition in additions.definitions.gates { declareStandard(definition.name, GateEntry(of: definition)) }
    }

    /// A gate that the dialect defines, now among the circuit's own.
    mutating func adopted(_ name: String) -> GateEntry {
        let source = dialect.additions.definitions
        guard var definition = source.gates.first(where: { $0.name == name }),
            case .body(let body) = definition.implementation
        else { preconditionFailure("no definition of \(name)") }
        if usesTables { needsCanonicalOrder = true }
        var copy = Block()
        for position in body.indices {
            var instruction = body[position]
            var parameters: [Parameter] = []
            for value in instruction.parameters {
                parameters.append(value.constant == nil ? parameter(source.expression(of: value)) : value)
            }
            instruction.parameters = Parameters(parameters)
            instruction.location = .none
            copy.append(instruction)
        }
        definition.name = uniqueName(name)
        definition.implementation = .body(copy)
        return GateEntry(defined: circuit.addGate(definition), definition)
    }

    /// Behind the pragma that announces it stands a box, and it names physical qubits.
    mutating func checkVerbatim(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        guard node.kind == .box else {
            isVerbatimNext = false
            throw verbatimWithoutBox(at: place(id))
        }
        if hasVirtualQubits {
            isVerbatimNext = false
            throw fail(
                .operand, "a verbatim box in a program with declared qubits", at: id,
                cause: "its gates run on the very qubits they name", cure: "use physical qubits, as in 'x $0;'")
        }
    }

    mutating func verbatimWithoutBox(at place: Diagnostic.Place) -> SemanticFailure {
        fail(
            .expected, "'pragma braket verbatim' announces a box, and none follows", at: place,
            cure: "write 'box { … }' behind the pragma")
    }
}
