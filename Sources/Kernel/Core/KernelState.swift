// The core of the operating system: a synchronous value, (state, event) → (state, effects). It does no work and knows no
// time; whoever drives it (the runtime in real time, a loop in virtual time) carries the effects out and reports back.

/// The kernel's book beside the policy that decides.
///
/// `handle` decides: it turns an event into facts, each applied at once, and effects. `apply` takes in facts that were
/// decided before or elsewhere. Journaling the facts of `handle` and applying them to an empty state gives the same state.
public struct KernelState<Policy: SchedulingPolicy>: Sendable {
    public internal(set) var book: KernelBook
    public internal(set) var policy: Policy

    public init(policy: Policy, rules: KernelRules = KernelRules()) {
        book = KernelBook(rules: rules)
        self.policy = policy
    }

    /// Tells the policy what no event does: the regions of a machine under a new calibration, a measured run time.
    public mutating func withPolicy<T>(_ body: (inout Policy) -> T) -> T { body(&policy) }

    /// Takes in one event. News that no longer applies (the compiler finishes after the job was cancelled, a worker comes
    /// back after its lease ran out) changes nothing.
    ///
    /// - Parameter output: facts to be journaled and effects to be carried out are appended.
    // Drivers in other modules would else go through witness tables at every step.
    @_specialize(where Policy == FleetScheduler)
    public mutating func handle(_ event: KernelEvent, at now: Double, into output: inout KernelOutput) {
        switch event {
        case .submit(let id, let card): submit(id, card, now, &output)
        case .validated(let id, let demand):
            guard let slot = live(id, .created) else { return }
            emit(.validated(id, demand), now, &output)
            requeue(slot, .accepted, now, &output)
            if book.jobs[slot].state == .queued { dispatch(.job(slot), now, &output) }
        case .claim(let id, let worker):
            guard let slot = book.jobs.slot(of: id), let run = book.run(of: slot), run.worker == 0,
                book.mayClaim(run, worker)
            else { return }
            emit(.claimed(id, worker, book.jobs[slot].fence + 1), now, &output)
            resumeWork(slot, &output)
        case .renew(let id, let fence):
            guard let slot = book.jobs.slot(of: id), holds(slot, fence) else { return }
            renew(slot, now)
        case .compiled(let id, let fence, let parts, let seconds):
            compiled(id, fence, parts, seconds, now, &output)
        case .partFinished(let id, let fence, let seconds): partFinished(id, fence, seconds, now, &output)
        case .attemptFailed(let id, let fence, let failure): attemptFailed(id, fence, failure, now, &output)
        case .mitigated(let id, let fence):
            guard let slot = live(id, .mitigating), holds(slot, fence) else { return }
            end(slot, .completed, now, &output)
        case .refuse(let id):
            guard let slot = book.jobs.slot(of: id) else { return }
            end(slot, .failed, now, &output)
        case .cancel(let id):
            guard let slot = book.jobs.slot(of: id) else { return }
            end(slot, .cancelled, now, &output)
        case .pause(let id): pause(id, now, &output)
        case .resume(let id):
            // A job that nobody pays for has nothing to go on with.
            guard let slot = live(id, .paused), !book.isUnpaid(slot) else { return }
            emit(.queued(id, .resumed, notBefore: 0), now, &output)
            dispatch(.job(slot), now, &output)
        case .stopped(let id, let fence, let seconds): release(id, fence, seconds, now, &output)
        case .tick: tick(now, &output)
        default: handleFleet(event, now, &output)
        }
    }

    /// How many waiting jobs and running ones of its machine come before this one; nil unless it waits.
    public func position(of id: JobID) -> Int? {
        guard let slot = live(id, .queued) else { return nil }
        return policy.position(of: slot, in: book)
    }

    public func state(of id: JobID) -> JobState? { book.jobs.slot(of: id).map { book.jobs[$0].state } }
}

/// What an event led to.
public struct KernelOutput: Sendable {
    public var facts: [Transition] = []
    public var effects: [KernelEffect] = []

    public init() {}

    public mutating func removeAll() {
        facts.removeAll(keepingCapacity: true)
        effects.removeAll(keepingCapacity: true)
    }
}

// What the handlers share.
extension KernelState {
    mutating func emit(_ fact: Transition, _ now: Double, _ output: inout KernelOutput) {
        apply(fact, at: now)
        output.facts.append(fact)
    }

    func live(_ id: JobID, _ state: JobState) -> JobSlot? {
        guard let slot = book.jobs.slot(of: id), book.jobs[slot].state == state else { return nil }
        return slot
    }

