import Drivers
import FoundationEssentials
import Hardware
import Kernel
import Testing

@testable import FleetSimulation

@Suite struct FleetSimulatorTests {
    private let file: DeviceFile

    init() throws { file = try DeviceCatalog().file("heron-133") }

    private func machines(_ count: Int) -> [Machine] {
        var group = FleetScenario.DeviceGroup(file: "heron-133")
        group.calibrateEvery = 7_200
        group.calibrationSeconds = 300
        return (0..<count).map { Machine(file, index: $0, group: group, seed: 3) }
    }

    private func scenario(jobs: Int, load: Double, programs: Int) -> FleetScenario {
        var workload = WorkloadSettings(
            load: load,
            programs: [
                .init(.ghz, qubits: 4...12, shots: 1_000...40_000),
                .init(.isingChain, qubits: 4...6, shots: 1_000...20_000),
            ])
        workload.jobs = jobs
        workload.priorities = [0.2, 0.6, 0.2]
        workload.burst = 3
        workload.deadlineShare = 0.1
        workload.aloneShare = 0.1
        var result = FleetScenario(name: "test", seed: 5, duration: 86_400, workload: workload)
        result.accounts = [
            .init(name: "a", share: 1, users: [.init(name: "a1"), .init(name: "a2")]), .init(name: "b", share: 2),
        ]
        result.scheduling.rules.sharing.maximumPrograms = programs
        return result
    }

    @Test(arguments: SchedulingSettings.Policy.allCases) func everyJobEndsOnceUnderEveryPolicy(
        policy: SchedulingSettings.Policy
    ) async throws {
        var scenario = scenario(jobs: 1_500, load: 0.9, programs: policy == .pairwise || policy == .kelvin ? 8 : 1)
        scenario.scheduling.policy = policy
        let outcome = try await scenario.simulate(on: machines(3), options: FleetOptions(executes: false))
        #expect(outcome.record.submitted == 1_500 && outcome.record.waits.count == 1_500)
        #expect(outcome.record.unfinished == 0 && outcome.record.waits.allSatisfy { $0 >= 0 })
        #expect(outcome.record.calibrations > 0)
        // Machine time adds up: what payers were charged is what jobs took.
        let service = outcome.record.services.reduce(0.0) { $0 + Double($1) }
        #expect(abs(service - outcome.record.serviceByAccount.reduce(0, +)) < 1e-3 * service)
    }

    /// What was estimated of a job stands beside what the emulator made of it, and both are plotted.
    @Test func executedJobsShowWhatEstimatesAreWorth() async throws {
        var scenario = scenario(jobs: 40, load: 1, programs: 8)
        scenario.fidelitySample = 10
        let outcome = try await scenario.simulate(on: machines(1))
        let pairs = outcome.fidelities, report = try #require(outcome.report.fidelity)
        #expect(pairs.count >= 8 && report.jobs == pairs.count)
        #expect(abs(Statistics.mean(pairs.map(\.fidelity)) - report.mean) < 1e-12)
        #expect(pairs.allSatisfy { (0.2..<1).contains($0.estimate) && abs($0.estimate - $0.fidelity) < 0.3 })
        #expect(Set(pairs.map(\.fidelity)).count > 4)
        let plot = try #require(outcome.plots.first { $0.name == "fidelity" }).plot
        #expect(plot.svg.contains("estimated success"))
        #expect(plot.series.map(\.points.count) == [pairs.count])
    }

    @Test func equalSeedsGiveEqualRecords() async throws {
        let scenario = scenario(jobs: 800, load: 1.5, programs: 8)
        let first = try await scenario.simulate(on: machines(2), options: FleetOptions(executes: false))
        let second = try await scenario.simulate(on: machines(2), options: FleetOptions(executes: false))
        #expect(first.record.waits == second.record.waits && first.record.devices == second.record.devices)
        #expect(first.record.facts == second.record.facts)
        var other = scenario
        other.seed = 6
        let third = try await other.simulate(on: machines(2), options: FleetOptions(executes: false))
        #expect(first.record.waits != third.record.waits)
    }

