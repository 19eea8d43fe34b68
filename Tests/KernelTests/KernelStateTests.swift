import Testing

@testable import Kernel

@Suite struct KernelStateTests {
    private let machine = DeviceIndex(0)
    private let all = SiteSet(all: 5)

    /// A kernel with machines of five sites.
    private func kernel(_ machines: Int = 1) -> KernelState<FirstComePolicy> {
        var state = KernelState(policy: FirstComePolicy())
        for k in 0..<machines { _ = state.take(.addDevice(name: "machine-\(k)", siteCount: 5)) }
        return state
    }

    @Test func oneJobWalksThroughItsLife() {
        var state = kernel()
        let job = JobID(1)
        #expect(state.take(.submit(job, JobCard(device: machine))).effects == [.validate(job)])
        let placed = state.take(.validated(job, JobDemand(width: 2, shots: 10, seconds: 1)))
        #expect(placed.effects == [.compile(job, machine, all, 1)])
        #expect(placed.facts.compactMap(\.state) == [.validated, .queued, .compiling])
        #expect(state.take(.compiled(job, 1, parts: 2, partSeconds: 1)).effects == [.run(job, part: 0, 2)])
        #expect(state.take(.partFinished(job, 2, seconds: 1)).effects == [.run(job, part: 1, 3)])
        #expect(state.book.devices[0].runs == 1)
        #expect(state.take(.partFinished(job, 3, seconds: 1)).effects == [.mitigate(job, 4)])
        #expect(state.book.devices[0].runs == 0)
        #expect(state.take(.mitigated(job, 4)).effects == [.deliver(job, .completed)])
        #expect(state.book.accounts[0].used == 2)
    }

