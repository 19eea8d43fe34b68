/// Where decisions come in: which job starts next, on which machine, on which sites.
///
/// A policy is a value beside the kernel's book. It keeps its own queues, told of everything it needs by the first
/// group of functions, and decides in the second. It must be a function of what it was told: replaying a journal tells
/// it the same again. The kernel checks what it decides, so that a mistake here costs speed, never two programs on one
/// qubit.
public protocol SchedulingPolicy: Sendable {
    /// The job waits from now on; its record says since when and for what.
    mutating func enqueue(_ job: JobSlot, in book: KernelBook, at now: Double)

    /// The job waits no longer: it was placed, paused or cancelled.
    mutating func remove(_ job: JobSlot, in book: KernelBook, at now: Double)

    /// Machine time was used.
    mutating func charge(_ account: AccountIndex, seconds: Double, in book: KernelBook, at now: Double)

    /// An account has another share among its siblings from now on.
    mutating func shareChanged(of account: AccountIndex, in book: KernelBook)

    /// Appends what is to start now. Called again until it appends nothing or everything it appended was refused.
    ///
    /// - Parameter cause: what changed, so that not everything must be looked at.
    mutating func place(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into placements: inout [Placement])

    /// Appends running jobs that are to make room at the end of their part.
    mutating func preempt(_ cause: DispatchCause, in book: KernelBook, at now: Double, into jobs: inout [JobSlot])

    /// The number under which the policy will know a program; nil where it does not care.
    mutating func number(of profile: ProgramProfile) -> UInt32?

    /// How many waiting jobs come before this one; nil where that is not known.
    func position(of job: JobSlot, in book: KernelBook) -> Int?

    /// Machine time of what is left of a job on a machine, as estimated, seconds.
    func expectedSeconds(of job: JobSlot, on device: DeviceIndex, in book: KernelBook) -> Double

    /// When it should be asked again even if nothing happens; infinite for never.
    func nextDecision(in book: KernelBook, after now: Double) -> Double
}

extension SchedulingPolicy {
    public mutating func shareChanged(of account: AccountIndex, in book: KernelBook) {}
    public mutating func charge(_ account: AccountIndex, seconds: Double, in book: KernelBook, at now: Double) {}
    public mutating func preempt(
        _ cause: DispatchCause, in book: KernelBook, at now: Double, into jobs: inout [JobSlot]
    ) {}
    public mutating func number(of profile: ProgramProfile) -> UInt32? { nil }
    public func expectedSeconds(of job: JobSlot, on device: DeviceIndex, in book: KernelBook) -> Double {
        Double(book.jobs[job].card.seconds)
    }
    public func nextDecision(in book: KernelBook, after now: Double) -> Double { .infinity }
}

/// What changed since the policy decided last.
public enum DispatchCause: Hashable, Sendable {
    /// One more job waits.
    case job(JobSlot)
    /// Sites of a machine became free.
    case device(DeviceIndex)
    /// Time passed, or a budget, a session, a reservation or the fleet changed.
    case everything
}

/// A job, a machine, and the sites it gets there.
public struct Placement: Hashable, Sendable {
    public var job: JobSlot
    public var device: DeviceIndex
    public var sites: SiteSet

    public init(job: JobSlot, device: DeviceIndex, sites: SiteSet) {
        self.job = job
        self.device = device
        self.sites = sites
    }
}
