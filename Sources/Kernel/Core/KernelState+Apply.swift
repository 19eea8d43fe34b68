// The fold: facts in, book and policy changed. Nothing is decided here, so that a journal written by another version, or
// under another policy, means the same.
extension KernelState {
    /// Takes in a fact from the journal.
    ///
    /// - Precondition: the facts come in the order in which they were journaled.
    public mutating func apply(_ fact: Transition, at now: Double) {
        book.factCount += 1
        switch fact {
        case .deviceAdded, .deviceChanged, .calibrated, .accountAdded, .shareSet, .budgetSet, .used, .sessionOpened,
            .sessionActivated, .sessionClosing, .sessionClosed, .reserved, .reservationEnded:
            applyToFleet(fact, at: now)
        case .submitted(let id, let card):
            _ = book.jobs.insert(JobRecord(id: id, card: card, submitted: now))
            if let session = card.session {
                book.sessions[session.place].liveJobs += 1
                book.sessions[session.place].lastActive = now
            }
        case .released(let id, let fence, let seconds): applyRelease(id, fence, seconds, at: now)
        default:
            // News of the living only.
            guard let id = fact.job, let slot = book.jobs.slot(of: id) else { return }
            applyToJob(fact, slot, at: now)
        }
    }

    private mutating func applyToJob(_ fact: Transition, _ slot: JobSlot, at now: Double) {
        if book.jobs[slot].state == .queued, let next = fact.state, next != .queued {
            policy.remove(slot, in: book, at: now)
        }
        if let next = fact.state {
            assert(
                book.jobs[slot].state.successors.contains(next), "\(book.jobs[slot].state) is not followed by \(next)")
            book.jobs[slot].state = next
        }
        switch fact {
        case .validated(_, let demand):
            book.jobs[slot].card.take(demand) { policy.number(of: $0) }
        case .queued(_, let reason, let notBefore):
            if reason == .retried { book.jobs[slot].failures &+= 1 }
            if reason == .workerLost { book.jobs[slot].losses &+= 1 }
            book.jobs[slot].notBefore = notBefore
            book.jobs[slot].marks.subtract([.pause, .yield, .stale, .overBudget])
            dropRun(of: slot, at: now)
            policy.enqueue(slot, in: book, at: now)
        case .placed(let id, let device, let sites, let fence):
            book.jobs[slot].fence = fence
            let card = book.jobs[slot].card
            let run = RunRecord(
                job: id, device: device, sites: sites, stage: .compile, fence: fence, worker: 0,
                leaseEnd: now + book.rules.leaseSeconds, account: card.account, session: card.session,
                isSolitary: card.wantsMachineAlone, placed: now)
            book.jobs[slot].run = book.addRun(run)
            book.devices[device.place].occupied.formUnion(sites)
            book.devices[device.place].runs += 1
            if run.isSolitary { book.devices[device.place].solitaryRuns += 1 }
        case .claimed(_, let worker, let fence): lease(slot, worker, fence, at: now)
        case .unclaimed(_, let fence):
            book.jobs[slot].losses &+= 1
            lease(slot, 0, fence, at: now)
        case .compiled(_, let parts, let partSeconds):
            book.jobs[slot].parts = parts
            book.jobs[slot].partSeconds = partSeconds
        case .partStarted(_, let fence): startPart(slot, fence, at: now)
        case .partFinished(_, let seconds):
            settlePart(slot, used: seconds, at: now)
            book.jobs[slot].charged += seconds
            book.jobs[slot].finishedParts += 1
            book.jobs[slot].failures = 0
            book.jobs[slot].losses = 0
        case .recompiling(_, let discarding, let fence):
            book.jobs[slot].fence = fence
            book.jobs[slot].marks.remove(.stale)
            if discarding {
                book.jobs[slot].finishedParts = 0
                book.jobs[slot].reruns += 1
            }
            updateRun(slot) { run, _ in
                run.stage = .compile
                run.fence = fence
            }
        case .flagged:
            book.jobs[slot].marks.remove(.stale)
            book.jobs[slot].marks.insert(.flagged)
        case .mitigating(_, let fence):
            book.jobs[slot].fence = fence
            freeSites(of: slot)
            updateRun(slot) { run, _ in
                run.stage = .mitigate
                run.fence = fence
            }
        case .paused(_, let overBudget):
            if overBudget { book.jobs[slot].marks.insert(.overBudget) }
            book.jobs[slot].marks.subtract([.pause, .yield, .stale])
            dropRun(of: slot, at: now)
        case .marked(_, let marks): book.jobs[slot].marks.formUnion(marks)
        case .unmarked(_, let marks): book.jobs[slot].marks.subtract(marks)
        case .stopping:
            let place = book.jobs[slot].run
            guard place >= 0 else { return }
            book.runs[Int(place)]?.stage = .stopping
            book.stoppingRuns.append(place)
            book.jobs[slot].run = -1
        case .ended:
            dropRun(of: slot, at: now)
            if let session = book.jobs[slot].card.session {
                book.sessions[session.place].liveJobs -= 1
                book.sessions[session.place].lastActive = now
            }
            book.jobs.remove(slot)
        default: break
        }
    }

