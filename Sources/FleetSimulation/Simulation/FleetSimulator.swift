import Circuits
public import Hardware
public import Kernel

/// The digital twin: the kernel itself, in virtual time.
///
/// Scheduling, allocation and journal are the kernel's own code; only the machines are played: they answer with durations
/// drawn around the estimate, and with outcomes from the emulator for a sample of jobs afterwards.
public struct FleetSimulator<Policy: FleetPolicy> {
    public let scenario: FleetScenario
    public private(set) var machines: [Machine]
    public private(set) var programs: ProgramTable
    public private(set) var record = FleetRecord()
    /// Names of those who pay, in the order of `FleetRecord.accounts`, and the part of everything each is entitled to.
    public private(set) var payers: [(name: String, entitlement: Double)] = []

    private(set) var kernel: KernelState<Policy>
    private var output = KernelOutput()
    private var heap = EventHeap()
    private var order: UInt64 = 0
    private var nextJob: UInt64 = 1
    private var payerIndices: [AccountIndex] = []
    private var arrivals: Arrivals
    /// Jobs to be replayed instead.
    private var recorded: [Arrival]?
    private var replayed = 0
    /// By slot of the kernel's table.
    private var live: [LiveJob] = []
    private var running: [Int]
    private var busySince: [Double]
    /// Machine seconds of one shot, by program and machine; negative where it does not fit.
    private var shotSeconds: [Float] = []
    private var costs: [Float] = []
    private let sampleEvery: UInt64
    /// Set to have the wait of every job that does not start at once foretold.
    public var forecaster: WaitForecaster?
    /// Where the kernel's facts are written.
    public var journal: any Journal = DigestJournal()
    /// Whether to keep where each job ran and when.
    public var keepsTenancies = false
    /// Whether to stop with the duration, jobs left or not.
    public var stopsAtEnd = false
    private var recent = RecentWaits()
    private var now = 0.0
    private let seed: UInt64

