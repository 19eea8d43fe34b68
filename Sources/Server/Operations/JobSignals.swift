import Kernel
import Synchronization

/// Wakes whoever waits for news of a job. The news itself is read from the storage.
final class JobSignals: Sendable {
    /// What somebody waits for.
    enum Sign: Sendable { case anything, end }

    private struct Waiter {
        var sign: Sign
        var stream: AsyncStream<Void>.Continuation
    }

    private struct State {
        var waiting: [JobID: [Int: Waiter]] = [:]
        var last = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Something happened to jobs.
    func tell(_ news: JobNews) {
        state.withLock { state in
            if state.waiting.isEmpty { return }
            for job in news.jobs {
                for (_, waiter) in state.waiting[job] ?? [:]
                where waiter.sign == .anything || news.settled.contains(job) { waiter.stream.yield() }
            }
        }
    }

    /// The service ends: whoever waits is sent home.
    func close() {
        state.withLock { state in
            state.isClosed = true
            for waiters in state.waiting.values { for (_, waiter) in waiters { waiter.stream.finish() } }
            state.waiting = [:]
        }
    }

    /// Calls `body` now, and again each time something happened to the job or `beat` seconds passed, until it returns
    /// something or the service ends.
    ///
    /// Whoever looks at the storage within `body` misses nothing: it listens before it looks.
    ///
    /// - Parameter sign: what is worth a call; `end` for those alone who wait until the job is over or stands aside.
    /// - Returns: nil where the service ended first.
    func follow<Value: Sendable>(
        _ job: JobID, until sign: Sign = .anything, beat: Double, _ body: () async throws -> Value?
    ) async throws -> Value? {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int in
            state.last += 1
            if state.isClosed {
                continuation.finish()
            } else {
                state.waiting[job, default: [:]][state.last] = Waiter(sign: sign, stream: continuation)
            }
            return state.last
        }
        let clock = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(beat))
                continuation.yield()
            }
        }
        defer {
            clock.cancel()
            state.withLock { state in
                state.waiting[job]?[number] = nil
                if state.waiting[job]?.isEmpty == true { state.waiting[job] = nil }
            }
        }
        if let value = try await body() { return value }
        for await _ in stream { if let value = try await body() { return value } }
        try Task.checkCancellation()
        return nil
    }
}
