import Circuits

/// One circuit on its way into text.
struct Writing {
    let circuit: Circuit
    let version: OpenQASMWriter.Version
    var text = ""
    var indentation = ""
    /// The operands' names by qubit.
    var qubitNames: [String] = []
    var bitNames: [String] = []
    var registerNames: [String] = []
    var variableNames: [String] = []
    var arrayNames: [String] = []
    var gateNames: [String] = []
    /// Parameter names inside a gate definition.
    var formals: [String] = []
    /// Declarations of qubits, none for physical ones.
    var qubitDeclarations: [(name: String, count: Int, place: Int?)] = []
    /// Names of the circuit that the text spells differently, by what they are written as.
    var spelled: [String: String] = [:]
    /// Whether the version's include file is read; if not, every standard gate that is used is defined.
    let includesGates: Bool
    private var names: NameAllocation

    var isVersion2: Bool { version == .version2 }

    init(_ circuit: Circuit, _ writer: OpenQASMWriter) throws(OpenQASMWriterError) {
        self.circuit = circuit
        version = writer.version
        let ownNames = circuit.ownNames(in: writer.version)
        includesGates = StandardDefinitions.included(in: writer.version).isDisjoint(with: ownNames)
        names = NameAllocation(
            version: writer.version,
            gates: StandardDefinitions.names(
                of: circuit.standardGates, in: writer.version, includesGates: includesGates))
        let isHardware = circuit.qubitRegisters.contains { $0.name == OpenQASMWriter.hardwareRegister }
        if writer.version == .version2 && writer.qubits == .physical { throw refusal("physical qubits") }
        gateNames = circuit.gates.map { definition in
            if case .modified = definition.implementation { return "" }
            return names.take(definition.name, fallback: "gate", &spelled)
        }
        if writer.version == .version3 && (writer.qubits == .physical || isHardware) {
            qubitNames = (0..<circuit.qubitCount).map { "$\($0)" }
        } else {
            nameQubits()
        }
        for register in circuit.bitRegisters {
            let name = names.take(register.name, fallback: "c", &spelled)
            registerNames.append(name)
            bitNames += (0..<register.count).map { "\(name)[\($0)]" }
        }
        nameVariables()
    }

    /// Items are called by their array and their indices.
    private mutating func nameVariables() {
        if isVersion2 {
            // They appear in refusals alone.
            variableNames = circuit.variables.map(\.name)
            arrayNames = circuit.arrays.map(\.name)
            return
        }
        for function in circuit.externals { names.reserve(function.name) }
        var arrays = circuit.arrays[...]
        while variableNames.count < circuit.variables.count || !arrays.isEmpty {
            guard let array = arrays.first, array.start == variableNames.count else {
                variableNames.append(
                    names.take(circuit.variables[variableNames.count].name, fallback: "v", &spelled))
                continue
            }
            let name = names.take(array.name, fallback: "a", &spelled)
            arrayNames.append(name)
            for place in 0..<array.count {
                variableNames.append("\(name)[\(array.indices(of: place).map(String.init).joined(separator: ", "))]")
            }
            arrays = arrays.dropFirst()
        }
    }

    /// Registers in their order if they cover the qubits one after the other, else one register of all. Sites of a machine
    /// become one register that ends with the last one used: an ideal machine has more of them than a reader can hold.
    private mutating func nameQubits() {
        let reach =
            circuit.namesPhysicalQubits
            ? (circuit.body.usedQubits.max().map { $0.index + 1 } ?? 1) : circuit.qubitCount
        var next = 0
        for register in circuit.qubitRegisters {
            if register.start != next { break }
            next += register.count
        }
        let registers =
            next == circuit.qubitCount && circuit.qubitRegisters.allSatisfy { $0.count > 0 && $0.name != "$" }
            ? circuit.qubitRegisters : [QubitRegister(name: "q", start: 0, count: reach)]
        let isAsDeclared = registers == circuit.qubitRegisters
        for (place, register) in registers.enumerated() where register.count > 0 {
            let name = names.take(register.name, fallback: "q", &spelled)
            qubitDeclarations.append((name, register.count, isAsDeclared ? place : nil))
            qubitNames += (0..<register.count).map { "\(name)[\($0)]" }
        }
    }

