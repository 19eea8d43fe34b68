import Circuits
import Drivers
import Hardware
import Mitigation
import Synchronization
import Testing

@testable import Kernel

/// Jobs in parts: checkpoints, resumption by another worker, calibrations that change on the way, sessions.
@Suite struct PartTests {
    /// A machine whose calibration changes when it is told to, and that can be made to fail.
    private final class Moody: Device, DeviceProvider {
        let machine: any Device
        let calibrations: [Calibration]
        let runs = Mutex(0)
        /// After so many parts the next calibration is in force.
        let changeAfter: Int
        /// The part that fails, the first time.
        let failsAt: Int?

        init(changeAfter: Int = .max, failsAt: Int? = nil) throws {
            machine = try DeviceCatalog().device("heron-133")
            let first = try machine.calibration()
            calibrations = [first, first.anHourLater(id: "second")]
            self.changeAfter = changeAfter
            self.failsAt = failsAt
        }

        var description: DeviceDescription { machine.description }
        func calibration() throws(DeviceError) -> Calibration {
            calibrations[runs.withLock { $0 } >= changeAfter ? 1 : 0]
        }
        func status() -> DeviceStatus { .online }
        func validate(_ executable: Executable, shots: Int) throws(DeviceError) {}
        func run(
            _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
        ) async throws(DeviceError) -> RawResult {
            let number = runs.withLock { runs in
                runs += 1
                return runs
            }
            if number == failsAt { throw DeviceError(.failed, "the fridge warmed up") }
            // The emulator checks that it is spoken to of its own calibration.
            var executable = executable
            executable.calibrationID = calibrations[0].id
            return try await machine.run(executable, shots: shots, seed: seed, progress: progress)
        }
        func device(_ id: String) throws(DeviceError) -> any Device { self }
    }

    private static let bell: Circuit = {
        var circuit = Circuit(name: "bell", qubitCount: 2)
        circuit.append(.h, [0])
        circuit.append(.cx, [0, 1])
        circuit.measureAll()
        return circuit
    }()

    private func request(_ policy: RecalibrationPolicy = .split, batch: Int = 500) -> JobRequest {
        var request = JobRequest(
            name: "bell", workload: .sample([SamplerPUB(Self.bell)]), device: "heron-133", shots: 2000, seed: 7)
        request.onRecalibration = policy
        request.batchShots = batch
        return request
    }

    private func run(_ device: Moody, _ request: JobRequest) async throws -> JobResult {
        let runtime = Runtime(devices: device)
        return try await runtime.result(of: try await runtime.submit(request))
    }

    private func counts(_ result: JobResult) -> Counts? {
        guard case .samples(let samples) = result.blocks[0] else { return nil }
        return samples[0].counts
    }

    /// Two readout parts, four batches; the change after the fourth leaves two batches to the new calibration, with a
    /// readout of their own.
    @Test func aJobIsSplitWhereTheCalibrationChanged() async throws {
        let device = try Moody(changeAfter: 4)
        let result = try await run(device, request(.split))
        #expect(result.programs.map(\.shots) == [1000, 1000])
        #expect(result.programs.map(\.executable.calibrationID) == [try device.calibrations[0].id, "second"])
        #expect(counts(result)?.total == 2000)
        #expect(result.notes.contains { $0.contains("1000 shots under second") })
        #expect(device.runs.withLock { $0 } == 2 + 4 + 2)
        guard case .samples(let samples) = result.blocks[0] else { return }
        let total = try #require(samples[0].corrected).entries.reduce(0) { $0 + $1.probability }
        #expect(abs(total - 1) < 1e-6)
    }

    @Test func aJobIsFlaggedOrRunAnewWhereThatWasAskedFor() async throws {
        let flagged = try Moody(changeAfter: 4)
        let one = try await run(flagged, request(.flag))
        #expect(one.programs.count == 1 && one.programs[0].shots == 2000)
        #expect(one.notes.contains { $0.contains("went on as it was compiled") })
        #expect(flagged.runs.withLock { $0 } == 6)

        let rerun = try Moody(changeAfter: 4)
        let other = try await run(rerun, request(.rerun))
        #expect(other.programs.map(\.executable.calibrationID) == ["second"] && other.programs[0].shots == 2000)
        #expect(rerun.runs.withLock { $0 } == 4 + 6)
    }

