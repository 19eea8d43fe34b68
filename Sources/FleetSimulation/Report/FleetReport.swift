import Hardware

/// The figures of a simulation, as they are printed.
public struct FleetReport: Hashable, Sendable, Codable {
    public struct Waits: Hashable, Sendable, Codable {
        public var jobs: Int
        public var median: Double
        public var mean: Double
        public var p95: Double
        public var longest: Double

        init(_ values: [Float]) {
            let sorted = values.sorted()
            jobs = sorted.count
            median = Statistics.quantile(sorted, 0.5)
            mean = Statistics.mean(sorted.map(Double.init))
            p95 = Statistics.quantile(sorted, 0.95)
            longest = Double(sorted.last ?? 0)
            // Without jobs there is nothing to print.
            if sorted.isEmpty { (median, mean, p95) = (0, 0, 0) }
        }
    }

    public struct Payer: Hashable, Sendable, Codable {
        public var name: String
        public var entitlement: Double
        public var machineSeconds: Double
    }

    public struct Fidelity: Hashable, Sendable, Codable {
        public var jobs: Int
        public var mean: Double
        public var halfWidth95: Double
    }

    public var name: String
    public var isSimulated = true
    public var machines: Int
    public var policy: String
    public var submitted: Int
    public var counted: Int
    public var days: Double
    /// Seconds.
    public var waits: Waits
    public var waitsByPriority: [String: Waits]
    /// Part of the time in which machines ran anything, and part of their site·seconds in use.
    public var utilisation: Double
    public var siteUtilisation: Double
    public var utilisationByMachine: [Double]
    /// Of machine time by entitlement, over payers who submitted anything.
    public var jain: Double
    public var payers: [Payer]
    public var deadlinesKept: Double
    public var calibrations: Int
    public var preemptions: Int
    /// As the emulator returned it, of a sample.
    public var fidelity: Fidelity?
    public var estimatedSuccess: Double
    public var events: Int
    public var facts: Int
    public var wallSeconds: Double

    public init<P>(_ simulator: FleetSimulator<P>, fidelities: [Double], wallSeconds: Double) {
        let record = simulator.record
        name = simulator.scenario.name
        machines = simulator.machines.count
        policy = simulator.scenario.scheduling.policy.rawValue
        submitted = record.submitted
        counted = record.waits.count
        days = record.span / 86_400
        waits = Waits(record.waits)
        waitsByPriority = [:]
        for (level, name) in ["low", "normal", "high"].enumerated() {
            let own = zip(record.waits, record.priorities).compactMap { $1 == UInt8(level) ? $0 : nil }
            if !own.isEmpty { waitsByPriority[name] = Waits(own) }
        }
        let span = max(record.span, 1e-9)
        utilisationByMachine = record.busy.map { $0 / span }
        utilisation = Statistics.mean(utilisationByMachine)
        let sites = simulator.machines.reduce(0.0) { $0 + Double($1.description.siteCount) }
        siteUtilisation = record.siteSeconds.reduce(0, +) / (sites * span)
        payers = zip(simulator.entitlements, record.serviceByAccount).map {
            Payer(name: $0.name, entitlement: $0.part, machineSeconds: $1)
        }
        jain = Statistics.jain(payers.filter { $0.machineSeconds > 0 }.map { $0.machineSeconds / $0.entitlement })
        deadlinesKept = Statistics.mean(record.keptDeadline.map { $0 ? 1 : 0 })
        if record.keptDeadline.isEmpty { deadlinesKept = 1 }
        calibrations = record.calibrations
        preemptions = record.preemptions
        if !fidelities.isEmpty {
            fidelity = Fidelity(
                jobs: fidelities.count, mean: Statistics.mean(fidelities),
                halfWidth95: fidelities.count > 1 ? Statistics.halfWidth(fidelities) : 0)
        }
        estimatedSuccess = record.estimates.isEmpty ? 0 : Statistics.mean(record.estimates.map(Double.init))
        events = record.events
        facts = record.facts
        self.wallSeconds = wallSeconds
    }
}
