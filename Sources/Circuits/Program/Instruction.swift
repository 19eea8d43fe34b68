/// What an instruction does.
public enum Operation: Hashable, Sendable, BitwiseCopyable {
    case gate(Gate)
    /// A projective measurement of one qubit in the computational basis; `nil` discards the outcome.
    case measure(into: ClassicalBit?)
    case reset
    /// No instruction moves across it on its qubits.
    case barrier
    /// Idle for parameter 0, in the unit.
    case delay(DelayUnit)
    /// The classical assignment at this place of the block's `assignments`.
    case assign(Int)
    /// The structured statement at this place of the block's `controlFlow`. Its operands are the qubits it touches.
    case controlFlow(Int)
    case `break`
    case `continue`
    /// Ends the program.
    case end
}

public enum DelayUnit: UInt8, Hashable, Sendable, BitwiseCopyable {
    case seconds
    /// The device's sampling interval.
    case dt
}

/// One instruction in transit: decoded from a block's columns, or on its way into them.
public struct Instruction: Hashable, Sendable {
    public var operation: Operation
    public var qubits: Operands
    public var parameters: Parameters
    public var location: SourceLocation

    @inlinable
    public init(
        _ operation: Operation, _ qubits: Operands = [], _ parameters: Parameters = [],
        location: SourceLocation = .none
    ) {
        self.operation = operation
        self.qubits = qubits
        self.parameters = parameters
        self.location = location
    }

    /// A standard gate.
    @inlinable
    public init(
        _ gate: StandardGate, _ qubits: Operands, _ parameters: Parameters = [], location: SourceLocation = .none
    ) {
        self.init(.gate(.standard(gate)), qubits, parameters, location: location)
    }

    public var standardGate: StandardGate? {
        if case .gate(.standard(let gate)) = operation { gate } else { nil }
    }
}
