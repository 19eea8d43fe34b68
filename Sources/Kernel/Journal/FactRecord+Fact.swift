extension FactRecord {
    /// The fact again; nil where the row is of a kind that this version does not know, or lacks a field.
    public var fact: Transition? {
        guard let job else { return fleetFact }
        let id = JobID(job)
        switch kind {
        case "submitted": return card?.jobCard.map { .submitted(id, $0) }
        case "validated":
            guard let count, let start, let seconds else { return nil }
            return .validated(id, JobDemand(width: count, shots: Int(start), seconds: seconds, profile: profile))
        case "queued":
            guard let reason = code.flatMap(QueueReason.init) else { return nil }
            return .queued(id, reason, notBefore: start ?? 0)
        case "placed":
            guard let device, let sites, let fence else { return nil }
            return .placed(id, DeviceIndex(rawValue: device), SiteSet(words: sites), fence)
        case "claimed":
            guard let worker, let fence else { return nil }
            return .claimed(id, worker, fence)
        case "unclaimed": return fence.map { .unclaimed(id, $0) }
        case "compiled":
            guard let count, let seconds else { return nil }
            return .compiled(id, parts: UInt32(clamping: count), partSeconds: Float(seconds))
        case "foretold":
            guard let seconds, let start, let end, let priority = code.flatMap(Priority.init) else { return nil }
            return .foretold(
                id, WaitForecaster.Forecast(planned: seconds, lower: start, upper: end, priority: priority))
        case "part started": return fence.map { .partStarted(id, $0) }
        case "part finished": return seconds.map { .partFinished(id, seconds: $0) }
        case "recompiling":
            guard let flag, let fence else { return nil }
            return .recompiling(id, discarding: flag, fence)
        case "flagged": return .flagged(id)
        case "mitigating": return fence.map { .mitigating(id, $0) }
        case "paused": return flag.map { .paused(id, overBudget: $0) }
        case "ended": return state.map { .ended(id, $0) }
        case "marked": return code.map { .marked(id, JobRecord.Marks(rawValue: $0)) }
        case "unmarked": return code.map { .unmarked(id, JobRecord.Marks(rawValue: $0)) }
        case "stopping": return .stopping(id)
        case "released":
            guard let fence, let seconds else { return nil }
            return .released(id, fence, seconds: seconds)
        default: return nil
        }
    }

    private var fleetFact: Transition? {
        let deviceIndex = device.map { DeviceIndex(rawValue: $0) }
        let accountIndex = account.map { AccountIndex(rawValue: $0) }
        let sessionIndex = session.map { SessionIndex(rawValue: $0) }
        switch kind {
        case "device added":
            guard let name, let count else { return nil }
            return .deviceAdded(name: name, siteCount: count)
        case "device changed":
            guard let deviceIndex, let flag else { return nil }
            return .deviceChanged(deviceIndex, isAvailable: flag)
        case "calibrated":
            guard let deviceIndex, let name else { return nil }
            return .calibrated(deviceIndex, calibration: name)
        case "account added":
            guard let name, let accountIndex, let seconds else { return nil }
            return .accountAdded(path: name, parent: accountIndex, share: seconds)
        case "share set":
            guard let accountIndex, let seconds else { return nil }
            return .shareSet(accountIndex, seconds)
        case "budget set": return accountIndex.map { .budgetSet($0, seconds ?? .infinity) }
        case "used":
            guard let accountIndex, let seconds else { return nil }
            return .used(accountIndex, sessionIndex, seconds: seconds)
        case "session opened": return card?.sessionCard.map { .sessionOpened($0) }
        case "session activated": return sessionIndex.map { .sessionActivated($0) }
        case "session closing": return sessionIndex.map { .sessionClosing($0) }
        case "session closed": return sessionIndex.map { .sessionClosed($0) }
        case "reserved": return reservation.map { .reserved($0) }
        case "reservation ended": return reservation.map { .reservationEnded($0) }
        default: return nil
        }
    }

    private var reservation: Reservation? {
        guard let device, let account, let start, let end else { return nil }
        return Reservation(
            device: DeviceIndex(rawValue: device), account: AccountIndex(rawValue: account), start: start, end: end,
            period: seconds ?? 0, last: last ?? .infinity)
    }
}
