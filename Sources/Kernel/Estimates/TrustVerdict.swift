#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
public import Compiler
import Hardware

/// How far a result can be believed, in figures and in plain words: silent wrong answers are this field's worst bug.
public struct TrustVerdict: Hashable, Sendable, Codable {
    public enum Grade: String, Hashable, Sendable, Codable, Comparable, CaseIterable {
        /// Most shots are struck by an error; the answer is likely noise.
        case noise
        /// Errors show in the answer; its tendency can be believed.
        case doubtful
        /// Most shots went through without an error.
        case good
        /// No errors but those of counting.
        case exact

        public static func < (a: Grade, b: Grade) -> Bool {
            (allCases.firstIndex(of: a) ?? 0) < (allCases.firstIndex(of: b) ?? 0)
        }
    }

    public var grade: Grade
    /// The estimated probability that a shot goes through without any error; for several programs, of the worst.
    public var successProbability: Double
    /// For each site in use the share of its coherence time that the program takes; of the worst program.
    public var coherence: [CoherenceUse]
    /// Seconds since 1970-01-01 UTC at which the calibration was published.
    public var calibrationTime: Double
    /// Sentences for people.
    public var sentences: [String]

    /// True where the answer is likely noise.
    public var isLikelyNoise: Bool { grade == .noise }
}

extension TrustVerdict {
    /// Below this success probability nine shots in ten carry an error.
    static let noiseThreshold = 0.1
    /// From here most shots are free of errors.
    static let goodThreshold = 0.5
    /// Calibrations of real machines drift within hours: after a day the figures are history.
    static let staleAfterSeconds = 86_400.0

    /// - Parameter readoutCorrected: whether the readout error was inverted, so that it no longer spoils the answer.
    init(
        estimate: SuccessEstimate, calibration: Calibration, device: DeviceDescription, now: Double,
        readoutCorrected: Bool
    ) {
        successProbability = estimate.success
        coherence = estimate.coherence
        calibrationTime = calibration.timestamp
        sentences = []
        let isIdeal = device.modality == .simulator
        let percent = Self.percent(estimate.success)
        if isIdeal {
            grade = .exact
            sentences.append("an ideal machine: counting statistics are the only error")
            return
        }
        let share = readoutCorrected ? estimate.success / Self.power(estimate.log10Readout) : estimate.success
        if estimate.worstCoherence > 1 || share < Self.noiseThreshold {
            grade = .noise
        } else {
            grade = share < Self.goodThreshold ? .doubtful : .good
        }
        // Where the readout was inverted, what it spoils is not what spoils the answer.
        let rest =
            readoutCorrected && share > estimate.success * 1.05
            ? "; \(Self.percent(share)) but for the readout, which was corrected" : ""
        switch grade {
        case .noise:
            sentences.append(
                "the answer is likely noise: an estimated \(percent) of the shots go through without an error\(rest)")
        case .doubtful:
            sentences.append(
                "errors show in the answer: an estimated \(percent) of the shots go through without one\(rest)")
        case .good, .exact:
            sentences.append("an estimated \(percent) of the shots go through without an error\(rest)")
        }
        if let worst = estimate.coherence.max(by: { $0.used < $1.used }), worst.used > 0.5 {
            sentences.append(
                "site \(worst.site) spends \(Self.percent(worst.used)) of its coherence time T2 in the program"
                    + (worst.used > 1 ? ": its phase is lost before it is read" : ""))
        }
        if estimate.assumesIterations {
            sentences.append("loops whose turns are only known at run time were counted once in this estimate")
        }
        if now - calibration.timestamp > Self.staleAfterSeconds, !device.isEmulated {
            sentences.append(
                "the calibration is \(Self.age(now - calibration.timestamp)) old; the machine has drifted since")
        }
    }

    /// The verdict on several programs: the worst of them.
    static func worst(_ verdicts: [TrustVerdict]) -> TrustVerdict? {
        verdicts.min { ($0.grade, $0.successProbability) < ($1.grade, $1.successProbability) }
    }

    private static func power(_ log10: Double) -> Double { pow(10, log10) }

    static func percent(_ share: Double) -> String {
        if share >= 0.1 { return "\(Int((share * 100).rounded())) %" }
        if share >= 0.001 { return "\((share * 1000).rounded() / 10) %" }
        return share == 0 ? "0 %" : "less than 0.1 %"
    }

    /// An age in the unit that fits.
    public static func age(_ seconds: Double) -> String {
        switch seconds {
        case ..<5400: "\(Int(max(0, seconds) / 60)) minutes"
        case ..<172_800: "\(Int(seconds / 3600)) hours"
        default: "\(Int(seconds / 86_400)) days"
        }
    }
}
