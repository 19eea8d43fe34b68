import Circuits

/// A representation of a quantum state that the interpreter drives.
///
/// A reference type with explicit copies: the interpreter copies a state exactly when the outcomes of shots part.
protocol Engine: AnyObject, SendableMetatype {
    /// A run of gates and channels, made ready once and applied often.
    associatedtype Segment: Sendable

    static func prepare(_ steps: [Program.QuantumStep], qubitCount: Int) throws(SimulationError) -> Segment

    func copy() -> Self

    /// What a copy of the state takes.
    var byteCount: Int { get }

    /// Applies the items from `start` on, up to the end or up to the channel at which the probability that nothing has
    /// happened falls to `threshold` or below.
    ///
    /// - Parameter survival: that probability, above the threshold; brought up to the item that is returned, or the end.
    /// - Returns: the channel at which something happens, not applied yet; nil at the end.
    func apply(_ segment: Segment, from start: Int, survival: inout Double, threshold: Double) -> Int?

    /// Applies one of the other parts of a channel, chosen by `uniform` in [0, 1) and, where the event itself has an
    /// outcome, by `second`.
    func applyEvent(_ segment: Segment, at item: Int, uniform: Double, second: Double)

    func probabilityOfOne(_ qubit: Int) -> Double
    /// Projects and normalises.
    func collapse(_ qubit: Int, to value: Bool, probability: Double)

    /// Outcomes of measuring all `qubits` at once, for each number in [0, 1); bit k of word j for qubit k + 64j of the
    /// list. Leaves the state alone.
    func sample(_ qubits: [Int], _ uniforms: [Double]) -> [[UInt64]]
    /// Projects the qubits onto the outcome.
    func collapse(_ qubits: [Int], to outcome: [UInt64])

    /// Whether resets are exact without drawing an outcome.
    static var resetsExactly: Bool { get }
    func resetExactly(_ qubit: Int)
    /// Exchanges |0⟩ and |1⟩.
    func flip(_ qubit: Int)
}

extension Engine {
    /// Applies a segment without channels.
    func apply(_ segment: Segment) {
        var survival = 1.0
        let event = apply(segment, from: 0, survival: &survival, threshold: -1)
        assert(event == nil, "an event without a channel")
    }
}
