#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Tells from the counts of canary circuits whether a machine still is what its calibration says.
///
/// A canary's chance of success is predicted from the record. Each run of it adds the logarithm of how much better a
/// success probability lowered by `drop` explains the counts than the predicted one; the sum never falls below zero
/// (Page's CUSUM test, 1954). When it passes the threshold, the record is stale.
public struct DriftDetector: Hashable, Sendable {
    /// The relative loss of success probability that is to be found.
    public let drop: Double
    /// Natural logarithm of the odds at which drift is called; about the logarithm of canary runs between false alarms.
    public let threshold: Double
    public private(set) var evidence = 0.0
    public private(set) var runs = 0

    public init(drop: Double = 0.1, threshold: Double = 8) {
        precondition(drop > 0 && drop < 1 && threshold > 0, "a drop of \(drop) and a threshold of \(threshold)")
        self.drop = drop
        self.threshold = threshold
    }

    public var hasDrifted: Bool { evidence >= threshold }

    /// Takes in the counts of one canary.
    ///
    /// - Parameter predicted: its success probability by the record, between 0 and 1.
    public mutating func observe(successes: Int, of shots: Int, predicted: Double) {
        let expected = min(1 - 1e-6, max(1e-6, predicted)), lowered = expected * (1 - drop)
        let failures = Double(shots - successes)
        // Shots of one run share the machine's state of that moment: they count for less than so many independent ones.
        let weight = min(1, 400 / Double(max(1, shots)))
        let gain = Double(successes) * log(lowered / expected) + failures * log((1 - lowered) / (1 - expected))
        evidence = max(0, evidence + weight * gain)
        runs += 1
    }

    /// A new calibration is in force.
    public mutating func reset() {
        evidence = 0
        runs = 0
    }
}

/// When a machine is to be calibrated: as late as its record allows, as early as drift demands, and in a quiet moment if
/// there is one in between.
public struct CalibrationAgenda: Hashable, Sendable {
    /// Seconds after which a record is replaced even if nothing was noticed.
    public var longest: Double
    /// Seconds after which an idle machine is calibrated at once.
    public var earliest: Double
    /// Seconds between canaries.
    public var canaryInterval: Double

    public init(longest: Double = 86_400, earliest: Double = 43_200, canaryInterval: Double = 3_600) {
        self.longest = longest
        self.earliest = earliest
        self.canaryInterval = canaryInterval
    }

    public enum Decision: Hashable, Sendable {
        case nothing
        case runCanaries
        /// As a job of the system class, which cuts in at the end of a batch.
        case calibrate
    }

    /// - Parameters:
    ///   - age: of the record, seconds.
    ///   - sinceCanaries: seconds since canaries ran last.
    ///   - isIdle: whether nothing runs or waits on the machine.
    public func decision(age: Double, sinceCanaries: Double, isIdle: Bool, detector: DriftDetector) -> Decision {
        if detector.hasDrifted || age >= longest || (isIdle && age >= earliest) { return .calibrate }
        return sinceCanaries >= canaryInterval ? .runCanaries : .nothing
    }
}
