public import Circuits
public import Hardware
public import Kernel

extension FleetScenario {
    /// The machines of the scenario, each a little different from its file.
    ///
    /// - Parameter file: reads the device file of a name.
    public func machines(_ file: (String) throws(DeviceError) -> DeviceFile) throws(DeviceError) -> [Machine] {
        var result: [Machine] = []
        for group in devices {
            let kind = try file(group.file)
            for _ in 0..<group.count {
                result.append(Machine(kind, index: result.count, group: group, seed: seed))
            }
        }
        return result
    }

    /// The rules of Kelvin's own scheduler as the scenario has them.
    public var rules: SchedulingRules { scheduling.rules }

    /// Runs the scenario and executes the sample of its jobs.
    ///
    /// - Parameter trace: recorded jobs to be replayed instead of the synthetic ones.
    public func simulate(
        on machines: [Machine], trace: RecordedTrace? = nil, options: FleetOptions = FleetOptions(),
        progress: ((Double) -> Void)? = nil
    ) async throws -> FleetOutcome {
        switch scheduling.policy {
        case .kelvin: try await simulate(FleetScheduler(rules: rules), machines, trace, options, progress)
        case .bestFidelity: try await simulate(BaselineScheduler(.bestFidelity), machines, trace, options, progress)
        case .roundRobin: try await simulate(BaselineScheduler(.roundRobin), machines, trace, options, progress)
        case .leastBusy: try await simulate(BaselineScheduler(.leastBusy), machines, trace, options, progress)
        case .pairwise:
            try await simulate(
                BaselineScheduler(.pairwise(loss: rules.sharing.maximumLoss)), machines, trace, options, progress)
        }
    }

    private func simulate<P: FleetPolicy>(
        _ policy: P, _ machines: [Machine], _ trace: RecordedTrace?, _ options: FleetOptions,
        _ progress: ((Double) -> Void)?
    ) async throws -> FleetOutcome {
        let clock = ContinuousClock()
        let begin = clock.now
        var simulator = try FleetSimulator(self, machines: machines, policy: policy, rules: rules, trace: trace)
        simulator.keepsTenancies = options.keepsTenancies
        simulator.stopsAtEnd = options.stopsAtEnd
        simulator.foretelling = options.foretells
        simulator.run(progress: progress)
        let seconds = begin.duration(to: clock.now) / .seconds(1)
        let fidelities = options.executes ? try await simulator.fidelities(FidelityMeter()) : []
        return FleetOutcome(
            report: FleetReport(simulator, fidelities: fidelities.map(\.fidelity), wallSeconds: seconds),
            record: simulator.record, circuits: simulator.programs.entries.map(\.circuit),
            fidelities: fidelities.map { (Double(simulator.record.estimates[$0.sample.row]), $0.fidelity) })
    }
}

/// What a simulation does beyond the schedule.
public struct FleetOptions: Hashable, Sendable {
    /// Executes the sample of jobs on the emulated machines.
    public var executes: Bool
    /// Keeps where each job ran and when: a hundred bytes a job and more.
    public var keepsTenancies: Bool
    /// Foretells waits of jobs that do not start at once; nil for none.
    public var foretells: Foretelling?
    /// Ends with the duration, whatever still waits or runs: for saturated fleets.
    public var stopsAtEnd: Bool

    public init(
        executes: Bool = true, keepsTenancies: Bool = false, foretells: Foretelling? = nil, stopsAtEnd: Bool = false
    ) {
        self.stopsAtEnd = stopsAtEnd
        self.executes = executes
        self.keepsTenancies = keepsTenancies
        self.foretells = foretells
    }
}

/// What a simulation gives back.
public struct FleetOutcome: Sendable {
    public var report: FleetReport
    public var record: FleetRecord
    /// By the numbers in `FleetRecord.programs`.
    public var circuits: [Circuit]
    /// Of every job that the emulator executed, the success that was estimated when it was placed, and the Hellinger fidelity
    /// of what came out.
    public var fidelities: [(estimate: Double, fidelity: Double)]
}
