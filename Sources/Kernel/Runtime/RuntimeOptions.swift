/// How a runtime takes part in the work.
public struct RuntimeOptions: Sendable {
    /// The name of this worker; no two may be the same.
    public var worker: WorkerID
    /// Whether other processes share the storage: then what they write is looked for, leases are renewed, and everything
    /// that another worker would need to go on is kept.
    public var isShared: Bool
    /// Whether to work on jobs that others submitted: those that no one owns at once, those whose owner went away after
    /// the length of a lease.
    public var adopts: Bool
    /// Jobs that are worked on at a time; 0 for a process that only takes jobs in and leaves the work to others.
    public var mostRuns = Int.max
    /// How often a shared storage is looked at, seconds.
    public var pollSeconds: Double
    public var rules: KernelRules
    /// How the machines are shared out.
    public var scheduling: SchedulingRules
    /// What a second of a machine costs, by its name, in a unit of the operator's; 0 where it is not listed.
    public var pricePerSecond: [String: Double] = [:]
    /// How long a machine waits for tenants that are not ready, so that they run together, seconds.
    public var gatherSeconds: Double
    /// How often machines with work are asked how they are, seconds.
    public var heartbeatSeconds: Double
    /// Whether what became of a job stays in memory for `result(of:)`; one that serves many reads it from the storage.
    public var keepsOutcomes = true
    /// Told which jobs something happened to, once that is durable. Called between two turns: it must not wait.
    public var observer: (@Sendable (JobNews) -> Void)?

    public init(
        worker: WorkerID = .random(in: 1...(.max)), isShared: Bool = false, adopts: Bool = false,
        pollSeconds: Double = 0.02, rules: KernelRules = KernelRules(),
        scheduling: SchedulingRules = .runtime, gatherSeconds: Double = 0.05,
        heartbeatSeconds: Double = 5
    ) {
        self.worker = worker
        self.isShared = isShared
        self.adopts = adopts
        self.pollSeconds = pollSeconds
        self.rules = rules
        self.scheduling = scheduling
        self.gatherSeconds = gatherSeconds
        self.heartbeatSeconds = heartbeatSeconds
    }
}
