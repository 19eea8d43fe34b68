/// What the scheduler must know of a job when it comes in; plain figures, no program.
public struct JobCard: Hashable, Sendable {
    /// Who pays.
    public var account: AccountIndex
    /// The session or batch it belongs to.
    public var session: SessionIndex?
    /// The machine asked for; nil where the scheduler may choose.
    public var device: DeviceIndex?
    /// The machines it may choose among; empty for all.
    public var choices: [DeviceIndex]
    public var priority: Priority
    /// What happens when the machine is calibrated anew while the job runs.
    public var onRecalibration: RecalibrationPolicy
    /// Whether the job refuses neighbours on its machine.
    public var wantsMachineAlone: Bool
    /// Sites needed.
    public var width: UInt16
    /// Shots of all its programs together.
    public var shots: UInt32
    /// Machine time of the whole job as estimated, seconds.
    public var seconds: Float
    /// Machine time that the job may cost at most, seconds.
    public var budget: Float
    /// Seconds since 1970-01-01 UTC; infinite where there is none.
    public var deadline: Double
    /// What a good machine and a cheap one are worth to it.
    public var weights = PlacementWeights()
    /// The number under which the policy knows the program; set at validation where the demand tells its profile.
    public var tag: UInt32

    public init(
        account: AccountIndex = .root, session: SessionIndex? = nil, device: DeviceIndex? = nil,
        choices: [DeviceIndex] = [],
        priority: Priority = .normal, onRecalibration: RecalibrationPolicy = .split, wantsMachineAlone: Bool = true,
        width: Int = 1, shots: Int = 1, seconds: Double = 0, budget: Double = .infinity, deadline: Double = .infinity,
        tag: UInt32 = 0
    ) {
        self.account = account
        self.session = session
        self.device = device
        self.choices = choices
        self.priority = priority
        self.onRecalibration = onRecalibration
        self.wantsMachineAlone = wantsMachineAlone
        self.width = UInt16(clamping: width)
        self.shots = UInt32(clamping: shots)
        self.seconds = Float(seconds)
        self.budget = Float(budget)
        self.deadline = deadline
        self.tag = tag
    }

    /// Whether the job may go to a machine.
    public func admits(_ machine: DeviceIndex) -> Bool {
        if let device { return device == machine }
        return choices.isEmpty || choices.contains(machine)
    }
}

/// What happens to a job whose machine is calibrated anew while it runs.
public enum RecalibrationPolicy: UInt8, Sendable, Hashable, CaseIterable {
    /// The parts that are left are compiled against the new calibration; the result tells the two apart.
    case split
    /// The job goes on as it was compiled, and its result says so.
    case flag
    /// What ran so far is thrown away and the job starts over, three times at most; then it is split.
    case rerun
}

/// A live job as the kernel sees it: about a hundred bytes.
///
/// A job runs as a row of parts, each a batch of shots of one program. A part is the unit of everything: of leases,
/// checkpoints, charges, preemption, and of the split at a change of calibration.
public struct JobRecord: Hashable, Sendable {
    public let id: JobID
    public internal(set) var card: JobCard
    /// Seconds since 1970-01-01 UTC.
    public let submitted: Double
    /// Not to start before this moment: a failed attempt is waited out.
    public internal(set) var notBefore: Double
    /// Machine time charged so far, seconds.
    public internal(set) var charged: Double
    /// Parts the job has, known from its first compilation on.
    public internal(set) var parts: UInt32
    /// They run in order, so that a number says which.
    public internal(set) var finishedParts: UInt32
    /// The most one part takes on the machine, seconds.
    public internal(set) var partSeconds: Float
    /// Its place in the table of runs; -1 where it has none.
    var run: Int32
    /// Counts placements, claims and starts of parts: news that carry an older number are void.
    public internal(set) var fence: UInt32
    public internal(set) var state: JobState
    /// Attempts that failed in a row.
    public internal(set) var failures: UInt8
    /// Workers that died over it.
    public internal(set) var losses: UInt8
    /// Times it was started over.
    public internal(set) var reruns: UInt8
    public internal(set) var marks: Marks

    public struct Marks: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        /// Stop at the end of the part: asked for by its owner.
        public static let pause = Marks(rawValue: 1)
        /// Go back to the queue at the end of the part.
        public static let yield = Marks(rawValue: 2)
        /// The machine was calibrated since the job was compiled.
        public static let stale = Marks(rawValue: 4)
        /// It ran across a change of calibration with what was compiled before.
        public static let flagged = Marks(rawValue: 8)
        /// Paused for want of budget.
        public static let overBudget = Marks(rawValue: 16)
    }

    init(id: JobID, card: JobCard, submitted: Double) {
        self.id = id
        self.card = card
        self.submitted = submitted
        notBefore = 0
        charged = 0
        parts = 0
        finishedParts = 0
        partSeconds = 0
        run = -1
        fence = 0
        state = .created
        failures = 0
        losses = 0
        reruns = 0
        marks = []
    }
}
