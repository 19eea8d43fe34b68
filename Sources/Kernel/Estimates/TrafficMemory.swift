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
    fileprivate struct Arrival: Sendable {
        var time: Double
        /// With its deadline counted from the arrival, and no session.
        var card: JobCard
    }

    /// By time; between `capacity` and twice as many once there were so many.
    fileprivate var arrivals: [Arrival] = []
    /// Logarithms of measured over estimated run times.
    fileprivate var errors: [Double] = []

    static let capacity = 12_000
    /// Of how many run times the errors are kept.
    private static let recent = 400
    /// What counts until a day is known: so many seconds, or so many arrivals where fewer came in meanwhile. Less tells too
    /// little of the rate, which decides how long a low class waits behind the others.
    private static let hour = 3_600.0
    fileprivate static let day = 86_400.0
    /// How far from this time of the day the stretch may begin, seconds either way.
    fileprivate static let jitter = 1_800.0
    /// Length of the blocks, seconds: much more than a burst takes, and so little that many of them make an afternoon.
    fileprivate static let block = 1_200.0
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

    /// Whether less is known than is kept.
    var hasRoomForPast: Bool { arrivals.count < Self.capacity }

    /// Takes note of what came in before all that is known.
    mutating func notePast(_ past: TrafficMemory) {
        guard let first = arrivals.first else { return arrivals = past.arrivals }
        // Who was validated late stands a little out of order; behind a jump of the clock the past is another time.
        arrivals = past.arrivals.filter { $0.time <= first.time } + arrivals
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
        var replay = Replay(memory: self, now: now, draws: SeededDraws(seed: seed))
        guard isTelling, let first = arrivals.first, now > first.time else { return replay }
        replay.days = max(0, Int(((now - first.time - Self.jitter) / Self.day).rounded(.down)))
        replay.earliest =
            replay.days >= 1
            ? min(arrivals.count - 1, place(after: now - Self.day * Double(replay.days)))
            : max(0, min(arrivals.count - Self.recent, place(after: now - Self.hour)))
        replay.isOver = false
        replay.beginBlock(following: account)
        return replay
    }

    /// The first arrival after a moment.
    fileprivate func place(after time: Double) -> Int {
        var (low, high) = (0, arrivals.count)
        while low < high {
            let middle = (low + high) / 2
            if arrivals[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// A job of an account soon after a place in the past, or before it where the past is over: the first of them would
    /// always begin its burst, so that some are skipped.
    fileprivate func follower(of account: AccountIndex, from place: Int, earliest: Int, skipping: Int) -> Int? {
        let near = place..<min(arrivals.count, place + Self.recent), before = earliest..<max(earliest, place)
        let isOwn = { (k: Int) in arrivals[k].card.account == account }
        return near.lazy.filter(isOwn).dropFirst(skipping).first
            ?? before.reversed().lazy.filter(isOwn).dropFirst(skipping).first
    }

    /// The past again: in blocks from about the same time of earlier days, or where no day is known all that came of late,
    /// round and round.
    public struct Replay: TrafficFuture {
        fileprivate let memory: TrafficMemory
        fileprivate let now: Double
        /// Days that are known.
        fileprivate var days = 0
        /// The first arrival that counts.
        fileprivate var earliest = 0
        /// Where nothing will come in.
        fileprivate var isOver = true
        private var next = 0
        private var shift = 0.0
        /// When the next block begins, in the future; where the block ends, in the past.
        private var blockEnd: Double
        private var sourceEnd = 0.0
        private var draws: SeededDraws

        fileprivate init(memory: TrafficMemory, now: Double, draws: SeededDraws) {
            (self.memory, self.now, self.draws, blockEnd) = (memory, now, draws, now)
        }

        public mutating func nextArrival() -> (time: Double, card: JobCard)? {
            var empty = 0.0
            while !isOver {
                if next < memory.arrivals.count, memory.arrivals[next].time < sourceEnd { break }
                let begin = blockEnd
                beginBlock(following: nil)
                empty += blockEnd - begin
                // Of days without arrivals there can be as many as are known.
                if empty > Double(days + 2) * TrafficMemory.day { isOver = true }
            }
            guard !isOver else { return nil }
            let arrival = memory.arrivals[next], time = max(now, arrival.time + shift)
            next += 1
            var card = arrival.card
            card.deadline += time
            return (time, card)
        }

        public mutating func runtimeFactor(of job: JobID) -> Double {
            memory.errors.isEmpty ? 1 : exp(memory.errors[draws.below(memory.errors.count)])
        }

        /// Goes on with another stretch of the past.
        fileprivate mutating func beginBlock(following account: AccountIndex?) {
            let isFirst = blockEnd == now
            var begin: Double
            if days >= 1 {
                // The same time of the last day, then of any that is known.
                let ahead = ((blockEnd - now) / TrafficMemory.day).rounded(.down) + 1
                begin = blockEnd - TrafficMemory.day * (ahead + Double(draws.below(days)))
                begin += TrafficMemory.jitter * (2 * draws.uniform() - 1)
                sourceEnd = min(begin, now - TrafficMemory.block) + TrafficMemory.block
                begin = sourceEnd - TrafficMemory.block
            } else {
                let start = memory.arrivals[earliest].time
                begin = isFirst ? start + draws.uniform() * (now - start) : start
                sourceEnd = now
            }
            next = days >= 1 || isFirst ? memory.place(after: begin) : earliest
            if let account,
                let own = memory.follower(of: account, from: next, earliest: earliest, skipping: draws.below(8))
            {
                (begin, next) = (memory.arrivals[own].time, own + 1)
                if days >= 1 { sourceEnd = begin + TrafficMemory.block }
            }
            shift = blockEnd - begin
            blockEnd += max(1e-3, sourceEnd - begin)
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
