// The machinery: events in, facts to the storage, effects out.
extension Runtime {
    func take(
        _ event: KernelEvent,
        writing write: (any StorageTransaction) throws(KernelError) -> Void = { _ throws(KernelError) in }
    ) {
        if hasStoodDown { return }
        do throws(KernelError) {
            try transact { transaction, handle throws(KernelError) in
                handle(event)
                try write(transaction)
            }
        } catch {
            // What cannot be written did not happen. The lease runs out, and whoever can write takes over.
            storageFailed(error)
        }
    }

    /// One exclusive turn at the storage: what others wrote is taken in, then `body` hands events to the kernel.
    func transact<Value>(
        _ body: (any StorageTransaction, (KernelEvent) -> Void) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let now = clock.now
        var output = KernelOutput()
        var hasNews = false
        let value: Value
        do throws(KernelError) {
            let turn = try storage.turn(after: latestBatch) { transaction throws(KernelError) -> Value in
                hasNews = try catchUp(transaction, now) || hasOnlyWatched
                // Whoever is here is alive, whatever the clock says.
                for run in state.book.liveRuns where holds(run) {
                    state.handle(.renew(run.job, run.fence), at: now, into: &output)
                }
                if hasNews || equipment.isEmpty { equipAll { state.handle($0, at: now, into: &output) } }
                let value = try body(transaction) { state.handle($0, at: now, into: &output) }
                if seeksOrphans || hasNews || output.facts.contains(where: isOfStranger) {
                    seeksOrphans = false
                    try adoptOrphans(transaction, now, &output)
                }
                watch(&output, failure: failure, at: now)
                for run in unclaimedRuns where run.stage != .stopping && !isStandingDown {
                    guard mayTake(run, output.facts) else { continue }
                    guard jobs[run.job]?.final == nil, jobs[run.job] != nil else { continue }
                    state.handle(.claim(run.job, options.worker), at: now, into: &output)
                }
                try foretell(transaction, now, &output)
                if !output.facts.isEmpty {
                    seen = try transaction.append(output.facts.map { JournalEntry(time: now, fact: $0) })
                }
                return value
            }
            value = turn.value
            // Where nothing is open any more it is on its way.
            unsettled.batch = turn.batch ?? unsettled.batch
        } catch {
            // What was decided was not written.
            if !output.facts.isEmpty { (seen, keptCalibrations) = (nil, []) }
            // Earlier turns may be lost with it, and then something must be done about them.
            if error.kind == .system { settle() }
            throw error
        }
        hasOnlyWatched = false
        for fact in output.facts {
            judge(fact, at: now)
            noteWarmth(fact, isOurs: true)
            if let job = fact.job, let state = fact.state { jobs[job]?.work.reached(state, at: now) }
        }
        unsettled.facts += output.facts
        for effect in output.effects {
            if mustBeDurable(effect) { unsettled.effects.append(effect) } else { perform(effect) }
        }
        if leased != nil {
            leased = []
            // Whoever has become free looks for the next.
            let isFree = output.facts.contains { fact in
                switch fact {
                case .ended, .queued, .paused, .released: true
                default: false
                }
            }
            if isFree, state.book.liveRuns.contains(where: { $0.worker == 0 }) { Task { poll() } }
        }
        if hasNews { reconcile() }
        tellGates()
        if !hasStoodDown { pulse?.set(state.book.liveRuns.filter(holds)) }
        scheduleTick(now)
        scheduleSettling()
        return value
    }

    /// The last batch of this process that is not durable.
    private var latestBatch: StorageBatch? { unsettled.batch ?? settling.last { $0.batch != nil }?.batch }

    /// A look at the storage that sees what this process wrote, durable or not.
    func look<Value>(
        _ body: (any StorageTransaction) throws(KernelError) -> Value
    ) throws(KernelError) -> Value {
        let turn = try storage.turn(after: latestBatch, body)
        if let batch = turn.batch {
            unsettled.batch = batch
            scheduleSettling()
        }
        return turn.value
    }

    /// Whether this process works on a run, so that its lease goes on. What it let go of goes to whoever comes first once
    /// the lease has run out.
    func holds(_ run: RunRecord) -> Bool {
        run.worker == options.worker && (jobs[run.job] != nil || run.stage == .stopping)
    }

    /// Takes in what others wrote.
    ///
    /// - Returns: whether there was anything.
    private func catchUp(_ transaction: any StorageTransaction, _ now: Double) throws(KernelError) -> Bool {
        var hasNews = false
        if let last = seen {
            let (entries, number) = try transaction.facts(after: last)
            takeNews(entries, number)
            hasNews = !entries.isEmpty
        } else {
            state = KernelState(policy: StandardPolicy(rules: options.scheduling), rules: options.rules)
            equipment = [:]
            health = FleetHealth()
            promises = [:]
            (traffic, pastTraffic) = (TrafficMemory(), nil)
            let (entries, number) = try transaction.livingFacts()
            for entry in entries { take(entry) }
            hasNews = !jobs.isEmpty
            state.withPolicy { $0.catchUpLater() }
            seen = number
        }
        // What this process renews itself it knows; of others it asks where a lease seems to have run out.
        let isDoubtful = state.book.liveRuns.contains {
            $0.worker != 0 && $0.worker != options.worker && $0.leaseEnd <= now
        }
        if options.isShared, isDoubtful {
            for renewal in try transaction.renewals() { state.book.renew(renewal, at: now) }
        }
        return hasNews
    }

