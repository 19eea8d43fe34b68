@preconcurrency import Dispatch
package import Kernel
import Synchronization

/// One line on standard error that says what goes on, from the second second on; nothing where no terminal is.
///
/// A timer of its own redraws it, so that it moves while the work it reports on is silent.
package final class ProgressLine: Sendable {
    private struct State {
        var activity: String
        var fraction: Double?
        var isShown = false
        var isDone = false
    }

    private let begin = ContinuousClock.now
    private let state: Mutex<State>
    private let timer: any DispatchSourceTimer

    package init(_ activity: String, isEnabled: Bool = Terminal.isErrorTerminal) {
        state = Mutex(State(activity: activity))
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "progress"))
        timer.schedule(deadline: isEnabled ? .now() + 1 : .distantFuture, repeating: .milliseconds(200))
        timer.setEventHandler { [weak self] in self?.draw() }
        timer.activate()
    }

    package func update(_ progress: JobProgress) {
        update(progress.activity, fraction: progress.fraction)
    }

    package func update(_ activity: String, fraction: Double?) {
        state.withLock {
            $0.activity = activity
            $0.fraction = fraction
        }
    }

    /// Says something that stays, above the line.
    package func say(_ text: String) {
        state.withLock { state in Terminal.complain((state.isShown ? "\r\u{1B}[2K" : "") + text + "\n") }
    }

    /// Wipes the line; nothing is drawn afterwards.
    package func finish() {
        timer.cancel()
        state.withLock { state in
            state.isDone = true
            if state.isShown { Terminal.complain("\r\u{1B}[2K") }
        }
    }

    private func draw() {
        state.withLock { state in
            if state.isDone { return }
            state.isShown = true
            let bar = state.fraction.map { fraction in
                let share = min(1, max(0, fraction)), filled = Int((share * 20).rounded())
                let blocks = String(repeating: "█", count: filled) + String(repeating: "░", count: 20 - filled)
                return " \(blocks) \(Int(share * 100)) %"
            }
            let elapsed = begin.duration(to: .now).components.seconds
            Terminal.complain("\r\u{1B}[2K\(state.activity)\(bar ?? "…") \(elapsed) s")
        }
    }
}