    /// What the simulation remembers of a job until it ends.
    private struct LiveJob {
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
        var factor: Float = 1
        var service: Float = 0
        var priority: UInt8 = 0
        /// Place among the forecasts; −1 without one.
        var forecast: Int32 = -1
        var sites: [Int] = []
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
        let leaves = Self.leaves(scenario.accounts)
        recorded = try trace.map { (trace) throws(ScenarioError) in
            try programs.arrivals(trace, payers: leaves.map { $0.path.last?.name ?? "all" })
        }
        // Regions first: how long programs take says how many of them make the load.
        let libraries = machines.map { machine -> RegionLibrary? in
            guard machine.description.siteCount <= SiteMask.capacity else { return nil }
            return RegionLibrary(DeviceMap(machine.description, calibration: machine.record(version: 0)))
        }
        for (place, entry) in programs.entries.enumerated() {
            var fits = false
            for library in libraries {
                guard
                    case .success(let found)? = library?.region(
                        for: entry.profile, within: library!.map.live, coherenceBudget: rules.coherenceBudget)
                else {
                    shotSeconds.append(-1)
                    costs.append(0)
                    continue
                }
                fits = true
                let delay = Float(library!.map.timing.repetitionDelay)
                shotSeconds.append(found.estimate.shotSeconds + delay)
                costs.append(found.estimate.cost)
            }
            guard fits else {
                throw ScenarioError(
                    "workload.programs", "\(entry.circuit.name) fits none of the machines (program \(place))",
                    cure: "ask for fewer qubits, or add a wider machine")
            }
        }
        let (table, count) = (shotSeconds, machines.count)
        arrivals = Arrivals(
            scenario.workload, programs: &programs, accounts: leaves.map(\.demand), duration: scenario.duration,
            secondsPerShot: { program in
                let fitting = table[(program * count)..<((program + 1) * count)].filter { $0 >= 0 }
                return Double(fitting.reduce(0, +)) / Double(max(1, fitting.count))
            }, machines: Double(count), seed: scenario.seed)
        self.programs = programs
        let expected = recorded?.count ?? scenario.workload.jobs ?? Int(min(1e8, arrivals.expectedJobs))
        sampleEvery = UInt64(max(1, expected / max(1, scenario.fidelitySample)))
        prepare(libraries)
    }

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
        for leaf in Self.leaves(scenario.accounts) {
            var path = "", parent = AccountIndex.root
            for step in leaf.path {
                path = path.isEmpty ? step.name : "\(path)/\(step.name)"
                if kernel.book.account(at: path) == nil {
                    handle(.addAccount(path: path, parent: parent, share: step.share))
                }
                parent = kernel.book.account(at: path) ?? .root
            }
            payerIndices.append(parent)
            payers.append((leaf.path.last?.name ?? "all", leaf.entitlement))
        }
        record.serviceByAccount = payers.map { _ in 0 }
        for (d, machine) in machines.enumerated() {
            if machine.group.calibrateEvery.isFinite, machine.group.calibrationSeconds > 0 {
                // Not all at once: the first is due after a part of the interval that differs by machine.
                let first = machine.group.calibrateEvery * (Double(d % 16) + 1) / 16
                push(.calibrationDue, at: first, device: d)
            }
            for reserved in machine.group.reservations { reserve(reserved, d) }
        }
    }

    private mutating func reserve(_ reserved: FleetScenario.ReservedTime, _ d: Int) {
        guard let payer = payers.firstIndex(where: { $0.name == reserved.account }) else { return }
        var start = reserved.start
        repeat {
            handle(
                .reserve(
                    Reservation(
                        device: DeviceIndex(d), account: payerIndices[payer], start: start,
                        end: start + reserved.seconds)))
            push(.tick, at: start, device: d)
            push(.tick, at: start + reserved.seconds, device: d)
            start += reserved.every
        } while reserved.every > 0 && start < scenario.duration
    }

    /// Those who submit: users, and projects without users.
    private static func leaves(
        _ accounts: [FleetScenario.Account]
    ) -> [(path: [FleetScenario.Account], demand: Double, entitlement: Double)] {
        if accounts.isEmpty { return [([], 1, 1)] }
        let total = accounts.reduce(0) { $0 + $1.share }
        return accounts.flatMap { project -> [(path: [FleetScenario.Account], demand: Double, entitlement: Double)] in
            let part = project.share / total
            if project.users.isEmpty { return [([project], project.demand ?? project.share, part)] }
            let users = project.users.reduce(0) { $0 + $1.share }
            let wishes = project.users.reduce(0) { $0 + ($1.demand ?? $1.share) }
            return project.users.map {
                (
                    [project, $0], (project.demand ?? project.share) * ($0.demand ?? $0.share) / wishes,
                    part * $0.share / users
                )
            }
        }
    }
}

// The loop.
extension FleetSimulator {
    /// Runs until the last job has ended.
    ///
    /// - Parameter progress: called now and then with the finished fraction.
    public mutating func run(progress: ((Double) -> Void)? = nil) {
        var next = nextArrival()
        var steps = 0
        while true {
            steps += 1
            if steps & 0xFFFF == 0 { progress?(min(1, now / max(scenario.duration, 1e-9))) }
            if let arrival = next, heap.first.map({ arrival.time <= $0.time }) ?? true {
                now = arrival.time
                submit(arrival)
                next = nextArrival()
                continue
            }
            // Calibrations go on for ever; the simulation ends with the last job.
            if next == nil, kernel.book.jobs.count == 0 { break }
            guard let event = heap.pop() else { break }
            now = event.time
            if stopsAtEnd, now > scenario.duration { break }
            take(event, isOver: next == nil)
        }
        record.span = now
        record.unfinished = kernel.book.jobs.count
        for d in machines.indices where running[d] > 0 { record.busy[d] += now - busySince[d] }
        // The truth after the last record, for what was sampled there.
        for d in machines.indices { machines[d].calibrate(at: now + 1) }
    }

    private mutating func nextArrival() -> Arrival? {
        guard let recorded else { return arrivals.next() }
        guard replayed < recorded.count else { return nil }
        replayed += 1
        return recorded[replayed - 1]
    }

    private mutating func take(_ event: FleetEvent, isOver: Bool) {
        switch event.kind {
        case .partEnds:
            let d = Int(event.device)
            running[d] -= 1
            if running[d] == 0 { record.busy[d] += now - busySince[d] }
            if let slot = kernel.book.jobs.slot(of: event.job) {
                let width = Double(live[slot.place].width)
                record.siteSeconds[d] += width * event.seconds
                live[slot.place].service += Float(event.seconds)
                let payer = live[slot.place].payer
                if payer >= 0 { record.serviceByAccount[Int(payer)] += event.seconds }
            }
            handle(.partFinished(event.job, event.fence, seconds: event.seconds))
        case .calibrationDue:
            if !isOver { submitCalibration(of: Int(event.device)) }
        case .tick: handle(.tick)
        }
    }

