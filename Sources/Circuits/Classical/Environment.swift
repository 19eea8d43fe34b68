/// What an expression is evaluated against: the classical state of one run of a program.
public struct Environment: Hashable, Sendable {
    /// All classical bits of the program, across its registers.
    public var bits: BitString
    /// By `VariableID`; each value keeps the type of its variable.
    public var variables: [ClassicalValue]
    /// The parameters of the gate definition being expanded, by position; radians or plain numbers.
    public var formals: [Double]
    /// By `RegisterID`: where each register lies in `bits`.
    public var registers: [BitRegister]
    /// By `ArrayID`: where the items of each array lie in `variables`.
    public var arrays: [VariableArray] = []
    /// By `ExternalID`.
    public var externals: [ExternalFunction] = []

    public init(
        bits: BitString = BitString(zeros: 0), variables: [ClassicalValue] = [], formals: [Double] = [],
        registers: [BitRegister] = []
    ) {
        self.bits = bits
        self.variables = variables
        self.formals = formals
        self.registers = registers
    }

    /// The state in which a program starts: all bits and variables zero.
    public init(of circuit: Circuit) {
        self.init(
            bits: BitString(zeros: circuit.bitCount),
            variables: circuit.variables.map { ClassicalValue(zeroOf: $0.type) }, registers: circuit.bitRegisters)
        arrays = circuit.arrays
        externals = circuit.externals
    }

    /// The bits of one register.
    public subscript(register: RegisterID) -> BitString {
        get {
            let place = registers[register.index]
            return bits[place.start..<place.start + place.count]
        }
        set {
            let place = registers[register.index]
            precondition(newValue.count == place.count, "a register of \(place.count) bits")
            for k in 0..<place.count { bits[place.start + k] = newValue[k] }
        }
    }
}

extension Environment {
    /// Carries out an assignment: evaluates the value and converts it to the type of the target.
    ///
    /// - Throws: `EvaluationError` when the value has none, or an index lies outside its register.
    public mutating func apply(_ assignment: Assignment) throws(EvaluationError) {
        let value = try assignment.value.evaluate(in: self)
        switch assignment.target {
        case .variable(let id): variables[id.index] = try value.converted(to: variables[id.index].type)
        case .register(let id):
            guard case .bits(let new) = try value.converted(to: .bits(registers[id.index].count)) else {
                preconditionFailure("a conversion to bits gives bits")
            }
            self[id] = new
        case .bit(let bit): bits[bit.index] = try value.truth
        case .element(let id, let index):
            let place = registers[id.index]
            let offset = try index.evaluate(in: self).index(below: place.count, of: place.name)
            bits[place.start + offset] = try value.truth
        case .item(let id, let indices):
            let variable = try arrays[id.index].variable(at: indices, in: self)
            variables[variable] = try value.converted(to: variables[variable].type)
        case .discard: break
        }
    }
}
