import Circuits
import Compiler
import Drivers
import Hardware
import Mitigation
import Testing

@testable import Kernel

/// Whole jobs on real drivers.
@Suite struct RuntimeTests {
    private func runtime() throws -> Runtime { Runtime(devices: CatalogFleet(catalog: try DeviceCatalog())) }

    private static func ghz(_ count: Int) -> Circuit {
        var circuit = Circuit(name: "ghz", qubitCount: count)
        circuit.append(.h, [0])
        for k in 1..<count { circuit.append(.cx, [k - 1, k]) }
        circuit.measureAll()
        return circuit
    }

    private func run(_ workload: Workload, on device: String, shots: Int = 2000, seed: UInt64 = 5) async throws
        -> JobResult
    {
        let runtime = try runtime()
        let job = try await runtime.submit(
            JobRequest(name: "test", workload: workload, device: device, shots: shots, seed: seed))
        return try await runtime.result(of: job)
    }

    /// A process that starts knows from the journal how jobs came in before it.
    @Test func forecastsRememberThePastOfOthers() async throws {
        let storage = MemoryStorage()
        let begin = WallClock().now - 3 * 86_400
        try storage.exclusively { (store) throws(KernelError) in
            for k in 0..<60 {
                let id = try store.register(Submission(name: "old", device: "heron-133", request: [])).job
                let facts: [Transition] = [
                    .submitted(id, JobCard(account: .root)),
                    .validated(id, JobDemand(width: 3, shots: 10, seconds: 1)),
                    .queued(id, .accepted, notBefore: 0), .ended(id, .cancelled),
                ]
                _ = try store.append(facts.map { JournalEntry(time: begin + Double(k) * 600, fact: $0) })
            }
        }
        let runtime = Runtime(
            devices: CatalogFleet(catalog: try DeviceCatalog()), storage: storage,
            options: RuntimeOptions(isShared: true))
        func submit(_ name: String, shots: Int) async throws -> JobID {
            var request = JobRequest(
                name: name, workload: .sample([SamplerPUB(Self.ghz(3))]), device: "heron-133", shots: shots, seed: 1)
            request.tenancy = .alone
            return try await runtime.submit(request)
        }
        var jobs: [JobID] = []
        for k in 0..<12 { jobs.append(try await submit("long \(k)", shots: 100_000)) }
        let short = try await submit("short", shots: 10)
        var known = false
        for _ in 0..<200 where !known {
            _ = try await runtime.outlook(of: short)
            known = await runtime.pastTraffic == .known
            if !known { try await Task.sleep(for: .milliseconds(20)) }
        }
        #expect(known)
        #expect(await runtime.traffic.isTelling)
        for job in jobs + [short] { try await runtime.cancel(job) }
    }

    /// Whoever works on one job at a time takes what was placed first, though regions fall free for those behind.
    @Test func aWorkerWithLittleRoomPassesNobodyOver() async throws {
        let storage = MemoryStorage()
        var options = RuntimeOptions(adopts: true)
        options.mostRuns = 1
        let runtime = Runtime(
            devices: CatalogFleet(catalog: try DeviceCatalog()), storage: storage, options: options)
        var jobs: [JobID] = []
        for k in 0..<8 {
            var request = JobRequest(
                name: "\(k)", workload: .sample([SamplerPUB(Self.ghz(12))]), device: "heron-133", shots: 20, seed: 1)
            request.tenancy = .shared
            jobs.append(try await runtime.submit(request))
        }
        for job in jobs { _ = try await runtime.result(of: job) }
        let facts = try storage.exclusively { store throws(KernelError) in try store.facts(after: 0).entries }
        var placed: [(time: Double, job: JobID)] = [], claimed: [JobID] = []
        for entry in facts {
            switch entry.fact {
            case .placed(let job, _, _, _): placed.append((entry.time, job))
            case .claimed(let job, _, _): claimed.append(job)
            default: break
            }
        }
        #expect(placed.count == 8)
        #expect(claimed == placed.sorted { ($0.time, $0.job) < ($1.time, $1.job) }.map(\.job))
    }