    private mutating func submit(_ arrival: Arrival) {
        let id = JobID(nextJob)
        nextJob += 1
        record.submitted += 1
        let profile = programs.entries[Int(arrival.program)].profile
        let isAlone = arrival.isAlone || profile.isDynamic || scenario.scheduling.maximumPrograms == 1
        let card = JobCard(
            account: payerIndices[Int(arrival.account)], priority: Priority(rawValue: arrival.priority) ?? .normal,
            wantsMachineAlone: isAlone, width: profile.width, shots: Int(arrival.shots), seconds: 0,
            deadline: arrival.time + arrival.deadline, tag: UInt32(arrival.program))
        var job = LiveJob()
        job.submitted = arrival.time
        job.deadline = arrival.time + arrival.deadline
        (job.payer, job.program, job.shots) = (arrival.account, arrival.program, arrival.shots)
        job.width = Int32(profile.width)
        job.priority = arrival.priority
        if scenario.workload.runtimeSpread > 0 {
            var random = SplitMix(seed: seed ^ id.rawValue, stream: 11)
            job.factor = Float(exponential(random.normal() * scenario.workload.runtimeSpread))
        }
        submit(id, card, job)
    }

    private mutating func submitCalibration(of d: Int) {
        let id = JobID(nextJob)
        nextJob += 1
        let seconds = machines[d].group.calibrationSeconds
        var job = LiveJob()
        job.submitted = now
        job.device = Int32(d)
        job.priority = Priority.system.rawValue
        submit(
            id,
            JobCard(
                device: DeviceIndex(d), priority: .system, wantsMachineAlone: true, width: 1, shots: 1,
                seconds: seconds, tag: .max), job)
    }

    private mutating func submit(_ id: JobID, _ card: JobCard, _ job: LiveJob) {
        kernel.handle(.submit(id, card), at: now, into: &output)
        record.events += 1
        if let slot = kernel.book.jobs.slot(of: id) {
            while live.count <= slot.place { live.append(LiveJob()) }
            live[slot.place] = job
        }
        settle()
        if forecaster != nil, job.program >= 0 { foretell(id) }
    }

    /// Promises a wait to a job that did not start at once.
    private mutating func foretell(_ id: JobID) {
        guard let slot = kernel.book.jobs.slot(of: id), kernel.book.jobs[slot].state == .queued,
            let start = kernel.policy.plannedStart(of: slot, in: kernel.book, at: now),
            let forecast = forecaster?.forecast(
                planned: max(0, start - now), priority: kernel.book.jobs[slot].card.priority)
        else { return }
        live[slot.place].forecast = Int32(record.forecasts.count)
        record.forecasts.append(
            FleetRecord.ForecastOutcome(
                forecast: forecast, baseline: recent.forecast(forecast), wait: -1, submitted: now))
    }

    private mutating func handle(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        record.events += 1
        settle()
    }

    /// Carries out what the kernel wants, until it wants nothing more.
    private mutating func settle() {
        var k = 0
        while k < output.effects.count {
            let effect = output.effects[k]
            k += 1
            switch effect {
            case .validate(let id):
                guard let slot = kernel.book.jobs.slot(of: id) else { continue }
                let card = kernel.book.jobs[slot].card
                answer(
                    .validated(
                        id, JobDemand(width: Int(card.width), shots: Int(card.shots), seconds: Double(card.seconds))))
            case .compile(let id, let device, let sites, let fence): compile(id, device.place, sites, fence)
            case .run(let id, _, let fence):
                guard let slot = kernel.book.jobs.slot(of: id) else { continue }
                let d = Int(live[slot.place].device), seconds = Double(kernel.book.jobs[slot].partSeconds)
                if running[d] == 0 { busySince[d] = now }
                running[d] += 1
                push(.partEnds, at: now + seconds, device: d, job: id, fence: fence, seconds: seconds)
            case .mitigate(let id, let fence):
                note(id)
                answer(.mitigated(id, fence))
            case .deliver, .stop, .discardParts: break
            }
        }
        record.facts += output.facts.count
        journal.append(output.facts, at: now)
        for case .queued(_, .preempted, _) in output.facts { record.preemptions += 1 }
        output.removeAll()
    }

