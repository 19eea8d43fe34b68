/// Someone who pays: the root, a project under it, a user under a project.
public struct AccountRecord: Hashable, Sendable {
    /// `physics/alice`; empty for the root.
    public let path: String
    public let parent: AccountIndex?
    /// Weight among its siblings.
    public internal(set) var share: Double
    /// Machine time it may use, seconds.
    public internal(set) var budget = Double.infinity
    /// Machine time it and those under it have used, seconds.
    public internal(set) var used = 0.0
    /// Machine time promised to parts that run now, seconds.
    public internal(set) var promised = 0.0
    /// Parts that run now.
    public internal(set) var running = 0

    init(path: String, parent: AccountIndex?, share: Double) {
        self.path = path
        self.parent = parent
        self.share = share
    }

    /// Whether a part may start: what was used and promised, and what it takes, is paid for; the last part alone may
    /// exceed the rest.
    func affords(_ seconds: Double) -> Bool {
        used + promised + seconds <= budget || (running == 0 && used < budget)
    }
}

extension TableIndex where Row == AccountRecord {
    /// The account above all others.
    public static var root: AccountIndex { AccountIndex(0) }
}
