import Circuits
import Hardware
public import Kernel

/// The digital twin: the kernel itself, in virtual time.
///
/// Scheduling, allocation and journal are the kernel's own code; only the machines are played: they answer with durations
/// drawn around the estimate, and with outcomes from the emulator for a sample of jobs afterwards.
public struct FleetSimulator<Policy: FleetPolicy> {
    public let scenario: FleetScenario
    public internal(set) var machines: [Machine]
    public let programs: ProgramTable
    public internal(set) var record = FleetRecord()
    /// Those who pay, in the order of `FleetRecord.accounts`.
    let payers: [Payer]
    var kernel: KernelState<Policy>
    var output = KernelOutput()
    var heap = EventHeap<FleetEvent>()
    var nextJob: UInt64 = 1
    var cards: ArrivalCards
    var traffic: Traffic
    /// The job that comes in next.
    var upcoming: Arrival?
    /// By slot of the kernel's table.
    var live: [LiveJob] = []
    var running: [Int]
    var busySince: [Double]
    let estimates: ProgramEstimates
    let sampleEvery: UInt64
    /// Set to have waits of jobs that do not start at once foretold.
    public var foretelling: Foretelling?
    var forecaster = WaitForecaster()
    var memory = TrafficMemory()
    /// Jobs that did not start at once, by class.
    var waited = Array(repeating: 0, count: Priority.allCases.count)
    /// Where the kernel's facts are written.
    public var journal: any Journal = DigestJournal()
    /// Whether to keep where each job ran and when.
    public var keepsTenancies = false
    /// Whether to stop with the duration, jobs left or not.
    public var stopsAtEnd = false
    var recent = RecentWaits()
    var now = 0.0
    let seed: UInt64

    /// What the simulation remembers of a job until it ends.
    struct LiveJob {
        var submitted = 0.0
        var started = -1.0
        var deadline = Double.infinity
        var payer: Int32 = -1
        var program: Int32 = -1
        var device: Int32 = -1
        var shots: Int32 = 0
        var width: Int32 = 0
        var parts: Int32 = 0
        var sample: Int32 = -1
        /// Place among the forecasts; −1 without one.
        var forecast: Int32 = -1
        /// Whether it did not start at once.
        var hasWaited = false
        var factor: Float = 1
        var service: Float = 0
        var priority: UInt8 = 0
    }

    /// Where jobs come from.
    struct Traffic {
        var arrivals: Arrivals
        /// Jobs to be replayed instead.
        var recorded: [Arrival]?
        private var replayed = 0

        init(_ arrivals: Arrivals, recorded: [Arrival]?) {
            self.arrivals = arrivals
            self.recorded = recorded
        }

        mutating func next() -> Arrival? {
            guard let recorded else { return arrivals.next() }
            guard replayed < recorded.count else { return nil }
            replayed += 1
            return recorded[replayed - 1]
        }
    }

    /// - Throws: `ScenarioError` where a program of the scenario fits no machine.
    public init(
        _ scenario: FleetScenario, machines: [Machine], policy: Policy, rules: SchedulingRules,
        trace: RecordedTrace? = nil
    ) throws(ScenarioError) {
        self.scenario = scenario
        self.machines = machines
        seed = scenario.seed
        kernel = KernelState(policy: policy)
        running = Array(repeating: 0, count: machines.count)
        busySince = running.map { _ in 0 }
        record.busy = busySince
        record.siteSeconds = busySince
        // Programs belong to the scenario; the seed changes who sends which and when.
        var programs = ProgramTable(seed: 1)
        for mix in scenario.workload.programs {
            for qubits in mix.qubits { _ = programs.place(of: mix.kind, qubits: qubits) }
        }
        payers = Payer.all(of: scenario.accounts)
        let names = payers.map(\.name)
        let recorded = try trace.map { (trace) throws(ScenarioError) in
            try programs.arrivals(trace, payers: names)
        }
        // Regions first: how long programs take says how many of them make the load.
        let libraries = machines.map { machine -> RegionLibrary? in
            guard machine.description.siteCount <= SiteMask.capacity else { return nil }
            return RegionLibrary(DeviceMap(machine.description, calibration: machine.record(version: 0)))
        }
        let estimates = try ProgramEstimates(programs, libraries, coherenceBudget: rules.coherenceBudget)
        let arrivals = Arrivals(
            scenario.workload, programs: &programs, accounts: payers.map(\.demand), duration: scenario.duration,
            secondsPerShot: { estimates.meanShotSeconds($0) }, machines: Double(machines.count), seed: scenario.seed)
        self.estimates = estimates
        self.programs = programs
        cards = ArrivalCards(programs: programs, isAlone: scenario.rules.sharing.maximumPrograms == 1)
        traffic = Traffic(arrivals, recorded: recorded)
        let expected = recorded?.count ?? scenario.workload.jobs ?? Int(min(1e8, arrivals.expectedJobs))
        sampleEvery = UInt64(max(1, expected / max(1, scenario.fidelitySample)))
        prepare(libraries)
    }

    /// Names of those who pay, and the part of everything each is entitled to.
    public var entitlements: [(name: String, part: Double)] { payers.map { ($0.name, $0.entitlement) } }
}

// Before the first job.
extension FleetSimulator {
    private mutating func prepare(_ libraries: [RegionLibrary?]) {
        for machine in machines {
            handle(
                .addDevice(name: "\(machine.description.id)#\(machine.index)", siteCount: machine.description.siteCount)
            )
        }
        for (d, library) in libraries.enumerated() {
            guard let library else { continue }
            let price = machines[d].group.pricePerSecond
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(d), pricePerSecond: price) }
        }
        for entry in programs.entries { _ = kernel.withPolicy { $0.addProgram(entry.profile) } }
        for payer in payers {
            var path = "", parent = AccountIndex.root
            for step in payer.path {
                path = path.isEmpty ? step.name : "\(path)/\(step.name)"
                if kernel.book.account(at: path) == nil {
                    handle(.addAccount(path: path, parent: parent, share: step.share))
                }
                parent = kernel.book.account(at: path) ?? .root
            }
            cards.accounts.append(parent)
        }
        record.serviceByAccount = payers.map { _ in 0 }
        for (d, machine) in machines.enumerated() {
            if machine.group.calibrateEvery.isFinite, machine.group.calibrationSeconds > 0 {
                // Not all at once: the first is due after a part of the interval that differs by machine.
                let first = machine.group.calibrateEvery * (Double(d % 16) + 1) / 16
                heap.push(.calibrationDue(device: d), at: first)
            }
            for reserved in machine.group.reservations { reserve(reserved, d) }
        }
        record.events = 0
    }

    private mutating func reserve(_ reserved: FleetScenario.ReservedTime, _ d: Int) {
        guard let payer = payers.firstIndex(where: { $0.name == reserved.account }) else { return }
        let calendar = Reservation(
            device: DeviceIndex(d), account: cards.accounts[payer], start: reserved.start,
            end: reserved.start + reserved.seconds, period: reserved.every,
            last: max(reserved.start, scenario.duration))
        handle(.reserve(calendar))
        // Whoever waits for a time to begin or end is told.
        var time = -Double.infinity
        while let place = calendar.occurrence(endingAfter: time) {
            heap.push(.tick, at: place.start)
            heap.push(.tick, at: place.end)
            time = place.end
        }
    }
}