    func refusal(_ construct: String, at location: SourceLocation = .none) -> OpenQASMWriterError {
        OpenQASMWriterError(construct: construct, version: version, location: location)
    }

    mutating func line(_ content: String) {
        text += indentation
        text += content
        text += "\n"
    }

    mutating func indented<E: Error>(_ body: (inout Writing) throws(E) -> Void) throws(E) {
        let outer = indentation
        indentation += "  "
        try body(&self)
        indentation = outer
    }

    mutating func program() throws(OpenQASMWriterError) -> String {
        line(isVersion2 ? "OPENQASM 2.0;" : "OPENQASM 3.0;")
        if includesGates { line("include \"\(version.include)\";") }
        if isVersion2, !circuit.calibrations.isEmpty { throw refusal("a calibration") }
        if isVersion2, let function = circuit.externals.first { throw refusal("the extern '\(function.name)'") }
        if isVersion2 { try refuseNames() }
        if isVersion2 { try refuseInputsAndOutputs() }
        for calibration in circuit.calibrations { line(calibration) }
        if isVersion2, let pragma = circuit.pragmas.first { throw refusal("the pragma '\(pragma)'") }
        for pragma in circuit.pragmas { line("pragma \(pragma)") }
        try definitions()
        try declarations()
        if circuit.globalPhase.constant != 0 {
            if isVersion2 { throw refusal("a global phase") }
            line("gphase(\(try parameter(circuit.globalPhase)));")
        }
        try block(circuit.body)
        for request in circuit.requests { line(try pragma(request)) }
        return text
    }

    /// Version 2 has no values from outside; its registers alone go out.
    private func refuseInputsAndOutputs() throws(OpenQASMWriterError) {
        for (place, variable) in circuit.variables.enumerated() where variable.role != .local {
            throw refusal("the \(variable.role) '\(variableNames[place])'")
        }
        for (place, register) in circuit.bitRegisters.enumerated() where register.isInput {
            throw refusal("the input '\(registerNames[place])'")
        }
    }

    private mutating func declarations() throws(OpenQASMWriterError) {
        for (name, count, place) in qubitDeclarations {
            if let place { try annotations(of: .qubits(place)) }
            spelling(of: name)
            line(isVersion2 ? "qreg \(name)[\(count)];" : "qubit[\(count)] \(name);")
        }
        for (k, register) in circuit.bitRegisters.enumerated() {
            let role = register.isInput ? "input " : ""
            try annotations(of: .bits(k))
            spelling(of: registerNames[k])
            line(
                isVersion2
                    ? "creg \(registerNames[k])[\(register.count)];"
                    : "\(role)bit[\(register.count)] \(registerNames[k]);")
        }
        // What is left of variables in a program that version 2 can say is used by nothing: expressions refuse them.
        if isVersion2 { return }
        for (k, function) in circuit.externals.enumerated() {
            try annotations(of: .external(k))
            line(declaration(function))
        }
        let loops = circuit.body.loopVariables
        var arrays = zip(circuit.arrays.indices, arrayNames).makeIterator()
        var next = arrays.next()
        var place = 0
        while place < circuit.variables.count || next != nil {
            if let (k, name) = next, circuit.arrays[k].start == place {
                let array = circuit.arrays[k]
                try annotations(of: .array(k))
                spelling(of: name)
                line("\(word(circuit.role(of: array)))\(Self.type(array.element, array.dimensions)) \(name);")
                place += array.count
                next = arrays.next()
                continue
            }
            let variable = circuit.variables[place]
            if !loops.contains(place) {
                try annotations(of: .variable(place))
                spelling(of: variableNames[place])
            }
            if variable.role == .stretch {
                line("stretch \(variableNames[place]);")
            } else if !loops.contains(place) {
                line("\(word(variable.role))\(variable.type) \(variableNames[place]);")
            }
            place += 1
        }
    }

