import Hardware
import Mitigation

// Execution, one part after the other.
extension JobWork {
    /// Parts of the whole job, those included that have run.
    var partCount: Int { segments.dropLast().reduce(0) { $0 + $1.finished } + (segments.last?.tasks.count ?? 0) }

    /// Machine time of the longest part that is left, seconds.
    var longestPart: Double {
        guard let device, let segment = segments.last else { return 0 }
        let delay = device.description.timing.repetitionDelay.value
        return segment.tasks[segment.finished...].reduce(0) { max($0, segment.seconds($1, delay: delay)) }
    }

    /// Runs the next part and takes its result in.
    ///
    /// - Returns: what the machine gave, to be kept for a worker that may have to go on from here.
    mutating func runPart(_ request: JobRequest, in context: JobContext) async throws(KernelError) -> RawResult {
        guard let device, let plan, var segment = segments.popLast() else {
            preconditionFailure("a job runs after it was compiled")
        }
        let task = segment.tasks[segment.finished]
        let (executable, shots, seed) = segment.work(task, plan)
        let (base, total) = (Double(segment.finished), Double(segment.tasks.count))
        let activity: String
        if case .readout = task { activity = "measuring the readout" } else { activity = "running" }
        context.report(activity, base / total)
        if Task.isCancelled { throw .cancelled }
        let result: RawResult
        do {
            result = try await device.run(executable, shots: shots, seed: seed) {
                context.report(activity, (base + $0) / total)
            }
        } catch {
            throw KernelError(error)
        }
        segment.take(result, of: task)
        warmth?.keep(segment.readoutRuns, calibration: segment.calibration.id)
        segments.append(segment)
        return result
    }

    /// Takes in a part that ran before: another worker's, or ours before a crash. The segment must be compiled already.
    mutating func restore(_ result: RawResult) {
        guard var segment = segments.popLast() else { preconditionFailure("a part belongs to a segment") }
        segment.take(result, of: segment.tasks[segment.finished])
        segments.append(segment)
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
        if ran.count > 1 {
            let shares = ran.map { segment in
                "\(segment.raw.reduce(0) { $0 + ($1?.shots.count ?? 0) }) shots under \(segment.calibration.id)"
            }
            note(
                "the machine was calibrated while the job ran, which was split there: \(shares.joined(separator: ", "))"
            )
        }
    }

    mutating func note(_ text: String) { if !notes.contains(text) { notes.append(text) } }
}
