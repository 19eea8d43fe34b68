import Kernel
import Synchronization

/// One line on standard error that says what goes on, from the second second on; nothing where no terminal is.
final class ProgressLine: Sendable {
    private struct State {
        var shown = false
        var last: ContinuousClock.Instant
    }

    private let begin = ContinuousClock.now
    private let state: Mutex<State>
    private let isEnabled: Bool

    init(isEnabled: Bool = Terminal.isErrorTerminal) {
        self.isEnabled = isEnabled
        state = Mutex(State(last: .now))
    }

    func update(_ progress: JobProgress) {
        guard isEnabled, begin.duration(to: .now) > .seconds(1) else { return }
        state.withLock { state in
            guard !state.shown || state.last.duration(to: .now) > .milliseconds(100) else { return }
            state.shown = true
            state.last = .now
            let bar = progress.fraction.map { fraction in
                let filled = Int((min(1, max(0, fraction)) * 20).rounded())
                let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
                return " \(blocks) \(Int(min(1, fraction) * 100)) %"
            }
            Terminal.complain("\r\u{1B}[2K\(progress.activity)\(bar ?? "")")
        }
    }

    func clear() { state.withLock { if $0.shown { Terminal.complain("\r\u{1B}[2K") } } }
}
