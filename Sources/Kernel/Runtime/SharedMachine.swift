import Circuits
import Hardware
import Synchronization

/// The gate before a machine: parts of jobs come in, the machine runs them one round after the other.
///
/// A round holds every part that waits and can run beside the others: one executable on disjoint regions, in step, so
/// that what neighbours do to each other happens. It lasts as many shots as the shortest of them needs; the rest goes on
/// in the next round, together with whoever has come meanwhile. Tenants that are expected are waited for, but not long.
final class SharedMachine: Sendable {
    /// A batch of shots of one program.
    struct Part: Sendable {
        var executable: Executable
        var shots: Int
        var seed: UInt64
        /// The machine as it was when the program was compiled.
        var device: any Device
        var calibration: Calibration
        /// The sites it was given; nil for all of the machine.
        var region: [Site]?
        /// Whether others that agree may use sites of it in turn with it, within a shot.
        var sharesHelpers = false
        var progress: @Sendable (Double) -> Void
    }

    /// What came back, and what could have come through from next door; no report where the job had all of the machine.
    struct Outcome: Sendable {
        var result: RawResult
        var isolation: IsolationReport?
    }

    struct Ticket: Sendable {
        let id: Int
        let part: Part
        /// Nil once whoever waited has gone.
        var continuation: CheckedContinuation<Swift.Result<Outcome, DeviceError>, Never>?
        var outcome: Outcome?
        var remaining: Int
        var rounds = 0
    }

    private struct State {
        var waiting: [Ticket] = []
        /// In the round that runs.
        var running: [Ticket] = []
        var task: Task<Void, Never>?
        var lastID = 0
        /// Tickets that are about to be handed in; one that is missing then was given up.
        var arriving: Set<Int> = []
        /// Jobs of this process that hold regions.
        var tenants = 1
        var gatheringEnds: ContinuousClock.Instant?
    }

    private let state = Mutex(State())
    private let gatherSeconds: Double
    let guardDistance: Int

    /// Programs in one round at most.
    private static let widestRound = 32

    init(gatherSeconds: Double, guardDistance: Int) {
        self.gatherSeconds = gatherSeconds
        self.guardDistance = guardDistance
    }

    /// Says how many jobs hold regions of the machine: so many parts are waited for.
    func expect(_ tenants: Int) {
        state.withLock { $0.tenants = tenants }
        pump()
    }

    /// Runs a part, beside others or alone.
    func run(_ part: Part) async throws(DeviceError) -> Outcome {
        let id = state.withLock { state in
            state.lastID += 1
            state.arriving.insert(state.lastID)
            return state.lastID
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isGone = state.withLock { state in
                    guard state.arriving.remove(id) != nil else { return true }
                    state.waiting.append(
                        Ticket(id: id, part: part, continuation: continuation, remaining: part.shots))
                    return false
                }
                if isGone { continuation.resume(returning: .failure(Self.cancelled)) } else { pump() }
            }
        } onCancel: {
            withdraw(id)
        }
        return try result.get()
    }

    private static let cancelled = DeviceError(.cancelled, "the run was cancelled")

    /// Whoever waits goes at once. A round that others take part in runs on, on all of its sites, and nobody else gets
    /// near them before it has ended; one that nobody waits for any more is stopped.
    private func withdraw(_ id: Int) {
        let continuation = state.withLock { state in
            if let place = state.waiting.firstIndex(where: { $0.id == id }) {
                return state.waiting.remove(at: place).continuation
            }
            guard let place = state.running.firstIndex(where: { $0.id == id }) else {
                state.arriving.remove(id)
                return nil
            }
            let continuation = state.running[place].continuation
            state.running[place].continuation = nil
            if state.running.allSatisfy({ $0.continuation == nil }) { state.task?.cancel() }
            return continuation
        }
        continuation?.resume(returning: .failure(Self.cancelled))
        pump()
    }

    // MARK: Rounds

    /// Starts a round if the machine is free and everyone is there, or has been waited for long enough.
    private func pump() {
        state.withLock { state in
            guard state.running.isEmpty, let first = state.waiting.first else { return }
            if first.part.region != nil, state.waiting.count < state.tenants {
                let now = ContinuousClock.now
                let end = state.gatheringEnds ?? now.advanced(by: .seconds(gatherSeconds))
                if now < end {
                    if state.gatheringEnds == nil {
                        state.gatheringEnds = end
                        Task { [weak self] in
                            try? await Task.sleep(until: end, clock: .continuous)
                            self?.pump()
                        }
                    }
                    return
                }
            }
            state.gatheringEnds = nil
            let round = Self.takeRound(&state.waiting)
            state.running = round
            state.task = Task.detached { await self.perform(round) }
        }
    }

    /// The first part and all that can run beside it.
    private static func takeRound(_ waiting: inout [Ticket]) -> [Ticket] {
        var round = [waiting.removeFirst()]
        guard let region = round[0].part.region, round[0].part.executable.isPackable else { return round }
        // Sites of those who share helpers may meet; nobody else's.
        var (own, shared) = round[0].part.sharesHelpers ? (SiteSet(), SiteSet(region)) : (SiteSet(region), SiteSet())
        let calibration = round[0].part.executable.calibrationID
        waiting.removeAll { ticket in
            guard round.count < widestRound, let region = ticket.part.region, ticket.part.executable.isPackable,
                ticket.part.executable.calibrationID == calibration, own.isDisjoint(with: SiteSet(region)),
                ticket.part.sharesHelpers || shared.isDisjoint(with: SiteSet(region))
            else { return false }
            if ticket.part.sharesHelpers { shared.formUnion(SiteSet(region)) } else { own.formUnion(SiteSet(region)) }
            round.append(ticket)
            return true
        }
        return round
    }

    private func perform(_ round: [Ticket]) async {
        var done = round
        var failure: DeviceError?
        do throws(DeviceError) {
            try await execute(&done)
        } catch {
            failure = error
        }
        let news = state.withLock {
            state -> [(CheckedContinuation<Swift.Result<Outcome, DeviceError>, Never>, Ticket)] in
            var news: [(CheckedContinuation<Swift.Result<Outcome, DeviceError>, Never>, Ticket)] = []
            var rest: [Ticket] = []
            for place in done.indices {
                guard let continuation = state.running[place].continuation else { continue }
                if failure != nil || done[place].remaining == 0 {
                    news.append((continuation, done[place]))
                } else {
                    rest.append(done[place])
                }
            }
            state.waiting.insert(contentsOf: rest, at: 0)
            state.running = []
            state.task = nil
            return news
        }
        for (continuation, ticket) in news {
            if let failure {
                continuation.resume(returning: .failure(failure))
            } else if let outcome = ticket.outcome {
                continuation.resume(returning: .success(outcome))
            }
        }
        pump()
    }
}
