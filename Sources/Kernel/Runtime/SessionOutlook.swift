/// A session or batch as it is seen from outside.
public struct SessionOutlook: Hashable, Sendable {
    public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
        /// No job of it has started.
        case open
        case active
        /// It takes no more jobs, and ends with its last.
        case closing
        case closed
    }

    public var index: SessionIndex
    public var kind: SessionCard.Kind
    public var phase: Phase
    /// The path of who pays.
    public var account: String
    public var device: String
    /// Seconds since 1970-01-01 UTC.
    public var opened: Double
    public var activated: Double?
    public var lastActive: Double
    /// When it ends by itself if nothing happens; nil once it is over, or while it has jobs and no other limit.
    public var ends: Double?
    public var idleSeconds: Double
    public var maximalSeconds: Double
    /// Jobs that are not over.
    public var liveJobs: Int
    /// Machine time, seconds.
    public var usedSeconds: Double
    public var budget: Double

    init(_ index: SessionIndex, in book: KernelBook) {
        let record = book.sessions[index.place], card = record.card
        self.index = index
        kind = card.kind
        phase =
            record.isClosed
            ? .closed : record.isClosing ? .closing : record.activated == nil ? .open : .active
        account = book.accounts[card.account.place].path
        device = book.devices[card.device.place].name
        opened = record.opened
        activated = record.activated
        lastActive = record.lastActive
        ends = record.end == .infinity ? nil : record.end
        idleSeconds = card.interactiveSeconds
        maximalSeconds = card.maximalSeconds
        liveJobs = record.liveJobs
        usedSeconds = record.used
        budget = card.budget
    }
}

extension SessionIndex {
    /// What a session is called outside: `ses-1` is the first.
    public var name: String { "ses-\(place + 1)" }

    /// Nil for what is no such name.
    public init?(name: some StringProtocol) {
        guard name.hasPrefix("ses-"), let number = Int32(name.dropFirst(4)), number > 0, "ses-\(number)" == name else {
            return nil
        }
        self.init(Int(number) - 1)
    }
}

extension Runtime {
    /// - Returns: nil where there never was such a session.
    public func session(_ index: SessionIndex) throws(KernelError) -> SessionOutlook? {
        try transact { _, _ throws(KernelError) in }
        return state.book.sessions.indices.contains(index.place) ? SessionOutlook(index, in: state.book) : nil
    }

    /// Sessions and batches below a number, the newest first.
    ///
    /// - Parameter isWanted: by the path of the account.
    public func sessions(
        before last: SessionIndex? = nil, limit: Int, where isWanted: @Sendable (SessionOutlook) -> Bool
    ) throws(KernelError) -> [SessionOutlook] {
        try transact { _, _ throws(KernelError) in }
        var found: [SessionOutlook] = []
        for place in state.book.sessions.indices[..<min(last?.place ?? .max, state.book.sessions.count)].reversed() {
            let outlook = SessionOutlook(SessionIndex(place), in: state.book)
            if isWanted(outlook) { found.append(outlook) }
            if found.count == limit { break }
        }
        return found
    }

    /// No more jobs: the session ends with those that are on their way.
    ///
    /// - Parameter cancelling: those as well.
    public func close(_ session: SessionIndex, cancelling: Bool) async throws(KernelError) {
        try transact { _, handle throws(KernelError) in
            handle(.closeSession(session))
            guard cancelling else { return }
            let jobs = state.book.jobs.slots.filter { state.book.jobs[$0].card.session == session }
                .map { state.book.jobs[$0].id }
            for job in jobs { handle(.cancel(job)) }
        }
        try await durable()
    }
}