    /// Facts that others wrote, up to the one with this number.
    func takeNews(_ entries: [JournalEntry], _ number: UInt64) {
        seen = number
        if entries.isEmpty { return }
        for entry in entries {
            take(entry)
            news.take(entry.fact)
        }
        state.withPolicy { $0.catchUpLater() }
    }

    /// A fact that was journaled before, or elsewhere.
    private func take(_ entry: JournalEntry) {
        noteWarmth(entry.fact, isOurs: false)
        state.apply(entry.fact, at: entry.time)
        // Whoever placed a job that is worked on here, it was then.
        if let job = entry.fact.job, let state = entry.fact.state { jobs[job]?.work.reached(state, at: entry.time) }
        judge(entry.fact, at: entry.time)
        // What follows for the machines is said with the next facts of our own.
        health.absorb([entry.fact], at: entry.time)
    }

    func tellObserver(_ facts: [Transition]) {
        guard let observer = options.observer else { return }
        for fact in facts { news.take(fact) }
        if !news.jobs.isEmpty { observer(news) }
        news = JobNews()
    }

    func perform(_ effect: KernelEffect) {
        switch effect {
        case .validate(let id): validate(id)
        case .compile(let id, let device, let sites, let fence):
            if isMine(id, fence) { compile(id, fence, at: station(device, sites, of: id)) }
        case .run(let id, _, let fence): if isMine(id, fence) { run(id, fence) }
        case .mitigate(let id, let fence): if isMine(id, fence) { mitigate(id, fence) }
        case .stop(let id, _): jobs[id]?.task?.cancel()
        case .discardParts(let id):
            jobs[id]?.work.discardRuns()
            do throws(KernelError) {
                try look { transaction throws(KernelError) in try transaction.removeDocuments(.part, of: id) }
            } catch { storageFailed(error) }
        case .deliver(let id, let state): deliver(id, state)
        }
    }

    /// Whether this worker has the right to the job now.
    private func isMine(_ id: JobID, _ fence: Fence) -> Bool {
        guard let run = state.book.run(of: id) else { return false }
        return run.worker == options.worker && run.fence == fence
    }

    /// Draws the consequences of what others wrote for the jobs that are followed here.
    func reconcile() {
        for (id, record) in jobs where record.final == nil {
            if state.state(of: id) == nil {
                // Over, by someone else's hand.
                let summary = try? look { transaction throws(KernelError) in try transaction.summary(of: id) }
                if let final = summary?.state, final.isFinal { deliver(id, final) }
                record.task?.cancel()
            } else if state.state(of: id) == .paused {
                stoodAside(id)
            } else if let run = state.book.run(of: id), run.worker != options.worker {
                record.task?.cancel()
            }
        }
    }

    /// Tells whoever waits that the job goes no further by itself.
    func stoodAside(_ id: JobID) {
        let waiting = jobs[id]?.waiting ?? []
        jobs[id]?.waiting = []
        for continuation in waiting { continuation.resume(returning: .paused) }
    }

    func deliver(_ id: JobID, _ state: JobState) {
        guard var record = jobs[id], record.final == nil else { return }
        ahead.remove(id)
        record.final = state
        switch state {
        case .completed: break
        case .cancelled: record.outcome = .failure(.cancelled)
        default: if record.outcome == nil { record.outcome = .failure(Self.gaveUp(id)) }
        }
        let waiting = record.waiting
        record.waiting = []
        // The result is all that is kept; programs and outcomes in it are shared, not copied.
        record.work = JobWork()
        jobs[id] = options.keepsOutcomes ? record : nil
        for continuation in waiting { continuation.resume(returning: state) }
    }

    /// The storage cannot be written: jobs of this process fail, as far as it is concerned.
    func storageFailed(_ error: KernelError) {
        for id in jobs.keys.sorted() where jobs[id]?.final == nil {
            jobs[id]?.task?.cancel()
            jobs[id]?.outcome = .failure(error)
            deliver(id, .failed)
        }
    }

    /// Asks the kernel again when a wait is over, though nothing happens.
    private func scheduleTick(_ now: Double) {
        let next = min(state.nextTick(after: now), health.nextTick(after: now))
        guard next < nextTick || nextTick <= now else { return }
        timer?.cancel()
        timer = nil
        nextTick = next
        guard next < .infinity else { return }
        timer = Task { [weak self] in
            try? await Task.sleep(for: .seconds(min(3600, max(0.001, next - now))))
            if !Task.isCancelled { await self?.take(.tick) }
        }
    }
}

extension KernelBook {
    /// Takes in a lease that another process renewed.
    ///
    /// One that ends many leases ahead was written by a clock that was wrong: that it was written shows that somebody was there,
    /// and where nobody writes again, nobody is.
    mutating func renew(_ renewal: LeaseRenewal, at now: Double) {
        for place in runs.indices {
            guard let run = runs[place], run.job == renewal.job, run.fence == renewal.fence else { continue }
            let isFarAhead = renewal.end > now + 60 * rules.leaseSeconds
            if isFarAhead, renewal.end == run.renewedUntil { continue }
            runs[place]?.renewedUntil = renewal.end
            runs[place]?.leaseEnd = max(run.leaseEnd, isFarAhead ? now + rules.leaseSeconds : renewal.end)
        }
    }
}
