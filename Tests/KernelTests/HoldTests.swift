import Testing

@testable import Kernel

/// Room for those that a machine in use by many has none for, however long one waits.
@Suite struct HoldTests {
    private static let longest = 40.0

    /// Machines of eight sites in a line, on which four small programs at a time leave no moment without one.
    private static func bench(_ machines: Int, patience: Double = 300) throws -> SchedulerBench {
        let file = try lineMachine(Array(repeating: 0.01, count: 8))
        var rules = SchedulingRules(
            patience: patience,
            sharing: SharingPolicy(maximumPrograms: 4, guardDistance: 0, maximumLoss: 0.5, defragments: false))
        rules.roomPatience = min(patience, 300)
        rules.secondsPerNat = 10
        return SchedulerBench(Array(repeating: file, count: machines), rules: rules)
    }

    /// Small programs of 30 to 40 s, one every so many seconds.
    private struct Crowd {
        var priority = Priority.normal
        var every: Double
        /// Whether each asks for the next machine in turn.
        var isSpread = true
    }

    private static func run(
        _ bench: inout SchedulerBench, _ crowds: [Crowd], machines: Int, until end: Double, from first: UInt64,
        seed: UInt64
    ) {
        var random = SplitMix(seed: seed), number = first
        let begin = bench.now
        var next = crowds.map { begin + $0.every * random.unit() }
        while let k = next.indices.min(by: { next[$0] < next[$1] }), next[k] < end {
            bench.run(until: next[k])
            bench.submit(
                number, seconds: 30 + longest / 4 * random.unit(), priority: crowds[k].priority,
                device: crowds[k].isSpread ? DeviceIndex(Int(number) % machines) : nil, alone: false,
                width: 1 + random.below(2))
            number += 1
            next[k] += crowds[k].every
        }
        bench.run(until: end)
    }

