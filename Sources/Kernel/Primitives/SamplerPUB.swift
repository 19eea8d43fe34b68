public import Circuits

// The two primitives take "primitive unified blocks": a circuit with arrays of what varies, broadcast against each
// other (Qiskit RFC 0015, "V2 primitives").

/// A circuit to be sampled with each of its parameter sets.
public struct SamplerPUB: Sendable {
    public var circuit: Circuit
    public var parameters: ParameterTable
    /// Shots for each parameter set; nil for the job's.
    public var shots: Int?

    public init(_ circuit: Circuit, parameters: ParameterTable = ParameterTable(), shots: Int? = nil) {
        self.circuit = circuit
        self.parameters = parameters
        self.shots = shots
    }
}

/// A circuit after which observables are estimated; observables and parameter sets broadcast against each other.
public struct EstimatorPUB: Sendable {
    public var circuit: Circuit
    public var observables: [Observable]
    public var observableShape: Shape
    public var parameters: ParameterTable
    /// Shots for each measured basis; nil for the job's.
    public var shots: Int?

    /// - Precondition: `observables.count == observableShape.count`.
    public init(
        _ circuit: Circuit, observables: [Observable], observableShape: Shape? = nil,
        parameters: ParameterTable = ParameterTable(), shots: Int? = nil
    ) {
        let shape = observableShape ?? (observables.count == 1 ? .scalar : Shape([observables.count]))
        precondition(observables.count == shape.count, "\(observables.count) observables for shape \(shape.dimensions)")
        self.circuit = circuit
        self.observables = observables
        self.observableShape = shape
        self.parameters = parameters
        self.shots = shots
    }
}
