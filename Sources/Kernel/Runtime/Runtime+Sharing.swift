import Compiler
import Hardware

// Several processes on one storage.
extension Runtime {
    /// Follows a job that was submitted elsewhere, so that `end(of:)` can be asked for it.
    public func follow(_ id: JobID) throws(KernelError) {
        guard jobs[id] == nil else { return }
        let request = try storedRequest(of: id)
        jobs[id] = JobRecord(request: request, progress: nil)
        // Read anew, so that what happened before is seen.
        seen = nil
        look()
        reconcile()
        startPolling()
    }

    private func storedRequest(of id: JobID) throws(KernelError) -> JobRequest {
        let bytes = try look { transaction throws(KernelError) in
            try transaction.document(.request, of: id, number: 0)
        }
        guard let bytes, !bytes.isEmpty else { throw KernelError.unknownJob(id) }
        return try SubmissionDocument(bytes: bytes).request()
    }

    /// Works on everything that no one else works on, until there has been nothing for a while or the task is cancelled.
    public func drain(idleSeconds: Double) async {
        startPolling()
        var idleSince = clock.now
        while !Task.isCancelled {
            look()
            let now = clock.now
            if hasWork || now < idleSince { idleSince = now }
            if now - idleSince >= idleSeconds {
                try? await durable()
                return
            }
            try? await Task.sleep(for: .seconds(max(options.pollSeconds, 0.05)))
        }
    }

    /// Whether some job is on its way; those that stand aside wait for people.
    private var hasWork: Bool {
        state.book.jobs.slots.contains { state.book.jobs[$0].state != .paused }
    }

    func startPolling() {
        startHeartbeats()
        guard options.isShared, poller == nil else { return }
        storage.onChange { [weak self] in Task { await self?.poll() } }
        let seconds = options.pollSeconds
        poller = Task { [weak self] in
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(seconds))
                guard let self else { return }
                await self.poll()
            }
        }
    }

    func poll() {
        let current = storage.changeMark()
        let isDue = nextTick <= clock.now
        let hasWork = leaseWork()
        guard current != mark || isDue || hasWork else { return }
        mark = current
        if isDue || hasWork || clock.now >= nextLook || !watch() { look() }
    }

    /// A turn for its own sake: for what others wrote, and left.
    private func look() {
        seeksOrphans = true
        nextLook = clock.now + options.pollSeconds
        take(.tick)
    }

    /// Takes in what others wrote without a turn: whoever only watches keeps nobody from writing.
    ///
    /// - Returns: whether that is all, because nothing is to be decided here.
    private func watch() -> Bool {
        guard let last = seen else { return false }
        // While turns of our own are on their way, nobody else writes.
        if unsettled.batch != nil || !settling.isEmpty { return true }
        let read = try? storage.snapshot { store throws(KernelError) in try store.facts(after: last) }
        guard let (entries, number) = read else { return false }
        if entries.isEmpty { return true }
        takeNews(entries, number)
        hasOnlyWatched = true
        reconcile()
        tellObserver([])
        return !state.book.liveRuns.contains { $0.worker == 0 }
            && !entries.contains { entry in
                guard let job = entry.fact.job else { return false }
                return jobs[job] != nil || state.state(of: job) == .created
            }
    }

    /// Whether a fact is about a job that this process does not work on, and might have to.
    func isOfStranger(_ fact: Transition) -> Bool {
        switch fact {
        case .submitted(let job, _), .placed(let job, _, _, _), .unclaimed(let job, _): jobs[job] == nil
        default: false
        }
    }

    /// Leases work for the turn that comes, where workers share it out.
    ///
    /// - Returns: whether there is any.
    private func leaseWork() -> Bool {
        let free = options.mostRuns - state.book.liveRuns.count(where: holds)
        guard options.adopts, !isStandingDown, free > 0,
            let found = try? storage.leaseWork(min(free, 1_000) + 16)
        else { return false }
        leased = Set(found)
        return !found.isEmpty
    }

    /// Runs that nobody works on, the one that was placed first in front: a worker with little room passes nobody over.
    var unclaimedRuns: [RunRecord] {
        let runs = state.book.liveRuns.filter { $0.worker == 0 }
        return runs.count > 1 ? runs.sorted { ($0.placed, $0.job) < ($1.placed, $1.job) } : runs
    }

    /// Whether a run that nobody works on may be taken up here.
    ///
    /// - Parameter facts: of this turn. What was placed in it no other worker can have leased.
    func mayTake(_ run: RunRecord, _ facts: [Transition]) -> Bool {
        guard state.book.mayClaim(run, options.worker) else { return false }
        if let leased, !leased.contains(run.job) {
            let isNew = facts.contains { fact in
                switch fact {
                case .placed(let job, _, _, _), .unclaimed(let job, _): job == run.job
                default: false
                }
            }
            guard isNew else { return false }
        }
        return options.mostRuns == .max || state.book.liveRuns.count(where: holds) < options.mostRuns
    }

    /// Whether nobody works on a job that should be worked on since a moment.
    ///
    /// Whoever has left one of its jobs alone for a lease is held to be gone: its other jobs do not wait for a lease each.
    /// Should it be there after all, fences keep what two do from counting twice.
    private func isOrphan(
        _ job: JobID, since time: Double, _ transaction: any StorageTransaction, _ now: Double
    ) throws(KernelError) -> Bool {
        let lease = options.rules.leaseSeconds
        // A time that lies further ahead than a lease was told by a clock that was wrong.
        let isLate = abs(now - time) > lease
        guard let owner = try transaction.summary(of: job)?.owner else { return isLate }
        if owner == 0 || abs(now - silentOwners[owner, default: -.infinity]) < 60 * lease { return true }
        if isLate, owner != options.worker { silentOwners[owner] = now }
        return isLate
    }

    /// Takes over what no one works on: jobs without an owner at once, others when their owner was silent for a lease.
    func adoptOrphans(
        _ transaction: any StorageTransaction, _ now: Double, _ output: inout KernelOutput
    ) throws(KernelError) {
        guard options.adopts, !isStandingDown, options.mostRuns > 0 else { return }
        var orphans: [JobID] = []
        for run in unclaimedRuns where jobs[run.job] == nil && mayTake(run, output.facts) {
            if try isOrphan(run.job, since: run.placed, transaction, now) { orphans.append(run.job) }
        }
        for slot in state.book.jobs.slots where state.book.jobs[slot].state == .created {
            let job = state.book.jobs[slot]
            guard jobs[job.id] == nil else { continue }
            if try isOrphan(job.id, since: job.submitted, transaction, now) { orphans.append(job.id) }
        }
        for id in orphans {
            let bytes = try transaction.document(.request, of: id, number: 0) ?? []
            do throws(KernelError) {
                jobs[id] = JobRecord(request: try SubmissionDocument(bytes: bytes).request(), progress: nil)
                jobs[id]?.work.received = now
                if state.state(of: id) == .created { output.effects.append(.validate(id)) }
            } catch {
                state.handle(.refuse(id), at: now, into: &output)
                try transaction.setDocument(.failure, of: id, number: 0, FailureDocument(error).bytes)
            }
        }
    }
}

