/// A number that grows whenever the right to work on a job changes hands; news with an older one is void.
public typealias Fence = UInt32

/// A process that works; random, so that no two are the same.
public typealias WorkerID = UInt64

/// A job on a machine: the sites it holds, and the lease of whoever works on it.
public struct RunRecord: Hashable, Sendable {
    /// What is being done under the lease.
    public enum Stage: UInt8, Sendable, Hashable { case compile, part, mitigate, stopping }

    public let job: JobID
    public let device: DeviceIndex
    /// Empty once the machine is free again.
    public internal(set) var sites: SiteSet
    public internal(set) var stage: Stage
    public internal(set) var fence: Fence
    /// 0 where no one has claimed the run yet.
    public internal(set) var worker: WorkerID
    /// When the lease ends unless it is renewed; seconds since 1970-01-01 UTC.
    public internal(set) var leaseEnd: Double
    /// The end that another process last wrote down for it.
    var renewedUntil = -Double.infinity
    public let account: AccountIndex
    public let session: SessionIndex?
    /// Whether the job refuses neighbours.
    public let isSolitary: Bool
    /// Whether a part runs, and the machine time promised to it in seconds.
    public internal(set) var hasPart = false
    public internal(set) var promised = 0.0
    /// When it started.
    public internal(set) var partStarted = 0.0
    public let placed: Double
}
