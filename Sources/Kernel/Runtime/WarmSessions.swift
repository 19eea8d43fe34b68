/// What this process keeps of the sessions whose jobs it works on, and what it has heard since: of the sessions that were
/// asked for last.
struct WarmSessions {
    private struct Entry {
        let warmth = SessionWarmth()
        /// Whether other processes may have measured something that is not known here.
        var isBehind = true
        var asked = 0
        /// Of a batch: sites that its waiting jobs are compiled for, one beside the other.
        var promised = SiteMask()
    }

    /// Sessions that are warm at a time; the next one takes the place of the one that was idle longest.
    static let most = 256

    private var entries: [SessionIndex: Entry] = [:]
    private var count = 0

    /// - Returns: what is kept of the session, and whether it must be told first what others measured.
    mutating func warmth(of session: SessionIndex) -> (warmth: SessionWarmth, isBehind: Bool) {
        count += 1
        if entries[session] == nil, entries.count >= Self.most,
            let idle = entries.min(by: { $0.value.asked < $1.value.asked })?.key
        {
            entries[idle] = nil
        }
        var entry = entries[session] ?? Entry()
        let isBehind = entry.isBehind
        entry.isBehind = false
        entry.asked = count
        entries[session] = entry
        return (entry.warmth, isBehind)
    }

    /// Another process has worked on a job of it.
    mutating func fallBehind(_ session: SessionIndex) { entries[session]?.isBehind = true }

    func promised(to session: SessionIndex) -> SiteMask { entries[session]?.promised ?? SiteMask() }

    mutating func promise(_ sites: SiteMask, to session: SessionIndex) { entries[session]?.promised = sites }

    mutating func end(_ session: SessionIndex) { entries[session] = nil }
}

extension Runtime {
    /// Has what a job's session keeps at hand before the job goes on here, whoever submitted it.
    func warm(_ id: JobID) {
        guard jobs[id] != nil, let slot = state.book.jobs.slot(of: id),
            let session = state.book.jobs[slot].card.session, !state.book.sessions[session.place].isClosed
        else { return }
        let (warmth, isBehind) = warmSessions.warmth(of: session)
        jobs[id]?.work.warmth = warmth
        guard isBehind, options.isShared else { return }
        // What cannot be read is measured again.
        try? look { transaction throws(KernelError) in
            for ledger in try transaction.readoutLedgers(of: session) {
                warmth.keep(ledger.measured + ledger.found.joined())
            }
        }
    }

    /// Notes what a fact, of this process or of another, means for what is kept of sessions. Before it is applied.
    func noteWarmth(_ fact: Transition, isOurs: Bool) {
        switch fact {
        case .sessionClosed(let session): warmSessions.end(session)
        case .partFinished(let job, _), .mitigating(let job, _), .ended(let job, _):
            guard !isOurs, let slot = state.book.jobs.slot(of: job), let session = state.book.jobs[slot].card.session
            else { return }
            warmSessions.fallBehind(session)
        default: return
        }
    }

    /// Along with what it follows from: a part that measured a readout, or a compilation that takes one as known.
    func keepReadouts(of id: JobID, _ work: JobWork, in transaction: any StorageTransaction) throws(KernelError) {
        guard options.isShared, work.warmth != nil, state.state(of: id) != nil else { return }
        try transaction.setDocument(.readout, of: id, number: 0, ReadoutLedger(work, of: id).bytes)
    }
}

extension StorageTransaction {
    /// What the last jobs of a session measured, the oldest first. Each ledger repeats what its job found, so that what is
    /// used again and again is always among them.
    func readoutLedgers(of session: SessionIndex) throws(KernelError) -> [ReadoutLedger] {
        var filter = JobFilter(states: [.running, .mitigating, .completed, .failed, .cancelled], limit: 16)
        filter.session = session
        var ledgers: [ReadoutLedger] = []
        for summary in try summaries(filter).reversed() {
            guard let bytes = try document(.readout, of: summary.job, number: 0) else { continue }
            ledgers.append(try ReadoutLedger(bytes: bytes))
        }
        return ledgers
    }
}
