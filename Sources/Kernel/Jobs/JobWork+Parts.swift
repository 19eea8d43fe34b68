import Hardware
import Mitigation

// Execution, one part after the other.
extension JobWork {
    /// Parts of the whole job, those included that have run.
    var partCount: Int { segments.dropLast().reduce(0) { $0 + $1.finished } + (segments.last?.tasks.count ?? 0) }

    /// Machine time of the longest part that is left, seconds.
    var longestPart: Double {
        guard let segment = segments.last else { return 0 }
        let delay = segment.device.description.timing.repetitionDelay.value
        return segment.tasks[segment.finished...].reduce(0) { max($0, segment.seconds($1, delay: delay)) }
    }

    /// Runs the next part and takes its result in.
    ///
    /// - Returns: what the machine gave, to be kept for a worker that may have to go on from here.
    mutating func runPart(_ request: JobRequest, in context: JobContext) async throws(KernelError) -> PartOutcome {
        guard let plan, var segment = segments.popLast() else {
            preconditionFailure("a job runs after it was compiled")
        }
        let task = segment.tasks[segment.finished]
        let (executable, shots, seed) = segment.work(task, plan)
        let (base, total) = (Double(segment.finished), Double(segment.tasks.count))
        let activity: String
        if case .readout = task { activity = "measuring the readout" } else { activity = "running" }
        context.report(activity, base / total)
        if Task.isCancelled { throw .cancelled }
        let outcome: SharedMachine.Outcome
        do {
            outcome = try await context.machines.gate(segment.station.machine).run(
                SharedMachine.Part(
                    executable: executable, shots: shots, seed: seed, device: segment.device,
                    calibration: segment.calibration, region: segment.station.region,
                    sharesHelpers: request.tenancy == .sharingHelpers
                ) { context.report(activity, (base + $0) / total) })
        } catch {
            throw KernelError(error)
        }
        let part = PartOutcome(result: outcome.result, isolation: outcome.isolation)
        segment.take(part, of: task)
        segments.append(segment)
        shareReadout(context.id)
        return part
    }

    /// Takes in a part that ran before: another worker's, or ours before a crash. The segment must be compiled already.
    mutating func restore(_ part: PartOutcome, of job: JobID) {
        guard var segment = segments.popLast() else { preconditionFailure("a part belongs to a segment") }
        segment.take(part, of: segment.tasks[segment.finished])
        segments.append(segment)
        shareReadout(job)
    }

    /// Whether the part that ran last was the last of a readout's, so that there is something to tell.
    var hasMeasuredReadout: Bool {
        guard let segment = segments.last, segment.finished > 0 else { return false }
        if case .readout(let sites, _) = segment.tasks[segment.finished - 1] {
            return segment.readoutRuns[sites]?.counts.count == ReadoutExperiment.allCases.count
        }
        return false
    }

    /// What was just measured is there for the other jobs of the session.
    private func shareReadout(_ job: JobID) {
        guard let warmth, hasMeasuredReadout, let segment = segments.last else { return }
        warmth.keep(segment.measuredReadouts(by: job))
    }

    /// Forgets what has been compiled and run.
    mutating func discardRuns() { segments = [] }

    /// Closes the books on the machine: what each program gave, in the order of the plan.
    mutating func gather() {
        guard let plan else { return }
        executions = plan.programs.indices.flatMap { program in
            segments.indices.compactMap { segment in
                segments[segment].raw[program].map { Execution(program: program, segment: segment, raw: $0) }
            }
        }
        let ran = segments.filter { $0.raw.contains { $0 != nil } }
        noteSplits(ran)
    }

    /// Says where the job was split, and why.
    private mutating func noteSplits(_ ran: [JobSegment]) {
        guard ran.count > 1 else { return }
        func shares(_ place: (JobSegment) -> String) -> String {
            ran.map { "\($0.raw.reduce(0) { $0 + ($1?.shots.count ?? 0) }) shots \(place($0))" }.joined(separator: ", ")
        }
        if Set(ran.map(\.station.machine)).count > 1 {
            note("the job made room on one machine and went on on another: \(shares { "on \($0.station.machine)" })")
        } else if Set(ran.map(\.calibration.id)).count > 1 {
            let places = shares { "under \($0.calibration.id)" }
            note("the machine was calibrated while the job ran, which was split there: \(places)")
        } else {
            note("the job made room and went on on other sites of the machine: \(shares { _ in "in one region" })")
        }
    }

    mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }
}
