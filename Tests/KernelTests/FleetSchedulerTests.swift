import Circuits
import Hardware
import Testing

@testable import Kernel

@Suite struct FleetSchedulerTests {
    /// To whom success is worth no waiting the better machine is still the better one of two that are free.
    @Test func ofMachinesThatAreFreeAlikeTheBetterOneIsTaken() throws {
        let files = try [0.05, 0.01].map { try lineMachine(Array(repeating: $0, count: 3)) }
        var bench = SchedulerBench(files, rules: SchedulingRules(secondsPerNat: 0, sharing: .exclusive))
        bench.submit(1, seconds: 10, width: 2)
        #expect(bench.kernel.book.run(of: JobID(1))?.device.place == 1)
        bench.submit(2, seconds: 10, width: 2)
        #expect(bench.kernel.book.run(of: JobID(2))?.device.place == 0)
    }

    @Test func machinesThatComeLaterTakeJobsLikeTheFirst() {
        var bench = SchedulerBench(machines: 1)
        bench.submit(1, seconds: 1)
        bench.run()
        for k in 1...9 {
            bench.handle(.addDevice(name: "later-\(k)", siteCount: 5))
            let later = bench.kernel.book.device(named: "later-\(k)")
            bench.submit(UInt64(k + 1), seconds: 1, device: later)
        }
        bench.run()
        #expect(bench.ended.count == 10)
    }

    @Test func classesAreStrictAndEqualsComeInTurn() {
        var bench = SchedulerBench(machines: 1)
        bench.submit(1, seconds: 10)
        bench.submit(2, seconds: 10, priority: .low)
        bench.submit(3, seconds: 10)
        bench.submit(4, seconds: 10, priority: .high)
        bench.submit(5, seconds: 10)
        bench.submit(6, seconds: 10, priority: .high)
        bench.run()
        #expect(bench.order == [1, 4, 6, 3, 5, 2])
    }

    /// Hundreds wait for one machine: another that becomes free goes at once to those who wait for it behind them all, in the
    /// order of the queue.
    @Test func whoWaitsForAFreeMachineIsNotKeptByThoseWhoWaitForAnother() {
        var bench = SchedulerBench(machines: 2)
        let (first, second) = (DeviceIndex(0), DeviceIndex(1))
        let much = bench.account("much", share: 9), little = bench.account("little", share: 1)
        bench.submit(1, much, seconds: 10_000, device: first)
        bench.submit(2, little, seconds: 10, device: second)
        for k in 3...402 { bench.submit(UInt64(k), much, seconds: 10, device: first) }
        bench.submit(403, little, seconds: 10, priority: .low, device: second)
        bench.submit(404, little, seconds: 10, device: second)
        bench.submit(405, little, seconds: 10, device: second)
        bench.run(until: 35)
        #expect(bench.startTimes[JobID(404)] == 10)
        #expect(bench.startTimes[JobID(405)] == 20)
        #expect(bench.startTimes[JobID(403)] == 30)
    }

    @Test func theEarliestDeadlineComesFirstInsideAClassOnly() {
        var bench = SchedulerBench(machines: 1)
        bench.submit(1, seconds: 10)
        bench.submit(2, seconds: 10)
        bench.submit(3, seconds: 10, deadline: 500)
        bench.submit(4, seconds: 10, deadline: 100)
        bench.submit(5, seconds: 10, priority: .low, deadline: 50)
        bench.submit(6, seconds: 10, priority: .high)
        bench.run()
        #expect(bench.order == [1, 6, 4, 3, 2, 5])
    }

    @Test func whoHasOverdrawnLosesThePrecedenceOfDeadlines() {
        var bench = SchedulerBench(machines: 1)
        let greedy = bench.account("greedy", share: 1), modest = bench.account("modest", share: 1)
        bench.submit(1, greedy, seconds: 1_000)
        bench.run(until: 500)
        for k in 2...4 { bench.submit(UInt64(k), greedy, seconds: 10, deadline: 5_000) }
        for k in 5...7 { bench.submit(UInt64(k), modest, seconds: 10) }
        bench.run()
        // Greedy has all of the usage, twice its half: its deadlines stand behind the other's turn.
        #expect(Array(bench.order.prefix(4)) == [1, 5, 6, 7])
    }

