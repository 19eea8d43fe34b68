import Circuits
import Compiler
import Hardware
import Mitigation

// Delivery: everything a reader of the result must know, in one value.
extension JobWork {
    func result(of id: JobID, _ request: JobRequest, deliveredAt: Double) -> JobResult {
        guard let device = segments.last?.device, let calibration = segments.last?.calibration else {
            preconditionFailure("a finished job ran on a device")
        }
        let programs = executions.indices.map { place -> RanProgram in
            let compilation = compilation(place), correction = corrections[place], raw = executions[place].raw
            let segment = segments[executions[place].segment]
            let trust = TrustVerdict(
                estimate: compilation.report.estimateAfter, calibration: segment.calibration,
                device: segment.device.description,
                now: deliveredAt, readoutCorrected: !correction.bits.isEmpty)
            return RanProgram(
                executable: compilation.executable, report: compilation.report, shots: raw.shots.count,
                method: raw.method, notes: raw.notes, noiseRealisations: raw.noiseRealisations,
                deviceTime: raw.deviceTime, trust: trust,
                readout: correction.bits.isEmpty ? nil : (correction.confusion, correction.bits),
                readoutMeasuredBy: correction.measuredBy,
                lostShots: raw.lostShots)
        }
        guard let trust = TrustVerdict.worst(programs.map(\.trust)) else {
            preconditionFailure("a job holds at least one program")
        }
        return JobResult(
            job: id, name: request.name, device: device.description, calibration: calibration, seed: request.seed,
            mitigation: request.mitigation, options: OptionsDocument(request), blocks: blocks, programs: programs,
            trust: trust, steps: steps(deliveredAt: deliveredAt, programs), notes: notes, source: request.source,
            isolation: isolation, kelvinVersion: KelvinVersion.current)
    }

    private func steps(deliveredAt: Double, _ programs: [RanProgram]) -> [StepRecord] {
        func time(_ state: JobState) -> Double { reachedTimes[state] ?? deliveredAt }
        let compilations = executions.indices.map(compilation)
        let span = segments.first?.compileSpan ?? (begin: deliveredAt, end: deliveredAt)
        func busy(_ stage: CompilationStage) -> Double { segments.reduce(0) { $0 + ($1.stageSeconds[stage] ?? 0) } }
        let sites = Set(compilations.flatMap { $0.executable.finalLayout })
        let moved = compilations.contains { $0.executable.initialLayout != $0.executable.finalLayout }
        let gates = compilations.reduce(0) { $0 + $1.report.after.gates }
        let pairs = compilations.reduce(0) { $0 + $1.report.after.twoQubitGates }
        let shots = programs.reduce(0) { $0 + $1.shots }
        let count = compilations.count == 1 ? "" : "\(compilations.count) programs, "
        let steps = [
            StepRecord(
                step: .submit, start: received, end: time(.validated), detail: "read, checked and accepted"),
            StepRecord(
                step: .schedule, start: time(.queued), end: time(.compiling),
                detail: allocation),
            StepRecord(
                step: .compile, start: span.begin, end: span.end,
                busy: busy(.translation), detail: "\(count)\(gates) gates, \(pairs) of them on two qubits\(timeliness)"),
            StepRecord(
                step: .map, start: span.begin, end: span.end, busy: busy(.mapping),
                detail: Self.places(sites.sorted()) + (moved ? ", moved on the way" : "")),
            StepRecord(
                step: .execute, start: time(.running), end: time(.mitigating),
                detail: "\(shots) shots, \(programs.first?.method ?? "")"),
            StepRecord(
                step: .handleErrors, start: time(.mitigating), end: time(.completed),
                detail: errorHandling),
            StepRecord(
                step: .deliver, start: time(.completed), end: deliveredAt, detail: "result with provenance"),
        ]
        guard segments.first?.isAhead == true else { return steps }
        // What was compiled ahead is shown where it was.
        return [steps[0], steps[2], steps[3], steps[1]] + steps[4...]
    }

    /// Whether the job waited compiled, or should have.
    private var timeliness: String {
        switch wasAhead {
        case .ofOtherSites: "; again, as the sites it was compiled ahead for were not free"
        case .ofCalibration(let old): "; again, as the machine was calibrated since it was compiled ahead under \(old)"
        case nil: segments.first?.isAhead == true ? "; while the job waited" : ""
        }
    }

    private var errorHandling: String {
        if corrections.allSatisfy(\.bits.isEmpty) { return "nothing to correct" }
        let sources = Set(corrections.compactMap(\.measuredBy)).sorted().map { "\($0)" }.joined(separator: ", ")
        return "readout confusion measured on the same sites\(sources.isEmpty ? "" : " by \(sources)") and inverted"
    }

    private var isolation: IsolationReport? {
        segments.compactMap(\.isolation).reduce(nil) { $0?.joined(with: $1) ?? $1 }
    }

    private var allocation: String {
        guard let segment = segments.last, let region = segment.station.region else {
            return "the device was allocated to this job alone"
        }
        let company = isolation?.isAlone == false ? "beside other programs" : "nobody else was on the machine"
        return "\(segment.station.machine), \(Self.places(region)), \(company)"
    }

    private static func places(_ sites: [Site]) -> String {
        let shown = sites.prefix(8).map { "\($0.index)" }.joined(separator: " ")
        return "\(sites.count == 1 ? "site" : "sites") \(shown)"
            + (sites.count > 8 ? " and \(sites.count - 8) more" : "")
    }
}

/// The version of Kelvin that runs.
public enum KelvinVersion {
    public static let current = "0.1.0"
}
