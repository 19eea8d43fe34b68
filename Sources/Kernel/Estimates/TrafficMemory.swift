#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A way in which traffic may go on: jobs that will come in, and how far run times will be off their estimates.
public protocol TrafficFuture {
    /// The next job to come in; nil after the last.
    mutating func nextArrival() -> (time: Double, card: JobCard)?

    /// The measured run time of a job over the estimated one.
    mutating func runtimeFactor(of job: JobID) -> Double
}

/// How jobs came in of late, and how far run times were off: what a forecast takes the future for.
///
/// A future is a stretch of the past, replayed from now on (block bootstrap: Künsch, 1989), so that bursts, classes,
/// accounts and programs come as they came. Once a day is known, the stretch begins at about this time of an earlier day:
/// people work by day, and waits of hours reach into the evening.
public struct TrafficMemory: Sendable {
    private struct Arrival: Sendable {
        var time: Double
        /// With its deadline counted from the arrival, and no session.
        var card: JobCard
    }

    /// By time; between `capacity` and twice as many once there were so many.
    private var arrivals: [Arrival] = []
    /// Logarithms of measured over estimated run times.
    private var errors: [Double] = []

    private static let capacity = 12_000
    /// What counts until a day is known, and of how many run times the errors are kept.
    private static let recent = 400
    private static let day = 86_400.0
    /// How far from this time of the day the stretch may begin, seconds either way.
    private static let jitter = 1_800.0
    /// Fewer arrivals say nothing of the traffic.
    private static let fewest = 40

    public init() {}

    /// Whether enough came in to tell how it goes on.
    public var isTelling: Bool {
        guard arrivals.count >= Self.fewest, let first = arrivals.first, let last = arrivals.last else { return false }
        return last.time > first.time
    }

    /// Takes note of a job that was accepted.
    public mutating func noteArrival(_ card: JobCard, at time: Double) {
        // Time runs forward here: after a jump of the clock the past begins anew.
        if let last = arrivals.last, last.time > time { arrivals.removeAll(keepingCapacity: true) }
        var card = card
        card.deadline -= time
        card.session = nil
        arrivals.append(Arrival(time: time, card: card))
        if arrivals.count >= 2 * Self.capacity { arrivals.removeFirst(Self.capacity) }
    }

    /// Takes note of what a job truly takes on a machine, against its estimate; both in seconds.
    public mutating func noteRuntime(_ actual: Double, estimated: Double) {
        guard actual > 0, estimated > 0 else { return }
        errors.append(log(actual / estimated))
        if errors.count >= 2 * Self.recent { errors.removeFirst(Self.recent) }
    }

    /// How traffic may go on from now.
    ///
    /// - Parameter account: of a job that has just come in: then what came after such a job is replayed, the rest of its
    ///   burst included. Nil to begin anywhere in the past.
    public func future(from now: Double, after account: AccountIndex?, seed: UInt64) -> Replay {
        var draws = SeededDraws(seed: seed)
        guard isTelling, let first = arrivals.first, now > first.time else {
            return Replay(memory: self, earliest: 0, next: 0, shift: 0, period: 0, draws: draws)
        }
        let days = ((now - first.time - Self.jitter) / Self.day).rounded(.down)
        var begin: Double, earliest = 0
        if days >= 1 {
            earliest = min(arrivals.count - 1, place(after: now - Self.day * days))
            begin = now - Self.day * Double(1 + draws.below(Int(days))) + Self.jitter * (2 * draws.uniform() - 1)
        } else {
            earliest = max(0, arrivals.count - Self.recent)
            let start = arrivals[earliest].time
            begin = start + draws.uniform() * (now - start)
        }
        var next = place(after: begin)
        if let account, let own = follower(of: account, from: next, earliest: earliest, skipping: draws.below(8)) {
            (begin, next) = (arrivals[own].time, own + 1)
        }
        let period = days >= 1 ? days * Self.day : now - arrivals[earliest].time
        return Replay(memory: self, earliest: earliest, next: next, shift: now - begin, period: period, draws: draws)
    }

    /// The first arrival after a moment.
    private func place(after time: Double) -> Int {
        var (low, high) = (0, arrivals.count)
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A job of an account soon after a place in the past, or before it where the past is over: the first of them would
    /// always begin its burst, so that some are skipped.
    private func follower(of account: AccountIndex, from place: Int, earliest: Int, skipping: Int) -> Int? {
        let near = place..<min(arrivals.count, place + Self.recent), before = earliest..<max(earliest, place)
        let isOwn = { (k: Int) in arrivals[k].card.account == account }
        return near.lazy.filter(isOwn).dropFirst(skipping).first
            ?? before.reversed().lazy.filter(isOwn).dropFirst(skipping).first
    }

    /// The past from some moment on, round and round.
    public struct Replay: TrafficFuture {
        fileprivate let memory: TrafficMemory
        /// Where the past begins again.
        fileprivate let earliest: Int
        fileprivate var next: Int
        fileprivate var shift: Double
        /// Seconds after which the past is over and begins again; 0 where nothing will come in.
        fileprivate let period: Double
        fileprivate var draws: SeededDraws

        public mutating func nextArrival() -> (time: Double, card: JobCard)? {
            guard period > 0 else { return nil }
            if next >= memory.arrivals.count {
                next = earliest
                shift += period
            }
            let arrival = memory.arrivals[next], time = arrival.time + shift
            next += 1
            var card = arrival.card
            card.deadline += time
            return (time, card)
        }

        public mutating func runtimeFactor(of job: JobID) -> Double {
            memory.errors.isEmpty ? 1 : exp(memory.errors[draws.below(memory.errors.count)])
        }
    }
}

/// Numbers that look random and are a function of a seed and a count.
struct SeededDraws: Sendable {
    let seed: UInt64
    private var count = 0

    init(seed: UInt64) { self.seed = seed }

    /// In [0, 1).
    mutating func uniform() -> Double {
        count += 1
        return Double(JobPlan.seed(seed, part: count) >> 11) * 0x1p-53
    }

    mutating func below(_ bound: Int) -> Int { min(bound - 1, Int(uniform() * Double(bound))) }
}
