// From the queue to a machine. The policy proposes; whatever would break a promise is refused here.
extension KernelState {
    mutating func dispatch(_ cause: DispatchCause, _ now: Double, _ output: inout KernelOutput) {
        var yielding: [JobSlot] = []
        policy.preempt(cause, in: book, at: now, into: &yielding)
        for slot in yielding where book.jobs[slot].state.holdsSites && !book.jobs[slot].marks.contains(.yield) {
            emit(.marked(book.jobs[slot].id, .yield), now, &output)
        }
        var placements: [Placement] = []
        var accepted = true
        while accepted {
            placements.removeAll(keepingCapacity: true)
            policy.place(cause, in: book, at: now, into: &placements)
            accepted = false
            for placement in placements where place(placement, now, &output) { accepted = true }
        }
    }

    /// - Returns: whether the job got its place.
    private mutating func place(_ placement: Placement, _ now: Double, _ output: inout KernelOutput) -> Bool {
        guard refusal(of: placement, at: now) == nil else { return false }
        let job = book.jobs[placement.job]
        let fence = job.fence + 1
        if let session = job.card.session, book.sessions[session.place].activated == nil {
            emit(.sessionActivated(session), now, &output)
        }
        emit(.placed(job.id, placement.device, placement.sites, fence), now, &output)
        output.effects.append(.compile(job.id, placement.device, placement.sites, fence))
        return true
    }

    /// What a placement would break; nil if it is sound. Policies ask the same before they propose.
    public func refusal(of placement: Placement, at now: Double) -> PlacementRefusal? {
        book.refusal(of: placement, at: now)
    }
}

/// Why a job cannot start at a place now.
public enum PlacementRefusal: Sendable, Hashable, CaseIterable {
    case notWaiting, tooEarly, otherDevice, unavailable, noSites, occupied, wantsMachineAlone, session, reservation,
        budget
}

extension KernelBook {
    public func refusal(of placement: Placement, at now: Double) -> PlacementRefusal? {
        let job = jobs[placement.job], device = devices[placement.device.place]
        if job.state != .queued { return .notWaiting }
        if job.notBefore > now { return .tooEarly }
        if !job.card.admits(placement.device) { return .otherDevice }
        if !device.isAvailable { return .unavailable }
        if placement.sites.isEmpty || !placement.sites.fits(device.siteCount) { return .noSites }
        if !device.occupied.isDisjoint(with: placement.sites) { return .occupied }
        if device.runs > 0, job.card.wantsMachineAlone || device.solitaryRuns > 0 {
            return .wantsMachineAlone
        }
        return bar(placement.job, from: placement.device, at: now)
    }

    /// What keeps a job from a machine whoever runs there now: another's session or reservation, or a budget.
    func bar(_ slot: JobSlot, from index: DeviceIndex, at now: Double) -> PlacementRefusal? {
        let job = jobs[slot], device = devices[index.place]
        if let owner = device.session, owner != job.card.session { return .session }
        if let session = job.card.session, sessions[session.place].card.device != index { return .session }
        // A session that wants the machine to itself starts on an empty one.
        if let session = job.card.session, sessions[session.place].activated == nil,
            sessions[session.place].card.kind != .shared, device.runs > 0 || device.session != nil
        {
            return .session
        }
        let seconds = job.parts > 0 ? Double(job.partSeconds) : 0
        let gap = device.secondsFree(for: job.card.account, at: now, in: self)
        if gap <= 0 || seconds > gap { return .reservation }
        if !affords(slot, seconds: seconds) { return .budget }
        return nil
    }
}
