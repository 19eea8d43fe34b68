import Synchronization

/// Stretches of a program's segments that were made ready for some absence of carriers, kept for the runs that come by later.
///
/// What is kept is a function of its key: whether it was found or made changes no outcome.
final class PreparedStretches<Segment: Sendable>: Sendable {
    struct Key: Hashable, Sendable {
        /// Among the program's segments.
        var segment: Int
        /// The first step.
        var start: Int
        var presence: [Presence]
    }

    /// More would be rare absences, each met once.
    private static var limit: Int { 4096 }

    private let stretches = Mutex<[Key: Segment]>([:])

    func stretch(_ key: Key, _ make: () -> Segment) -> Segment {
        if let found = stretches.withLock({ $0[key] }) { return found }
        let made = make()
        stretches.withLock { if $0.count < Self.limit { $0[key] = made } }
        return made
    }
}