extension Runtime {
    /// What can be known of a request before it becomes a job: a dry run by the checks that decide later.
    ///
    /// - Parameter session: the one that it would be sent into.
    /// - Throws: what makes the request wrong, or why the job would not start by itself, with the figure that stands in
    ///   the way: no machine takes it, or nobody pays for it.
    @discardableResult
    public func check(
        _ request: JobRequest, in session: SessionIndex? = nil
    ) async throws(KernelError) -> JobAppraisal {
        let appraisal = try await checked(request, in: session).appraisal
        if let verdict = appraisal.refusal ?? appraisal.unpaid { throw verdict }
        return appraisal
    }

    /// The same before a submission, with what was learnt on the way, so that the job need not be checked again. What the
    /// machines refuse is for `submit` to throw; a job that nobody pays for is taken, and stands aside until a budget is
    /// raised.
    ///
    /// - Throws: what makes the request wrong.
    public nonisolated func checked(
        _ request: JobRequest, in session: SessionIndex? = nil
    ) async throws(KernelError) -> CheckedRequest {
        var work = JobWork()
        let demand = try work.validate(request, in: context(of: JobID(0)))
        // What stands on sites already is not looked a region for.
        let isPlaced = request.workload.namesSites || request.compilerOptions.rewriting.keepsSites
        let profile = isPlaced ? nil : demand.profile ?? work.plan?.profile
        let appraisal = try await appraise(request, demand, profile, session)
        return CheckedRequest(appraisal: appraisal, work: work, demand: demand)
    }

    /// - Parameter profile: nil where the program names its sites itself.
    private func appraise(
        _ request: JobRequest, _ demand: JobDemand, _ profile: ProgramProfile?, _ session: SessionIndex?
    ) throws(KernelError) -> JobAppraisal {
        let sites = siteCounts(request)
        let delays = request.devices.compactMap {
            (try? machines.device($0))?.description.timing.repetitionDelay.value
        }
        return try transact { _, handle throws(KernelError) -> JobAppraisal in
            var card = card(for: request, in: session, sites, handle)
            card.width = UInt16(clamping: demand.width)
            card.shots = UInt32(clamping: demand.shots)
            guard let profile else {
                // Its shots are not faster than the machine is ready for the next.
                let seconds = max(demand.seconds, Double(demand.shots) * (delays.max() ?? 0))
                return state.policy.appraisePlaced(card, seconds: seconds, in: state.book, at: clock.now)
            }
            // All of a machine is not better than the best region of it.
            equip(for: card, handle, forAppraisal: true)
            return state.policy.appraise(card, profile, in: state.book, at: clock.now)
        }
    }

    /// Machine time that an account and those under it have used and may use, seconds.
    public func usage(of path: String) throws(KernelError) -> (used: Double, budget: Double) {
        try transact { _, _ throws(KernelError) in }
        guard let account = state.book.account(at: path) else { return (0, .infinity) }
        return (state.book.accounts[account.place].used, state.book.accounts[account.place].budget)
    }
}

/// A request that was found right, and what was learnt of it.
public struct CheckedRequest: Sendable {
    /// What each machine offers, or why it refuses.
    public let appraisal: JobAppraisal
    let work: JobWork
    let demand: JobDemand
}