    @Test func samplesOnTheIdealDevice() async throws {
        let result = try await run(.sample([SamplerPUB(Self.ghz(4))]), on: "ideal")
        guard case .samples(let samples) = result.blocks[0] else { return #expect(Bool(false)) }
        #expect(samples[0].counts.total == 2000)
        #expect(samples[0].counts.entries.map(\.bits.description) == ["0000", "1111"])
        #expect(samples[0].exact?.count == 2)
        #expect(samples[0].corrected == nil)
        #expect(result.trust.grade == .exact)
        #expect(Set(result.steps.map(\.step)) == Set(JobStep.allCases))
        #expect(result.steps.allSatisfy { $0.end >= $0.start })
    }

    /// On the noisy machine the correction brings the GHZ probabilities closer to one half than the raw counts are.
    @Test func readoutIsCorrectedOnTheEmulatedMachine() async throws {
        let result = try await run(.sample([SamplerPUB(Self.ghz(3))]), on: "heron-133", shots: 20_000)
        guard case .samples(let samples) = result.blocks[0] else { return #expect(Bool(false)) }
        let ends = [BitString(0, count: 3), BitString(7, count: 3)]
        let raw = ends.reduce(0) { $0 + Double(samples[0].counts[$1]) / 20_000 }
        let corrected = try #require(samples[0].corrected)
        let fixed = corrected.entries.filter { ends.contains($0.bits) }.reduce(0) { $0 + $1.probability }
        #expect(raw < 0.99)
        #expect(fixed > raw + 0.01)
        #expect(fixed < 1.01)
        #expect(result.programs[0].method.isEmpty == false)
        #expect(result.device.isEmulated)
    }

    /// ⟨ZZ⟩, ⟨XX⟩ and ⟨YY⟩ of a Bell pair whose phase a parameter turns: cos θ in XX, −cos θ in YY.
    @Test func estimatesBroadcastOverParametersAndObservables() async throws {
        var circuit = Circuit(name: "bell", qubitCount: 2)
        let theta = circuit.addVariable(Variable(name: "theta", type: .float(64), role: .input))
        let parameter = circuit.addParameter(Expression(.variable(theta), type: .float(64)))
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.append(.standard(.p), [1], [parameter])
        let observables = try ["ZZ", "XX", "YY"].map { try Observable(parsing: $0, qubitCount: 2) }
        let angles = [0.0, 0.7, 2.1, .pi]
        let pub = EstimatorPUB(
            circuit, observables: observables, observableShape: Shape([3, 1]),
            parameters: ParameterTable(names: ["theta"], shape: Shape([4]), rows: angles.map { [.real($0)] }))
        for (device, tolerance) in [("ideal", 1e-9), ("heron-133", 0.2)] {
            let result = try await run(.estimate([pub]), on: device, shots: 4000)
            guard case .estimates(let estimates) = result.blocks[0] else { return #expect(Bool(false)) }
            #expect(estimates.shape == Shape([3, 4]))
            for (k, angle) in angles.enumerated() {
                for (row, expected) in [1, .cosine(angle), -.cosine(angle)].enumerated() {
                    #expect(abs(estimates.estimates[row * 4 + k].value - expected) < tolerance)
                }
            }
            #expect(estimates.estimates.allSatisfy { (device == "ideal") == ($0.standardError == 0) })
        }
    }

    @Test func theSameSeedGivesTheSameResult() async throws {
        let first = try await run(.sample([SamplerPUB(Self.ghz(5))]), on: "heron-133", shots: 500, seed: 11)
        let second = try await run(.sample([SamplerPUB(Self.ghz(5))]), on: "heron-133", shots: 500, seed: 11)
        let other = try await run(.sample([SamplerPUB(Self.ghz(5))]), on: "heron-133", shots: 500, seed: 12)
        func counts(_ result: JobResult) -> Counts? {
            guard case .samples(let samples) = result.blocks[0] else { return nil }
            return samples[0].counts
        }
        #expect(counts(first) == counts(second))
        #expect(counts(first) != counts(other))
        #expect(first.programs[0].executable.circuit == second.programs[0].executable.circuit)
    }

    @Test func refusalsNameTheirCause() async throws {
        func code(_ workload: Workload, _ device: String, shots: Int = 10) async -> String? {
            do {
                _ = try await run(workload, on: device, shots: shots)
                return nil
            } catch let error as KernelError {
                return error.code
            } catch {
                return "\(error)"
            }
        }
        #expect(await code(.sample([SamplerPUB(Self.ghz(200))]), "heron-133") == "compiler.tooWide")
        #expect(await code(.sample([SamplerPUB(Self.ghz(2))]), "nowhere") == "device.unavailable")
        #expect(await code(.sample([SamplerPUB(Circuit(qubitCount: 1))]), "ideal") == "no-measurement")
        #expect(await code(.sample([SamplerPUB(Self.ghz(2))]), "heron-133", shots: 1 << 40) == "shots")
        #expect(await code(.sample([]), "ideal") == "empty")
    }

    @Test func cancelledJobsEndAtOnce() async throws {
        let runtime = try runtime()
        let request = JobRequest(
            name: "long", workload: .sample([SamplerPUB(Self.ghz(12))]), device: "heron-133", shots: 100_000, seed: 1)
        let running = try await runtime.submit(request), queued = try await runtime.submit(request)
        try await runtime.cancel(queued)
        try await runtime.cancel(running)
        for job in [running, queued] {
            await #expect { try await runtime.result(of: job) } throws: { ($0 as? KernelError)?.kind == .cancelled }
            #expect(await runtime.state(of: job) == .cancelled)
            #expect(try await runtime.history(of: job).contains { $0.fact.state == .cancelled })
        }
    }
}

extension Double {
    /// cos by its series; tests need no library for one function.
    static func cosine(_ x: Double) -> Double {
        var term = 1.0, sum = 1.0
        for k in 1...20 {
            term *= -x * x / Double((2 * k - 1) * (2 * k))
            sum += term
        }
        return sum
    }
}