    /// The emulator is down once in the middle: the job waits, and goes on with the part that failed.
    @Test func aFailureThatPassesCostsOnePart() async throws {
        let device = try Moody(failsAt: 4)
        var options = RuntimeOptions()
        options.rules.backoffSeconds = 0.01
        let runtime = Runtime(devices: device, options: options)
        let id = try await runtime.submit(request())
        let result = try await runtime.result(of: id)
        #expect(device.runs.withLock { $0 } == 7)
        let smooth = try await run(try Moody(), request())
        #expect(counts(result) == counts(smooth))
        let states = try await runtime.history(of: id).compactMap(\.fact.state)
        #expect(states.filter { $0 == .queued }.count == 2)
    }

    /// The first runtime vanishes after some parts; the second goes on from them, and the result is what one alone gives.
    @Test func anotherWorkerGoesOnFromTheFinishedParts() async throws {
        var circuitText = "OPENQASM 3.0; include \"stdgates.inc\"; qubit[2] q; bit[2] c;"
        circuitText += "h q[0]; cx q[0], q[1]; c = measure q;"
        var document = SubmissionDocument(
            name: "bell", device: "heron-133", blocks: [.init(file: "bell.qasm", text: circuitText)], shots: 2000,
            seed: 7)
        document.batchShots = 250
        let device = try Moody()
        let storage = MemoryStorage()
        var options = RuntimeOptions(isShared: true)
        options.rules.leaseSeconds = 0.2
        let mortal = Mortal(storage)
        let first = Runtime(devices: device, storage: mortal, options: options)
        let id = try await first.submit(try document.request(), document: document)
        while device.runs.withLock({ $0 }) < 5 { try await Task.sleep(for: .milliseconds(1)) }
        mortal.die()
        let before = device.runs.withLock { $0 }
        options.worker = 2
        options.adopts = true
        let second = Runtime(devices: device, storage: storage, options: options)
        try await second.follow(id)
        #expect(try await second.end(of: id) == .completed)
        let alone = try await run(try Moody(), try document.request())
        let bytes = try storage.exclusively { (store) throws(KernelError) in
            try store.document(.result, of: id, number: 0)
        }
        let result: ResultDocument = try DocumentCoding.decode(try #require(bytes))
        #expect(result.results[0].samples?[0].counts == ResultDocument(alone).results[0].samples?[0].counts)
        // Ten parts in all; the one that was under way when the first vanished may have run twice.
        let after = device.runs.withLock { $0 }
        #expect(before >= 5 && after >= 10 && after <= 11)
        let history = try storage.exclusively { (store) throws(KernelError) in try store.history(of: id) }
        let finished = history.filter { if case .partFinished = $0.fact { true } else { false } }
        #expect(finished.count == 10)
    }

    @Test func theSameKeyMakesOneJob() async throws {
        let runtime = Runtime(devices: try Moody())
        let document = SubmissionDocument(
            name: "a", device: "heron-133", blocks: [.init(file: "a", text: "qubit q; bit c; c = measure q;")],
            shots: 10, seed: 1)
        let request = try document.request()
        let first = try await runtime.submit(request, document: document, key: "k")
        let second = try await runtime.submit(request, document: document, key: "k")
        #expect(first == second)
        #expect(try await runtime.result(of: first).programs[0].shots == 10)
        var other = document
        other.shots = 11
        await #expect { try await runtime.submit(request, document: other, key: "k") } throws: {
            ($0 as? KernelError)?.code == "submission.key"
        }
    }