    /// No machine is ever empty by itself: two or three programs are on each at any time. Who wants one alone waits for those
    /// that run on one of them when it comes, and for nobody who comes after it.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func whoWantsAMachineAloneWaitsForThoseThatRunNow(seed: UInt64) throws {
        var bench = try Self.bench(3, patience: 1e9)
        let crowd = Crowd(every: 5)
        Self.run(&bench, [crowd], machines: 3, until: 200, from: 1, seed: seed)
        bench.submit(9_001, seconds: 10)
        bench.submit(9_002, seconds: 10)
        Self.run(&bench, [crowd], machines: 3, until: 2_000, from: 10_000, seed: seed + 10)
        for job in [9_001, 9_002] as [UInt64] {
            let start = try #require(bench.startTimes[JobID(job)], "job \(job) never started")
            #expect(start - 200 <= Self.longest, "job \(job) waited \(start - 200) s")
        }
    }

    /// A higher class finds room on the other machines nearly always and leaves the one alone that is held.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func theLowestClassIsNotOvertakenForEver(seed: UInt64) throws {
        var bench = try Self.bench(3, patience: 1e9)
        let crowds = [Crowd(priority: .low, every: 6), Crowd(priority: .high, every: 12, isSpread: false)]
        Self.run(&bench, crowds, machines: 3, until: 200, from: 1, seed: seed)
        bench.submit(9_001, seconds: 10, priority: .low)
        Self.run(&bench, crowds, machines: 3, until: 2_000, from: 10_000, seed: seed + 10)
        let start = try #require(bench.startTimes[JobID(9_001)])
        #expect(start - 200 <= 3 * Self.longest, "it waited \(start - 200) s")
    }

    /// A program that needs most of a machine, but not all of it, holds one once it has been patient.
    @Test(arguments: [1, 2, 3] as [UInt64]) func wideProgramsFindRoomAmongSmallOnes(seed: UInt64) throws {
        var bench = try Self.bench(2)
        let crowd = Crowd(priority: .high, every: 6)
        Self.run(&bench, [crowd], machines: 2, until: 200, from: 1, seed: seed)
        bench.submit(9_001, seconds: 10, alone: false, width: 7)
        Self.run(&bench, [crowd], machines: 2, until: 2_000, from: 10_000, seed: seed + 10)
        let start = try #require(bench.startTimes[JobID(9_001)])
        #expect(start - 200 <= 300 + 2 * Self.longest, "it waited \(start - 200) s")
    }

    /// Where there is no other machine, higher classes go first as ever, until the lower one has been patient.
    @Test(arguments: [1, 2, 3] as [UInt64]) func higherClassesComeFirstWhileTheLowerIsPatient(seed: UInt64) throws {
        var bench = try Self.bench(1)
        let crowd = Crowd(priority: .high, every: 15)
        Self.run(&bench, [crowd], machines: 1, until: 200, from: 1, seed: seed)
        bench.submit(9_001, seconds: 10, priority: .low)
        Self.run(&bench, [crowd], machines: 1, until: 2_000, from: 10_000, seed: seed + 10)
        let start = try #require(bench.startTimes[JobID(9_001)])
        #expect(start >= 500 && start <= 500 + 2 * Self.longest, "it waited \(start - 200) s")
    }

    /// First come, first served, also where somebody wants to be alone: who came before and found no room goes first.
    @Test func whoWantsAMachineAloneOvertakesNobody() throws {
        var bench = try Self.bench(1)
        for job in 1...4 as ClosedRange<UInt64> { bench.submit(job, seconds: 100, alone: false, width: 8) }
        bench.run(until: 10)
        bench.submit(5, seconds: 10)
        bench.submit(6, seconds: 100, alone: false, width: 8)
        let plan = bench.kernel.policy.plan(in: bench.kernel.book, at: 10)
        #expect(plan.map(\.start) == [100, 200, 300, 400, 410])
        bench.run()
        #expect((1...6).map { bench.startTimes[JobID($0)] } == [0, 100, 200, 300, 400, 410])
    }

    /// While a machine is held, only those come in that will have gone by then, a fifth of margin included.
    @Test func backfillNeverDelaysWhoWaits() throws {
        var bench = try Self.bench(1)
        bench.submit(1, seconds: 100, alone: false)
        bench.run(until: 10)
        bench.submit(2, seconds: 10)
        bench.submit(3, seconds: 80, alone: false)
        bench.submit(4, seconds: 70, alone: false)
        bench.run()
        #expect(bench.startTimes[JobID(4)] == 10)
        #expect(bench.startTimes[JobID(2)] == 100)
        #expect(bench.startTimes[JobID(3)] == 110)
    }

    /// Whoever passes may take a fifth longer than estimated, and whoever waits starts all the same when those have gone that
    /// ran before it.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func whoTakesLongerThanEstimatedDelaysNobody(seed: UInt64) throws {
        var bench = try Self.bench(1), random = SplitMix(seed: seed)
        let margin = { 1 + 0.2 * random.unit() }
        for job in 1...2 as ClosedRange<UInt64> {
            bench.submit(job, seconds: 100, running: 100 * margin(), alone: false)
        }
        bench.run(until: 10)
        bench.submit(3, seconds: 10)
        var number: UInt64 = 10, time = 10.0
        while time < 100 {
            let seconds = 2 + 60 * random.unit()
            bench.submit(number, seconds: seconds, running: seconds * margin(), alone: false)
            number += 1
            time += 3 * random.unit()
            bench.run(until: time)
        }
        bench.run()
        let gone = try #require([1, 2].compactMap { bench.ended[JobID($0)] }.max())
        #expect(bench.startTimes[JobID(3)] == gone)
        let passed = (10..<number).count { bench.startTimes[JobID($0)]! < gone }
        #expect(passed >= 3, "only \(passed) passed")
    }

    @Test func whatIsHeldForAJobThatLeavesIsFreeAgain() throws {
        var bench = try Self.bench(1)
        bench.submit(1, seconds: 100, alone: false)
        bench.run(until: 10)
        bench.submit(2, seconds: 10)
        bench.submit(3, seconds: 200, alone: false)
        #expect(bench.startTimes[JobID(3)] == nil && bench.kernel.policy.holds.isHeld(0))
        let plan = bench.kernel.policy.plan(in: bench.kernel.book, at: 10)
        #expect(plan.map(\.job) == [2, 3].map { bench.kernel.book.jobs.slot(of: JobID($0))! })
        #expect(plan.map(\.start) == [100, 110])
        bench.handle(.cancel(JobID(2)))
        bench.submit(4, seconds: 200, alone: false)
        #expect(!bench.kernel.policy.holds.isHeld(0))
        #expect(bench.startTimes[JobID(4)] == 10 && bench.startTimes[JobID(3)] == 10)
    }

    /// A job that its budget or somebody's reservation keeps from a machine keeps nobody else from it.
    @Test func whoMayNotStartHoldsNothing() throws {
        var bench = try Self.bench(1)
        let other = bench.account("course", share: 1)
        bench.handle(.reserve(Reservation(device: DeviceIndex(0), account: other, start: 50, end: 500)))
        bench.submit(1, other, seconds: 300, alone: false)
        bench.run(until: 60)
        bench.submit(2, seconds: 10)
        #expect(!bench.kernel.policy.holds.isHeld(0))
        bench.submit(3, other, seconds: 300, alone: false)
        #expect(bench.startTimes[JobID(3)] == 60)
    }

    /// Everybody wants the better of two machines, so that more wait for it than a cycle looks at, and what comes in at a
    /// higher class keeps the line full. Whoever stands behind them all takes the other, which is free, in the end.
    @Test func whoIsOvertakenForEverTakesAnotherMachine() throws {
        let files = try [0.01, 0.05].map { try lineMachine(Array(repeating: $0, count: 3)) }
        var rules = SchedulingRules(patience: 1e9, window: 8, secondsPerNat: 30_000, sharing: .exclusive)
        rules.roomPatience = 300
        var bench = SchedulerBench(files, rules: rules)
        for k in 1...60 { bench.submit(UInt64(k), seconds: 20, alone: true) }
        bench.submit(9_001, seconds: 20, priority: .low)
        for k in 100...400 {
            bench.run(until: Double(k - 99) * 20)
            bench.submit(UInt64(k), seconds: 20)
        }
        let start = try #require(bench.startTimes[JobID(9_001)])
        #expect(start <= 2_000, "it waited \(start) s")
    }
}
