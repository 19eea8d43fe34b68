/// How a fleet is shared out. Every figure is a parameter that operators set by the names of `SchedulingParameter`;
/// `Docs/scheduling.md` explains each in a paragraph.
public struct SchedulingRules: Hashable, Sendable {
    /// Time in which an account's past usage halves, seconds.
    public var usageHalfLife: Double
    /// A class with waiting jobs gets at least one start in so many seconds, whatever waits above it.
    public var patience: Double
    /// For how long a job that finds no room among programs that share machines leaves the gaps to others, seconds: then it
    /// holds a machine against all that come after it.
    public var roomPatience = 600.0
    /// An account that has used more than this multiple of its share loses the precedence of its deadlines.
    public var deadlineCredit: Double
    /// Waiting jobs that one cycle looks at; those behind them are looked at in the next.
    public var window: Int
    /// Seconds of waiting that a factor e of success probability is worth: 0 takes whatever is free first, infinity always
    /// the best machine.
    public var secondsPerNat: Double
    /// Seconds of waiting that a unit of price is worth; 0 leaves cost out of the choice of the machine.
    public var secondsPerPrice: Double
    /// By how much a run may exceed its estimate before a backfilled job would delay the job it overtook (0.2: a fifth).
    public var backfillMargin: Double
    /// The longest batch of shots, seconds: the time within which a device can be taken back.
    public var batchSeconds: Double
    /// Who is taken off a device at the end of a batch.
    public var preemption: Preemption
    public var sharing: SharingPolicy
    /// The longest a program may keep a site busy, in units of the least T2 of its region.
    public var coherenceBudget: Double

    public init(
        usageHalfLife: Double = 7 * 86_400, patience: Double = 4 * 3_600, deadlineCredit: Double = 2, window: Int = 64,
        secondsPerNat: Double = 3_600, secondsPerPrice: Double = 0,
        backfillMargin: Double = 0.2, batchSeconds: Double = 10,
        preemption: Preemption = .system, sharing: SharingPolicy = SharingPolicy(), coherenceBudget: Double = 1
    ) {
        self.usageHalfLife = usageHalfLife
        self.patience = patience
        self.deadlineCredit = deadlineCredit
        self.window = window
        self.secondsPerNat = secondsPerNat
        self.secondsPerPrice = secondsPerPrice
        self.backfillMargin = backfillMargin
        self.batchSeconds = batchSeconds
        self.preemption = preemption
        self.sharing = sharing
        self.coherenceBudget = coherenceBudget
    }

    /// As a runtime has them where its operator says nothing: a machine in the world has time for a longer look at the queue
    /// than one that is simulated a million times.
    public static let runtime = SchedulingRules(window: 1_024)

    public enum Preemption: String, Hashable, Sendable, Codable, CaseIterable {
        /// Nobody: who runs, ends.
        case none
        /// Calibration, maintenance and reservations take a device back at the end of a batch.
        case system
        /// So do jobs of a higher class.
        case higherClasses
    }
}

/// How programs share a machine in space.
public struct SharingPolicy: Hashable, Sendable {
    /// Programs on one machine at a time; 1 turns multi-programming off.
    public var maximumPrograms: Int
    /// Couplers between two programs: 1 leaves one site free between them, 0 lets them touch.
    public var guardDistance: Int
    /// The largest share of its success probability alone on the machine that a program may lose by its place.
    public var maximumLoss: Double
    /// Whether running programs may be moved between batches to make room.
    public var defragments: Bool
    /// Seconds from one thought about a move on a machine to the next.
    public var moveSeconds = 60.0

    public init(
        maximumPrograms: Int = 32, guardDistance: Int = 1, maximumLoss: Double = 0.03, defragments: Bool = true
    ) {
        self.maximumPrograms = maximumPrograms
        self.guardDistance = guardDistance
        self.maximumLoss = maximumLoss
        self.defragments = defragments
    }

    public static let exclusive = SharingPolicy(maximumPrograms: 1)
}
