/// The knobs of one routing run.
struct RouterTuning: Hashable, Sendable {
    /// How far distances follow errors: 0 hops, 1 errors alone.
    var noise = 0.5
    /// Interactions looked at beyond the front.
    var lookahead = 24
    /// The weight of the whole lookahead against the front.
    var lookaheadWeight: Float = 0.5
    /// How much a qubit just moved is avoided.
    var decay: Float = 0.001
    /// What merging a swap into the last interaction is worth, in hops.
    var merging: Float = 0.4
    /// Whether commuting gates are taken as they come.
    var commuting = true
}
