public import Hardware

/// What the caller of the compiler may choose.
public struct CompilerOptions: Hashable, Sendable {
    /// How much time to spend.
    public enum Effort: String, Hashable, Sendable, CaseIterable {
        /// A program that runs, at once: little search.
        case fast
        /// The default: the best program that seconds can buy.
        case standard
    }

    public enum Scheduling: String, Hashable, Sendable, CaseIterable {
        /// Everything as soon as possible.
        case asap
        /// Everything as late as possible: qubits stay in their ground state, which does not decay, for longest.
        case alap
    }

    /// How far the program may be changed.
    public enum Rewriting: String, Hashable, Sendable, CaseIterable {
        /// Into any program that means the same.
        case free
        /// Gate by gate, for programs that are longer than they need be on purpose, such as folded ones (U U† U): each
        /// gate is translated by itself, the program is placed and routed, and nothing is merged with what stands
        /// beside it, taken out of order, or left out.
        case gateByGate
        /// Gate by gate and on its sites, for programs that were compiled elsewhere: each qubit stays on its site of
        /// `initialLayout`, and nothing is routed.
        case verbatim
        /// As `verbatim`, for programs that measure the machine: one-qubit gates in a row between two barriers take
        /// their shortest form, so that what an experiment counts as one gate is as long as the machine can make it.
        case experiment

        /// Whether each qubit stays on its site of `initialLayout`.
        public var keepsSites: Bool { self == .verbatim || self == .experiment }
        /// Whether each gate is translated by itself.
        public var keepsGates: Bool { self == .verbatim || self == .gateByGate }
    }

    public var effort: Effort
    public var rewriting: Rewriting
    public var scheduling: Scheduling
    /// Start program qubit k on this site.
    public var initialLayout: [Site]?
    /// Use these sites alone (the part of the device that was allocated); nil for all.
    public var allowedSites: [Site]?
    /// Rotations closer to the identity than this are dropped; average infidelity.
    public var approximation: Double
    /// How often estimates count the body of a loop whose number of turns is not known before it runs.
    public var assumedIterations: Int
    /// Threads for trials; never changes the result.
    public var threads: Int

    public init(
        effort: Effort = .standard, rewriting: Rewriting = .free, scheduling: Scheduling = .alap,
        initialLayout: [Site]? = nil, allowedSites: [Site]? = nil, approximation: Double = 1e-12,
        assumedIterations: Int = 1, threads: Int = 2
    ) {
        self.effort = effort
        self.rewriting = rewriting
        self.scheduling = scheduling
        self.initialLayout = initialLayout
        self.allowedSites = allowedSites
        self.approximation = approximation
        self.assumedIterations = assumedIterations
        self.threads = threads
    }
}
