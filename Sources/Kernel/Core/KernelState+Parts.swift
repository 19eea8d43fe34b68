// A job's time on a machine: compiled, then one part after the other. Everything that interrupts it does so between parts.
extension KernelState {
    mutating func compiled(
        _ id: JobID, _ fence: Fence, _ parts: Int, _ seconds: Double, _ now: Double, _ output: inout KernelOutput
    ) {
        guard let slot = live(id, .compiling), holds(slot, fence) else { return }
        let job = book.jobs[slot]
        precondition(parts > 0, "\(id) was compiled to nothing")
        emit(.compiled(id, parts: UInt32(clamping: parts), partSeconds: Float(seconds).nextUp), now, &output)
        if parts <= Int(job.finishedParts) {
            startMitigation(slot, now, &output)
        } else {
            nextPart(slot, now, &output)
        }
    }

    mutating func partFinished(
        _ id: JobID, _ fence: Fence, _ seconds: Double, _ now: Double, _ output: inout KernelOutput
    ) {
        if book.stoppingIndex(id, fence) != nil {
            // It finished before it heard that it should stop.
            return handle(.stopped(id, fence, seconds: seconds), at: now, into: &output)
        }
        guard let slot = live(id, .running), holds(slot, fence), let run = book.run(of: slot), run.hasPart
        else { return }
        // What was promised is the most that is charged: budgets rest on it.
        charge(
            .partFinished(id, seconds: min(max(0, seconds), run.promised)), run.account, run.session, now, &output)
        if book.jobs[slot].finishedParts >= book.jobs[slot].parts {
            finishParts(slot, now, &output)
        } else {
            nextPart(slot, now, &output)
        }
    }

    /// All parts are done; unless they are to be run anew, the machine is free.
    private mutating func finishParts(_ slot: JobSlot, _ now: Double, _ output: inout KernelOutput) {
        if book.jobs[slot].marks.contains(.stale), recalibrated(slot, now, &output) { return }
        startMitigation(slot, now, &output)
    }

    private mutating func startMitigation(_ slot: JobSlot, _ now: Double, _ output: inout KernelOutput) {
        let job = book.jobs[slot]
        guard let run = book.run(of: slot) else { return }
        emit(.mitigating(job.id, job.fence + 1), now, &output)
        output.effects.append(.mitigate(job.id, job.fence + 1))
        dispatch(.device(run.device), now, &output)
    }

    /// Between two parts: starts the next, unless something stands in the way.
    mutating func nextPart(_ slot: JobSlot, _ now: Double, _ output: inout KernelOutput) {
        let job = book.jobs[slot]
        guard let run = book.run(of: slot) else { return }
        let device = book.devices[run.device.place]
        let seconds = Double(job.partSeconds)
        if job.marks.contains(.pause) {
            leave(slot, .paused(job.id, overBudget: false), now, &output)
        } else if !book.affords(slot, seconds: seconds) {
            leave(slot, .paused(job.id, overBudget: true), now, &output)
        } else if !device.isAvailable {
            leave(slot, .queued(job.id, .deviceLost, notBefore: 0), now, &output)
        } else if seconds > device.secondsFree(for: job.card.account, at: now, in: book) {
            leave(slot, .queued(job.id, .displaced, notBefore: 0), now, &output)
        } else if let owner = device.session, owner != job.card.session {
            leave(slot, .queued(job.id, .displaced, notBefore: 0), now, &output)
        } else if job.marks.contains(.yield) {
            leave(slot, .queued(job.id, .preempted, notBefore: 0), now, &output)
        } else if job.marks.contains(.stale), recalibrated(slot, now, &output) {
            return
        } else {
            emit(.partStarted(job.id, job.fence + 1), now, &output)
            output.effects.append(.run(job.id, part: Int(job.finishedParts), job.fence + 1))
        }
    }

    /// Gives the machine to others.
    private mutating func leave(
        _ slot: JobSlot, _ fact: Transition, _ now: Double, _ output: inout KernelOutput
    ) {
        guard let run = book.run(of: slot) else { return }
        emit(fact, now, &output)
        dispatch(.device(run.device), now, &output)
    }

    /// The machine was calibrated since the job was compiled: does what the job asked for.
    ///
    /// - Returns: whether the job is back at the compiler.
    private mutating func recalibrated(_ slot: JobSlot, _ now: Double, _ output: inout KernelOutput) -> Bool {
        let job = book.jobs[slot]
        guard let run = book.run(of: slot) else { return false }
        let isDone = job.finishedParts >= job.parts
        switch job.card.onRecalibration {
        case .flag:
            emit(.flagged(job.id), now, &output)
            return false
        case .rerun where job.finishedParts > 0 && job.reruns < UInt8(clamping: book.rules.reruns):
            emit(.recompiling(job.id, discarding: true, job.fence + 1), now, &output)
            output.effects.append(.discardParts(job.id))
        case .rerun, .split:
            // Nothing is left to split off.
            if isDone {
                emit(.unmarked(job.id, .stale), now, &output)
                return false
            }
            emit(.recompiling(job.id, discarding: false, job.fence + 1), now, &output)
        }
        output.effects.append(.compile(job.id, run.device, run.sites, job.fence + 1))
        return true
    }

    mutating func attemptFailed(
        _ id: JobID, _ fence: Fence, _ failure: FailureClass, _ now: Double, _ output: inout KernelOutput
    ) {
        if book.stoppingIndex(id, fence) != nil {
            return handle(.stopped(id, fence, seconds: 0), at: now, into: &output)
        }
        guard let slot = book.jobs.slot(of: id), holds(slot, fence), let run = book.run(of: slot) else { return }
        let job = book.jobs[slot]
        let failures = Int(job.failures) + 1
        guard job.state != .mitigating, failures < book.rules.attempts(failure) else {
            // The worker speaks to us: there is nothing to stop.
            emit(.ended(id, .failed), now, &output)
            output.effects.append(.deliver(id, .failed))
            if let session = job.card.session { closeIfDone(session, now, &output) }
            return dispatch(.device(run.device), now, &output)
        }
        let wait = book.rules.backoff(id, failures: failures, failure)
        requeue(slot, .retried, notBefore: now + wait, now, &output)
        dispatch(.device(run.device), now, &output)
    }
}
