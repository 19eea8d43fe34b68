import Circuits
import Compiler
import Hardware
import Mitigation

// Compilation, at dispatch: against the calibration of this moment.
extension JobWork {
    /// Compiles what is left of the job for a place, unless it is compiled for it and its calibration already.
    mutating func compile(_ request: JobRequest, at station: Station, in context: JobContext) throws(KernelError) {
        let device: any Device, calibration: Calibration
        do {
            device = try context.machines.device(station.machine)
            calibration = try device.calibration()
        } catch {
            throw KernelError(error)
        }
        try compile(request, at: station, of: device, for: calibration, in: context)
    }

    /// Compiles a job that waits for the place it should get.
    ///
    /// - Throws: what is wrong with the program on that machine; what is wrong with a region is found out in the region that
    ///   it does get.
    mutating func compileAhead(
        _ request: JobRequest, at station: Station, in context: JobContext
    ) throws(KernelError) {
        do throws(KernelError) {
            try compile(request, at: station, in: context)
            segments[segments.count - 1].isAhead = true
        } catch {
            if station.region == nil { throw error }
        }
    }

    /// - Parameter found: what was known of the readout when the job was compiled for this place before, where it is to be
    ///   brought back to what it was; nil to take what the session knows now.
    mutating func compile(
        _ request: JobRequest, at station: Station, of device: any Device, for calibration: Calibration,
        finding found: [MeasuredReadout]? = nil, in context: JobContext
    ) throws(KernelError) {
        guard let plan else { preconditionFailure("a job is compiled after it was validated") }
        func isCurrent(_ segment: JobSegment?) -> Bool {
            segment?.calibration.id == calibration.id && segment?.station == station
        }
        if isCurrent(segments.last) { return }
        if let idle = segments.last, idle.finished == 0 {
            if idle.isAhead {
                wasAhead = idle.calibration.id == calibration.id ? .ofOtherSites : .ofCalibration(idle.calibration.id)
            }
            segments.removeLast()
            // It is back where it was, and no part says that it ever left.
            if isCurrent(segments.last) { return }
        }
        var request = request
        if let region = station.region {
            let width = plan.programs.reduce(0) { max($0, $1.circuit.qubitCount) }
            guard region.count >= width else {
                // Who lent it what it needs besides was known to a process that is gone.
                throw KernelError(
                    .system, code: "kernel.place", "the job has \(region.count) sites left of \(width)",
                    cure: "it is given another place")
            }
            request.compilerOptions.allowedSites = region
        }
        let left = batchesLeft(of: plan, request, on: device.description, context)
        let needed = Set(
            left.compactMap { task in
                if case .batch(let program, _, _) = task { return program }
                return nil
            })
        var segment = JobSegment(
            station: station, device: device, calibration: calibration, compilations: [],
            raw: Array(repeating: nil, count: plan.programs.count))
        segment.compileSpan.begin = context.clock.now
        for (index, program) in plan.programs.enumerated() {
            if !needed.contains(index), let before = segments.last {
                // It has all its shots: it is not compiled again.
                segment.compilations.append(before.compilations[index])
                continue
            }
            if Task.isCancelled { throw .cancelled }
            context.report("compiling", Double(index) / Double(plan.programs.count))
            let compilation = try compiled(program, for: device, calibration, request)
            for pass in compilation.report.passes { segment.stageSeconds[pass.stage, default: 0] += pass.seconds }
            segment.compilations.append(compilation)
        }
        try planReadout(&segment, of: needed, request, device.description, finding: found)
        segment.tasks += left
        segment.compileSpan.end = context.clock.now
        segments.append(segment)
    }

    /// The shots that no segment has run.
    private func batchesLeft(
        of plan: JobPlan, _ request: JobRequest, on description: DeviceDescription, _ context: JobContext
    ) -> [JobSegment.Task] {
        var ran = plan.programs.map { _ in (shots: 0, batches: 0) }
        for segment in segments {
            for case .batch(let program, _, let shots) in segment.tasks[..<segment.finished] {
                ran[program].shots += shots
                ran[program].batches += 1
            }
        }
        // A machine can be taken back at the end of a batch: none is longer than the rules say.
        let delay = description.timing.repetitionDelay.value
        let soon = delay > 0 ? max(1, Int(min(1e9, context.batchSeconds / delay))) : Int.max
        return plan.batches(after: ran, of: min(request.batchShots, soon))
    }

