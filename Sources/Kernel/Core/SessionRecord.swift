/// What was asked for when a session or batch was opened.
public struct SessionCard: Hashable, Sendable {
    public enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        /// The machine serves no one else while the session is active.
        case dedicated
        /// Its jobs come first; while it thinks, others run.
        case shared
        /// Jobs known beforehand, one after the other without others in between; ends when they are done.
        case batch
    }

    public var kind: Kind
    public var account: AccountIndex
    public var device: DeviceIndex
    /// Seconds without a job of its own after which it ends.
    public var interactiveSeconds: Double
    /// Seconds after its first job started at which it ends.
    public var maximalSeconds: Double
    /// Machine time it may use, seconds.
    public var budget: Double

    public init(
        kind: Kind, account: AccountIndex = .root, device: DeviceIndex, interactiveSeconds: Double = 60,
        maximalSeconds: Double = 28_800, budget: Double = .infinity
    ) {
        self.kind = kind
        self.account = account
        self.device = device
        self.interactiveSeconds = interactiveSeconds
        self.maximalSeconds = maximalSeconds
        self.budget = budget
    }
}

/// A session or batch as the kernel sees it.
public struct SessionRecord: Hashable, Sendable {
    public let card: SessionCard
    public let opened: Double
    /// When its first job started; nil before.
    public internal(set) var activated: Double?
    /// When it last had a job.
    public internal(set) var lastActive: Double
    /// Its jobs that are not over.
    public internal(set) var liveJobs = 0
    /// No new jobs; ends with its last one.
    public internal(set) var isClosing = false
    public internal(set) var isClosed = false
    public internal(set) var used = 0.0
    public internal(set) var promised = 0.0
    public internal(set) var running = 0

    init(card: SessionCard, opened: Double) {
        self.card = card
        self.opened = opened
        lastActive = opened
    }

    /// When it ends by itself if nothing happens; infinite once it is over, or while it has jobs and no other limit.
    var end: Double {
        if isClosed { return .infinity }
        let idle = liveJobs == 0 ? lastActive + card.interactiveSeconds : .infinity
        return min(idle, activated.map { $0 + card.maximalSeconds } ?? .infinity)
    }

    func affords(_ seconds: Double) -> Bool {
        used + promised + seconds <= card.budget || (running == 0 && used < card.budget)
    }
}
