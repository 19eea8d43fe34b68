/// A quantum program: what every room above hands on.
///
/// The tables (registers, variables, expressions, gates) belong to the circuit; `body` and the blocks nested in it refer
/// to them. A circuit is a value; passes build a new body and keep the tables.
public struct Circuit: Sendable, Hashable {
    public var name: String
    public private(set) var qubitCount: Int
    public private(set) var bitCount: Int
    /// In declaration order; they need not cover all qubits.
    public private(set) var qubitRegisters: [QubitRegister]
    /// In declaration order, covering all bits.
    public private(set) var bitRegisters: [BitRegister]
    public private(set) var variables: [Variable]
    /// Arrays, each a run of `variables`, in declaration order.
    public private(set) var arrays: [VariableArray] = []
    /// Functions that the program declares and another machine would have to provide.
    public var externals: [ExternalFunction] = []
    /// Pulse-level text, kept as it was written for machines that read it, in order.
    public var calibrations: [String] = []
    public private(set) var expressions: [Expression]
    public private(set) var gates: [GateDefinition]
    /// The program is multiplied by e^{i·globalPhase}; radians.
    public var globalPhase: Parameter
    /// Annotations of what the tables declare; those of instructions lie in the blocks.
    public var declarationAnnotations: [DeclarationAnnotation] = []
    /// Lines for particular readers (`pragma …`), kept in order.
    public var pragmas: [String]
    /// What the program wants to be told besides its bits, in order.
    public var requests: [ResultRequest]
    public var body: Block

    public init(name: String = "circuit", qubitCount: Int = 0, bitCount: Int = 0) {
        self.name = name
        self.qubitCount = 0
        self.bitCount = 0
        qubitRegisters = []
        bitRegisters = []
        variables = []
        expressions = []
        gates = []
        globalPhase = 0
        pragmas = []
        requests = []
        body = Block()
        if qubitCount > 0 { addQubitRegister("q", count: qubitCount) }
        if bitCount > 0 { addBitRegister("c", count: bitCount) }
    }
}

extension Circuit {
    @discardableResult
    public mutating func addQubitRegister(_ name: String, count: Int) -> QubitRegister {
        let register = QubitRegister(name: name, start: qubitCount, count: count)
        qubitRegisters.append(register)
        qubitCount += count
        return register
    }

    @discardableResult
    public mutating func addBitRegister(
        _ name: String, count: Int, isInput: Bool = false, isTemporary: Bool = false
    ) -> RegisterID {
        bitRegisters.append(
            BitRegister(name: name, start: bitCount, count: count, isInput: isInput, isTemporary: isTemporary))
        bitCount += count
        return RegisterID(bitRegisters.count - 1)
    }

    @discardableResult
    public mutating func addVariable(_ variable: Variable) -> VariableID {
        variables.append(variable)
        return VariableID(variables.count - 1)
    }

    /// Adds an array with a variable for each of its items, the last index running fastest.
    @discardableResult
    public mutating func addArray(
        _ name: String, of element: ClassicalType, dimensions: [Int], role: Variable.Role = .local
    ) -> ArrayID {
        let array = VariableArray(name: name, start: variables.count, element: element, dimensions: dimensions)
        for place in 0..<array.count {
            variables.append(
                Variable(
                    name: "\(name)[\(array.indices(of: place).map(String.init).joined(separator: ", "))]",
                    type: element, role: role))
        }
        arrays.append(array)
        return ArrayID(arrays.count - 1)
    }

    /// The role that an array's items share.
    public func role(of array: VariableArray) -> Variable.Role {
        array.count > 0 ? variables[array.start].role : .local
    }

    @discardableResult
    public mutating func addGate(_ definition: GateDefinition) -> Gate {
        gates.append(definition)
        return .defined(GateDefinitionID(gates.count - 1))
    }

    /// A parameter with this value: a number where the expression is a literal.
    public mutating func addParameter(_ expression: Expression) -> Parameter {
        if let value = expression.literal { return Parameter(value.real) }
        expressions.append(expression)
        return Parameter(ExpressionID(expressions.count - 1))
    }

    mutating func setRole(_ role: Variable.Role, of id: VariableID) { variables[id.index].role = role }

    /// Replaces each expression of the table by `transform` of it.
    mutating func mapExpressions(_ transform: (Expression) -> Expression) { expressions = expressions.map(transform) }

    /// The definition behind a gate, or nil for a standard gate.
    public func definition(of gate: Gate) -> GateDefinition? {
        if case .defined(let id) = gate { gates[id.index] } else { nil }
    }

    public func qubitCount(of gate: Gate) -> Int {
        switch gate {
        case .standard(let gate): gate.qubitCount
        case .defined(let id): gates[id.index].qubitCount
        }
    }

    public func parameterCount(of gate: Gate) -> Int {
        switch gate {
        case .standard(let gate): gate.parameterCount
        case .defined(let id): gates[id.index].parameterCount
        }
    }

    public func name(of gate: Gate) -> String {
        switch gate {
        case .standard(let gate): gate.name
        case .defined(let id): gates[id.index].name
        }
    }

    /// The parameter as an expression.
    public func expression(of parameter: Parameter) -> Expression {
        if let id = parameter.expression { return expressions[id.index] }
        return .float(parameter.constant ?? 0)
    }

    /// The circuit with the same tables, other registers of qubits and another body: what a layout produces.
    public func replacing(body: Block, qubitRegisters: [QubitRegister]) -> Circuit {
        var result = self
        result.body = body
        result.qubitRegisters = qubitRegisters
        if qubitRegisters != self.qubitRegisters {
            result.declarationAnnotations.removeAll { if case .qubits = $0.declaration { true } else { false } }
        }
        result.qubitCount = qubitRegisters.reduce(0) { max($0, $1.start + $1.count) }
        return result
    }
}

// Building by hand, at the end of the body.
extension Circuit {
    public mutating func append(_ gate: StandardGate, _ qubits: [Int], _ parameters: [Double] = []) {
        body.append(gate, Operands(qubits.map { Qubit($0) }), Parameters(parameters.map { Parameter($0) }))
    }

    public mutating func append(_ gate: Gate, _ qubits: [Int], _ parameters: [Parameter] = []) {
        body.append(Instruction(.gate(gate), Operands(qubits.map { Qubit($0) }), Parameters(parameters)))
    }

    public mutating func measure(_ qubit: Int, into bit: Int) {
        body.append(Instruction(.measure(into: ClassicalBit(bit)), [Qubit(qubit)]))
    }

    /// Measures qubit k into bit k, for all qubits.
    public mutating func measureAll() {
        if bitCount < qubitCount { addBitRegister(bitCount == 0 ? "c" : "meas", count: qubitCount - bitCount) }
        for k in 0..<qubitCount { measure(k, into: k) }
    }

    public mutating func reset(_ qubit: Int) { body.append(Instruction(.reset, [Qubit(qubit)])) }

    public mutating func barrier(_ qubits: [Int]) {
        body.append(Instruction(.barrier, Operands(qubits.map { Qubit($0) })))
    }
}
