/// What happened, or what someone asks for.
public enum KernelEvent: Hashable, Sendable {
    case submit(JobID, JobCard)
    /// The job fits.
    case validated(JobID, JobDemand)
    /// A worker takes up a run that was placed.
    case claim(JobID, WorkerID)
    /// The worker is alive.
    case renew(JobID, Fence)
    /// - `parts` counts those that finished before; `partSeconds` is the most one of them takes on the machine.
    case compiled(JobID, Fence, parts: Int, partSeconds: Double)
    /// - `seconds` is the machine time to charge.
    case partFinished(JobID, Fence, seconds: Double)
    /// Compiling or running a part failed.
    case attemptFailed(JobID, Fence, FailureClass)
    /// Errors were handled, the result is complete.
    case mitigated(JobID, Fence)
    /// It can never succeed.
    case refuse(JobID)
    case cancel(JobID)
    case pause(JobID)
    case resume(JobID)
    /// The worker has stopped, as asked; `seconds` of machine time were used.
    case stopped(JobID, Fence, seconds: Double)
    /// Time has passed: leases, waits, sessions and reservations are looked at.
    case tick
    case addDevice(name: String, siteCount: Int)
    case setAvailable(DeviceIndex, Bool)
    case calibrated(DeviceIndex, String)
    case addAccount(path: String, parent: AccountIndex, share: Double)
    case setShare(AccountIndex, Double)
    case setBudget(AccountIndex, seconds: Double)
    case openSession(SessionCard)
    case closeSession(SessionIndex)
    case reserve(Reservation)
    case endReservation(Reservation)
}

/// Whether a failed attempt is worth another.
public enum FailureClass: UInt8, Sendable, Hashable, CaseIterable {
    /// The program or its input is wrong: it would fail again.
    case permanent
    /// The machine failed; it may well work the next time.
    case transient
    /// The machine is not there; it may be back later.
    case unavailable
}

/// What is to be done.
public enum KernelEffect: Hashable, Sendable {
    case validate(JobID)
    case compile(JobID, DeviceIndex, SiteSet, Fence)
    /// Run one part; parts count from zero.
    case run(JobID, part: Int, Fence)
    case mitigate(JobID, Fence)
    /// Tell whoever waits: the job is over.
    case deliver(JobID, JobState)
    /// Stop what is being done for the job, then say `stopped`.
    case stop(JobID, Fence)
    /// What has run so far is void.
    case discardParts(JobID)
}
