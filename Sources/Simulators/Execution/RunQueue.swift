#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Circuits
import Dispatch

/// Carries runs to their end on several threads; runs that split off wait in one stack that all threads draw from.
///
/// Which thread takes which run does not matter to any result: runs share nothing but where they write.
final class RunQueue<E: Engine>: @unchecked Sendable {
    private let interpreter: Interpreter<E>
    private var waiting: [Interpreter<E>.Run] = []
    /// Shots that have not begun, the last first.
    private var starts: [Range<UInt32>]
    private let state: () -> E
    private var busy = 0
    private var failure: SimulationError?
    private var finished = 0
    private let total: Int
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    /// - Parameters:
    ///   - starts: groups of shots that begin together, each when nothing else waits.
    ///   - state: makes the state at the beginning; called on any thread.
    init(_ interpreter: Interpreter<E>, starts: [Range<UInt32>], shots: Int, state: @escaping () -> E) {
        self.interpreter = interpreter
        self.starts = starts.reversed()
        self.state = state
        total = shots
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        pthread_cond_destroy(condition)
        mutex.deallocate()
        condition.deallocate()
    }

    /// Runs everything.
    ///
    /// - Parameter finish: receives each shot once, on any thread, with the classical state in which it ended; nil if it is lost.
    func drain(
        threads: Int, watch: SimulationWatch, finish: (UInt32, Environment?) -> Void
    ) throws(SimulationError) {
        withoutActuallyEscaping(finish) { finish in
            // Waking others costs more than a small program.
            if threads <= 1 { return work(watch: watch, finish: finish) }
            let work = Parallel.Unchecked(finish)
            DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
                self.work(watch: watch, finish: work.value)
            }
        }
        if let failure { throw failure }
    }

    private func work(watch: SimulationWatch, finish: (UInt32, Environment?) -> Void) {
        while let run = take() {
            var done = 0
            do {
                try interpreter.advance(
                    run, wait: { self.put($0) },
                    finish: { shot, environment in
                        finish(shot, environment)
                        done += 1
                    }, isCancelled: { watch.isCancelled() })
                settle(done, nil, watch)
            } catch {
                settle(done, error, watch)
            }
        }
    }

    private func take() -> Interpreter<E>.Run? {
        pthread_mutex_lock(mutex)
        while waiting.isEmpty && starts.isEmpty && busy > 0 && failure == nil { pthread_cond_wait(condition, mutex) }
        var run: Interpreter<E>.Run?
        var start: Range<UInt32>?
        if failure == nil {
            run = waiting.popLast()
            if run == nil { start = starts.popLast() }
            if run != nil || start != nil { busy += 1 }
        }
        pthread_mutex_unlock(mutex)
        return run ?? start.map { interpreter.begin(shots: $0, state: state()) }
    }

    private func put(_ run: Interpreter<E>.Run) {
        pthread_mutex_lock(mutex)
        waiting.append(run)
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
    }

    private func settle(_ done: Int, _ error: SimulationError?, _ watch: SimulationWatch) {
        pthread_mutex_lock(mutex)
        busy -= 1
        finished += done
        if failure == nil { failure = error }
        let fraction = Double(finished) / Double(max(1, total))
        if waiting.isEmpty || failure != nil { pthread_cond_broadcast(condition) }
        pthread_mutex_unlock(mutex)
        watch.report(fraction)
    }
}

/// How a caller follows a long simulation, and ends it.
public struct SimulationWatch: Sendable {
    /// Receives the finished fraction, 0...1; from any thread, at most once a run.
    public var report: @Sendable (Double) -> Void
    /// Asked often; true ends the simulation with the error `.cancelled`.
    public var isCancelled: @Sendable () -> Bool

    public init(
        report: @escaping @Sendable (Double) -> Void = { _ in },
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) {
        self.report = report
        self.isCancelled = isCancelled
    }
}
