import Hardware

/// The kinds of sessions by name.
public enum SessionKind: String, CaseIterable, Codable, Sendable {
    case dedicated, shared, batch

    public var kind: SessionCard.Kind {
        switch self {
        case .dedicated: .dedicated
        case .shared: .shared
        case .batch: .batch
        }
    }

    public init(_ kind: SessionCard.Kind) {
        switch kind {
        case .dedicated: self = .dedicated
        case .shared: self = .shared
        case .batch: self = .batch
        }
    }
}

/// A session or batch as services and commands tell of it.
public struct SessionDocument: Codable, Sendable {
    public var id: String
    public var kind: SessionKind
    public var status: SessionOutlook.Phase
    /// Of a service's session.
    public var project: String?
    /// The path of the user it belongs to.
    public var user: String?
    /// Who pays; of sessions without a service, where somebody was named.
    public var account: String?
    public var device: String
    /// UTC.
    public var opened: String
    public var activated: String?
    public var lastActive: String
    /// When it ends by itself if nothing happens.
    public var ends: String?
    public var idleSeconds: Double
    public var maximalSeconds: Double
    /// Jobs that are not over.
    public var jobs: Int
    /// Machine time, seconds.
    public var machineSeconds: Double
    public var budgetSeconds: Double?

    /// Without the part that depends on who keeps it: project, user and account.
    public init(_ session: SessionOutlook) {
        id = session.index.name
        kind = SessionKind(session.kind)
        status = session.phase
        device = session.device
        opened = Timestamp.text(from: session.opened)
        activated = session.activated.map { Timestamp.text(from: $0) }
        lastActive = Timestamp.text(from: session.lastActive)
        ends = session.ends.map { Timestamp.text(from: $0) }
        idleSeconds = session.idleSeconds
        maximalSeconds = session.maximalSeconds
        jobs = session.liveJobs
        machineSeconds = session.usedSeconds
        budgetSeconds = session.budget.isFinite ? session.budget : nil
    }
}

/// A list of sessions, or a page of a longer one.
public struct SessionPage: Codable, Sendable {
    public var sessions: [SessionDocument]
    /// Where the next page is; left out on the last.
    public var next: String?

    public init(sessions: [SessionDocument], next: String? = nil) {
        self.sessions = sessions
        self.next = next
    }
}
