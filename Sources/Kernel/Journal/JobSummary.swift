/// A job in one line, for lists: the sum of its facts without its programs.
public struct JobSummary: Hashable, Sendable {
    public var job: JobID
    public var key: String?
    public var name: String
    public var account: String
    /// As asked for.
    public var device: String
    public var owner: WorkerID
    public var tags: [String]
    /// Who is charged, by the kernel's number.
    public var payer = AccountIndex.root
    public var session: SessionIndex?
    /// Nil before its first fact.
    public var state: JobState?
    /// Seconds since 1970-01-01 UTC.
    public var submitted = 0.0
    public var updated = 0.0
    public var parts = 0
    public var finishedParts = 0
    /// Machine time charged, seconds.
    public var charged = 0.0
    /// Times it went back to the queue.
    public var retries = 0
    /// Workers that were told to stop and have not said that they did.
    public var stopping = 0

    public init(_ job: JobID, _ submission: Submission) {
        self.job = job
        key = submission.key
        name = submission.name
        account = submission.account
        device = submission.device
        owner = submission.owner
        tags = submission.tags
    }

    /// The first two words of the account.
    public var project: String { account.split(separator: "/").prefix(2).joined(separator: "/") }

    /// Whether a kernel that starts must know of it.
    public var isLive: Bool { state.map { !$0.isFinal } ?? false || stopping > 0 }

    public mutating func apply(_ entry: JournalEntry) {
        if let next = entry.fact.state {
            state = next
            updated = entry.time
        }
        switch entry.fact {
        case .submitted(_, let card):
            submitted = entry.time
            payer = card.account
            session = card.session
        case .compiled(_, let parts, _): self.parts = Int(parts)
        case .partFinished(_, let seconds):
            finishedParts += 1
            charged += seconds
            updated = entry.time
        case .recompiling(_, let discarding, _): if discarding { finishedParts = 0 }
        case .queued(_, let reason, _): if reason != .accepted { retries += 1 }
        case .stopping: stopping += 1
        case .released(_, _, let seconds):
            stopping -= 1
            charged += seconds
        default: break
        }
    }
}
