import Circuits
import Compiler
import Hardware
import Mitigation

/// What a job runs at one place under one calibration: its programs as compiled for it, and what has come back so far. A
/// job whose machine is calibrated while it runs, or that went on elsewhere after it had made room, has several.
struct JobSegment: Sendable {
    let station: Station
    /// The machine as it was when the programs were compiled.
    let device: any Device
    let calibration: Calibration
    /// By program of the plan.
    var compilations: [Compilation]
    /// Readout experiments by the sites they read.
    var readoutRuns: [[Site]: ReadoutRun] = [:]
    /// What earlier jobs of the session measured, by the sites: for them there are no experiments.
    var knownReadouts: [[Site]: MeasuredReadout] = [:]
    /// The parts in the order in which they run: readout first, so that a change of calibration finds it measured.
    var tasks: [Task] = []
    /// Parts that have run.
    var finished = 0
    /// By program: its batches joined; nil where none has run.
    var raw: [RawResult?]
    /// Whether it was compiled while the job waited.
    var isAhead = false
    /// Begin and end of the compilations, and the time spent in their two halves.
    var compileSpan = (begin: 0.0, end: 0.0)
    var stageSeconds: [CompilationStage: Double] = [:]
    /// What could have come through from neighbours; nil where the job had all of the machine.
    var isolation: IsolationReport?

    /// One part: a batch of shots of one executable.
    enum Task: Hashable, Sendable {
        case readout([Site], experiment: Int)
        case batch(program: Int, number: Int, shots: Int)
    }

    /// The readout experiments on one set of sites.
    struct ReadoutRun: Sendable {
        var programs: [Compilation]
        var shots: Int
        var seed: UInt64
        var counts: [Counts] = []
        var deviceTime = Seconds.zero
    }

    /// The executable, shots and seed of a part.
    func work(_ task: Task, _ plan: JobPlan) -> (executable: Executable, shots: Int, seed: UInt64) {
        switch task {
        case .readout(let sites, let experiment):
            guard let run = readoutRuns[sites] else { preconditionFailure("a readout experiment without sites") }
            return (run.programs[experiment].executable, run.shots, JobPlan.seed(run.seed, part: experiment))
        case .batch(let program, let number, let shots):
            let seed = plan.programs[program].seed
            // A program in one batch keeps its own seed.
            return (
                compilations[program].executable, shots,
                shots == plan.programs[program].shots ? seed : JobPlan.seed(seed, part: number)
            )
        }
    }

    /// Machine time of a part, seconds.
    func seconds(_ task: Task, delay: Double) -> Double {
        switch task {
        case .readout(let sites, let experiment):
            guard let run = readoutRuns[sites] else { return 0 }
            return Double(run.shots) * (run.programs[experiment].report.estimateAfter.duration + delay)
        case .batch(let program, _, let shots):
            return Double(shots) * (compilations[program].report.estimateAfter.duration + delay)
        }
    }

    mutating func take(_ part: PartOutcome, of task: Task) {
        let result = part.result
        finished += 1
        if let next = part.isolation { isolation = isolation?.joined(with: next) ?? next }
        switch task {
        case .readout(let sites, _):
            readoutRuns[sites]?.counts.append(Counts(result.shots))
            readoutRuns[sites]?.deviceTime += result.deviceTime
        case .batch(let program, _, _):
            raw[program] = raw[program]?.joined(with: result) ?? result
        }
    }
}

/// Where a job was placed.
struct Station: Hashable, Sendable {
    /// What users call the machine.
    var machine: String
    /// The sites it got; nil for all.
    var region: [Site]?
}

/// What one part gave.
struct PartOutcome: Sendable {
    var result: RawResult
    var isolation: IsolationReport?
}

extension RawResult {
    /// The shots of two batches of one executable.
    func joined(with next: RawResult) -> RawResult {
        var result = self
        result.shots += next.shots
        result.outputs += next.outputs
        result.lostShots += next.lostShots
        result.notes += next.notes.filter { !notes.contains($0) }
        if noiseRealisations != nil || next.noiseRealisations != nil {
            result.noiseRealisations =
                (noiseRealisations ?? shots.count) + (next.noiseRealisations ?? next.shots.count)
        }
        result.deviceTime += next.deviceTime
        return result
    }
}

extension JobPlan {
    /// The batches of what is left of each program, in order; equal in size but for rounding.
    ///
    /// - Parameters:
    ///   - ran: shots and batches of each program that ran already.
    ///   - most: shots of a batch.
    func batches(after ran: [(shots: Int, batches: Int)], of most: Int) -> [JobSegment.Task] {
        programs.indices.flatMap { (program: Int) -> [JobSegment.Task] in
            let shots = programs[program].shots - ran[program].shots
            let count = (shots + most - 1) / most
            return (0..<count).map { number in
                let begin = shots * number / count, end = shots * (number + 1) / count
                return .batch(program: program, number: ran[program].batches + number, shots: end - begin)
            }
        }
    }
}
