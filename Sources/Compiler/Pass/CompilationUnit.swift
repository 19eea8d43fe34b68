public import Circuits

/// What passes hand on: the program on its way to the machine.
public struct CompilationUnit: Sendable {
    /// Before the layout, qubit k is program qubit k; after it, qubit k is site k of the device.
    public var circuit: Circuit
    /// Where the program's qubits are; nil until a layout pass has run.
    public var layout: Layout?
    /// Where the program's qubits start and end once swaps at the borders were turned into names: program qubit k of
    /// the source is carried at the end by `permutation[k]` of the circuit. The identity until a pass elides swaps.
    public var permutation: [Qubit]

    /// How the final routing runs: what the layout search learnt.
    public var routingPlan = RoutingPlan()

    public init(_ circuit: Circuit) {
        self.circuit = circuit
        permutation = (0..<circuit.qubitCount).map { Qubit($0) }
    }

    /// Whether qubits of `circuit` are sites.
    public var isPlaced: Bool { layout != nil }
}
