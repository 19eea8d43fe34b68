import Circuits
import Compiler
import Hardware
import Mitigation

/// What a job has learnt so far; each stage of its life adds to it.
struct JobWork: Sendable {
    /// When the request arrived.
    var received = 0.0
    /// When each state was reached, the first time.
    var reachedTimes: [JobState: Double] = [:]
    var plan: JobPlan?
    /// One for each calibration the job ran under.
    var segments: [JobSegment] = []
    /// Why what was compiled ahead was of no use; nil where it was, or nothing was compiled ahead.
    var wasAhead: AheadLoss?
    /// What the machine gave last.
    var latest: PartOutcome?
    /// Of the session it belongs to.
    var warmth: SessionWarmth?
    /// Programs as they ran, in the order of the plan; those of a split job once for each segment.
    var executions: [Execution] = []
    var corrections: [Correction] = []
    var blocks: [BlockResult] = []
    var notes: [String] = []

    /// What one program gave under one calibration.
    struct Execution: Sendable {
        let program: Int
        let segment: Int
        let raw: RawResult
    }

    /// What a job was compiled ahead for, and did not get.
    enum AheadLoss: Sendable {
        case ofOtherSites
        case ofCalibration(String)
    }

    /// What is known of the readout of one execution.
    struct Correction: Sendable {
        /// The classical bits that are corrected; bit k of `confusion` belongs to `bits[k]`.
        var bits: [Int]
        var confusion: ReadoutConfusion
        /// The earlier job of the session that measured it; nil where it was this one.
        var measuredBy: JobID?
    }

    static let recalibrationNote =
        "the machine was calibrated while the job ran; it went on as it was compiled before"

    mutating func reached(_ state: JobState, at time: Double) {
        // A job that was interrupted went on from where it was: its steps began when they first began.
        if reachedTimes[state] == nil || state == .mitigating || state.isFinal { reachedTimes[state] = time }
    }

    /// Parts that have run.
    var finishedParts: Int { segments.reduce(0) { $0 + $1.finished } }
}

// Validation: everything that can be known to be wrong before a machine is asked.
extension JobWork {
    mutating func validate(_ request: JobRequest, in context: JobContext) throws(KernelError) -> JobDemand {
        context.report("checking", nil)
        let plan = try JobPlan(request, warmth: warmth)
        guard request.batchShots > 0 else {
            throw KernelError(
                .program, code: "shots", "a batch of \(request.batchShots) shots was asked for",
                cure: "let a batch hold at least one shot")
        }
        if let refusal = request.weights.refusal { throw refusal }
        // One machine that takes it is enough.
        var refusals: [KernelError] = []
        var host: Host?
        for name in request.devices {
            do throws(KernelError) {
                let own = try Self.check(plan, on: name, in: context)
                host = host ?? own
            } catch { refusals.append(error) }
        }
        if refusals.count == request.devices.count, let first = refusals.first {
            throw refusals.count == 1 ? first : KernelError(noneOf: refusals)
        }
        self.plan = plan
        var shots = plan.programs.reduce(0) { $0 + $1.shots }
        // A session has measured the readout before.
        if request.mitigation == .readout, warmth == nil, host?.misreads == true { shots += plan.readoutShots }
        // Where regions are looked for, time is estimated with them.
        let isPlaced = request.tenancy != .alone || request.devices.count > 1
        var profile = plan.profile
        if request.tenancy != .sharingHelpers { profile.helpers = 0 }
        return JobDemand(
            width: plan.programs.reduce(0) { max($0, $1.circuit.qubitCount) }, shots: shots,
            seconds: isPlaced ? 0 : Double(shots) * (host?.delay ?? 0), profile: isPlaced ? profile : nil)
    }

    /// What the machine time of a job depends on.
    private struct Host {
        /// Seconds between two shots.
        var delay: Double
        /// Whether its readout errs, so that there is something to correct.
        var misreads: Bool
    }

