import Circuits
public import Compiler

/// What a user asks for.
public struct JobRequest: Sendable {
    public var name: String
    public var workload: Workload
    /// The names of the machines it may run on; of several the scheduler takes the one with the best sum of wait, success
    /// and price when it is the job's turn.
    public var devices: [String]
    /// Shots where a block says nothing else.
    public var shots: Int
    /// All randomness of the job comes from it: compilation, sampling, emulated noise.
    public var seed: UInt64
    public var priority: Priority
    public var mitigation: MitigationLevel
    public var compilerOptions: CompilerOptions
    /// The text the program came from, kept for provenance.
    public var source: ProgramSource?
    /// Who pays, as a path: `physics/alice`; empty for no one in particular.
    public var account = ""
    /// What happens if the machine is calibrated anew while the job runs.
    public var onRecalibration = RecalibrationPolicy.split
    /// The most shots that run in one go. Between two batches of shots a job can make room, be stopped, be charged, and
    /// be resumed after a crash.
    public var batchShots = 65_536
    /// Machine time that the job may cost at most, seconds; it is exceeded by one batch of shots at most.
    public var budget = Double.infinity
    /// Compile while the job waits; compiled again at dispatch if the machine was calibrated meanwhile.
    public var compilesAhead = false
    /// Whether others may run on the machine at the same time, on sites of their own.
    public var tenancy = Tenancy.alone
    /// What a good machine and a cheap one are worth to it, where it may run on several.
    public var weights = PlacementWeights()
    /// When it should have ended, seconds since 1970-01-01 UTC; earlier deadlines come first within a class.
    public var deadline = Double.infinity

    /// The machine asked for, where it is one.
    public var device: String {
        get { devices.first ?? "" }
        set { devices = [newValue] }
    }

    public init(
        name: String, workload: Workload, device: String, shots: Int, seed: UInt64, priority: Priority = .normal,
        mitigation: MitigationLevel = .readout, compilerOptions: CompilerOptions = CompilerOptions(),
        source: ProgramSource? = nil
    ) {
        self.name = name
        self.workload = workload
        devices = [device]
        self.shots = shots
        self.seed = seed
        self.priority = priority
        self.mitigation = mitigation
        self.compilerOptions = compilerOptions
        self.source = source
    }
}

/// With whom a job shares its machine.
public enum Tenancy: String, Sendable, Hashable, Codable, CaseIterable {
    /// A region of the machine; others may have other regions, kept apart by free sites.
    case shared
    /// The same, and sites that the job never reads may serve a neighbour who agreed to it too, one after the other within
    /// a shot with a reset between; so may sites of that neighbour serve the job.
    case sharingHelpers
    /// All of the machine, and nobody else on it.
    case alone
}

public enum Workload: Sendable {
    case sample([SamplerPUB])
    case estimate([EstimatorPUB])
}

/// How errors are handled after the machine has run.
public enum MitigationLevel: String, Sendable, Hashable, Codable, CaseIterable {
    case none
    /// The readout confusion of the very sites is measured along with the job and inverted.
    case readout
}

/// A program as its author wrote it.
public struct ProgramSource: Sendable, Hashable {
    public var fileName: String
    public var text: String

    public init(fileName: String, text: String) {
        self.fileName = fileName
        self.text = text
    }
}