    @Test func sharesHoldAtSaturationForTwentyTenants() {
        // Shares 1 to 20, everybody always has work waiting, jobs of 5 to 60 s on 4 machines.
        var bench = SchedulerBench(
            machines: 4, rules: SchedulingRules(usageHalfLife: 3_600, patience: 1e9, sharing: .exclusive))
        let tenants = (1...20).map { bench.account("tenant-\($0)", share: Double($0)) }
        var next: UInt64 = 1, random = SplitMix(seed: 5)
        var waiting = Array(repeating: 0, count: 20)
        let refill = { (bench: inout SchedulerBench) in
            for (k, tenant) in tenants.enumerated() {
                while waiting[k] < 3 {
                    waiting[k] += 1
                    bench.submit(next, tenant, seconds: 5 + Double(random.next() % 56))
                    next += 1
                }
            }
        }
        refill(&bench)
        var seen = 0
        while bench.now < 40_000 {
            _ = bench.step()
            for id in bench.started[seen...] {
                if let slot = bench.kernel.book.jobs.slot(of: id) {
                    waiting[tenants.firstIndex(of: bench.kernel.book.jobs[slot].card.account)!] -= 1
                }
            }
            seen = bench.started.count
            refill(&bench)
        }
        let normalised = tenants.enumerated().map { bench.service[$1]! / Double($0 + 1) }
        let sum = normalised.reduce(0, +), squares = normalised.reduce(0) { $0 + $1 * $1 }
        #expect(sum * sum / (20 * squares) >= 0.98)
    }