    @Test func classesThenArrivalDecideTheOrder() {
        var state = kernel()
        let order: [(UInt64, Priority)] = [(1, .normal), (2, .low), (3, .normal), (4, .high), (5, .normal)]
        for (number, priority) in order {
            state.take(.submit(JobID(number), JobCard(device: machine, priority: priority)))
            state.take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)))
        }
        #expect(state.position(of: JobID(4)) == 1)
        #expect(state.position(of: JobID(2)) == 4)
        var ran: [UInt64] = []
        while let run = state.book.liveRuns.first(where: { !$0.sites.isEmpty }) {
            ran.append(run.job.rawValue)
            state.take(.compiled(run.job, run.fence, parts: 1, partSeconds: 1))
            state.take(.partFinished(run.job, run.fence + 1, seconds: 1))
        }
        #expect(ran == [1, 4, 3, 5, 2])
    }

    /// A cancelled job's machine is free only when its worker has stopped; what the worker says late changes nothing.
    @Test func aCancelledJobKeepsItsSitesUntilItHasStopped() {
        var state = kernel()
        let job = JobID(1), next = JobID(2)
        for id in [job, next] {
            state.take(.submit(id, JobCard(device: machine)))
            state.take(.validated(id, JobDemand(width: 1, shots: 1, seconds: 1)))
        }
        state.take(.compiled(job, 1, parts: 1, partSeconds: 1))
        #expect(state.take(.cancel(job)).effects == [.stop(job, 2), .deliver(job, .cancelled)])
        #expect(state.state(of: next) == .queued)
        #expect(state.take(.cancel(job)).facts.isEmpty)
        #expect(state.take(.stopped(job, 2, seconds: 0.25)).effects == [.compile(next, machine, all, 1)])
        #expect(state.take(.stopped(job, 2, seconds: 0.25)).facts.isEmpty)
        #expect(state.book.accounts[0].used == 0.25)
    }

    @Test func aLostWorkersPartIsQueuedOnceAndItsNewsIsVoid() {
        var state = kernel()
        let job = JobID(1)
        state.take(.submit(job, JobCard(device: machine)))
        state.take(.validated(job, JobDemand(width: 1, shots: 1, seconds: 1)))
        #expect(state.take(.claim(job, 77)).effects == [.compile(job, machine, all, 2)])
        #expect(state.take(.claim(job, 78)).facts.isEmpty)
        state.take(.compiled(job, 2, parts: 3, partSeconds: 1))
        state.take(.partFinished(job, 3, seconds: 1))
        // Renewed in time, the lease holds.
        state.take(.renew(job, 4), at: 10)
        #expect(state.take(.tick, at: 20).facts.isEmpty)
        let lost = state.take(.tick, at: 26)
        #expect(lost.facts.compactMap(\.state) == [.queued, .compiling])
        #expect(state.take(.tick, at: 26).facts.isEmpty)
        // The dead worker comes back.
        #expect(state.take(.partFinished(job, 4, seconds: 1), at: 27).facts.isEmpty)
        state.take(.claim(job, 78), at: 27)
        // The second worker goes on after the first part.
        #expect(state.take(.compiled(job, 6, parts: 3, partSeconds: 1), at: 28).effects == [.run(job, part: 1, 7)])
        #expect(state.book.accounts[0].used == 1)
    }

    /// What was claimed by a clock two hours ahead is looked at again within a lease, and given up within two.
    @Test func noLeaseLiesFurtherAheadThanALease() {
        var state = kernel()
        let job = JobID(1), ahead = 7_200.0, lease = state.book.rules.leaseSeconds
        state.take(.submit(job, JobCard(device: machine)), at: ahead)
        state.take(.validated(job, JobDemand(width: 1, shots: 1, seconds: 1)), at: ahead)
        state.take(.claim(job, 77), at: ahead)
        let look = state.nextTick(after: 0)
        #expect(look <= lease)
        #expect(state.take(.tick, at: look).facts.isEmpty)
        let end = state.nextTick(after: look)
        #expect(end <= 2 * lease)
        #expect(!state.take(.tick, at: end).facts.isEmpty)
    }

    /// A renewal that a wrong clock wrote holds for a lease from when it is read, and for no more until it is written again.
    @Test func renewalsOfAWrongClockHoldForALease() throws {
        var state = kernel()
        let job = JobID(1), lease = state.book.rules.leaseSeconds
        state.take(.submit(job, JobCard(device: machine)))
        state.take(.validated(job, JobDemand(width: 1, shots: 1, seconds: 1)))
        state.take(.claim(job, 77))
        var book = state.book
        let fence = try #require(book.run(of: job)).fence
        func end(_ renewed: Double, readAt now: Double) -> Double? {
            book.renew(LeaseRenewal(job: job, fence: fence, end: renewed), at: now)
            return book.run(of: job)?.leaseEnd
        }
        #expect(end(2 * lease, readAt: lease) == 2 * lease)
        let ahead = 7_200 + 100 * lease
        #expect(end(ahead, readAt: 3 * lease) == 4 * lease)
        #expect(end(ahead, readAt: 5 * lease) == 4 * lease)
        #expect(end(ahead + 1, readAt: 6 * lease) == 7 * lease)
    }

    @Test func failuresThatMayPassAreWaitedOut() {
        var state = kernel()
        let job = JobID(1)
        state.take(.submit(job, JobCard(device: machine)))
        state.take(.validated(job, JobDemand(width: 1, shots: 1, seconds: 1)))
        var now = 0.0
        var waits: [Double] = []
        while let run = state.book.run(of: job) {
            state.take(.attemptFailed(job, run.fence, .transient), at: now)
            let next = state.nextTick(after: now)
            guard next < .infinity else { break }
            #expect(state.take(.tick, at: next - 0.01).facts.isEmpty)
            waits.append(next - now)
            now = next
            state.take(.tick, at: now)
        }
        #expect(waits.count == 4 && state.state(of: job) == nil)
        for (k, wait) in waits.enumerated() {
            let nominal = Double(1 << k)
            #expect(wait >= 0.75 * nominal && wait <= 1.25 * nominal)
        }
        // What is wrong with the program is not tried again.
        state.take(.submit(JobID(2), JobCard(device: machine)), at: now)
        state.take(.validated(JobID(2), JobDemand(width: 1, shots: 1, seconds: 1)), at: now)
        #expect(
            state.take(.attemptFailed(JobID(2), 1, .permanent), at: now).effects == [.deliver(JobID(2), .failed)])
    }

    @Test(arguments: RecalibrationPolicy.allCases)
    func recalibrationActsBetweenParts(policy: RecalibrationPolicy) {
        var state = kernel()
        let job = JobID(1)
        state.take(.calibrated(machine, "monday"))
        state.take(.submit(job, JobCard(device: machine, onRecalibration: policy)))
        state.take(.validated(job, JobDemand(width: 1, shots: 1, seconds: 1)))
        state.take(.compiled(job, 1, parts: 3, partSeconds: 1))
        state.take(.calibrated(machine, "tuesday"))
        let effects = state.take(.partFinished(job, 2, seconds: 1)).effects
        switch policy {
        case .flag: #expect(effects == [.run(job, part: 1, 3)])
        case .split: #expect(effects == [.compile(job, machine, all, 3)])
        case .rerun: #expect(effects == [.discardParts(job), .compile(job, machine, all, 3)])
        }
        guard policy != .flag else { return }
        let first = policy == .split ? 1 : 0
        #expect(
            state.take(.compiled(job, 3, parts: 3, partSeconds: 1)).effects == [.run(job, part: first, 4)])
    }

    /// Ten jobs of one account run side by side; none may start once what is used and promised reaches the budget.
    @Test func budgetsAreExceededByOneBatchAtMost() {
        var state = kernel(10)
        let budget = 7.5
        state.take(.addAccount(path: "physics", parent: .root, share: 1))
        let project = AccountIndex(1)
        state.take(.addAccount(path: "physics/alice", parent: project, share: 1))
        state.take(.setBudget(project, seconds: budget))
        for number in 1...10 as ClosedRange<UInt64> {
            state.take(.submit(JobID(number), JobCard(account: AccountIndex(2))))
            state.take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)))
        }
        for run in state.book.liveRuns { state.take(.compiled(run.job, run.fence, parts: 4, partSeconds: 1)) }
        var isDone = false
        while !isDone {
            isDone = true
            for run in state.book.liveRuns where run.hasPart {
                state.take(.partFinished(run.job, run.fence, seconds: 1))
                isDone = false
            }
        }
        #expect(state.book.accounts[1].used > budget - 1 && state.book.accounts[1].used <= budget + 1)
        let paused = state.book.jobs.slots.filter { state.book.jobs[$0].state == .paused }
        #expect(!paused.isEmpty)
        state.take(.setBudget(project, seconds: 1000))
        #expect(state.book.jobs.slots.allSatisfy { state.book.jobs[$0].state != .paused })
    }

    /// A budget that is used up by one job sends everybody who waits for the same money aside, and nobody else; whoever
    /// comes later does not wait either.
    @Test func whoNobodyPaysForStandsAsideUntilABudgetIsRaised() throws {
        var state = kernel()
        state.take(.addAccount(path: "physics", parent: .root, share: 1))
        let physics = AccountIndex(1), bob = AccountIndex(2), chemistry = AccountIndex(3)
        state.take(.addAccount(path: "physics/bob", parent: physics, share: 1))
        state.take(.addAccount(path: "chemistry", parent: .root, share: 1))
        state.take(.setBudget(physics, seconds: 1))
        func submit(_ number: UInt64, _ card: JobCard) {
            state.take(.submit(JobID(number), card))
            state.take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)))
        }
        for (number, account) in [(1, physics), (2, bob), (3, chemistry)] as [(UInt64, AccountIndex)] {
            submit(number, JobCard(account: account, device: machine))
        }
        #expect(state.state(of: JobID(2)) == .queued && state.state(of: JobID(3)) == .queued)
        let run = try #require(state.book.run(of: JobID(1)))
        state.take(.compiled(JobID(1), run.fence, parts: 1, partSeconds: 1))
        let fence = try #require(state.book.run(of: JobID(1))).fence
        state.take(.partFinished(JobID(1), fence, seconds: 1))
        #expect(state.state(of: JobID(2)) == .paused && state.state(of: JobID(3)) == .compiling)
        submit(4, JobCard(account: bob, device: machine))
        #expect(state.state(of: JobID(4)) == .paused)
        let slot = try #require(state.book.jobs.slot(of: JobID(4)))
        let reason = try #require(state.book.standstill(of: slot))
        #expect(reason.cause == .budget && reason.reason == "the budget of physics is used up: 1 of 1 s")
        #expect(reason.cure?.contains("kelvin budget physics") == true)
        // Asking does not help, paying does.
        #expect(state.take(.resume(JobID(4))).facts.isEmpty)
        state.take(.setBudget(physics, seconds: 5))
        #expect(state.state(of: JobID(2)) == .queued && state.state(of: JobID(4)) == .queued)
        // A budget that is cut below what was used sends them aside again.
        state.take(.setBudget(physics, seconds: 0.5))
        #expect(state.state(of: JobID(2)) == .paused && state.state(of: JobID(4)) == .paused)
        #expect(state.state(of: JobID(3)) == .compiling)
    }

    @Test func aSessionThatUsedUpItsBudgetLetsNobodyWait() throws {
        var state = kernel()
        state.take(.openSession(SessionCard(kind: .shared, device: machine, budget: 1.5)))
        for number in 1...3 as ClosedRange<UInt64> {
            state.take(.submit(JobID(number), JobCard(session: SessionIndex(0), device: machine)))
            state.take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)))
        }
        let first = try #require(state.book.run(of: JobID(1)))
        state.take(.compiled(JobID(1), first.fence, parts: 2, partSeconds: 1))
        for _ in 0..<2 {
            let run = try #require(state.book.run(of: JobID(1)))
            state.take(.partFinished(JobID(1), run.fence, seconds: 1))
        }
        // The second part was the last that the session could begin: nobody pays for the others.
        #expect(state.state(of: JobID(1)) == .mitigating)
        #expect([2, 3].allSatisfy { state.state(of: JobID($0)) == .paused })
        let slot = try #require(state.book.jobs.slot(of: JobID(3)))
        #expect(state.book.standstill(of: slot)?.reason == "the budget of the session ses-1 is used up: 2 of 1.5 s")
        // Who ends the session ends them.
        state.take(.cancel(JobID(2)))
        #expect(state.state(of: JobID(2)) == nil)
    }

    @Test func aDedicatedSessionKeepsItsMachineUntilItIsIdleForTooLong() {
        var state = kernel()
        state.take(.openSession(SessionCard(kind: .dedicated, device: machine, interactiveSeconds: 60)))
        let session = SessionIndex(0)
        func run(_ number: UInt64, _ session: SessionIndex?, at now: Double) {
            state.take(.submit(JobID(number), JobCard(session: session, device: machine)), at: now)
            state.take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)), at: now)
        }
        func finish(_ number: UInt64, at now: Double) {
            state.take(.compiled(JobID(number), 1, parts: 1, partSeconds: 1), at: now)
            state.take(.partFinished(JobID(number), 2, seconds: 1), at: now)
            state.take(.mitigated(JobID(number), 3), at: now)
        }
        run(1, session, at: 0)
        run(2, nil, at: 1)
        finish(1, at: 2)
        #expect(state.state(of: JobID(2)) == .queued)
        run(3, session, at: 50)
        finish(3, at: 51)
        state.take(.tick, at: 100)
        #expect(state.state(of: JobID(2)) == .queued)
        state.take(.tick, at: 111)
        #expect(state.state(of: JobID(2)) == .compiling)
        // Its time is over: it takes no more.
        #expect(
            state.take(.submit(JobID(4), JobCard(session: session)), at: 112).effects == [.deliver(JobID(4), .failed)])
    }
}

extension KernelState {
    @discardableResult
    mutating func take(_ event: KernelEvent, at now: Double = 0) -> KernelOutput {
        var output = KernelOutput()
        handle(event, at: now, into: &output)
        if let broken = book.brokenInvariant(at: now) { Issue.record("\(broken), after \(event)") }
        return output
    }
}
