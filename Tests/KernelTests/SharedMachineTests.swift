import Circuits
import Drivers
import Hardware
import Mitigation
import Synchronization
import Testing

@testable import Kernel

/// Jobs of several tenants on one machine: who runs beside whom, on which sites, and what each gets back.
@Suite struct SharedMachineTests {
    /// The emulated Heron machine, with a log of what it was asked to run and when.
    private final class Logged: Device, DeviceProvider {
        struct Run: Sendable {
            var sites: Set<Int>
            var bits: Int
            var shots: Int
            var span: (begin: ContinuousClock.Instant, end: ContinuousClock.Instant)
        }

        let machine: any Device
        let runs = Mutex<[Run]>([])
        /// Refuses executables of more bits: a machine that cannot take everybody together.
        let mostBits: Int

        init(mostBits: Int = .max) throws {
            machine = try DeviceCatalog().device("heron-133")
            self.mostBits = mostBits
        }

        init(_ file: DeviceFile) {
            machine = EmulatedDevice(file)
            mostBits = .max
        }

        var description: DeviceDescription { machine.description }
        func calibration() throws(DeviceError) -> Calibration { try machine.calibration() }
        func status() -> DeviceStatus { .online }
        func device(_ id: String) throws(DeviceError) -> any Device { self }
        func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
            if executable.circuit.bitCount > mostBits { throw DeviceError(.tooLarge, "too many bits") }
            try machine.validate(executable, shots: shots)
        }
        func run(
            _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
        ) async throws(DeviceError) -> RawResult {
            let begin = ContinuousClock.now
            let result = try await machine.run(executable, shots: shots, seed: seed, progress: progress)
            let run = Run(
                sites: Set(executable.circuit.body.usedQubits.map(\.index)), bits: executable.circuit.bitCount,
                shots: shots, span: (begin, .now))
            runs.withLock { $0.append(run) }
            return result
        }
    }

    /// |1…1⟩ on some qubits of a line: outcomes tell whose bits they are.
    private static func request(
        _ bits: String, _ account: String, shots: Int = 400, tenancy: Tenancy = .shared,
        mitigation: MitigationLevel = .none
    ) -> JobRequest {
        var circuit = Circuit(name: bits, qubitCount: bits.count)
        for (k, bit) in bits.reversed().enumerated() where bit == "1" { circuit.append(.x, [k]) }
        for k in 1..<bits.count { circuit.append(.cz, [k - 1, k]) }
        circuit.measureAll()
        var request = JobRequest(
            name: bits, workload: .sample([SamplerPUB(circuit)]), device: "heron-133", shots: shots, seed: 5,
            mitigation: mitigation)
        request.account = account
        request.tenancy = tenancy
        return request
    }

    private func best(_ result: JobResult) -> (bits: String, count: Int, total: Int)? {
        guard case .samples(let samples) = result.blocks[0] else { return nil }
        let top = samples[0].counts.entries.max { $0.count < $1.count }
        return top.map { ($0.bits.description, $0.count, samples[0].counts.total) }
    }

    private func runtime(_ device: Logged) -> Runtime {
        // Whoever holds a region is waited for: the test must not depend on how fast this computer compiles.
        Runtime(devices: device, options: RuntimeOptions(gatherSeconds: 30))
    }

    @Test func tenantsRunInTheSameShotsOnSitesOfTheirOwn() async throws {
        let device = try Logged(), runtime = runtime(device)
        let states = ["10110", "0111", "101"]
        var jobs: [JobID] = []
        for (place, state) in states.enumerated() {
            jobs.append(try await runtime.submit(Self.request(state, "tenant\(place)")))
        }
        var regions: [Set<Int>] = []
        for (job, state) in zip(jobs, states) {
            let result = try await runtime.result(of: job)
            let top = try #require(best(result))
            #expect(top.bits == state && top.total == 400 && top.count > 280)
            let isolation = try #require(result.isolation)
            #expect(!isolation.isAlone && isolation.guardDistance == 1)
            #expect(isolation.sharedCouplers == 0 && isolation.leakBound == 0)
            regions.append(Set(result.programs[0].executable.circuit.body.usedQubits.map(\.index)))
            #expect(result.programs[0].shots == 400)
        }
        #expect(regions[0].isDisjoint(with: regions[1]) && regions[1].isDisjoint(with: regions[2]))
        #expect(regions[0].isDisjoint(with: regions[2]))
        // One round: all three in the same executable.
        let runs = device.runs.withLock { $0 }
        #expect(runs.count == 1 && runs[0].bits == 12 && runs[0].shots == 400)
        #expect(runs[0].sites == regions.reduce(into: Set()) { $0.formUnion($1) })
    }

    /// A batch keeps its machine, and its jobs share it: packed into one round, and nobody else's job among them.
    @Test func jobsOfABatchShareTheMachineThatItKeeps() async throws {
        let device = try Logged(), runtime = runtime(device)
        let batch = try await runtime.openSession(.batch, on: "heron-133")
        let states = ["10110", "0111"]
        var jobs: [JobID] = []
        for state in states { jobs.append(try await batch.submit(Self.request(state, "owner"))) }
        // There is room for it beside them, but not in a batch of others.
        let stranger = try await runtime.submit(Self.request("101", "stranger"))
        for (job, state) in zip(jobs, states) {
            let result = try await runtime.result(of: job), isolation = try #require(result.isolation)
            #expect(best(result)?.bits == state && !isolation.isAlone && isolation.sharedCouplers == 0)
        }
        try await batch.close()
        #expect(best(try await runtime.result(of: stranger))?.bits == "101")
        // The stranger may come before the batch begins, which is compiled first, or after it, but never into it.
        #expect(device.runs.withLock { $0.map(\.bits).sorted() } == [3, 9])
    }

    @Test func whoWantsTheMachineAloneGetsIt() async throws {
        let device = try Logged(), runtime = runtime(device)
        let first = try await runtime.submit(Self.request("110", "a"))
        let alone = try await runtime.submit(Self.request("0101", "b", tenancy: .alone))
        let last = try await runtime.submit(Self.request("011", "c"))
        for job in [first, alone, last] { _ = try await runtime.result(of: job) }
        #expect(try await runtime.result(of: alone).isolation == nil)
        let runs = device.runs.withLock { $0 }
        let own = try #require(runs.first { $0.bits == 4 })
        // Nothing else ran while it did, and no round held it together with another.
        for run in runs where run.bits != 4 {
            #expect(run.span.end <= own.span.begin || run.span.begin >= own.span.end)
        }
        #expect(!runs.contains { $0.bits > 4 && $0.bits != 6 })
    }

    /// The long job goes on with whoever comes, and the short ones get all their shots and no more.
    @Test func roundsLastAsLongAsTheShortestNeeds() async throws {
        let device = try Logged(), runtime = runtime(device)
        let long = try await runtime.submit(Self.request("1101", "a", shots: 900))
        let short = try await runtime.submit(Self.request("011", "b", shots: 200))
        let results = [try await runtime.result(of: long), try await runtime.result(of: short)]
        #expect(results.map { best($0)?.total } == [900, 200])
        #expect(results.map { best($0)?.bits } == ["1101", "011"])
        #expect(device.runs.withLock { $0.map(\.shots) } == [200, 700])
        #expect(device.runs.withLock { $0.map(\.bits) } == [7, 4])
        // Everybody pays for their own shots.
        let times = results.map { $0.programs[0].deviceTime.value }
        #expect(abs(times[0] / times[1] - 4.5) < 0.2)
    }

    @Test func aMachineThatCannotTakeAllTakesOneAfterTheOther() async throws {
        let device = try Logged(mostBits: 5), runtime = runtime(device)
        let jobs = [
            try await runtime.submit(Self.request("1101", "a")), try await runtime.submit(Self.request("011", "b")),
        ]
        for (job, state) in zip(jobs, ["1101", "011"]) {
            let result = try await runtime.result(of: job)
            #expect(best(result)?.bits == state && result.isolation?.isAlone == true)
        }
        let runs = device.runs.withLock { $0 }
        #expect(runs.map(\.bits).sorted() == [3, 4] && runs[0].span.end <= runs[1].span.begin)
    }

    @Test func aTenantThatGoesTakesNobodyAlong() async throws {
        let device = try Logged(), runtime = runtime(device)
        let gone = try await runtime.submit(Self.request("1101", "a", shots: 20_000))
        let stays = try await runtime.submit(Self.request("011", "b", shots: 20_000))
        while await runtime.state(of: stays) != .running { try await Task.sleep(for: .milliseconds(1)) }
        try await runtime.cancel(gone)
        let result = try await runtime.result(of: stays)
        #expect(best(result)?.bits == "011" && best(result)?.total == 20_000)
        await #expect { try await runtime.result(of: gone) } throws: { ($0 as? KernelError)?.kind == .cancelled }
    }

    /// Five sites in a line. The first job has two qubits that it reads and one that it does not at either end; they are left
    /// in |1⟩ nearly always. The second needs two sites and finds one of its own: the other is a helper of the first, and
    /// only a reset in between lets it begin as it should. Who did not agree waits.
    @Test(arguments: [Tenancy.sharingHelpers, .shared])
    func helpersServeTwoJobsInTheSameShots(tenancy: Tenancy) async throws {
        let device = Logged(try lineMachine(Array(repeating: 0.01, count: 5), reset: 0.002))
        let sharing = SharingPolicy(maximumLoss: 0.5)
        let runtime = Runtime(
            devices: device,
            options: RuntimeOptions(scheduling: SchedulingRules(window: 1024, sharing: sharing), gatherSeconds: 30))
        func request(_ name: String, _ circuit: Circuit, shots: Int) -> JobRequest {
            var request = JobRequest(
                name: name, workload: .sample([SamplerPUB(circuit)]), device: "line", shots: shots, seed: 5,
                mitigation: .none)
            request.account = name
            request.tenancy = tenancy
            request.batchShots = 50
            return request
        }
        var lender = Circuit(name: "lender", qubitCount: 4)
        lender.addBitRegister("c", count: 2)
        for (helper, data) in [(0, 1), (3, 2)] {
            lender.append(.ry, [helper], [.pi - 0.6])
            lender.append(.cx, [helper, data])
        }
        lender.append(.cz, [1, 2])
        for k in 0..<2 { lender.measure(1 + k, into: k) }
        var borrower = Circuit(name: "borrower", qubitCount: 2)
        borrower.addBitRegister("c", count: 1)
        borrower.append(.ry, [0], [0.6])
        borrower.append(.cx, [0, 1])
        borrower.measure(1, into: 0)
        let first = try await runtime.submit(request("lender", lender, shots: 4_000))
        let second = try await runtime.submit(request("borrower", borrower, shots: 2_000))
        let results = [try await runtime.result(of: first), try await runtime.result(of: second)]
        func share(_ result: JobResult, of word: String) -> Double {
            guard case .samples(let samples) = result.blocks[0] else { return 0 }
            let count = samples[0].counts.entries.first { $0.bits.description == word }?.count ?? 0
            return Double(count) / Double(samples[0].counts.total)
        }
        // cos²(0.3)² = 0.833 and sin²(0.3) = 0.087, each with the errors of the readout; without the reset the second would
        // give 0.84.
        #expect(abs(share(results[0], of: "11") - 0.82) < 0.03)
        #expect(abs(share(results[1], of: "1") - 0.096) < 0.035)
        let together = device.runs.withLock { $0.count { $0.bits == 3 } }
        if tenancy == .sharingHelpers {
            #expect(together > 10, "\(together) rounds together")
            #expect(device.runs.withLock { $0.filter { $0.bits == 3 }.allSatisfy { $0.sites.count == 5 } })
            for result in results {
                let report = try #require(result.isolation)
                #expect(!report.isAlone && report.sharedHelpers == 1 && report.sharedCouplers > 0)
                #expect((report.leakBound ?? 0) >= 0.002)
            }
        } else {
            #expect(together == 0)
            for result in results { #expect(result.isolation?.sharedHelpers == 0) }
        }
    }

    /// The readout experiments of neighbours run together too, and correct what they should.
    @Test func neighboursAreCorrectedByTheirOwnReadout() async throws {
        let device = try Logged(), runtime = runtime(device)
        let jobs = [
            try await runtime.submit(Self.request("111", "a", shots: 4000, mitigation: .readout)),
            try await runtime.submit(Self.request("1111", "b", shots: 4000, mitigation: .readout)),
        ]
        for job in jobs {
            let result = try await runtime.result(of: job)
            guard case .samples(let samples) = result.blocks[0] else { return }
            let all = BitString(words: [~0], count: samples[0].counts.entries[0].bits.count)
            let corrected = try #require(samples[0].corrected).entries.first { $0.bits == all }?.probability ?? 0
            #expect(corrected > Double(samples[0].counts[all]) / 4000 && corrected > 0.96 && corrected < 1.04)
        }
        #expect(device.runs.withLock { $0.allSatisfy { $0.bits == 7 } })
    }
}
