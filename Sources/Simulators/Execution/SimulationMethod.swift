/// By which method a result came about; part of every result, so that no approximation hides.
public struct SimulationMethod: Hashable, Sendable, CustomStringConvertible {
    public enum Engine: String, Hashable, Sendable, CaseIterable {
        case stateVector = "state-vector"
        case densityMatrix = "density-matrix"
        case trajectories
        case stabilizer
    }

    public var engine: Engine
    /// Qubits that the program touches.
    public var activeQubits: Int
    /// Sizes of the parts that were simulated apart, largest first.
    public var components: [Int]
    /// Noise realisations that were drawn, where shots share them; nil where each shot has its own or there is none.
    public var realisations: Int?
    /// Whether noise was replaced by its Pauli twirl.
    public var isTwirled: Bool
    /// Whether parts simulated apart are coupled: a ZZ coupling between them acts as Z flips on both in the same shots.
    public var isCoupled: Bool
    /// Whether the distribution of the outcomes is exact up to rounding and sampling.
    public var isExact: Bool { !isTwirled && !isCoupled && realisations == nil }

    public init(
        engine: Engine, activeQubits: Int, components: [Int], realisations: Int? = nil, isTwirled: Bool = false,
        isCoupled: Bool = false
    ) {
        self.engine = engine
        self.activeQubits = activeQubits
        self.components = components
        self.realisations = realisations
        self.isTwirled = isTwirled
        self.isCoupled = isCoupled
    }

    public var description: String {
        var text: String
        switch engine {
        case .stateVector: text = "state vector"
        case .densityMatrix: text = "density matrix"
        case .trajectories: text = "quantum trajectories"
        case .stabilizer: text = "stabilizer tableau"
        }
        text += " of \(activeQubits) qubit\(activeQubits == 1 ? "" : "s")"
        if components.count > 1 {
            text +=
                " in \(components.count) \(isCoupled ? "stochastically coupled" : "independent") parts "
                + "(largest \(components.max() ?? 0))"
        }
        if isTwirled { text += ", noise replaced by its Pauli twirl" }
        if let realisations { text += ", \(realisations) noise realisations, each sampled several times" }
        return text
    }
}
