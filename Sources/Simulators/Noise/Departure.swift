public import Circuits

/// A chance that something happens to a shot that no channel on qubits can say: a qubit leaves its two levels, its carrier
/// is lost, or a gate fails and is known to have failed.
///
/// Followed shot by shot as a classical fact. Gates and channels do nothing to what is not there; how it is read is a
/// matter of the readout (`Detection`).
public struct Departure: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Out of the two levels, until a reset.
        case leakage
        /// The carrier is gone for the rest of the shot.
        case loss
        /// The shot is worthless, and known to be: it ends here.
        case failure
    }

    public var kind: Kind
    public var qubit: Qubit
    public var probability: Double

    /// - Precondition: `probability` in 0...1.
    public init(_ kind: Kind, of qubit: Qubit, probability: Double) {
        precondition(probability >= 0 && probability <= 1, "a probability of \(probability)")
        self.kind = kind
        self.qubit = qubit
        self.probability = probability
    }
}

/// How a readout sees carriers that are not there, and what photon detectors do.
public struct Detection: Hashable, Sendable {
    /// P(read 1 | leaked).
    public var leakedReadsOne: Double
    /// P(read 1 | lost), where the loss goes unnoticed.
    public var lostReadsOne: Double
    /// Whether two detectors watch the two states, so that no click, or one too many, makes the shot worthless.
    public var isHeralded: Bool
    /// P(a carrier that is there is seen); one that is not seen counts as lost.
    public var efficiency: Double
    /// P(a detector clicks without cause).
    public var darkCounts: Double

    public init(
        leakedReadsOne: Double = 1, lostReadsOne: Double = 1, isHeralded: Bool = false, efficiency: Double = 1,
        darkCounts: Double = 0
    ) {
        self.leakedReadsOne = leakedReadsOne
        self.lostReadsOne = lostReadsOne
        self.isHeralded = isHeralded
        self.efficiency = efficiency
        self.darkCounts = darkCounts
    }

    /// What the detectors say.
    enum Answer: Equatable {
        /// The state's own outcome.
        case state
        case bit(Bool)
        /// Not exactly one click.
        case nothing
    }

    /// - Parameter uniform: numbers in [0, 1) by use.
    func answer(_ presence: Presence, _ uniform: (_ use: UInt64) -> Double) -> Answer {
        if presence == .leaked { return .bit(uniform(0) < leakedReadsOne) }
        let isSeen = presence == .present && (efficiency >= 1 || uniform(1) < efficiency)
        if isSeen { return isHeralded && darkCounts > 0 && uniform(2) < darkCounts ? .nothing : .state }
        guard isHeralded else { return .bit(uniform(0) < lostReadsOne) }
        // One dark click alone passes for a photon in either state.
        let one = 2 * darkCounts * (1 - darkCounts)
        guard one > 0, uniform(2) < one else { return .nothing }
        return .bit(uniform(0) < 0.5)
    }
}

/// Whether a qubit is still one.
enum Presence: UInt8, Hashable, Sendable {
    case present, leaked, lost
}
