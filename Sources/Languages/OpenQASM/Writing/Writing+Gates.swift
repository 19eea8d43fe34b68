import Circuits

extension Writing {
    /// The definitions that the text needs: standard gates that the include lacks, then the program's own.
    mutating func definitions() throws(OpenQASMWriterError) {
        // What nobody calls must not be in the way of what the language can say; version 2 says less.
        let called = circuit.calledGates
        let written =
            isVersion2 ? called : Set(circuit.gates.indices).subtracting(circuit.gatesOfMatrices).union(called)
        let used = circuit.standardGates(in: written)
        for gate in StandardDefinitions.needed(by: used, in: version, includesGates: includesGates) {
            guard let (parameters, operands, body) = StandardDefinitions.definition(of: gate, in: version)
            else { throw refusal("gate \(gate.name)") }
            let head = "gate \(name(of: gate))\(parameters.isEmpty ? "" : "(\(parameters))") \(operands)"
            line(body.isEmpty ? "\(head) { }" : "\(head) { \(body) }")
        }
        for (k, definition) in circuit.gates.enumerated() where written.contains(k) {
            if case .body = definition.implementation { try annotations(of: .gate(k)) }
            switch definition.implementation {
            case .body(let body): try define(k, definition, body)
            case .modified:
                if isVersion2 { throw refusal("the modified gate '\(definition.name)'") }
            case .opaque:
                if !isVersion2 {
                    // The calibration that declares it stands in the text already.
                    if circuit.calibrates(definition.name) { continue }
                    throw refusal("the opaque gate '\(definition.name)'")
                }
                let (parameters, operands) = formalNames(definition)
                spelling(of: gateNames[k])
                line("opaque \(gateNames[k])\(list(parameters)) \(operands.joined(separator: ", "));")
            // Nobody needs what nobody calls; a call in the program itself is written as a pragma.
            case .matrix:
                if isVersion2 && called.contains(k) || circuit.isCalledByGates(k) {
                    throw refusal("the explicit unitary '\(definition.name)'")
                }
            }
        }
    }

    private func list(_ parameters: [String]) -> String {
        parameters.isEmpty ? "" : "(\(parameters.joined(separator: ", ")))"
    }

    /// Names of a definition's parameters and operands, all distinct.
    private func formalNames(_ definition: GateDefinition) -> ([String], [String]) {
        var used = Set(Keyword.allCases.map(\.text) + ["pi", "π", "U"] + BuiltinFunction.allCases.map(\.rawValue))
        func take(_ wish: String) -> String {
            let isName =
                !wish.isEmpty && wish.utf8.allSatisfy { CharacterClass($0) != .other }
                && CharacterClass(wish.utf8.first!) == .letter
                && (!isVersion2 || (wish.utf8.first! | 0x20) == wish.utf8.first! && wish.utf8.allSatisfy { $0 < 0x80 })
            var name = isName ? wish : "p"
            var number = 0
            while !used.insert(name).inserted {
                name = "\(isName ? wish : "p")\(number)"
                number += 1
            }
            return name
        }
        let parameters = definition.parameterNames.map(take)
        let operands = (0..<definition.qubitCount).map { take("q\($0)") }
        return (parameters, operands)
    }

    private mutating func define(_ place: Int, _ definition: GateDefinition, _ body: Block) throws(OpenQASMWriterError)
    {
        let (parameters, operands) = formalNames(definition)
        let outer = qubitNames
        qubitNames = operands
        formals = parameters
        spelling(of: gateNames[place])
        line("gate \(gateNames[place])\(list(parameters)) \(operands.joined(separator: ", ")) {")
        try indented { writing throws(OpenQASMWriterError) in try writing.block(body) }
        line("}")
        qubitNames = outer
        formals = []
    }

    func name(of gate: StandardGate) -> String { StandardDefinitions.name(of: gate, in: version) }

    /// A gate as it is called: its name behind its modifiers.
    func name(of gate: Gate) -> String {
        switch gate {
        case .standard(let gate): return name(of: gate)
        case .defined(let id):
            guard case .modified(let base, let modifiers) = circuit.gates[id.index].implementation else {
                return gateNames[id.index]
            }
            return modifiers.map { Lowering.text(of: $0) }.joined() + name(of: base)
        }
    }
}

extension Writing {
    /// A call of an explicit unitary, in the words of Braket's pragma; nil for any other gate.
    func unitaryPragma(_ gate: Gate, _ qubits: Operands) -> String? {
        guard case .defined(let id) = gate, case .matrix(let matrix) = circuit.gates[id.index].implementation else {
            return nil
        }
        // The pragma names the most significant qubit first.
        let names = qubits.reversed().map { qubitNames[$0.index] }.joined(separator: ", ")
        return "pragma kelvin unitary(\(BraketPragma.text(matrix))) \(names)"
    }
}

extension Circuit {
    /// Whether another gate that the program calls is made of the one at this place of the table.
    fileprivate func isCalledByGates(_ place: Int) -> Bool {
        let own = Gate.defined(GateDefinitionID(place))
        return calledGates.contains { k in
            switch gates[k].implementation {
            case .modified(let base, _): base == own
            case .body(let body): body.indices.contains { body.operation(at: $0) == .gate(own) }
            case .matrix, .opaque: false
            }
        }
    }
}
