/// A fact about the kernel. Everything the kernel remembers is the sum of the facts in its journal: applying them in
/// order to an empty book gives the same book, in another process or after a crash.
public enum Transition: Hashable, Sendable {
    // Of jobs.
    case submitted(JobID, JobCard)
    case validated(JobID, JobDemand)
    /// Waits; not to start before `notBefore`.
    case queued(JobID, QueueReason, notBefore: Double)
    case placed(JobID, DeviceIndex, SiteSet, Fence)
    case claimed(JobID, WorkerID, Fence)
    /// Of a run that was claimed: the worker is gone, another may claim it.
    case unclaimed(JobID, Fence)
    /// - `parts` counts those that are finished already.
    case compiled(JobID, parts: UInt32, partSeconds: Float)
    case partStarted(JobID, Fence)
    case partFinished(JobID, seconds: Double)
    /// To be compiled again on the same sites; `discarding` what has run.
    case recompiling(JobID, discarding: Bool, Fence)
    /// Runs on under a calibration that is no longer in force.
    case flagged(JobID)
    case mitigating(JobID, Fence)
    case paused(JobID, overBudget: Bool)
    case ended(JobID, JobState)
    /// Asked to pause, or to make room, or told of a new calibration: it happens at the end of the part.
    case marked(JobID, JobRecord.Marks)
    case unmarked(JobID, JobRecord.Marks)
    /// The worker still works on a job that is over or paused; its sites stay taken until it has stopped.
    case stopping(JobID)
    case released(JobID, Fence, seconds: Double)
    /// Its owner was told how long it should wait; nothing follows from it but that promises can be counted.
    case foretold(JobID, WaitForecaster.Forecast)
    // Of machines, accounts, sessions, reservations.
    case deviceAdded(name: String, siteCount: Int)
    case deviceChanged(DeviceIndex, isAvailable: Bool)
    case calibrated(DeviceIndex, calibration: String)
    case accountAdded(path: String, parent: AccountIndex, share: Double)
    case shareSet(AccountIndex, Double)
    case budgetSet(AccountIndex, Double)
    /// Machine time that jobs used which are not told of any more.
    case used(AccountIndex, SessionIndex?, seconds: Double)
    case sessionOpened(SessionCard)
    case sessionActivated(SessionIndex)
    case sessionClosing(SessionIndex)
    case sessionClosed(SessionIndex)
    case reserved(Reservation)
    case reservationEnded(Reservation)
}

/// What validation learns of a job.
public struct JobDemand: Hashable, Sendable {
    public var width: Int
    public var shots: Int
    /// Estimated machine time, seconds; 0 where the policy's own estimate counts.
    public var seconds: Double
    /// What the allocator must know of the program; nil to be judged by the width alone.
    public var profile: ProgramProfile?

    public init(width: Int, shots: Int, seconds: Double, profile: ProgramProfile? = nil) {
        self.width = width
        self.shots = shots
        self.seconds = seconds
        self.profile = profile
    }
}

/// Why a job waits.
public enum QueueReason: UInt8, Sendable, Hashable, CaseIterable {
    case accepted
    /// It failed in a way that may pass.
    case retried
    /// Its worker died.
    case workerLost
    /// Something more urgent needed its place.
    case preempted
    /// A reservation begins, or a session took the machine.
    case displaced
    /// Its machine went away.
    case deviceLost
    case resumed
}

extension Transition {
    /// The job it is about.
    public var job: JobID? {
        switch self {
        case .submitted(let id, _), .validated(let id, _), .queued(let id, _, _), .placed(let id, _, _, _),
            .claimed(let id, _, _), .unclaimed(let id, _), .compiled(let id, _, _), .partStarted(let id, _),
            .partFinished(let id, _), .recompiling(let id, _, _), .flagged(let id), .mitigating(let id, _),
            .paused(let id, _), .ended(let id, _), .marked(let id, _), .unmarked(let id, _), .stopping(let id),
            .released(let id, _, _), .foretold(let id, _):
            id
        default: nil
        }
    }

    /// The state it brings the job to, where it changes that.
    public var state: JobState? {
        switch self {
        case .submitted: .created
        case .validated: .validated
        case .queued: .queued
        case .placed, .recompiling: .compiling
        case .compiled: .running
        case .mitigating: .mitigating
        case .paused: .paused
        case .ended(_, let state): state
        default: nil
        }
    }
}

extension Transition {
    /// Hands the fact out in words of 64 bits, for digests.
    func feed(_ mix: (UInt64) -> Void) {
        mix(job?.rawValue ?? 0)
        mix(UInt64(state?.rawValue ?? 255))
        switch self {
        case .queued(_, let reason, let notBefore):
            mix(UInt64(reason.rawValue))
            mix(notBefore.bitPattern)
        case .placed(_, let device, let sites, let fence):
            mix(UInt64(device.place))
            for word in sites.words { mix(word) }
            mix(UInt64(fence))
        case .claimed(_, let worker, let fence):
            mix(worker)
            mix(UInt64(fence))
        case .compiled(_, let parts, let seconds):
            mix(UInt64(parts))
            mix(UInt64(seconds.bitPattern))
        case .partStarted(_, let fence), .unclaimed(_, let fence), .recompiling(_, _, let fence),
            .mitigating(_, let fence):
            mix(UInt64(fence))
        case .partFinished(_, let seconds), .released(_, _, let seconds): mix(seconds.bitPattern)
        case .foretold(_, let forecast):
            mix(forecast.planned.bitPattern)
            mix(forecast.upper.bitPattern)
        case .marked(_, let marks), .unmarked(_, let marks): mix(UInt64(marks.rawValue))
        default: break
        }
    }
}
