public import Kernel

/// A data centre and its users, as a file says it; `Docs/scheduling.md` lists every key with its unit.
public struct FleetScenario: Hashable, Sendable {
    public var name: String
    public var seed: UInt64
    /// Virtual time in which jobs arrive, seconds.
    public var duration: Double
    /// Jobs that arrive before it are simulated but not counted, seconds.
    public var warmUp: Double
    public var devices: [DeviceGroup]
    public var accounts: [Account]
    public var workload: WorkloadSettings
    public var scheduling: SchedulingSettings
    /// Jobs whose programs are executed on the emulated machines afterwards; 0 leaves fidelity out.
    public var fidelitySample: Int

    /// A scenario without machines of its own, for those who bring them.
    public init(
        name: String, seed: UInt64, duration: Double, workload: WorkloadSettings, accounts: [Account] = [],
        scheduling: SchedulingSettings = SchedulingSettings()
    ) {
        self.name = name
        self.seed = seed
        self.duration = duration
        self.workload = workload
        self.accounts = accounts
        self.scheduling = scheduling
        warmUp = 0
        devices = []
        fidelitySample = 0
    }

    /// Machines of one kind.
    public struct DeviceGroup: Hashable, Sendable {
        /// A device file: an id of the catalogue, or a path.
        public var file: String
        public var count: Int
        /// Spread of the machines' errors around the file's, as the standard deviation of the logarithm.
        public var spread: Double
        /// Seconds between calibrations; infinity for none.
        public var calibrateEvery: Double
        public var calibrationSeconds: Double
        /// Change of errors in a day, as the standard deviation of the logarithm.
        public var driftPerDay: Double
        public var pricePerSecond: Double
        /// ZZ coupling of neighbours in hertz, for files that say nothing of it.
        public var crosstalk: Double?
        public var reservations: [ReservedTime]

        public init(file: String, count: Int = 1) {
            self.file = file
            self.count = count
            spread = 0.15
            calibrateEvery = 86_400
            calibrationSeconds = 1_800
            driftPerDay = 0.12
            pricePerSecond = 0
            reservations = []
        }
    }

    /// Time kept for an account, once or again and again.
    public struct ReservedTime: Hashable, Sendable {
        public var account: String
        public var start: Double
        public var seconds: Double
        /// Seconds until the next; 0 for once.
        public var every: Double
    }

    /// A payer: a project with users below it, or a user.
    public struct Account: Hashable, Sendable {
        public var name: String
        public var share: Double
        /// Part of the arriving jobs, relative to the other accounts of the file; its share, if left out.
        public var demand: Double?
        public var users: [Account]

        public init(name: String, share: Double = 1, demand: Double? = nil, users: [Account] = []) {
            self.name = name
            self.share = share
            self.demand = demand
            self.users = users
        }
    }
}

/// What arrives.
public struct WorkloadSettings: Hashable, Sendable {
    /// Machine time asked for over machine time there is, each program alone on its machine.
    public var load: Double
    /// Jobs in all; nil for as many as the load brings in the duration.
    public var jobs: Int?
    /// How much the rate of arrivals swings within a day, from 0 to 1.
    public var dailySwing: Double
    /// Jobs that come at once from one user, on average.
    public var burst: Double
    public var programs: [ProgramMix]
    /// Parts of low, normal and high priority.
    public var priorities: [Double]
    /// Part of the jobs that have a deadline, and how long after submission it is on average, seconds.
    public var deadlineShare: Double
    public var deadlineSeconds: Double
    /// Part of the jobs that want a machine to themselves.
    public var aloneShare: Double
    /// Error of runtime estimates, as the standard deviation of the logarithm.
    public var runtimeSpread: Double
    /// Spread of what a batch of shots takes on the machine around what was foreseen when the job was compiled: standard
    /// deviation of the logarithm.
    public var batchSpread = 0.0
    /// A file of recorded jobs instead of all this.
    public var trace: String?

    public struct ProgramMix: Hashable, Sendable {
        public var kind: ProgramKind
        public var qubits: ClosedRange<Int>
        public var shots: ClosedRange<Int>
        public var weight: Double

        public init(_ kind: ProgramKind, qubits: ClosedRange<Int>, shots: ClosedRange<Int>, weight: Double = 1) {
            self.kind = kind
            self.qubits = qubits
            self.shots = shots
            self.weight = weight
        }
    }

    public init(load: Double = 0.8, programs: [ProgramMix]) {
        self.load = load
        self.programs = programs
        jobs = nil
        dailySwing = 0
        burst = 1
        priorities = [0, 1, 0]
        deadlineShare = 0
        deadlineSeconds = 3_600
        aloneShare = 0
        runtimeSpread = 0.1
        trace = nil
    }
}

/// Who decides, and by which figures.
public struct SchedulingSettings: Hashable, Sendable {
    public enum Policy: String, Hashable, Sendable, Codable, CaseIterable {
        case kelvin
        /// First come, first served, each job on the machine with its best success probability.
        case bestFidelity
        case roundRobin
        /// First come, first served on the machine with the least work before it.
        case leastBusy
        /// Two programs at most on a machine, side by side (Das et al., MICRO 2019).
        case pairwise
    }

    public var policy: Policy
    /// Those of Kelvin's own scheduler; the others take batches, packing and loss from them.
    public var rules: SchedulingRules

    public init(policy: Policy = .kelvin, rules: SchedulingRules = SchedulingRules(sharing: .exclusive)) {
        self.policy = policy
        self.rules = rules
    }
}
