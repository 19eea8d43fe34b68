public import Characterisation
import Circuits
import Compiler
public import Hardware

/// Runs experiments on a machine through the ordinary job path: they queue, compile, run and are journaled like any other
/// job, and what comes back to them is counts.
public struct ExperimentJobs: Sendable {
    private let runtime: Runtime
    private let description: DeviceDescription
    /// What users call the machine.
    private let device: String
    /// Programs of one job at most: a job is what can be cancelled, and what others wait for.
    private static let programsPerJob = 48

    /// - Parameter device: the name under which the runtime finds the machine.
    public init(runtime: Runtime, device: String, description: DeviceDescription) {
        self.runtime = runtime
        self.device = device
        self.description = description
    }

    /// Runs the programs of an experiment and lets it report.
    ///
    /// - Parameters:
    ///   - seed: of compilation and of emulated machines.
    ///   - progress: called with what is being done and the finished share, 0...1.
    /// - Throws: what made a job fail.
    public func run(
        _ experiment: any Experiment, seed: UInt64, progress: (@Sendable (String, Double) -> Void)? = nil
    ) async throws(KernelError) -> ExperimentReport {
        let programs = experiment.programs
        var runs: [ExperimentRun] = []
        runs.reserveCapacity(programs.count)
        while runs.count < programs.count {
            progress?(experiment.kind.title, Double(runs.count) / Double(programs.count))
            let next = Self.nextJob(programs[runs.count...])
            let request = JobRequest(
                name: "calibrate \(experiment.kind.rawValue)",
                workload: .sample(next.map { SamplerPUB($0.circuit, shots: $0.shots) }), device: device,
                shots: next[next.startIndex].shots, seed: JobPlan.seed(seed, part: runs.count), priority: .system,
                mitigation: .none,
                compilerOptions: Self.options(next[next.startIndex]))
            let job = try await runtime.submit(request)
            runs += self.runs(try await runtime.result(of: job))
        }
        return experiment.report(runs)
    }

    /// The programs from the first on that share its places.
    private static func nextJob(_ programs: ArraySlice<ExperimentProgram>) -> ArraySlice<ExperimentProgram> {
        let first = programs[programs.startIndex]
        return programs.prefix { $0.sites == first.sites && $0.allowedSites == first.allowedSites }.prefix(
            programsPerJob)
    }

    private static func options(_ program: ExperimentProgram) -> CompilerOptions {
        guard program.isVerbatim else { return CompilerOptions(allowedSites: program.allowedSites) }
        // As soon as possible: a site is read when its wait is over, not when the longest is.
        return CompilerOptions(
            effort: .fast, rewriting: .experiment, scheduling: .asap, initialLayout: program.sites)
    }

    private func runs(_ result: JobResult) -> [ExperimentRun] {
        result.blocks.flatMap { block -> [ExperimentRun] in
            guard case .samples(let samples) = block else { return [] }
            return samples.map { sample in
                let program = result.programs[sample.program]
                return ExperimentRun(
                    counts: sample.counts, independentShots: program.noiseRealisations,
                    gates: gates(of: program.executable))
            }
        }
    }

    private func gates(of executable: Executable) -> [GatePlace: Int] {
        let virtual = Set(description.nativeGates.filter(\.isVirtual).map(\.gate))
        var tally: [GatePlace: Int] = [:]
        let body = executable.circuit.body
        for position in body.indices {
            guard case .gate(.standard(let gate)) = body.operation(at: position), !virtual.contains(gate),
                gate.qubitCount > 0
            else { continue }
            tally[GatePlace(gate, body.qubits(at: position).map { Site($0.index) }), default: 0] += 1
        }
        return tally
    }
}