    @Test func aPartIsReadBackAsItWasWritten() throws {
        let wide = BitString(words: [0x8000_0000_0000_0001, 5], count: 67)
        let result = RawResult(
            shots: [wide, BitString(zeros: 67)],
            outputs: [[.int(-3, width: 32), .float(0.5, width: 64), .bits(wide)], [.bool(true)]],
            exactProbabilities: [(wide, 0.25)], method: "m", isEmulated: true, notes: ["n", "ö"],
            noiseRealisations: 3, deviceTime: Seconds(1.5))
        let bytes = PartDocument(calibration: "c", result: result, machine: "m", region: [Site(3), Site(1)]).bytes
        let read = try #require(PartDocument(bytes: bytes))
        #expect(read.result.shots == result.shots && read.result.outputs == result.outputs)
        #expect(read.result.exactProbabilities?.first?.bits == wide && read.result.noiseRealisations == 3)
        #expect(read.result.notes == result.notes && read.result.deviceTime == result.deviceTime)
        for cut in 0..<bytes.count { #expect(PartDocument(bytes: Array(bytes[..<cut])) == nil) }
    }

    /// A session compiles once: the second iteration binds its parameters and runs nothing but its own shots.
    @Test func aSessionStaysWarm() async throws {
        var ansatz = Circuit(name: "ansatz", qubitCount: 2)
        let theta = ansatz.addVariable(Variable(name: "theta", type: .float(64), role: .input))
        let parameter = ansatz.addParameter(Expression(.variable(theta), type: .float(64)))
        ansatz.append(.standard(.ry), [0], [parameter])
        ansatz.append(.cx, [0, 1])
        let observable = try Observable(parsing: "ZZ + 0.5*XX", qubitCount: 2)
        func request(_ angle: Double) -> JobRequest {
            let table = ParameterTable([("theta", .real(angle))])
            return JobRequest(
                name: "vqe", workload: .estimate([EstimatorPUB(ansatz, observables: [observable], parameters: table)]),
                device: "heron-133", shots: 4000, seed: 3)
        }
        let device = try Moody()
        let runtime = Runtime(devices: device)
        let session = try await runtime.openSession(.dedicated, on: "heron-133")
        var runs: [Int] = []
        for angle in [0.0, 0.7, .pi] {
            let before = device.runs.withLock { $0 }
            let result = try await session.run(request(angle))
            runs.append(device.runs.withLock { $0 } - before)
            guard case .estimates(let estimates) = result.blocks[0] else { return }
            // ⟨ZZ⟩ = 1 and ⟨XX⟩ = sin θ after the entangler.
            let expected = 1 + 0.5 * .cosine(angle - .pi / 2)
            #expect(abs(estimates.estimates[0].value - expected) < 0.12)
            #expect(result.programs[0].readout != nil)
        }
        // Two bases, two readout experiments the first time.
        #expect(runs == [4, 2, 2])
        try await session.close()
        await #expect { try await session.run(request(0)) } throws: { ($0 as? KernelError)?.code == "kernel.gave-up" }
    }

    /// What waits compiled is used if the machine is as it was, and compiled again if not.
    @Test(arguments: [false, true]) func aBatchIsCompiledAhead(changes: Bool) async throws {
        let device = try Moody(changeAfter: changes ? 3 : .max)
        let runtime = Runtime(devices: device)
        let batch = try await runtime.openSession(.batch, on: "heron-133")
        // Nobody has to ask: it is what a batch is for.
        let request = request(.flag, batch: 5000)
        let first = try await batch.submit(request), second = try await batch.submit(request)
        try await batch.close()
        let results = [try await runtime.result(of: first), try await runtime.result(of: second)]
        // Both are compiled at once: whichever is ready first runs first.
        #expect(
            results.map(\.programs[0].executable.calibrationID).sorted()
                == [device.calibrations[0].id, changes ? "second" : device.calibrations[0].id].sorted())
        let details = results.flatMap(\.steps).filter { $0.step == .compile }.map(\.detail)
        #expect(details.count { $0.contains("while the job waited") } == (changes ? 1 : 2))
        #expect(details.count { $0.contains("calibrated since it was compiled ahead") } == (changes ? 1 : 0))
    }
}