    private mutating func answer(_ event: KernelEvent) {
        kernel.handle(event, at: now, into: &output)
        record.events += 1
    }

    /// The job has its sites: how long it will truly take is known from here on.
    private mutating func compile(_ id: JobID, _ d: Int, _ sites: SiteSet, _ fence: Fence) {
        guard let slot = kernel.book.jobs.slot(of: id) else { return }
        var job = live[slot.place]
        if job.started < 0 {
            job.started = now
            if job.forecast >= 0 {
                let wait = now - job.submitted
                record.forecasts[Int(job.forecast)].wait = wait
                forecaster?.observe(wait, record.forecasts[Int(job.forecast)].forecast)
                recent.observe(wait, Int(job.priority))
            }
        }
        job.device = Int32(d)
        var seconds = machines[d].group.calibrationSeconds
        if job.program >= 0 {
            seconds =
                Double(max(0, shotSeconds[Int(job.program) * machines.count + d])) * Double(job.shots)
                * Double(job.factor)
        }
        seconds = max(seconds, 1e-6)
        if job.parts == 0 {
            job.parts =
                job.program < 0
                ? 1 : Int32(min(100_000, max(1, (seconds / scenario.scheduling.batchSeconds).rounded(.up))))
        }
        if job.program >= 0, job.sample < 0, job.submitted >= scenario.warmUp,
            record.samples.count < scenario.fidelitySample,
            id.rawValue % sampleEvery == 0
        {
            job.sample = Int32(record.samples.count)
            record.samples.append(
                FleetRecord.Sample(
                    program: Int(job.program), device: d, version: machines[d].version, time: now,
                    sites: sites.sites.map(\.index), row: -1))
        }
        if keepsTenancies { job.sites = sites.sites.map(\.index) }
        live[slot.place] = job
        answer(.compiled(id, fence, parts: Int(job.parts), partSeconds: seconds / Double(job.parts)))
    }

    /// All parts of a job have run.
    private mutating func note(_ id: JobID) {
        guard let slot = kernel.book.jobs.slot(of: id) else { return }
        let job = live[slot.place]
        guard job.program >= 0 else { return calibrated(Int(job.device)) }
        guard job.submitted >= scenario.warmUp else { return }
        if keepsTenancies {
            record.tenancies.append(
                FleetRecord.Tenancy(
                    program: Int(job.program), device: Int(job.device), sites: job.sites, start: job.started, end: now))
        }
        if job.sample >= 0 { record.samples[Int(job.sample)].row = record.waits.count }
        record.waits.append(Float(job.started - job.submitted))
        record.services.append(job.service)
        record.programs.append(UInt16(truncatingIfNeeded: job.program))
        record.devices.append(UInt16(job.device))
        record.accounts.append(UInt16(truncatingIfNeeded: job.payer))
        record.widths.append(UInt16(job.width))
        record.priorities.append(job.priority)
        record.keptDeadline.append(now <= job.deadline)
        let cost = costs[Int(job.program) * machines.count + Int(job.device)]
        record.estimates.append(Float(exponential(-Double(cost))))
    }

    private mutating func calibrated(_ d: Int) {
        machines[d].calibrate(at: now)
        record.calibrations += 1
        let calibration = machines[d].record(version: machines[d].version)
        if machines[d].description.siteCount <= SiteMask.capacity {
            let library = RegionLibrary(DeviceMap(machines[d].description, calibration: calibration))
            let price = machines[d].group.pricePerSecond
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(d), pricePerSecond: price) }
        }
        answer(.calibrated(DeviceIndex(d), calibration.id))
        push(.calibrationDue, at: now + machines[d].group.calibrateEvery, device: d)
    }

    private mutating func push(
        _ kind: FleetEvent.Kind, at time: Double, device: Int, job: JobID = JobID(0), fence: Fence = 0,
        seconds: Double = 0
    ) {
        order += 1
        heap.push(
            FleetEvent(
                time: time, order: order, kind: kind, device: Int32(device), fence: fence, job: job, seconds: seconds))
    }
}