    private static func check(
        _ plan: JobPlan, on name: String, in context: JobContext
    ) throws(KernelError) -> Host {
        let device: any Device
        do { device = try context.machines.device(name) } catch { throw KernelError(error) }
        let description = device.description
        switch device.status() {
        case .online, .busy, .calibrating: break
        case .maintenance(let reason), .error(let reason), .offline(let reason):
            throw KernelError(
                .system, code: "device.unavailable", "the device \(description.id) takes no jobs: \(reason)",
                cure: "choose another device, or wait until it is back")
        }
        for program in plan.programs where program.shots > description.abilities.maxShots {
            throw KernelError(
                .program, code: "shots",
                "\(program.shots) shots were asked for; \(description.id) takes at most \(description.abilities.maxShots)",
                cure: "ask for fewer shots, or for several jobs")
        }
        for program in plan.programs where program.circuit.qubitCount > description.siteCount {
            throw KernelError(
                .program, code: "compiler.tooWide",
                "the program needs \(program.circuit.qubitCount) qubits, \(description.id) has \(description.siteCount)",
                cure: "use fewer qubits or a larger device; `kelvin devices` lists them")
        }
        let calibration: Calibration
        do { calibration = try device.calibration() } catch { throw KernelError(error) }
        return Host(delay: description.timing.repetitionDelay.value, misreads: calibration.misreads)
    }
}

extension JobPlan {
    /// What the allocator must know: the most that any of the programs needs.
    var profile: ProgramProfile {
        programs.map(\.template).reduce(into: ProgramProfile()) { profile, circuit in
            var next = ProgramProfile(circuit)
            // Qubits that nothing touches have a place all the same.
            next.width = max(next.width, circuit.qubitCount)
            next.helpers = circuit.helperCount
            profile.formMaximum(next)
        }
    }
}

extension Circuit {
    /// Qubits that are never read.
    fileprivate var helperCount: Int {
        let read = Set(body.indices.flatMap { body.operation(at: $0).isMeasurement ? Array(body.qubits(at: $0)) : [] })
        return body.usedQubits.count { !read.contains($0) }
    }
}

extension Operation {
    var isMeasurement: Bool { if case .measure = self { true } else { false } }
}

extension JobWork {
    /// Sites of the job's region that may serve a neighbour in the same shots: none of its programs reads them, and the
    /// machine can clear them for whoever comes next.
    func helperSites(_ request: JobRequest) -> [Site] {
        guard request.tenancy == .sharingHelpers, let segment = segments.last, let region = segment.station.region,
            segment.device.description.abilities.reset
        else { return [] }
        let executables =
            segment.compilations.map(\.executable)
            + segment.readoutRuns.values.flatMap { $0.programs.map(\.executable) }
        guard executables.allSatisfy(\.isPackable) else { return [] }
        let read = executables.reduce(into: Set<Site>()) { $0.formUnion($1.sitesRead) }
        return region.filter { !read.contains($0) && segment.calibration.sites[$0.index].resetDuration != nil }
    }
}

extension Executable {
    /// The sites that are measured.
    var sitesRead: Set<Site> {
        let body = circuit.body
        return Set(
            body.indices.flatMap { position in
                body.operation(at: position).isMeasurement ? body.qubits(at: position).map { Site($0.index) } : []
            })
    }
}

extension JobPlan {
    /// Shots of the experiments that measure the readout: one for each outcome, for each set of bits that programs read at
    /// their end. Sets that lie on the same sites share theirs, so that it may become less.
    var readoutShots: Int {
        var shots: [[Int]: Int] = [:]
        for program in programs {
            let bits = program.correctableBits
            if !bits.isEmpty { shots[bits] = max(shots[bits] ?? 0, program.readoutShots) }
        }
        return shots.values.reduce(0, +) * ReadoutExperiment.allCases.count
    }
}

extension Calibration {
    /// Whether some site's readout errs.
    var misreads: Bool { sites.contains { ($0.readout?.error ?? 0) > 0 } }
}

extension JobPlan.Program {
    /// A program's own shots, but enough for a few per cent of a readout error to show.
    var readoutShots: Int { max(shots, 1000) }

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
