/// A result as JSON: documented in `Docs/result-format.md` and stable within `kelvin-result/1`.
///
/// Everything but `timing` is a function of program, inputs, device file, options and seed.
public struct ResultDocument: Codable, Sendable {
    public static let format = "kelvin-result/1"

    public var format: String
    public var kelvin: String
    public var name: String
    public var device: DeviceDocument
    public var seed: UInt64
    public var mitigation: MitigationLevel
    /// How it was asked for; nil in results of versions that did not say.
    public var options: OptionsDocument?
    public var results: [BlockDocument]
    public var programs: [ProgramDocument]
    public var trust: TrustDocument
    public var notes: [String]
    public var source: SourceDocument?
    /// Of a job that agreed to share its machine.
    public var isolation: IsolationReport?
    /// When things happened: the only part that differs between two runs of the same.
    public var timing: TimingDocument?

    public struct DeviceDocument: Codable, Sendable {
        public var id: String
        public var name: String
        public var emulated: Bool
        /// Where the figures of the device come from.
        public var source: String
        public var calibration: String
        public var calibrationTime: String
        public var calibrationWarnings: [String]
    }

    public struct SourceDocument: Codable, Sendable {
        public var file: String
        public var text: String
    }

    public struct TrustDocument: Codable, Sendable {
        public var grade: TrustVerdict.Grade
        public var likelyNoise: Bool
        public var successProbability: Double
        public var coherence: [CoherenceDocument]
        public var sentences: [String]
    }

    public struct CoherenceDocument: Codable, Sendable {
        public var site: Int
        public var activeSeconds: Double
        /// Share of min(T2, 2·T1).
        public var used: Double
    }

    public struct TimingDocument: Codable, Sendable {
        public var calibrationAgeSeconds: Double
        public var steps: [StepDocument]
    }

    public struct StepDocument: Codable, Sendable {
        public var step: JobStep
        /// UTC, to the microsecond.
        public var start: String
        public var end: String
        public var busySeconds: Double
        public var detail: String
    }
}

/// One program as it ran.
public struct ProgramDocument: Codable, Sendable {
    public var shots: Int
    public var emulated: Bool
    public var method: String
    public var notes: [String]
    public var deviceSeconds: Double
    /// Shots without an outcome; nil for none.
    public var lostShots: Int?
    /// Site of program qubit k at the start and at the end.
    public var initialLayout: [Int]
    public var finalLayout: [Int]
    public var gates: Int
    public var twoQubitGates: Int
    public var depth: Int
    public var durationSeconds: Double
    public var successProbability: Double
    /// The compiled program, qubit k being site k of the device; nil where OpenQASM 3 cannot say it.
    public var compiled: String?
    public var readout: [ReadoutDocument]?
    /// The earlier job of the session that measured the readout; nil where it was this one.
    public var readoutMeasuredBy: JobID?

    public struct ReadoutDocument: Codable, Sendable {
        public var bit: Int
        public var site: Int
        /// P(read 1 | prepared 0) and P(read 0 | prepared 1), as measured by the job that `readoutMeasuredBy` names, else with this one.
        public var falseOne: Double
        public var falseZero: Double
    }
}

/// The answer of one block.
public struct BlockDocument: Codable, Sendable {
    /// `samples` or `estimates`.
    public var kind: String
    public var samples: [SampleDocument]?
    public var estimates: [EstimateDocument]?
    /// Of `estimates`, row-major.
    public var shape: [Int]?
}

public struct SampleDocument: Codable, Sendable {
    /// Place in `programs`.
    public var program: Int
    public var inputs: [InputDocument]
    public var shots: Int
    /// In the order in which outcomes spell them, separated by spaces; bit 0 rightmost in each.
    public var registers: [RegisterDocument]
    public var counts: [String: Int]
    public var corrected: [String: CorrectedDocument]?
    public var exact: [String: Double]?
    public var outputs: [OutputDocument]

    public struct RegisterDocument: Codable, Sendable {
        public var name: String
        public var size: Int
        public var counts: [String: Int]
    }

    public struct CorrectedDocument: Codable, Sendable {
        public var probability: Double
        public var standardError: Double
    }

    public struct OutputDocument: Codable, Sendable {
        public var name: String
        public var values: [Value]

        public struct Value: Codable, Sendable {
            public var value: String
            public var count: Int
        }
    }
}

public struct InputDocument: Codable, Sendable {
    public var name: String
    public var value: String
}

public struct EstimateDocument: Codable, Sendable {
    public var observable: String
    public var inputs: [InputDocument]
    public var value: Double
    public var standardError: Double
    public var uncorrectedValue: Double
    public var uncorrectedStandardError: Double
}
