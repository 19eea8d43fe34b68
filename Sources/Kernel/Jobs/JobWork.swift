import Circuits
import Compiler
import Hardware
import Mitigation

/// What a job has learnt so far; each stage of its life adds to it.
struct JobWork: Sendable {
    /// When the request arrived.
    var received = 0.0
    /// When each state was reached.
    var reachedTimes: [JobState: Double] = [:]
    var device: (any Device)?
    var calibration: Calibration?
    var plan: JobPlan?
    var compilations: [Compilation] = []
    /// Begin and end of the compilations, and the time spent in their two halves.
    var compileSpan = (begin: 0.0, end: 0.0)
    var stageSeconds: [CompilationStage: Double] = [:]
    /// Readout experiments by the sites they read.
    var readoutRuns: [[Site]: ReadoutRun] = [:]
    var raw: [RawResult] = []
    var corrections: [Correction] = []
    var blocks: [BlockResult] = []
    var notes: [String] = []

    /// The readout experiments on one set of sites.
    struct ReadoutRun: Sendable {
        var programs: [Compilation]
        var shots: Int
        var seed: UInt64
        var counts: [Counts] = []
        var deviceTime = Seconds.zero
    }

    /// What is known of the readout of one part.
    struct Correction: Sendable {
        /// The classical bits that are corrected; bit k of `confusion` belongs to `bits[k]`.
        var bits: [Int]
        var confusion: ReadoutConfusion
    }

    mutating func reached(_ state: JobState, at time: Double) { reachedTimes[state] = time }
}

// Validation: everything that can be known to be wrong before a machine is asked.
extension JobWork {
    mutating func validate(_ request: JobRequest, in context: JobContext) throws(KernelError) -> JobDemand {
        context.report("checking", nil)
        let device: any Device
        do { device = try context.devices.device(request.device) } catch { throw KernelError(error) }
        let description = device.description
        switch device.status() {
        case .online, .busy, .calibrating: break
        case .maintenance(let reason), .offline(let reason):
            throw KernelError(
                .system, code: "device.unavailable", "the device \(description.id) takes no jobs: \(reason)",
                cure: "choose another device, or wait until it is back")
        }
        let plan = try JobPlan(request)
        for part in plan.parts where part.shots > description.abilities.maxShots {
            throw KernelError(
                .program, code: "shots",
                "\(part.shots) shots were asked for; \(description.id) takes at most \(description.abilities.maxShots)",
                cure: "ask for fewer shots, or for several jobs")
        }
        for part in plan.parts where part.circuit.qubitCount > description.siteCount {
            throw KernelError(
                .program, code: "compiler.tooWide",
                "the program needs \(part.circuit.qubitCount) qubits, \(description.id) has \(description.siteCount)",
                cure: "use fewer qubits or a larger device; `kelvin devices` lists them")
        }
        self.device = device
        self.plan = plan
        return JobDemand(
            width: plan.parts.reduce(0) { max($0, $1.circuit.qubitCount) },
            shots: plan.parts.reduce(0) { $0 + $1.shots },
            seconds: 0)
    }
}

// Compilation, at dispatch: against the calibration of this moment.
extension JobWork {
    mutating func compile(_ request: JobRequest, in context: JobContext) throws(KernelError) {
        guard let device, let plan else { preconditionFailure("a job is compiled after it was validated") }
        discardRuns()
        compileSpan.begin = context.clock.now
        let calibration: Calibration
        do { calibration = try device.calibration() } catch { throw KernelError(error) }
        self.calibration = calibration
        for (index, part) in plan.parts.enumerated() {
            if Task.isCancelled { throw .cancelled }
            context.report("compiling", Double(index) / Double(plan.parts.count))
            let compilation = try Self.compile(
                part.circuit, for: device.description, calibration, request.compilerOptions, request.seed)
            for pass in compilation.report.passes { stageSeconds[pass.stage, default: 0] += pass.seconds }
            do { try device.validate(compilation.executable, shots: part.shots) } catch { throw KernelError(error) }
            compilations.append(compilation)
        }
        try planReadout(request, device.description, calibration)
        compileSpan.end = context.clock.now
    }

    private static func compile(
        _ circuit: Circuit, for description: DeviceDescription, _ calibration: Calibration, _ options: CompilerOptions,
        _ seed: UInt64
    ) throws(KernelError) -> Compilation {
        do {
            return try Compilation(
                of: circuit, for: description, calibration: calibration, options: options, seed: seed)
        } catch {
            throw KernelError(error)
        }
    }

