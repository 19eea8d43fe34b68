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
    var qubitDeclarations: [(name: String, count: Int)] = []
    private var names: NameAllocation

    var isVersion2: Bool { version == .version2 }

    init(_ circuit: Circuit, _ writer: OpenQASMWriter) throws(OpenQASMWriterError) {
        self.circuit = circuit
        version = writer.version
        names = NameAllocation(version: writer.version, standardGates: circuit.standardGates)
        let isHardware = circuit.qubitRegisters.contains { $0.name == OpenQASMWriter.hardwareRegister }
        if writer.version == .version2 && writer.qubits == .physical { throw refusal("physical qubits") }
        gateNames = circuit.gates.map { definition in
            if case .modified = definition.implementation { return "" }
            return names.take(definition.name, fallback: "gate")
        }
        if writer.version == .version3 && (writer.qubits == .physical || isHardware) {
            qubitNames = (0..<circuit.qubitCount).map { "$\($0)" }
        } else {
            nameQubits()
        }
        for register in circuit.bitRegisters {
            let name = names.take(register.name, fallback: "c")
            registerNames.append(name)
            bitNames += (0..<register.count).map { "\(name)[\($0)]" }
        }
        nameVariables()
    }

    /// Items are called by their array and their indices.
    private mutating func nameVariables() {
        for function in circuit.externals { names.reserve(function.name) }
        var arrays = circuit.arrays[...]
        while variableNames.count < circuit.variables.count || !arrays.isEmpty {
            guard let array = arrays.first, array.start == variableNames.count else {
                variableNames.append(names.take(circuit.variables[variableNames.count].name, fallback: "v"))
                continue
            }
            let name = names.take(array.name, fallback: "a")
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
        for register in registers where register.count > 0 {
            let name = names.take(register.name, fallback: "q")
            qubitDeclarations.append((name, register.count))
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
        line(isVersion2 ? "include \"qelib1.inc\";" : "include \"stdgates.inc\";")
        if isVersion2, !circuit.calibrations.isEmpty { throw refusal("a calibration") }
        if isVersion2, let function = circuit.externals.first { throw refusal("the extern '\(function.name)'") }
        if isVersion2 { try refuseInputsAndOutputs() }
        for calibration in circuit.calibrations { line(calibration) }
        for pragma in circuit.pragmas { line(isVersion2 ? "// pragma \(pragma)" : "pragma \(pragma)") }
        try definitions()
        declarations()
        if let phase = circuit.globalPhase.constant, phase == 0 {
        } else if isVersion2 {
            // No circuit of version 2 can tell one phase from another.
            line("// global phase: \(try parameter(circuit.globalPhase))")
        } else {
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

    private mutating func declarations() {
        for (name, count) in qubitDeclarations {
            line(isVersion2 ? "qreg \(name)[\(count)];" : "qubit[\(count)] \(name);")
        }
        for (k, register) in circuit.bitRegisters.enumerated() {
            let role = register.isInput ? "input " : ""
            line(
                isVersion2
                    ? "creg \(registerNames[k])[\(register.count)];"
                    : "\(role)bit[\(register.count)] \(registerNames[k]);")
        }
        // What is left of variables in a program that version 2 can say is used by nothing: expressions refuse them.
        if isVersion2 { return }
        for function in circuit.externals { line(declaration(function)) }
        let loops = circuit.body.loopVariables
        var arrays = zip(circuit.arrays, arrayNames).makeIterator()
        var next = arrays.next()
        var place = 0
        while place < circuit.variables.count || next != nil {
            if let (array, name) = next, array.start == place {
                line("\(word(circuit.role(of: array)))\(Self.type(array.element, array.dimensions)) \(name);")
                place += array.count
                next = arrays.next()
                continue
            }
            let variable = circuit.variables[place]
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

/// Names of a text: each once, none of them a word of the language or a standard gate's.
private struct NameAllocation {
    var used: Set<String>
    let version: OpenQASMWriter.Version

    init(version: OpenQASMWriter.Version, standardGates: Set<StandardGate>) {
        self.version = version
        used = Set(Keyword.allCases.map(\.text))
        used.formUnion(["pi", "tau", "euler", "π", "τ", "ℇ", "U", "CX"])
        used.formUnion(BuiltinFunction.allCases.map(\.rawValue))
        let included = version == .version2 ? StandardDefinitions.inVersion2 : StandardDefinitions.inVersion3
        used.formUnion(included.map(\.name))
        used.formUnion(standardGates.map(\.name))
        used.formUnion(OpenQASMWriter.privateNames.values)
        used.formUnion(["ln", "u0", "u1", "u2", "u3", "cu1", "cu3", "c3sqrtx", "phase", "cphase"])
    }

    /// Keeps a name for what must be called so.
    mutating func reserve(_ name: String) { used.insert(name) }

    /// The wished name with what the language does not allow replaced, and a number if it is taken.
    mutating func take(_ wish: String, fallback: String) -> String {
        var name = ""
        for scalar in wish.unicodeScalars {
            let isLetter =
                scalar.isASCII
                ? CharacterClass(UInt8(scalar.value)) != .other : version == .version3 && scalar.properties.isAlphabetic
            name.unicodeScalars.append(isLetter ? scalar : "_")
        }
        if name.isEmpty || name.allSatisfy({ $0 == "_" }) { name = fallback }
        if name.utf8.first.map({ CharacterClass($0) == .digit }) ?? false { name = fallback + "_" + name }
        if version == .version2, let first = name.utf8.first, first == UInt8(ascii: "_") || first < UInt8(ascii: "a") {
            name = fallback + "_" + name
        }
        if used.insert(name).inserted { return name }
        var number = 1
        while !used.insert("\(name)_\(number)").inserted { number += 1 }
        return "\(name)_\(number)"
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
    var calledGates: Set<Int> {
        var result: Set<Int> = []
        var open = Array(body.definedGates)
        while let place = open.popLast() {
            guard result.insert(place).inserted else { continue }
            switch gates[place].implementation {
            case .body(let block): open += block.definedGates
            case .modified(.defined(let id), _): open.append(id.index)
            default: break
            }
        }
        return result
    }
}
