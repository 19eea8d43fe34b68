public import Kernel

/// What came out of a simulation: a row of 24 bytes for each job that ended.
public struct FleetRecord: Sendable {
    /// From submission to its first place on a machine, seconds.
    public private(set) var waits: [Float] = []
    /// Machine time, seconds.
    public private(set) var services: [Float] = []
    public private(set) var programs: [UInt16] = []
    public private(set) var devices: [UInt16] = []
    public private(set) var accounts: [UInt16] = []
    public private(set) var widths: [UInt16] = []
    /// Estimated success probability in its region, alone.
    public private(set) var estimates: [Float] = []
    public private(set) var priorities: [UInt8] = []
    /// Whether the deadline was kept; true without one.
    public private(set) var keptDeadline: [Bool] = []

    /// What is kept of a job that ended.
    struct Row {
        var wait: Float
        var service: Float
        var estimate: Float
        var program: UInt16
        var device: UInt16
        var account: UInt16
        var width: UInt16
        var priority: UInt8
        var keptDeadline: Bool
    }

    mutating func append(_ row: Row) {
        waits.append(row.wait)
        services.append(row.service)
        estimates.append(row.estimate)
        programs.append(row.program)
        devices.append(row.device)
        accounts.append(row.account)
        widths.append(row.width)
        priorities.append(row.priority)
        keptDeadline.append(row.keptDeadline)
    }

    /// Jobs that were executed on the emulated machine, or will be.
    public internal(set) var samples: [Sample] = []
    /// Where each job ran and when, where that was asked for: a job that made room in between has several.
    public internal(set) var stays: [Stay] = []
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
    /// When the last job came in, seconds.
    public internal(set) var lastArrival = 0.0
    /// Virtual time from the first arrival to the last end, seconds.
    public internal(set) var span = 0.0
    public internal(set) var preemptions = 0

    /// A job's time on a machine.
    public struct Stay: Hashable, Sendable {
        public var job: UInt64
        public var program: Int
        public var device: Int
        public var sites: SiteSet
        public var start: Double
        /// Infinite while it runs.
        public var end = Double.infinity
    }

    /// The job has left its machine.
    mutating func endStay(of job: UInt64, at time: Double) {
        // Nearly always one of the last.
        if let place = stays.lastIndex(where: { $0.job == job && $0.end == .infinity }) { stays[place].end = time }
    }

    public struct ForecastOutcome: Hashable, Sendable {
        public var forecast: WaitForecaster.Forecast
        /// The same from the quantiles of recent waits of the class alone, the usual way.
        public var baseline: WaitForecaster.Forecast
        public var wait: Double
        public var submitted: Double
        /// What the forecast rested on.
        public var sample: WaitSample
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