    @Test func programsThatShareAMachineNeverTouch() async throws {
        let outcome = try await scenario(jobs: 600, load: 6, programs: 16).simulate(
            on: machines(1), options: FleetOptions(executes: false, keepsTenancies: true))
        let map = DeviceMap(file.description, calibration: file.calibration)
        let stays = outcome.record.stays
        var together = 0
        for (k, a) in stays.enumerated() {
            for b in stays[(k + 1)...]
            where a.start < b.end - 1e-9 && b.start < a.end - 1e-9 && a.sites.count < 133 && b.sites.count < 133 {
                together += 1
                let mask = SiteMask(a.sites.sites.map(\.index))
                #expect(map.dilated(mask, by: 1).isDisjoint(with: SiteMask(b.sites.sites.map(\.index))))
            }
        }
        #expect(together > 100)
    }

    @Test func packingServesMoreThanOneProgramAtATime() async throws {
        var solo = scenario(jobs: 500, load: 6, programs: 1)
        solo.workload.aloneShare = 0
        var packed = solo
        packed.scheduling.rules.sharing.maximumPrograms = 16
        let alone = try await solo.simulate(on: machines(1), options: FleetOptions(executes: false)).report
        let together = try await packed.simulate(on: machines(1), options: FleetOptions(executes: false)).report
        #expect(together.siteUtilisation > 2 * alone.siteUtilisation)
    }

    /// With all arrivals known and run times exact, the copy of the kernel that a forecast drives does what the kernel
    /// will do: every wait is foretold to the second, through classes, fair share, deadlines and backfill.
    @Test func knownFuturesAreForetoldExactly() async throws {
        var scenario = scenario(jobs: 700, load: 0.9, programs: 1)
        scenario.workload.runtimeSpread = 0
        scenario.scheduling.rules.batchSeconds = 1_000
        scenario.scheduling.rules.secondsPerNat = 300
        var group = FleetScenario.DeviceGroup(file: "heron-133")
        group.calibrateEvery = .infinity
        let machines = (0..<3).map { Machine(file, index: $0, group: group, seed: 3) }
        let known = try await scenario.simulate(
            on: machines,
            options: FleetOptions(
                executes: false,
                foretells: Foretelling(.trueArrivals, simulation: WaitSimulation(paths: 4, events: 100_000))))
        let judged = known.record.forecasts.filter { $0.wait >= 0 }
        #expect(judged.count > 100)
        let exact = judged.count {
            abs($0.forecast.planned - $0.wait) < 0.01 && abs($0.forecast.upper - $0.wait) < 0.01
        }
        #expect(exact >= judged.count - 1, "\(exact) of \(judged.count)")
        // Forecasts change nothing.
        let unasked = try await scenario.simulate(on: machines, options: FleetOptions(executes: false))
        #expect(unasked.record.waits == known.record.waits && unasked.record.facts == known.record.facts)
        // The plan of the queue knows less, and what came in of late lies in between.
        let plan = try await scenario.simulate(
            on: machines, options: FleetOptions(executes: false, foretells: Foretelling(.plan)))
        let planned = plan.record.forecasts.count { abs($0.forecast.planned - $0.wait) < 0.01 }
        #expect(planned < plan.record.forecasts.count * 9 / 10)
    }

    @Test func promisesOfFuturesHold() async throws {
        let scenario = scenario(jobs: 2_000, load: 0.85, programs: 1)
        let outcome = try await scenario.simulate(
            on: machines(3),
            options: FleetOptions(
                executes: false,
                foretells: Foretelling(every: [.low: 5, .normal: 5, .high: 5], simulation: WaitSimulation(paths: 16))))
        let judged = outcome.record.forecasts.dropFirst(40).filter { $0.wait >= 0 }
        let share = Double(judged.count { $0.forecast.contains($0.wait) }) / Double(judged.count)
        #expect(judged.count > 100 && share > 0.82 && share < 0.97, "\(share) of \(judged.count)")
    }