    private func word(_ role: Variable.Role) -> String {
        switch role {
        case .local, .stretch: ""
        case .input: "input "
        case .output: "output "
        }
    }

    private static func type(_ element: ClassicalType, _ dimensions: [Int]) -> String {
        "array[\(element), \(dimensions.map(String.init).joined(separator: ", "))]"
    }

    private func declaration(_ function: ExternalFunction) -> String {
        let parameters = function.parameters.map {
            switch $0 {
            case .value(let type): "\(type)"
            case .array(let element, let dimensions, let isMutable):
                "\(isMutable ? "mutable" : "readonly") \(Self.type(element, dimensions))"
            }
        }
        let result = function.result.map { " -> \($0)" } ?? ""
        return "extern \(function.name)(\(parameters.joined(separator: ", ")))\(result);"
    }
}

extension Block {
    /// Places of variables that a loop declares.
    var loopVariables: Set<Int> {
        var result: Set<Int> = []
        for statement in controlFlow {
            if case .for(let variable, _, _) = statement { result.insert(variable.index) }
            for block in statement.blocks { result.formUnion(block.loopVariables) }
        }
        return result
    }

    /// Standard gates that the block and those inside call.
    var standardGates: Set<StandardGate> {
        var result: Set<StandardGate> = []
        for position in indices {
            if case .gate(.standard(let gate)) = operation(at: position) { result.insert(gate) }
        }
        for statement in controlFlow { for block in statement.blocks { result.formUnion(block.standardGates) } }
        return result
    }
}

extension Block {
    /// Places of the definitions that the block and those inside call.
    fileprivate var definedGates: Set<Int> {
        var result: Set<Int> = []
        for position in indices {
            if case .gate(.defined(let id)) = operation(at: position) { result.insert(id.index) }
        }
        for statement in controlFlow { for block in statement.blocks { result.formUnion(block.definedGates) } }
        return result
    }
}

extension Circuit {
    /// Whether a kept calibration defines a gate of this name.
    func calibrates(_ gate: String) -> Bool {
        calibrations.contains { text in
            guard text.hasPrefix("defcal") else { return false }
            let rest = text.dropFirst("defcal".count).drop { $0.isWhitespace }
            let end = rest.dropFirst(gate.count).utf8.first
            return rest.hasPrefix(gate) && end.map { CharacterClass($0) == .other } ?? true
        }
    }

    /// Standard gates that the program and its definitions use.
    var standardGates: Set<StandardGate> { standardGates(in: Set(gates.indices)) }

    /// Standard gates that the program and those of its definitions use.
    func standardGates(in definitions: Set<Int>) -> Set<StandardGate> {
        var result = body.standardGates
        for (k, definition) in gates.enumerated() where definitions.contains(k) {
            switch definition.implementation {
            case .body(let block): result.formUnion(block.standardGates)
            case .modified(.standard(let gate), _): result.insert(gate)
            default: break
            }
        }
        return result
    }

    /// Places of the definitions that the program calls, directly or through others.
    var calledGates: Set<Int> { gates(under: Array(body.definedGates)) }

    /// Places of definitions that are made of explicit unitaries: the body of a gate has no words for them.
    var gatesOfMatrices: Set<Int> {
        Set(
            gates.indices.filter { place in
                gates(under: parts(of: place)).contains {
                    if case .matrix = gates[$0].implementation { true } else { false }
                }
            })
    }

    /// These definitions, and those that they are made of.
    private func gates(under places: [Int]) -> Set<Int> {
        var result: Set<Int> = [], open = places
        while let place = open.popLast() {
            if result.insert(place).inserted { open += parts(of: place) }
        }
        return result
    }

    private func parts(of place: Int) -> [Int] {
        switch gates[place].implementation {
        case .body(let block): Array(block.definedGates)
        case .modified(.defined(let id), _): [id.index]
        default: []
        }
    }
}
