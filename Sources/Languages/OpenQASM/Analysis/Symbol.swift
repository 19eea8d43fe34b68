import Circuits

/// What a name stands for. Parts that need storage of their own lie in the tables of `Lowering`.
struct Symbol: BitwiseCopyable {
    enum Kind: UInt8 {
        /// a: the qubit.
        case qubit
        /// a: first qubit; b: count.
        case qubits
        /// a: place in `aliases`. b: 1 for a single qubit or bit.
        case qubitAlias, bitAlias
        /// a: the bit; b: register.
        case bit
        /// a: first bit; b: count; c: register.
        case bits
        /// a: variable.
        case variable
        /// a: place in `constants`.
        case constant
        /// a: place in `views`.
        case array
        /// a, b: variables of the parts.
        case complex
        /// a, b: places in `constants`.
        case complexConstant
        /// a: place in `gates`.
        case gate
        /// a: node of the definition.
        case subroutine, external
        /// a: position.
        case formalParameter, formalQubit
        /// Its declaration was reported; uses of it say nothing more.
        case broken
    }

    var kind: Kind
    var a: Int32
    var b: Int32 = 0
    var c: Int32 = 0
    /// Where it was declared; −1 when it is built in.
    var start: Int32 = -1
    var end: Int32 = -1
    /// The name.
    var name: Int32 = 0
    /// How many scopes were open where it was declared.
    var depth: Int32 = 0
    /// Whether the program may not assign to it.
    var isReadOnly = false
    /// Built in and free to be declared anew by the program.
    var isReplaceable = false

    var description: String {
        switch kind {
        case .qubit, .formalQubit: "a qubit"
        case .qubits, .qubitAlias: "a register of qubits"
        case .bit: "a bit"
        case .bits, .bitAlias: "a register of bits"
        case .variable: "a variable"
        case .array: "an array"
        case .complex: "a complex number"
        case .constant, .complexConstant: "a constant"
        case .gate: "a gate"
        case .subroutine: "a subroutine"
        case .external: "an external function"
        case .formalParameter: "a parameter of the gate"
        case .broken: "a name"
        }
    }
}

/// What calling a gate by its name means.
struct GateEntry {
    /// How the call's parameters become those of `gate`.
    enum Rule: UInt8 {
        case plain
        /// `U` of OpenQASM 3: a phase of θ/2 more than `u`.
        case halfTheta
        /// `u2` and `u3` of `stdgates.inc`: a phase of −(φ+λ)/2 more than those of `qelib1.inc`.
        case minusHalfPhiLambda
        /// `u0(γ)`: an idle gate; γ is a length of time in cycles that no one defines any more.
        case idle
        /// `cu3(θ, φ, λ)` is `cu(θ, φ, λ, 0)`.
        case controlledU3
        /// The dialect defines it; the definition is taken over at the first call.
        case byDefinition
    }

    var gate: Gate
    var qubitCount: Int
    var parameterCount: Int
    var rule = Rule.plain

    init(_ gate: StandardGate, rule: Rule = .plain) {
        self.gate = .standard(gate)
        qubitCount = gate.qubitCount
        parameterCount =
            switch rule {
            case .idle: 1
            case .controlledU3: 3
            default: gate.parameterCount
            }
        self.rule = rule
    }

    /// A gate of a dialect before anybody calls it.
    init(of definition: GateDefinition) {
        gate = .standard(.id)
        qubitCount = definition.qubitCount
        parameterCount = definition.parameterCount
        rule = .byDefinition
    }

    init(defined id: Gate, _ definition: GateDefinition) {
        gate = id
        qubitCount = definition.qubitCount
        parameterCount = definition.parameterCount
    }
}

/// What interrupts the lowering of a statement; the diagnostic is recorded already.
struct SemanticFailure: Error {}
