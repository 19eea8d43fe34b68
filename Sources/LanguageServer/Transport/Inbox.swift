import Dispatch
import Synchronization

/// Messages that have come and wait to be worked on.
///
/// A reader fills it while the server works, so that the server sees what came meanwhile: a cancelled request, or an
/// edit that makes an analysis useless.
final class Inbox: Sendable {
    private struct State {
        var frames: [MessageReader.Frame] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    private let arrivals = DispatchSemaphore(value: 0)

    func add(_ frame: MessageReader.Frame) {
        state.withLock { $0.frames.append(frame) }
        arrivals.signal()
    }

    /// Nothing comes any more.
    func close() {
        state.withLock { $0.isClosed = true }
        arrivals.signal()
    }

    /// All that has come; waits for something, at most so long. Empty after that time, nil when nothing comes any more.
    func take(waiting limit: DispatchTimeInterval?) -> [MessageReader.Frame]? {
        _ = arrivals.wait(timeout: limit.map { .now() + $0 } ?? .distantFuture)
        return state.withLock { state in
            // Arrivals that were counted and are taken with this one are not waited for again.
            for _ in state.frames.dropFirst() { _ = arrivals.wait(timeout: .now()) }
            defer { state.frames = [] }
            return state.frames.isEmpty && state.isClosed ? nil : state.frames
        }
    }
}