    /// Whether news with this fence comes from whoever has the right to the job now.
    func holds(_ slot: JobSlot, _ fence: Fence) -> Bool {
        book.jobs[slot].run >= 0 && book.jobs[slot].fence == fence
    }

    private mutating func renew(_ slot: JobSlot, _ now: Double) {
        book.runs[Int(book.jobs[slot].run)]?.leaseEnd = now + book.rules.leaseSeconds
    }

    /// Sends a job to the queue; one that nobody pays for stands aside at once, until a budget is raised.
    mutating func requeue(
        _ slot: JobSlot, _ reason: QueueReason, notBefore: Double = 0, _ now: Double, _ output: inout KernelOutput
    ) {
        let job = book.jobs[slot]
        emit(.queued(job.id, reason, notBefore: notBefore), now, &output)
        if book.isUnpaid(slot) { emit(.paused(job.id, overBudget: true), now, &output) }
    }

    /// Emits a fact that charges an account; where it takes the last of a budget, whoever waits for that stands aside.
    mutating func charge(
        _ fact: Transition, _ account: AccountIndex, _ session: SessionIndex?, _ now: Double,
        _ output: inout KernelOutput
    ) {
        let before = book.spentCount(account, session)
        emit(fact, now, &output)
        if book.spentCount(account, session) > before { setUnpaidAside(now, &output) }
    }

    /// Jobs that nobody pays for do not wait: they stand aside.
    mutating func setUnpaidAside(_ now: Double, _ output: inout KernelOutput) {
        for slot in book.jobs.slots where book.jobs[slot].state == .queued && book.isUnpaid(slot) {
            emit(.paused(book.jobs[slot].id, overBudget: true), now, &output)
        }
    }

    /// Tells the worker that has just taken a run up what is to be done.
    private func resumeWork(_ slot: JobSlot, _ output: inout KernelOutput) {
        guard let run = book.run(of: slot) else { return }
        if run.stage == .mitigate {
            output.effects.append(.mitigate(run.job, run.fence))
        } else {
            output.effects.append(.compile(run.job, run.device, run.sites, run.fence))
        }
    }

    private mutating func submit(_ id: JobID, _ card: JobCard, _ now: Double, _ output: inout KernelOutput) {
        guard book.jobs.slot(of: id) == nil else { return }
        // A session that is over takes no more jobs, nor one for another machine: it is refused, in writing.
        let refused =
            card.session.map { index in
                let session = book.sessions[index.place]
                return session.isClosing || (card.device ?? session.card.device) != session.card.device
            } ?? false
        emit(.submitted(id, card), now, &output)
        if refused {
            if let slot = book.jobs.slot(of: id) { end(slot, .failed, now, &output) }
        } else {
            output.effects.append(.validate(id))
        }
    }

    private mutating func pause(_ id: JobID, _ now: Double, _ output: inout KernelOutput) {
        guard let slot = book.jobs.slot(of: id) else { return }
        switch book.jobs[slot].state {
        case .queued: emit(.paused(id, overBudget: false), now, &output)
        case .compiling, .running: emit(.marked(id, .pause), now, &output)
        default: break
        }
    }

    /// Brings a job to a final state. A worker on it is told to stop and keeps its sites until it has.
    mutating func end(_ slot: JobSlot, _ state: JobState, _ now: Double, _ output: inout KernelOutput) {
        let job = book.jobs[slot]
        guard job.state.successors.contains(state) else { return }
        let run = book.run(of: slot)
        if state != .completed, let run {
            if !run.sites.isEmpty, run.worker != 0 || run.hasPart { emit(.stopping(job.id), now, &output) }
            output.effects.append(.stop(job.id, run.fence))
        }
        emit(.ended(job.id, state), now, &output)
        output.effects.append(.deliver(job.id, state))
        if let session = job.card.session { closeIfDone(session, now, &output) }
        if let run, !run.sites.isEmpty { dispatch(.device(run.device), now, &output) }
    }

    private mutating func release(
        _ id: JobID, _ fence: Fence, _ seconds: Double, _ now: Double, _ output: inout KernelOutput
    ) {
        guard let index = book.stoppingIndex(id, fence), let run = book.runs[Int(book.stoppingRuns[index])]
        else { return }
        charge(
            .released(id, fence, seconds: min(seconds, run.promised)), run.account, run.session, now, &output)
        dispatch(.device(run.device), now, &output)
    }
}
