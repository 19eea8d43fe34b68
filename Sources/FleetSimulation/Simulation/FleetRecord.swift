public import Kernel

/// What came out of a simulation: a row of 24 bytes for each job that ended.
public struct FleetRecord: Sendable {
    /// From submission to its first place on a machine, seconds.
    public internal(set) var waits: [Float] = []
    /// Machine time, seconds.
    public internal(set) var services: [Float] = []
    public internal(set) var programs: [UInt16] = []
    public internal(set) var devices: [UInt16] = []
    public internal(set) var accounts: [UInt16] = []
    public internal(set) var widths: [UInt16] = []
    /// Estimated success probability in its region, alone.
    public internal(set) var estimates: [Float] = []
    public internal(set) var priorities: [UInt8] = []
    /// Whether the deadline was kept; true without one.
    public internal(set) var keptDeadline: [Bool] = []

    /// Jobs that were executed on the emulated machine, or will be.
    public internal(set) var samples: [Sample] = []
    /// Where each job ran and when, where that was asked for.
    public internal(set) var tenancies: [Tenancy] = []
    /// Promised intervals and what came of them, of jobs that did not start at once.
    public internal(set) var forecasts: [ForecastOutcome] = []
    /// Machine time by payer, of all jobs.
    public internal(set) var serviceByAccount: [Double] = []
    /// Seconds in which a machine ran anything, and site·seconds in use, by machine.
    public internal(set) var busy: [Double] = []
    public internal(set) var siteSeconds: [Double] = []
    public internal(set) var calibrations = 0
    public internal(set) var submitted = 0
    public internal(set) var unfinished = 0
    /// Events that the kernel took in, and facts that it journaled.
    public internal(set) var events = 0
    public internal(set) var facts = 0
    /// Virtual time from the first arrival to the last end, seconds.
    public internal(set) var span = 0.0
    public internal(set) var preemptions = 0

    public struct Tenancy: Hashable, Sendable {
        public var program: Int
        public var device: Int
        public var sites: [Int]
        /// From its first place on a machine to its last batch.
        public var start: Double
        public var end: Double
    }

    public struct ForecastOutcome: Hashable, Sendable {
        public var forecast: WaitForecaster.Forecast
        /// The same from the quantiles of recent waits of the class alone, the usual way.
        public var baseline: WaitForecaster.Forecast
        public var wait: Double
        public var submitted: Double
    }

    public struct Sample: Hashable, Sendable {
        public var program: Int
        public var device: Int
        public var version: Int
        public var time: Double
        public var sites: [Int]
        /// Place in the columns.
        public var row: Int
    }
}
