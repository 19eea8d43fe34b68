import Synchronization

/// Stops asking a server that has failed several times in a row, and lets one request through now and then to see whether
/// it is back.
final class CircuitBreaker: Sendable {
    private struct State {
        var failures = 0
        var openedAt: ContinuousClock.Instant?
        var isProbing = false
        var reason = ""
    }

    private let state = Mutex(State())
    /// Failures in a row that open the circuit.
    let threshold: Int
    /// How long it stays open before a request is let through.
    let rest: Duration

    init(threshold: Int = 5, rest: Duration = .seconds(30)) {
        self.threshold = threshold
        self.rest = rest
    }

    /// Nil where a request may go out; else why not.
    func refusal() -> String? {
        state.withLock { state in
            guard let opened = state.openedAt else { return nil }
            let elapsed = opened.duration(to: .now)
            if elapsed >= rest && !state.isProbing {
                state.isProbing = true
                return nil
            }
            let left = max(1, Int((rest - elapsed) / .seconds(1) + 0.5))
            return
                "not asked after \(state.failures) failures in a row (the last: \(state.reason)); the next attempt is "
                + "made in \(left) s"
        }
    }

    func succeeded() { state.withLock { $0 = State() } }

    func failed(_ reason: String) {
        state.withLock { state in
            state.failures += 1
            state.isProbing = false
            state.reason = reason
            if state.failures >= threshold { state.openedAt = .now }
        }
    }
}