    @Test func sharesAreHierarchical() {
        // One project has one user, the other four: users share what their project gets.
        var bench = SchedulerBench(machines: 1, rules: SchedulingRules(patience: 1e9, sharing: .exclusive))
        let small = bench.account("small", share: 1), large = bench.account("large", share: 1)
        let alone = bench.account("small/alone", share: 1, below: small)
        let users = (0..<4).map { k in bench.account("large/u\(k)", share: 1, below: large) }
        var next: UInt64 = 1
        for _ in 0..<200 {
            for account in [alone] + users {
                bench.submit(next, account, seconds: 10)
                next += 1
            }
        }
        bench.run(until: 2_000)
        #expect(abs(bench.service[alone]! - 1_000) <= 20)
        for user in users { #expect(abs(bench.service[user]! - 250) <= 20) }
    }

    @Test func pastUsageIsForgottenByHalfLives() {
        var shares = ShareTree(halfLife: 100)
        let a = shares.add(share: 1), b = shares.add(share: 1)
        shares.charge(80, to: a, at: 0)
        shares.charge(30, to: b, at: 200)
        #expect(abs(shares.usage(of: a, at: 200) - 20) < 1e-9)
        #expect(shares.key(a) < shares.key(b))
        // Far beyond the range of doubles the order stays.
        shares.charge(1, to: a, at: 1e6)
        #expect(shares.usage(of: a, at: 1e6).isFinite && abs(shares.usage(of: a, at: 1e6) - 1) < 1e-9)
        #expect(shares.key(a) > shares.key(b))
    }

    @Test(arguments: 0..<6) func nobodyStarves(seed: Int) {
        // High-priority work arrives for ever, faster than it can be done. A class that waits gets a start each patience:
        // a job with n jobs of its class before it starts within (n + 1)·(patience + longest job).
        let patience = 300.0, longest = 60.0
        var bench = SchedulerBench(
            machines: 1, rules: SchedulingRules(patience: patience, preemption: .none, sharing: .exclusive))
        var random = SplitMix(seed: UInt64(seed)), next: UInt64 = 1_000
        let accounts = (0..<3).map { k in bench.account("a\(k)", share: Double(k + 1)) }
        for k in 0..<5 { bench.submit(UInt64(k + 1), accounts[k % 3], seconds: 20, priority: k < 3 ? .low : .normal) }
        while bench.now < 12 * (patience + longest) {
            for _ in 0..<2 {
                bench.submit(
                    next, accounts[Int(random.next() % 3)], seconds: 1 + Double(random.next() % 60), priority: .high)
                next += 1
            }
            _ = bench.step()
        }
        for (class_, jobs) in [(3, 1...3), (2, 4...5)] {
            for job in jobs {
                let start = bench.startTimes[JobID(UInt64(job))] ?? .infinity
                // Two lower classes take their turns one after the other.
                #expect(start <= Double(class_ + 1) * (patience + 2 * longest), "job \(job) of seed \(seed)")
            }
        }
        // And strictness was not given up for it: all other starts were of the high class.
        #expect(bench.started.filter { $0.rawValue < 1_000 }.count == 5)
    }

    @Test func calibrationCutsInAtTheEndOfABatch() {
        var bench = SchedulerBench(machines: 2, rules: SchedulingRules(sharing: .exclusive))
        bench.submit(1, seconds: 100, parts: 10)
        bench.submit(2, seconds: 100, parts: 10)
        bench.run(until: 35)
        bench.submit(3, seconds: 7, priority: .system, device: DeviceIndex(0))
        bench.submit(4, seconds: 5, priority: .high)
        bench.run()
        // At 40 s the batch ends; the calibration takes 7 s, then the job goes on with its six batches left.
        #expect(bench.startTimes[JobID(3)] == 40)
        #expect(bench.ended[JobID(1)] == 107 + 5 || bench.ended[JobID(1)] == 107)
        // Not a batch was run twice.
        #expect(abs(bench.service.values.reduce(0, +) - 212) < 1e-9)
        #expect(bench.ended[JobID(2)] == 100)
    }

    @Test func higherClassesPreemptOnlyWhereTheRulesSaySo() {
        for (preemption, start) in [(SchedulingRules.Preemption.higherClasses, 20.0), (.system, 100)] {
            var bench = SchedulerBench(machines: 1, rules: SchedulingRules(preemption: preemption, sharing: .exclusive))
            bench.submit(1, seconds: 100, priority: .low, parts: 10)
            bench.run(until: 15)
            bench.submit(2, seconds: 10, priority: .high)
            bench.run()
            #expect(bench.startTimes[JobID(2)] == start)
            #expect(bench.ended[JobID(1)] == (start == 20 ? 110 : 100))
        }
    }

    @Test func aReservationIsKeptFree() {
        var bench = SchedulerBench(machines: 1, rules: SchedulingRules(sharing: .exclusive))
        let course = bench.account("course", share: 1), other = bench.account("other", share: 1)
        bench.handle(.reserve(Reservation(device: DeviceIndex(0), account: course, start: 100, end: 200)))
        bench.submit(1, other, seconds: 80, parts: 8)
        bench.submit(2, other, seconds: 80, parts: 8)
        bench.run(until: 100)
        // The second was stopped after the last batch that surely ends before the lesson; its counts so far are kept.
        bench.submit(3, course, seconds: 20)
        bench.run(until: 200)
        #expect(bench.startTimes[JobID(3)] == 100)
        bench.handle(.tick)
        bench.run()
        #expect(bench.ended[JobID(2)] == 270)
        #expect(abs(bench.service[other]! - 160) < 1e-9)
    }

    @Test func aJobIsChargedOnce() {
        var bench = SchedulerBench(machines: 2, rules: SchedulingRules(usageHalfLife: 1e12, sharing: .exclusive))
        let a = bench.account("a", share: 1)
        for k in 1...9 { bench.submit(UInt64(k), a, seconds: 10, parts: 3) }
        bench.run()
        bench.handle(.tick)
        let shares = bench.kernel.policy.shares
        #expect(abs(shares.usage(of: FleetScheduler.line(of: a), at: bench.now) - 90) < 1e-6)
        #expect(abs(shares.usage(of: 0, at: bench.now) - 90) < 1e-6)
    }

    @Test func positionsCountThoseThatStartBefore() {
        var bench = SchedulerBench(machines: 1)
        let a = bench.account("a", share: 1), b = bench.account("b", share: 1)
        bench.submit(1, a, seconds: 10)
        for k in 2...4 { bench.submit(UInt64(k), a, seconds: 10) }
        bench.submit(5, b, seconds: 10)
        bench.submit(6, a, seconds: 10, priority: .high)
        let place = { (k: UInt64) in
            bench.kernel.policy.position(of: bench.kernel.book.jobs.slot(of: JobID(k))!, in: bench.kernel.book)
        }
        // High first; then b, who has used nothing; then a's in the order of submission.
        #expect(place(6) == 0 && place(5) == 1 && place(2) == 2 && place(3) == 3 && place(4) == 4)
    }
}

@Suite struct DefragmentationTests {
    /// Twelve sites in a line, best in the middle. A program of two runs there; one of six then finds eight free sites
    /// with a guard between, but no six of them in one piece.
    @Test func aProgramIsMovedBetweenBatchesToMakeRoom() throws {
        let file = try lineMachine((0..<12).map { 0.01 + 0.002 * abs(Double($0) - 6) })
        for moves in [true, false] {
            var sharing = SharingPolicy(maximumPrograms: 4, guardDistance: 1, maximumLoss: 0.5)
            sharing.defragments = moves
            var kernel = KernelState(policy: FleetScheduler(rules: SchedulingRules(sharing: sharing)))
            var output = KernelOutput()
            kernel.handle(.addDevice(name: "line", siteCount: 12), at: 0, into: &output)
            let library = RegionLibrary(DeviceMap(file.description, calibration: file.calibration))
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(0)) }
            for (id, width) in [(JobID(1), 2), (JobID(2), 6)] {
                kernel.handle(.submit(id, JobCard(wantsMachineAlone: false, width: width)), at: 0, into: &output)
                kernel.handle(
                    .validated(id, JobDemand(width: width, shots: 100, seconds: 100)), at: 0, into: &output)
                if id == JobID(1) {
                    let sites = kernel.book.devices[0].occupied.sites.map(\.index)
                    #expect(sites.count == 2 && sites.contains(6))
                    kernel.handle(.compiled(id, 1, parts: 10, partSeconds: 10), at: 0, into: &output)
                }
            }
            #expect(kernel.state(of: JobID(2)) == .queued)
            // A third, small job comes and goes, so that the machine is looked at; then the batch ends.
            kernel.handle(.submit(JobID(3), JobCard(wantsMachineAlone: false, width: 1)), at: 1, into: &output)
            kernel.handle(.validated(JobID(3), JobDemand(width: 1, shots: 1, seconds: 1)), at: 1, into: &output)
            kernel.handle(.cancel(JobID(3)), at: 2, into: &output)
            if let run = kernel.book.run(of: JobID(3)) {
                kernel.handle(.stopped(JobID(3), run.fence, seconds: 0), at: 2, into: &output)
            }
            let fence = try #require(kernel.book.run(of: JobID(1))).fence
            kernel.handle(.partFinished(JobID(1), fence, seconds: 10), at: 10, into: &output)
            #expect(kernel.book.brokenInvariant(at: 10) == nil)
            #expect(kernel.state(of: JobID(2)) == (moves ? .compiling : .queued))
            if moves {
                // Both are on the machine now, the first with its counts so far.
                let first = try #require(kernel.book.jobs.slot(of: JobID(1)))
                #expect(kernel.book.jobs[first].state == .compiling && kernel.book.jobs[first].finishedParts == 1)
                #expect(kernel.book.devices[0].occupied.count == 8)
            }
        }
    }
}
