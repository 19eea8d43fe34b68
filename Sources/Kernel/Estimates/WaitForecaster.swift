#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Intervals for waits, with a stated coverage that holds by construction and not by assumption.
///
/// A sample of futures (`WaitSimulation`) says where a wait may lie; where there is none, the plan of the queue does, as if
/// nothing more came in. How far either is wrong is learnt: for each group of jobs (class, and how long the predicted wait
/// is) the levels of the last waits within their samples are kept, and the interval is the narrowest one between two levels
/// that held the stated part of them (distributional conformal prediction: Chernozhukov, Wüthrich, Zhu, 2021; by group:
/// Vovk, Lindsay, Nouretdinov, Gammerman, 2003). Until a group has a history, a sample of futures is taken at its word.
/// Since traffic is not exchangeable, the part follows the coverage achieved (adaptive conformal inference: Gibbs and
/// Candès, 2021).
public struct WaitForecaster: Sendable {
    /// Part of the waits that should fall into their interval.
    public let coverage: Double
    /// Seconds.
    public let grain: Double
    private var groups: [Group]
    /// By class, the part of the waits that intervals leave out.
    private var misses: [Double]

    private static let bands = 8
    /// Ways to share what may lie outside between the two sides.
    private static let splits = 8
    /// By how much one wait moves the part that is left out.
    private static let rate = 0.015

    public init(coverage: Double = 0.9, grain: Double = 5) {
        precondition(coverage > 0 && coverage < 1, "a coverage of \(coverage)")
        self.coverage = coverage
        self.grain = grain
        let places = Priority.allCases.count * (Self.bands + 1)
        groups = Array(repeating: Group(), count: places) + Array(repeating: Group.trusting, count: places)
        misses = Array(repeating: 1 - coverage, count: 2 * Priority.allCases.count)
    }

    /// A wait as promised, to be compared with what came.
    public struct Forecast: Hashable, Sendable {
        /// What is expected, seconds from submission: the median of the futures, or what the plan says.
        public var planned: Double
        public var lower: Double
        public var upper: Double
        public var priority: Priority

        public init(planned: Double, lower: Double, upper: Double, priority: Priority) {
            self.planned = planned
            self.lower = lower
            self.upper = upper
            self.priority = priority
        }

        public func contains(_ wait: Double) -> Bool { wait >= lower && wait <= upper }
    }

    /// The interval for a job whose wait the plan puts at so many seconds.
    public func forecast(planned: Double, priority: Priority) -> Forecast {
        forecast(WaitSample(planned: planned), priority: priority)
    }

    /// The interval for a job whose wait may be any of these.
    public func forecast(_ sample: WaitSample, priority: Priority) -> Forecast {
        let planned = sample.median
        var group = groups[place(priority, sample)]
        // Until plans of a length have a history, that of the whole class stands in.
        if group.count < 40 { group = groups[pool(priority, sample.hasSpread)] }
        guard group.count >= 20 else {
            return Forecast(planned: planned, lower: 0, upper: 4 * (planned + grain), priority: priority)
        }
        // Waits have a long tail: what may lie outside is shared between the two sides so that the interval is narrowest.
        var (lower, upper) = (0.0, Double.infinity)
        let miss = misses[line(priority, sample.hasSpread)]
        for step in 0...Self.splits {
            let below = miss * Double(step) / Double(Self.splits), above = 1 - miss + below
            let low = sample.value(at: group.quantile(below), grain: grain)
            let high = max(low, sample.value(at: group.quantile(above), grain: grain))
            if high - low < upper - lower { (lower, upper) = (low, high) }
        }
        return Forecast(planned: planned, lower: lower, upper: upper, priority: priority)
    }

    /// Learns how long a job truly waited.
    ///
    /// - Parameter sample: what the forecast rested on; nil where only the forecast was kept.
    public mutating func observe(_ wait: Double, _ forecast: Forecast, _ sample: WaitSample? = nil) {
        let sample = sample ?? WaitSample(planned: forecast.planned)
        let level = sample.level(of: max(0, wait), grain: grain)
        groups[place(forecast.priority, sample)].take(level)
        if !sample.hasSpread { groups[pool(forecast.priority, false)].take(level) }
        let line = line(forecast.priority, sample.hasSpread), outside = forecast.contains(wait) ? 0.0 : 1
        misses[line] = min(0.5, max(0.002, misses[line] + Self.rate * (1 - coverage - outside)))
    }

    private func place(_ priority: Priority, _ sample: WaitSample) -> Int {
        // Bands of a factor e^1.5 each, from the grain up, by the longest wait that was foreseen: levels beyond it are
        // ratios to it, and one for seconds says nothing of hours.
        let band = min(Self.bands - 1, max(0, Int(log((sample.longest + grain) / grain) / 1.5)))
        return pool(priority, sample.hasSpread) - Self.bands + band
    }

    private func pool(_ priority: Priority, _ isSample: Bool) -> Int {
        line(priority, isSample) * (Self.bands + 1) + Self.bands
    }

    private func line(_ priority: Priority, _ isSample: Bool) -> Int {
        Int(priority.rawValue) + (isSample ? Priority.allCases.count : 0)
    }

    /// The levels of the last waits of a group, in order of age and in order of size.
    private struct Group: Sendable {
        private var ages: [Double] = []
        private var oldest = 0
        private var sorted: [Double] = []

        private static let memory = 600

        /// Levels that stand in for waits that have not come yet.
        private var presumed = 0

        /// Before the first wait: as if some had lain evenly between the shortest and the longest that was foreseen.
        static let trusting: Group = {
            var group = Group()
            let count = 40
            // The order of age is a shuffle of the order of size.
            for k in 0..<count { group.take((Double(k * 17 % count) + 0.5) / Double(count)) }
            group.presumed = count
            return group
        }()

        var count: Int { sorted.count }

        func quantile(_ level: Double) -> Double {
            // The conformal rank: of n errors, the ⌈(n + 1)·level⌉th.
            let rank = level * Double(sorted.count + 1) - 1
            let place = min(Double(sorted.count - 1), max(0, rank)), base = Int(place)
            guard base + 1 < sorted.count else { return sorted[sorted.count - 1] }
            return sorted[base] + (sorted[base + 1] - sorted[base]) * (place - Double(base))
        }

        mutating func take(_ level: Double) {
            if ages.count < Self.memory, presumed == 0 {
                ages.append(level)
            } else {
                presumed = max(0, presumed - 1)
                sorted.remove(at: rank(ages[oldest]))
                ages[oldest] = level
                oldest = (oldest + 1) % ages.count
            }
            sorted.insert(level, at: rank(level))
        }

        private func rank(_ level: Double) -> Int {
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < level { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
