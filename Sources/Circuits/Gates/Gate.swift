/// A gate by reference: a standard gate, or an entry of the circuit's table of definitions.
public enum Gate: Hashable, Sendable, BitwiseCopyable {
    case standard(StandardGate)
    case defined(GateDefinitionID)

    public var standard: StandardGate? {
        if case .standard(let gate) = self { gate } else { nil }
    }
}

/// A place in `Circuit.gates`.
public struct GateDefinitionID: Hashable, Sendable, BitwiseCopyable {
    public let index: Int
    @inlinable public init(_ index: Int) { self.index = index }
}

/// A gate that a program brings with it: a body of other gates, an explicit unitary, or a modified gate.
public struct GateDefinition: Hashable, Sendable {
    public enum Implementation: Hashable, Sendable {
        /// Gates on the formal qubits 0..<qubitCount; symbolic parameters refer to formals (`Expression.formal`).
        /// Only gates, `gphase` and barriers may stand in a body, and only definitions that precede this one.
        case body(Block)
        /// An explicit unitary on the operands, operand 0 least significant.
        case matrix(Matrix)
        /// `modifiers` applied to `base`, the last one first (as written: `inv @ ctrl @ g` is `[.inverse, .control]`).
        /// The parameters are those of `base`; control operands come first, those of the outermost modifier foremost.
        case modified(base: Gate, modifiers: [GateModifier])
        /// Declared without a body (`opaque` of OpenQASM 2): it can be carried, not executed.
        case opaque
    }

    public var name: String
    public var qubitCount: Int
    public var parameterNames: [String]
    public var implementation: Implementation

    public init(name: String, qubitCount: Int, parameterNames: [String] = [], implementation: Implementation) {
        self.name = name
        self.qubitCount = qubitCount
        self.parameterNames = parameterNames
        self.implementation = implementation
    }

    public var parameterCount: Int { parameterNames.count }
}

/// What OpenQASM writes before an `@`.
public enum GateModifier: Hashable, Sendable {
    /// `ctrl(n) @` and `negctrl(n) @`: the value each control must hold, in operand order.
    case control([Bool])
    case inverse
    /// `pow(k) @`, the principal power for a real k.
    case power(Double)
}
