// What happens because time passes. Clocks jump: nothing may lie further ahead than its own length, so that a jump and its
// reversal cost at most a wait, never a promise.
extension KernelState {
    mutating func tick(_ now: Double, _ output: inout KernelOutput) {
        for place in book.runs.indices {
            guard let run = book.runs[place] else { continue }
            if run.leaseEnd > now + book.rules.leaseSeconds {
                book.runs[place]?.leaseEnd = now + book.rules.leaseSeconds
            } else if run.leaseEnd <= now, run.worker != 0 || run.stage == .stopping {
                expire(run, now, &output)
            }
        }
        for place in book.devices.indices {
            for reservation in book.devices[place].reservations where reservation.occurrence(endingAfter: now) == nil {
                emit(.reservationEnded(reservation), now, &output)
            }
        }
        for place in book.sessions.indices where !book.sessions[place].isClosed {
            let session = book.sessions[place]
            let index = SessionIndex(place)
            let isIdle = session.liveJobs == 0 && now - session.lastActive >= session.card.interactiveSeconds
            let isOld = session.activated.map { now - $0 >= session.card.maximalSeconds } ?? false
            if isIdle || isOld { closeSession(index, now, &output) }
        }
        dispatch(.everything, now, &output)
    }

    /// The worker was silent for too long: its fence is void, its work goes to another.
    private mutating func expire(_ run: RunRecord, _ now: Double, _ output: inout KernelOutput) {
        if run.stage == .stopping {
            emit(.released(run.job, run.fence, seconds: 0), now, &output)
            return
        }
        guard let slot = book.jobs.slot(of: run.job) else { return }
        let job = book.jobs[slot]
        if Int(job.losses) + 1 >= book.rules.workerLosses {
            emit(.ended(job.id, .failed), now, &output)
            output.effects.append(.deliver(job.id, .failed))
            if let session = job.card.session { closeIfDone(session, now, &output) }
        } else if run.stage == .mitigate {
            emit(.unclaimed(job.id, job.fence + 1), now, &output)
            output.effects.append(.mitigate(job.id, job.fence + 1))
        } else {
            requeue(slot, .workerLost, now, &output)
        }
    }

    /// The next moment at which a tick would do something; infinite if there is none.
    public func nextTick(after now: Double) -> Double {
        var next = policy.nextDecision(in: book, after: now)
        for place in book.runs.indices {
            guard let run = book.runs[place], run.worker != 0 || run.stage == .stopping else { continue }
            // No lease is longer than a lease, whatever a clock said.
            next = min(next, run.leaseEnd, now + book.rules.leaseSeconds)
        }
        for device in book.devices {
            for reservation in device.reservations {
                next = min(next, reservation.occurrence(endingAfter: now)?.end ?? reservation.end)
            }
        }
        for session in book.sessions where !session.isClosed {
            if session.liveJobs == 0 { next = min(next, session.lastActive + session.card.interactiveSeconds) }
            if let activated = session.activated { next = min(next, activated + session.card.maximalSeconds) }
        }
        return max(now, next)
    }
}
