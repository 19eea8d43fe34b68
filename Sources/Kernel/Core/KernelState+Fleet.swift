// Machines, accounts, sessions and reservations.
extension KernelState {
    mutating func handleFleet(_ event: KernelEvent, _ now: Double, _ output: inout KernelOutput) {
        switch event {
        case .addDevice(let name, let siteCount):
            guard book.device(named: name) == nil else { return }
            emit(.deviceAdded(name: name, siteCount: siteCount), now, &output)
            dispatch(.everything, now, &output)
        case .setAvailable(let device, let isAvailable):
            guard device.place < book.devices.count, book.devices[device.place].isAvailable != isAvailable
            else { return }
            emit(.deviceChanged(device, isAvailable: isAvailable), now, &output)
            if isAvailable { dispatch(.device(device), now, &output) }
        case .calibrated(let device, let calibration): calibrated(device, calibration, now, &output)
        case .addAccount(let path, let parent, let share):
            guard book.account(at: path) == nil else { return }
            emit(.accountAdded(path: path, parent: parent, share: share), now, &output)
        case .setShare(let account, let share):
            emit(.shareSet(account, share), now, &output)
            dispatch(.everything, now, &output)
        case .setBudget(let account, let seconds):
            emit(.budgetSet(account, seconds), now, &output)
            resumePaidJobs(now, &output)
            setUnpaidAside(now, &output)
            dispatch(.everything, now, &output)
        case .openSession(let card): emit(.sessionOpened(card), now, &output)
        case .closeSession(let session):
            guard session.place < book.sessions.count, !book.sessions[session.place].isClosed else { return }
            if !book.sessions[session.place].isClosing { emit(.sessionClosing(session), now, &output) }
            closeIfDone(session, now, &output)
        case .reserve(let reservation): reserve(reservation, now, &output)
        case .endReservation(let reservation):
            guard book.devices[reservation.device.place].reservations.contains(reservation) else { return }
            emit(.reservationEnded(reservation), now, &output)
            dispatch(.device(reservation.device), now, &output)
        default: preconditionFailure("an event of a job came to the fleet")
        }
    }

    private mutating func calibrated(
        _ device: DeviceIndex, _ calibration: String, _ now: Double, _ output: inout KernelOutput
    ) {
        let before = book.devices[device.place].calibration
        guard before != calibration else { return }
        emit(.calibrated(device, calibration: calibration), now, &output)
        if before.isEmpty { return }
        for case let run? in book.runs where run.device == device && !run.sites.isEmpty && run.stage == .part {
            emit(.marked(run.job, .stale), now, &output)
        }
    }

    /// Jobs that stood aside for want of budget wait again if they can pay now.
    private mutating func resumePaidJobs(_ now: Double, _ output: inout KernelOutput) {
        for slot in book.jobs.slots {
            let job = book.jobs[slot]
            guard job.state == .paused, job.marks.contains(.overBudget), !book.isUnpaid(slot),
                book.affords(slot, seconds: Double(job.partSeconds))
            else { continue }
            emit(.queued(job.id, .resumed, notBefore: 0), now, &output)
        }
    }

    /// Two reservations of one machine never overlap, nor does one begin before the parts that run there have ended.
    private mutating func reserve(_ reservation: Reservation, _ now: Double, _ output: inout KernelOutput) {
        guard reservation.device.place < book.devices.count, reservation.isPossible,
            reservation.occurrence(endingAfter: now) != nil
        else { return }
        let device = book.devices[reservation.device.place]
        guard !device.reservations.contains(where: { $0.meets(reservation) != nil }) else { return }
        for case let run? in book.runs where run.device == reservation.device && !run.sites.isEmpty {
            if book.isAccount(run.account, within: reservation.account) { continue }
            // By the clock of now and by that of its start, which may have jumped since.
            for moment in run.hasPart ? [now, run.partStarted] : [now] {
                let next = reservation.occurrence(endingAfter: moment)
                guard moment + run.promised <= next?.start ?? .infinity else { return }
            }
        }
        emit(.reserved(reservation), now, &output)
    }

    /// Ends a session whatever its jobs do: those that wait or run are cancelled.
    mutating func closeSession(_ session: SessionIndex, _ now: Double, _ output: inout KernelOutput) {
        if !book.sessions[session.place].isClosing { emit(.sessionClosing(session), now, &output) }
        for slot in book.jobs.slots where book.jobs[slot].card.session == session {
            // What has run already is not thrown away.
            if book.jobs[slot].state != .mitigating { end(slot, .cancelled, now, &output) }
        }
        closeIfDone(session, now, &output)
    }

    /// A session that takes no more jobs is over with its last; a batch when all its jobs are done.
    mutating func closeIfDone(_ session: SessionIndex, _ now: Double, _ output: inout KernelOutput) {
        let record = book.sessions[session.place]
        guard record.isClosing, !record.isClosed, record.liveJobs == 0 else { return }
        emit(.sessionClosed(session), now, &output)
        dispatch(.device(record.card.device), now, &output)
    }
}