    /// In a session a program is compiled once with its inputs open; then they are only bound.
    private func compiled(
        _ program: JobPlan.Program, for device: any Device, _ calibration: Calibration, _ request: JobRequest
    ) throws(KernelError) -> Compilation {
        let description = device.description
        guard let warmth, !program.template.inputs.isEmpty else {
            return try Self.recent(
                Self.Asked(
                    account: request.account, circuit: program.circuit, device: description.id,
                    calibration: calibration.id, options: request.compilerOptions, shots: program.shots),
                seed: request.seed, isKept: description.isEmulated
            ) { () throws(KernelError) in
                let compilation = try Self.compile(program.circuit, for: description, calibration, request)
                do throws(DeviceError) {
                    try device.validate(compilation.executable, shots: program.shots)
                } catch { throw KernelError(error) }
                return compilation
            }
        }
        let (template, isNew) = try warmth.template(
            program.template, request.compilerOptions, seed: 0, calibration: calibration.id
        ) { () throws(KernelError) in
            var options = request
            options.seed = 0
            return try Self.compile(program.template, for: description, calibration, options)
        }
        do {
            let compilation = try template.binding(program.inputs)
            // What the machine refuses depends on the gates, not on their angles.
            if isNew { try device.validate(compilation.executable, shots: program.shots) }
            return compilation
        } catch let error as InputError {
            throw KernelError(error)
        } catch let error as DeviceError {
            throw KernelError(error)
        } catch {
            preconditionFailure("binding and validating throw nothing else: \(error)")
        }
    }

    /// All that a compilation depends on beside the seed, and on which the machine judges it.
    private struct Asked: Hashable {
        /// What one account sent tells another nothing, not by the time that it takes either.
        var account: String
        var circuit: Circuit
        var device: String
        var calibration: String
        var options: CompilerOptions
        var shots: Int
    }

    private static let recent = Recent<Asked, Compilation>(capacity: 1 << 16)

    /// What an emulated machine took a moment ago it takes again; of the others nobody knows.
    private static func recent(
        _ asked: Asked, seed: UInt64, isKept: Bool, _ make: () throws(KernelError) -> Compilation
    ) throws(KernelError) -> Compilation {
        guard isKept else { return try make() }
        if let known = recent.known(asked)?.repeated(seed: seed) { return known }
        let made = try make()
        recent.keep(made, for: asked, weight: asked.circuit.body.count + made.executable.circuit.body.count + 16)
        return made
    }

    private static func compile(
        _ circuit: Circuit, for description: DeviceDescription, _ calibration: Calibration, _ request: JobRequest
    ) throws(KernelError) -> Compilation {
        do {
            return try Compilation(
                of: circuit, for: description, calibration: calibration, options: request.compilerOptions,
                seed: request.seed)
        } catch {
            throw KernelError(error)
        }
    }

    /// Compiles the readout experiments for each set of sites that some program reads at its end and nobody has measured.
    private func planReadout(
        _ segment: inout JobSegment, of needed: Set<Int>, _ request: JobRequest, _ description: DeviceDescription,
        finding found: [MeasuredReadout]?
    ) throws(KernelError) {
        guard request.mitigation == .readout, let plan else { return }
        let calibration = segment.calibration
        guard calibration.misreads else { return }
        var wanted: [(sites: [Site], shots: Int)] = []
        for index in plan.programs.indices where needed.contains(index) {
            let bits = plan.programs[index].correctableBits
            if bits.isEmpty { continue }
            let sites = segment.compilations[index].executable.distinctSites(of: bits)
            let shots = min(plan.programs[index].readoutShots, description.abilities.maxShots)
            if let place = wanted.firstIndex(where: { $0.sites == sites }) {
                wanted[place].shots = max(wanted[place].shots, shots)
            } else {
                wanted.append((sites, shots))
            }
        }
        var experiments = request
        experiments.compilerOptions.effort = .fast
        for (sites, shots) in wanted {
            let known =
                if let found {
                    found.first { $0.sites == sites.map(\.index) }
                } else {
                    warmth?.readout(of: sites, shots: shots, calibration: calibration.id)
                }
            if let known {
                segment.knownReadouts[sites] = known
                continue
            }
            experiments.compilerOptions.initialLayout = sites
            var programs: [Compilation] = []
            for experiment in ReadoutExperiment.allCases {
                programs.append(
                    try Self.compile(
                        experiment.circuit(qubitCount: sites.count), for: description, calibration, experiments))
                segment.tasks.append(.readout(sites, experiment: programs.count - 1))
            }
            let seed = JobPlan.seed(request.seed ^ 0x5EAD_0C7, part: segment.readoutRuns.count)
            segment.readoutRuns[sites] = JobSegment.ReadoutRun(programs: programs, shots: shots, seed: seed)
        }
    }
}

extension Compilation {
    /// The compiled program with its inputs set; layout, schedule and report stay.
    func binding(_ values: [(name: String, value: InputValue)]) throws(InputError) -> Compilation {
        var bound = self
        bound.executable.circuit = try executable.circuit.binding(values)
        return bound
    }
}
