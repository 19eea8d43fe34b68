#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Intervals for waits, with a stated coverage that holds by construction and not by assumption.
///
/// The plan of the queue predicts a wait as if nothing more came in and every estimate were exact. How wrong that is, is
/// learnt: for each group of jobs (class, and how long the predicted wait is) the last errors are kept as
/// log((wait + g)/(prediction + g)), with g the grain below which waits do not matter, and the interval is the narrowest
/// that holds the stated part of them (split conformal prediction, by group: Vovk, Lindsay, Nouretdinov, Gammerman, 2003).
/// Since traffic is not exchangeable, the part follows the coverage achieved (adaptive conformal inference: Gibbs and
/// Candès, 2021).
public struct WaitForecaster: Sendable {
    /// Part of the waits that should fall into their interval.
    public let coverage: Double
    /// Seconds.
    public let grain: Double
    private var groups: [Group]

    private static let bands = 6

    public init(coverage: Double = 0.9, grain: Double = 5) {
        precondition(coverage > 0 && coverage < 1, "a coverage of \(coverage)")
        self.coverage = coverage
        self.grain = grain
        groups = Array(repeating: Group(miss: 1 - coverage), count: Priority.allCases.count * (Self.bands + 1))
    }

    /// A wait as promised, to be compared with what came.
    public struct Forecast: Hashable, Sendable {
        /// What the plan says, seconds from submission.
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
        var group = groups[place(priority, planned)]
        // Until a group has a history, that of the whole class stands in.
        if group.count < 40 { group = groups[pool(priority)] }
        let scale = planned + grain
        guard group.count >= 20 else {
            return Forecast(planned: planned, lower: 0, upper: 4 * scale, priority: priority)
        }
        // Waits have a long tail: what may lie outside is shared between the two sides so that the interval is narrowest.
        var (lower, upper) = (0.0, Double.infinity)
        for step in 0...20 {
            let below = group.miss * Double(step) / 20
            let low = max(0, scale * exp(group.quantile(below)) - grain)
            let high = max(low, scale * exp(group.quantile(1 - group.miss + below)) - grain)
            if high - low < upper - lower { (lower, upper) = (low, high) }
        }
        return Forecast(planned: planned, lower: lower, upper: upper, priority: priority)
    }

    /// Learns how long a job truly waited.
    public mutating func observe(_ wait: Double, _ forecast: Forecast) {
        let error = log((max(0, wait) + grain) / (forecast.planned + grain))
        for place in [place(forecast.priority, forecast.planned), pool(forecast.priority)] {
            groups[place].take(error, isOutside: !forecast.contains(wait), miss: 1 - coverage)
        }
    }

    private func place(_ priority: Priority, _ planned: Double) -> Int {
        // Bands of a factor e² each, from the grain up.
        let band = min(Self.bands - 1, max(0, Int(log((planned + grain) / grain) / 1.5)))
        return Int(priority.rawValue) * (Self.bands + 1) + band
    }

    private func pool(_ priority: Priority) -> Int { Int(priority.rawValue) * (Self.bands + 1) + Self.bands }

    /// The last errors of a group, in order of age and in order of size.
    private struct Group: Sendable {
        /// The part of the errors that the interval leaves out.
        var miss: Double
        private var ages: [Double] = []
        private var oldest = 0
        private var sorted: [Double] = []

        private static let memory = 600
        private static let rate = 0.01

        init(miss: Double) { self.miss = miss }

        var count: Int { sorted.count }

        func quantile(_ level: Double) -> Double {
            // The conformal rank: of n errors, the ⌈(n + 1)·level⌉th.
            let rank = level * Double(sorted.count + 1) - 1
            let place = min(Double(sorted.count - 1), max(0, rank)), base = Int(place)
            guard base + 1 < sorted.count else { return sorted[sorted.count - 1] }
            return sorted[base] + (sorted[base + 1] - sorted[base]) * (place - Double(base))
        }

        mutating func take(_ error: Double, isOutside: Bool, miss target: Double) {
            miss = min(0.5, max(0.002, miss + Self.rate * (target - (isOutside ? 1 : 0))))
            if ages.count < Self.memory {
                ages.append(error)
            } else {
                sorted.remove(at: rank(ages[oldest]))
                ages[oldest] = error
                oldest = (oldest + 1) % Self.memory
            }
            sorted.insert(error, at: rank(error))
        }

        private func rank(_ error: Double) -> Int {
            var (low, high) = (0, sorted.count)
            while low < high {
                let middle = (low + high) / 2
                if sorted[middle] < error { low = middle + 1 } else { high = middle }
            }
            return low
        }
    }
}