    private mutating func updateRun(_ slot: JobSlot, _ change: (inout RunRecord, JobRecord) -> Void) {
        let place = book.jobs[slot].run
        guard place >= 0, var run = book.runs[Int(place)] else { return }
        change(&run, book.jobs[slot])
        book.runs[Int(place)] = run
    }

    private mutating func lease(_ slot: JobSlot, _ worker: WorkerID, _ fence: Fence, at now: Double) {
        book.jobs[slot].fence = fence
        let end = now + book.rules.leaseSeconds
        updateRun(slot) { run, _ in
            run.worker = worker
            run.fence = fence
            run.leaseEnd = end
        }
        guard let run = book.run(of: slot), !run.sites.isEmpty else { return }
        if worker == 0 { book.returnMachine(run.device) } else { book.lend(run.device, to: worker) }
    }

    private mutating func startPart(_ slot: JobSlot, _ fence: Fence, at now: Double) {
        book.jobs[slot].fence = fence
        let job = book.jobs[slot], seconds = Double(job.partSeconds)
        book.promise(seconds, job.card.account, job.card.session)
        let end = now + book.rules.leaseSeconds
        updateRun(slot) { run, _ in
            run.stage = .part
            run.fence = fence
            run.hasPart = true
            run.promised = seconds
            run.partStarted = now
            run.leaseEnd = max(run.leaseEnd, end)
        }
    }

    /// The part is over: what was promised is given back, what was used is charged.
    private mutating func settlePart(_ slot: JobSlot, used: Double, at now: Double) {
        guard let run = book.run(of: slot), run.hasPart else { return }
        book.settle(run.promised, used: used, run.account, run.session)
        if used > 0 { policy.charge(run.account, seconds: used, in: book, at: now) }
        updateRun(slot) { run, _ in
            run.promised = 0
            run.hasPart = false
        }
    }

    private mutating func freeSites(of slot: JobSlot) {
        guard let run = book.run(of: slot), !run.sites.isEmpty else { return }
        book.vacate(run)
        updateRun(slot) { run, _ in run.sites = SiteSet() }
        book.returnMachine(run.device)
    }

    private mutating func dropRun(of slot: JobSlot, at now: Double) {
        let place = book.jobs[slot].run
        guard place >= 0 else { return }
        settlePart(slot, used: 0, at: now)
        freeSites(of: slot)
        book.runs[Int(place)] = nil
        book.freeRuns.append(place)
        book.jobs[slot].run = -1
    }

    /// A worker has stopped, or was given up: its sites are free.
    private mutating func applyRelease(_ id: JobID, _ fence: Fence, _ seconds: Double, at now: Double) {
        guard let index = book.stoppingIndex(id, fence) else { return }
        let place = book.stoppingRuns.remove(at: index)
        guard let run = book.runs[Int(place)] else { return }
        book.runs[Int(place)] = nil
        book.freeRuns.append(place)
        if !run.sites.isEmpty {
            book.vacate(run)
            book.returnMachine(run.device)
        }
        if run.hasPart {
            book.settle(run.promised, used: seconds, run.account, run.session)
            if seconds > 0 { policy.charge(run.account, seconds: seconds, in: book, at: now) }
        }
    }

    private mutating func applyToFleet(_ fact: Transition, at now: Double) {
        switch fact {
        case .deviceAdded(let name, let siteCount):
            book.addDevice(DeviceRecord(name: name, siteCount: siteCount))
        case .deviceChanged(let device, let isAvailable): book.devices[device.place].isAvailable = isAvailable
        case .calibrated(let device, let calibration): book.devices[device.place].calibration = calibration
        case .accountAdded(let path, let parent, let share):
            book.addAccount(AccountRecord(path: path, parent: parent, share: share))
        case .shareSet(let account, let share):
            book.accounts[account.place].share = share
            policy.shareChanged(of: account, in: book)
        case .budgetSet(let account, let seconds): book.accounts[account.place].budget = seconds
        case .used(let account, let session, let seconds):
            book.promise(0, account, session)
            book.settle(0, used: seconds, account, session)
            policy.charge(account, seconds: seconds, in: book, at: now)
        case .sessionOpened(let card): book.sessions.append(SessionRecord(card: card, opened: now))
        case .sessionActivated(let session):
            book.sessions[session.place].activated = now
            let card = book.sessions[session.place].card
            if card.kind != .shared { book.devices[card.device.place].session = session }
        case .sessionClosing(let session): book.sessions[session.place].isClosing = true
        case .sessionClosed(let session):
            book.sessions[session.place].isClosing = true
            book.sessions[session.place].isClosed = true
            let device = book.sessions[session.place].card.device
            if book.devices[device.place].session == session { book.devices[device.place].session = nil }
        case .reserved(let reservation):
            let device = reservation.device.place
            book.devices[device].reservations.append(reservation)
            book.devices[device].reservations.sort { $0.start < $1.start }
        case .reservationEnded(let reservation):
            let device = reservation.device.place
            if let place = book.devices[device].reservations.firstIndex(of: reservation) {
                book.devices[device].reservations.remove(at: place)
            }
        default: break
        }
    }
}
