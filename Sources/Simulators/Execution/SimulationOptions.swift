#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a simulation may use, and by which way it should go.
public struct SimulationOptions: Sendable {
    /// Threads; results do not depend on it.
    public var threads: Int
    /// Bytes that states may take.
    public var memoryLimit: Int
    /// Seconds that a simulation may be estimated to take.
    public var timeLimit: Double
    /// Turns that a shot may make of all its loops.
    public var loopLimit: Int
    /// Whether to compute the exact distribution of the outcomes where the program allows it.
    public var wantsProbabilities: Bool
    /// Forces an engine; nil chooses.
    public var engine: SimulationMethod.Engine?
    public var watch: SimulationWatch

    public init(
        threads: Int = SimulationOptions.processorCount, memoryLimit: Int = SimulationOptions.physicalMemory / 4 * 3,
        timeLimit: Double = 60, loopLimit: Int = 100_000, wantsProbabilities: Bool = false,
        engine: SimulationMethod.Engine? = nil, watch: SimulationWatch = SimulationWatch()
    ) {
        self.threads = threads
        self.memoryLimit = memoryLimit
        self.timeLimit = timeLimit
        self.loopLimit = loopLimit
        self.wantsProbabilities = wantsProbabilities
        self.engine = engine
        self.watch = watch
    }

    public static var processorCount: Int { max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

    public static var physicalMemory: Int {
        Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }
}