    @Test func aTraceIsReplayedAsItWasRecorded() async throws {
        let trace = try RecordedTrace(
            csv: """
                seconds,account,program,qubits,shots,priority
                0,a1,ghz,4,40000,normal
                1,a2,ghz,4,40000,normal
                2,b,ghz,4,40000,high
                """)
        var scenario = scenario(jobs: 1, load: 1, programs: 1)
        scenario.workload.runtimeSpread = 0
        let outcome = try await scenario.simulate(on: machines(1), trace: trace, options: FleetOptions(executes: false))
        #expect(outcome.record.waits.count == 3)
        // The high one overtakes; each takes about 40,000 · 0.25 ms.
        #expect(outcome.record.priorities == [1, 2, 1])
        #expect(
            outcome.record.waits[0] == 0 && abs(outcome.record.waits[1] - 8) < 1
                && abs(outcome.record.waits[2] - 19) < 2)
    }

    @Test(arguments: [
        (#"{"workload":{}}"#, "devices"),
        (#"{"devices":[{"file":"x","cuont":2}],"workload":{"trace":"t"}}"#, "devices[0].cuont"),
        (#"{"devices":[{"file":"x"}],"workload":{"load":-1,"trace":"t"}}"#, "workload.load"),
        (#"{"devices":[{"file":"x","count":1001}],"workload":{"trace":"t"}}"#, "devices[0].count"),
        (
            #"{"devices":[{"file":"x"}],"workload":{"programs":[{"kind":"shor","qubits":[2,3],"shots":[1,2]}]}}"#,
            "workload.programs[0].kind"
        ),
        (
            #"{"devices":[{"file":"x"}],"workload":{"programs":[{"kind":"ghz","qubits":[5,3],"shots":[1,2]}]}}"#,
            "workload.programs[0].qubits"
        ),
        (#"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"seed":1.5}"#, "seed"),
        (#"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"accounts":[{"name":"a"},{"name":"a"}]}"#, "accounts"),
        (#"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"scheduling":{"windw":9}}"#, "scheduling.windw"),
        (#"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"scheduling":{"window":"9"}}"#, "scheduling.window"),
        (
            #"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"scheduling":{"roomPatienceSeconds":-1}}"#,
            "scheduling.roomPatienceSeconds"
        ),
        (
            #"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"scheduling":{"preemption":"all"}}"#,
            "scheduling.preemption"
        ),
        (#"[1]"#, ""), (#"{"#, ""),
    ]) func wrongScenariosAreRefusedByPath(text: String, path: String) {
        do {
            _ = try FleetScenario(json: Data(text.utf8))
            Issue.record("\(text) was taken")
        } catch {
            #expect(error.path == path, "\(error)")
        }
    }

    /// A course that has the machine for ten minutes of every half hour meets nobody there, however many wait.
    @Test func aRecurringCalendarIsKeptEveryTime() async throws {
        var scenario = scenario(jobs: 1_500, load: 1.1, programs: 1)
        scenario.accounts = [.init(name: "users"), .init(name: "course", demand: 0)]
        scenario.workload.runtimeSpread = 0
        var group = FleetScenario.DeviceGroup(file: "heron-133")
        group.calibrateEvery = .infinity
        group.reservations = [.init(account: "course", start: 600, seconds: 600, every: 1_800)]
        let outcome = try await scenario.simulate(
            on: [Machine(file, index: 0, group: group, seed: 3)],
            options: FleetOptions(executes: false, keepsTenancies: true))
        let stays = outcome.record.stays
        #expect(outcome.record.waits.count == 1_500 && stays.count >= 1_500)
        for lesson in 0..<48 {
            let start = 600 + Double(lesson) * 1_800
            #expect(!stays.contains { $0.start < start + 600 - 1e-6 && $0.end > start + 1e-6 }, "\(start)")
            // What is left is used up to the lesson's very minute, and at once after it.
            guard (1..<4).contains(lesson) else { continue }
            #expect(stays.contains { $0.end > start - 60 && $0.end <= start + 1e-6 }, "\(start)")
            #expect(stays.contains { $0.start >= start + 600 && $0.start < start + 601 }, "\(start)")
        }
    }

    /// What a scenario says of the scheduler is what its simulation runs by.
    @Test func aScenarioSetsEveryParameter() throws {
        let text = #"{"devices":[{"file":"x"}],"workload":{"trace":"t"},"scheduling":SECTION}"#
        let none = try FleetScenario(json: Data(text.replacing("SECTION", with: "{}").utf8))
        #expect(none.rules == SchedulingRules(window: 64, sharing: .exclusive))
        for parameter in SchedulingParameter.all {
            let value: SchedulingParameter.Value =
                switch parameter.kind {
                case .number(let range): .number(range.upperBound)
                case .whole(let range): .number(Double(range.upperBound))
                case .word: .word("higherClasses")
                }
            let shown = if case .word(let word) = value { "\"\(word)\"" } else { "\(value)" }
            let section = "{\"\(parameter.name)\":\(shown)}"
            let scenario = try FleetScenario(json: Data(text.replacing("SECTION", with: section).utf8))
            #expect(parameter.value(in: scenario.rules) == value && scenario.rules != none.rules, "\(section)")
        }
    }

    @Test(arguments: [
        "0,a,ghz,4,100", "x,a,ghz,4,100,low", "0,a,shor,4,100,low", "0,a,ghz,1,100,low", "0,a,ghz,4,0,low",
        "0,a,ghz,4,1,urgent", "5,a,ghz,4,1,low\n4,a,ghz,4,1,low",
    ])
    func wrongTracesAreRefusedByLine(text: String) {
        #expect(throws: ScenarioError.self) { try RecordedTrace(csv: text) }
    }

    @Test func jainsIndexIsWhatTheBookSays() {
        #expect(Statistics.jain([3, 3, 3]) == 1)
        #expect(abs(Statistics.jain([1, 0, 0, 0]) - 0.25) < 1e-12)
        // Student's 97.5 % point with 9 degrees is 2.262.
        let values = (0..<10).map(Double.init)
        #expect(abs(Statistics.halfWidth(values) - 2.262 * (82.5 / 9 / 10).squareRoot()) < 1e-3)
    }
}

@Suite struct JournalReplayTests {
    /// The facts of a whole simulation, applied to an empty kernel, give the same book.
    @Test func theJournalTellsTheWholeStory() throws {
        final class Tape: Journal {
            var entries: [JournalEntry] = []
            func append(_ facts: [Transition], at time: Double) {
                entries += facts.map { JournalEntry(time: time, fact: $0) }
            }
        }
        let file = try DeviceCatalog().file("heron-133")
        var workload = WorkloadSettings(load: 2, programs: [.init(.ghz, qubits: 4...9, shots: 1_000...90_000)])
        workload.jobs = 300
        workload.priorities = [1, 1, 1]
        var scenario = FleetScenario(name: "replay", seed: 9, duration: 86_400, workload: workload)
        scenario.accounts = [.init(name: "a"), .init(name: "b", share: 3)]
        scenario.scheduling.rules.sharing.maximumPrograms = 4
        scenario.scheduling.rules.preemption = .higherClasses
        var group = FleetScenario.DeviceGroup(file: "heron-133")
        group.calibrateEvery = 300
        group.calibrationSeconds = 20
        let machines = [Machine(file, index: 0, group: group, seed: 1)]
        var simulator = try FleetSimulator(
            scenario, machines: machines, policy: FleetScheduler(rules: scenario.rules), rules: scenario.rules)
        let tape = Tape()
        simulator.journal = tape
        simulator.run()
        var replayed = KernelState(policy: FleetScheduler(rules: scenario.rules))
        for d in machines {
            replayed.apply(.deviceAdded(name: "\(d.description.id)#\(d.index)", siteCount: 133), at: 0)
        }
        for (path, share) in [("a", 1.0), ("b", 3)] {
            replayed.apply(.accountAdded(path: path, parent: .root, share: share), at: 0)
        }
        for entry in tape.entries { replayed.apply(entry.fact, at: entry.time) }
        #expect(replayed.book.jobs.count == 0 && replayed.book.liveRuns.isEmpty)
        #expect(replayed.book.accounts.map(\.used) == simulator.kernel.book.accounts.map(\.used))
        #expect(replayed.book.devices.map(\.calibration) == simulator.kernel.book.devices.map(\.calibration))
        #expect(simulator.record.preemptions > 0 && simulator.record.calibrations > 3)
    }
}