    /// Compiles the readout experiments for each set of sites that some part reads at its end.
    private mutating func planReadout(
        _ request: JobRequest, _ description: DeviceDescription, _ calibration: Calibration
    ) throws(KernelError) {
        guard request.mitigation == .readout, let plan else { return }
        guard calibration.sites.contains(where: { ($0.readout?.error ?? 0) > 0 }) else { return }
        for (part, compilation) in zip(plan.parts, compilations) {
            let bits = part.correctableBits
            if bits.isEmpty { continue }
            let sites = compilation.executable.distinctSites(of: bits)
            if var run = readoutRuns[sites] {
                run.shots = max(run.shots, part.shots)
                readoutRuns[sites] = run
                continue
            }
            var options = request.compilerOptions
            options.initialLayout = sites
            options.effort = .fast
            var programs: [Compilation] = []
            for experiment in ReadoutExperiment.allCases {
                programs.append(
                    try Self.compile(
                        experiment.circuit(qubitCount: sites.count), for: description, calibration, options,
                        request.seed))
            }
            // A part's own shots, but enough for a few per cent of a readout error to show.
            let shots = min(max(part.shots, 1000), description.abilities.maxShots)
            let seed = JobPlan.seed(request.seed ^ 0x5EAD_0C7, part: readoutRuns.count)
            readoutRuns[sites] = ReadoutRun(programs: programs, shots: shots, seed: seed)
        }
    }
}

// Execution.
extension JobWork {
    mutating func run(_ request: JobRequest, in context: JobContext) async throws(KernelError) {
        guard let device, let plan else { preconditionFailure("a job runs after it was compiled") }
        let total = Double(plan.parts.reduce(0) { $0 + $1.shots } + readoutRuns.values.reduce(0) { $0 + 2 * $1.shots })
        var done = 0.0
        for (part, compilation) in zip(plan.parts, compilations) {
            let (base, weight) = (done, Double(part.shots))
            raw.append(
                try await Self.run(compilation.executable, on: device, shots: part.shots, seed: part.seed) {
                    context.report("running", (base + weight * $0) / total)
                })
            done += weight
        }
        // In the order of the parts that need them, so that a seed always means the same.
        for sites in readoutOrder {
            guard var readout = readoutRuns[sites] else { continue }
            for (index, program) in readout.programs.enumerated() {
                context.report("measuring the readout", done / total)
                let result = try await Self.run(
                    program.executable, on: device, shots: readout.shots,
                    seed: JobPlan.seed(readout.seed, part: index), progress: { _ in })
                readout.counts.append(Counts(result.shots))
                readout.deviceTime += result.deviceTime
                done += Double(readout.shots)
            }
            readoutRuns[sites] = readout
        }
    }

    private var readoutOrder: [[Site]] {
        var order: [[Site]] = []
        for (part, compilation) in zip(plan?.parts ?? [], compilations) {
            let sites = compilation.executable.distinctSites(of: part.correctableBits)
            if readoutRuns[sites] != nil, !order.contains(sites) { order.append(sites) }
        }
        return order
    }

    private static func run(
        _ executable: Executable, on device: any Device, shots: Int, seed: UInt64,
        progress: @escaping @Sendable (Double) -> Void
    ) async throws(KernelError) -> RawResult {
        if Task.isCancelled { throw .cancelled }
        do {
            return try await device.run(executable, shots: shots, seed: seed, progress: progress)
        } catch {
            throw KernelError(error)
        }
    }
}

extension JobPlan.Part {
    /// Classical bits whose readout can be inverted: those measured at the very end.
    var correctableBits: [Int] {
        if let measurement { return Array(measurement.bits) }
        return circuit.terminalMeasurements?.map(\.bit.index).sorted() ?? []
    }
}

extension Executable {
    /// The sites that are read into these classical bits, each once, ascending: routing may read two bits at one site.
    func distinctSites(of bits: [Int]) -> [Site] { Set(sites(of: bits)).sorted() }

    /// The site that is read into each of these classical bits.
    func sites(of bits: [Int]) -> [Site] {
        var site: [Int: Site] = [:]
        for position in circuit.body.indices {
            if case .measure(let bit?) = circuit.body.operation(at: position) {
                site[bit.index] = Site(circuit.body.qubits(at: position)[0].index)
            }
        }
        return bits.compactMap { site[$0] }
    }
}

// Machine time.
extension JobWork {
    /// Seconds of the machine that the compiled job takes.
    var estimatedSeconds: Double {
        guard let device, let plan else { return 0 }
        let delay = device.description.timing.repetitionDelay.value
        var seconds = 0.0
        for (part, compilation) in zip(plan.parts, compilations) {
            seconds += Double(part.shots) * (compilation.report.estimateAfter.duration + delay)
        }
        for run in readoutRuns.values {
            for program in run.programs {
                seconds += Double(run.shots) * (program.report.estimateAfter.duration + delay)
            }
        }
        return seconds
    }

    /// Seconds of the machine that were used.
    var machineSeconds: Double {
        raw.reduce(0) { $0 + $1.deviceTime.value } + readoutRuns.values.reduce(0) { $0 + $1.deviceTime.value }
    }

    /// Forgets what has been compiled and run.
    mutating func discardRuns() {
        compilations = []
        readoutRuns = [:]
        raw = []
    }
}
