import Circuits
import Drivers
import Hardware
import Testing

@testable import Kernel

@Suite struct JobAppraisalTests {
    private var kernel = KernelState(policy: FleetScheduler(rules: SchedulingRules(sharing: .exclusive)))
    private var output = KernelOutput()

    init() throws {
        for (d, name) in ["heron-133", "heron-156"].enumerated() {
            let device = try DeviceCatalog().device(name)
            kernel.handle(.addDevice(name: name, siteCount: device.description.siteCount), at: 0, into: &output)
            let library = RegionLibrary(DeviceMap(device.description, calibration: try device.calibration()))
            kernel.withPolicy { $0.setLibrary(library, of: DeviceIndex(d), pricePerSecond: d == 0 ? 1.6 : 2) }
        }
    }

    private func ghz(_ n: Int) -> ProgramProfile {
        var circuit = Circuit(qubitCount: n)
        circuit.append(.h, [0])
        for q in 1..<n { circuit.append(.cx, [q - 1, q]) }
        circuit.measureAll()
        return ProgramProfile(circuit)
    }

    private func appraise(_ card: JobCard, _ profile: ProgramProfile) -> JobAppraisal {
        kernel.policy.appraise(card, profile, in: kernel.book, at: 0)
    }

    @Test func offersHaveFigures() throws {
        let appraisal = appraise(JobCard(width: 5, shots: 4_000), ghz(5))
        #expect(appraisal.offers.count == 2 && appraisal.refusal == nil && appraisal.position == 0)
        for offer in appraisal.offers {
            #expect(offer.success > 0.8 && offer.success < 1 && offer.wait == 0)
            // 4,000 shots at 250 µs and a few µs of program.
            #expect(offer.seconds > 1 && offer.seconds < 1.1)
            #expect(abs(offer.price - offer.seconds * (offer.device.place == 0 ? 1.6 : 2)) < 1e-9)
        }
        #expect(appraisal.offers[0].success >= appraisal.offers[1].success)
    }

    @Test func whatDoesNotFitIsRefusedWithTheFigure() throws {
        let wide = try #require(appraise(JobCard(width: 160, shots: 1), ghz(160)).refusal)
        #expect(wide.code == "appraisal.refused" && wide.message.contains("160") && wide.cure != nil)
        var deep = ghz(5)
        deep.twoQubitDepth = 1_000_000
        #expect(try #require(appraise(JobCard(width: 5, shots: 1), deep).refusal).message.contains("T2"))
        let dear = appraise(JobCard(width: 5, shots: 4_000_000, budget: 60), ghz(5))
        #expect(try #require(dear.refusal).message.contains("budget is 60 s"))
        let late = appraise(JobCard(width: 5, shots: 400_000, deadline: 50), ghz(5))
        #expect(try #require(late.refusal).message.contains("deadline"))
        // The first fits the narrower machine no more, but the other.
        let one = appraise(JobCard(width: 140, shots: 1), ghz(140))
        #expect(one.offers.map(\.device) == [DeviceIndex(1)] && one.refusals.count == 1 && one.refusal == nil)
    }

    /// Two machines that differ in price and quality: each job's own weights decide, whatever the fleet's are.
    @Test mutating func everyJobWeighsSuccessAndPriceItself() throws {
        let best = try #require(appraise(JobCard(width: 12, shots: 40_000), ghz(12)).offers.first)
        let cheap = DeviceIndex(0), other = DeviceIndex(1 - best.device.place)
        kernel.handle(.submit(JobID(1), JobCard(device: best.device, seconds: 50)), at: 0, into: &output)
        kernel.handle(.validated(JobID(1), JobDemand(width: 1, shots: 1, seconds: 50)), at: 0, into: &output)
        let profile = ghz(12)
        func place(_ kernel: inout KernelState<FleetScheduler>, _ id: UInt64, _ weights: PlacementWeights) -> Int? {
            var card = JobCard(width: 12, shots: 40_000, tag: kernel.withPolicy { $0.addProgram(profile) })
            card.weights = weights
            var output = KernelOutput()
            kernel.handle(.submit(JobID(id), card), at: 0, into: &output)
            kernel.handle(.validated(JobID(id), JobDemand(width: 12, shots: 40_000, seconds: 0)), at: 0, into: &output)
            return kernel.book.run(of: JobID(id))?.device.place
        }
        // The best machine is busy for 50 s: who is in a hurry takes the other, who wants the best waits for it.
        var hurried = kernel, patient = kernel
        #expect(place(&hurried, 2, PlacementWeights(secondsPerNat: 0)) == other.place)
        #expect(place(&patient, 2, PlacementWeights(secondsPerNat: .infinity)) == nil)
        // With both free, who counts the money takes the cheaper one though it be worse.
        var card = JobCard(width: 12, shots: 40_000)
        card.weights = PlacementWeights(secondsPerNat: 1, secondsPerPrice: 1_000)
        #expect(appraise(card, ghz(12)).offers.first?.device == cheap)
        card.weights = PlacementWeights(secondsPerNat: .infinity, secondsPerPrice: 0)
        #expect(appraise(card, ghz(12)).offers.first?.device == best.device)
    }

    @Test func weightsTravelWithTheRequestAndInTheJournal() throws {
        var card = JobCard(width: 3)
        card.weights = PlacementWeights(secondsPerNat: 120, secondsPerPrice: 7)
        let fact = Transition.submitted(JobID(4), card)
        #expect(FactRecord(fact).fact == fact)
        var document = SubmissionDocument(
            name: "x", device: "ideal",
            blocks: [.init(file: "x.qasm", text: "OPENQASM 3; qubit q; bit b; b = measure q;")], shots: 1, seed: 1)
        document.secondsPerNat = 120
        document.secondsPerPrice = 7
        #expect(try SubmissionDocument(bytes: document.bytes).request().weights == card.weights)
    }

    @Test mutating func waitsCountWhatStandsBefore() throws {
        for k in 1...6 {
            kernel.handle(.submit(JobID(UInt64(k)), JobCard(seconds: 100)), at: 0, into: &output)
            kernel.handle(
                .validated(JobID(UInt64(k)), JobDemand(width: 1, shots: 1, seconds: 100)), at: 0, into: &output)
        }
        // Two run, four wait: two after each of them.
        let normal = appraise(JobCard(width: 5, shots: 4_000), ghz(5))
        #expect(normal.position == 4 && normal.offers.allSatisfy { abs($0.wait - 300) < 1 })
        let high = appraise(JobCard(priority: .high, width: 5, shots: 4_000), ghz(5))
        #expect(high.position == 0 && high.offers.allSatisfy { abs($0.wait - 100) < 1 })
    }

    private static func hand(
        _ id: UInt64, _ card: JobCard, in kernel: inout KernelState<FleetScheduler>, at now: Double
    ) -> Bool {
        var output = KernelOutput()
        kernel.handle(.submit(JobID(id), card), at: now, into: &output)
        let demand = JobDemand(
            width: Int(card.width), shots: Int(card.shots), seconds: Double(card.seconds))
        kernel.handle(.validated(JobID(id), demand), at: now, into: &output)
        return kernel.book.run(of: JobID(id)) != nil
    }

    /// What a dry run says of a machine that is reserved is when the kernel starts the job, not a moment earlier.
    @Test mutating func aReservationIsWaitedOutAsTheKernelDoes() throws {
        let machine = DeviceIndex(0)
        kernel.handle(.addAccount(path: "physics", parent: .root, share: 1), at: 0, into: &output)
        kernel.handle(.addAccount(path: "physics/bob", parent: AccountIndex(1), share: 1), at: 0, into: &output)
        kernel.handle(
            .reserve(Reservation(device: machine, account: AccountIndex(1), start: 0, end: 3_600)), at: 0,
            into: &output)
        let card = JobCard(device: machine, width: 5, shots: 4_000)
        let offer = try #require(appraise(card, ghz(5)).offers.first)
        #expect(offer.wait == 3_600 && offer.hindrance?.cause == .reservation && offer.hindrance?.end == 3_600)
        #expect(offer.hindrance?.reason == "heron-133 is reserved for others until 1970-01-01T01:00:00Z")
        var other = kernel
        #expect(!Self.hand(1, card, in: &other, at: 0))
        for now in [1, 3_599.0] {
            other.handle(.tick, at: now, into: &output)
            #expect(other.book.run(of: JobID(1)) == nil)
        }
        other.handle(.tick, at: offer.wait, into: &output)
        #expect(other.book.run(of: JobID(1)) != nil)
        // Whoever reserved it, and those under them, have it at once.
        var own = card
        own.account = AccountIndex(2)
        let inside = try #require(appraise(own, ghz(5)).offers.first)
        #expect(inside.wait == 0 && inside.hindrance == nil)
        #expect(Self.hand(1, own, in: &kernel, at: 0))
        // Of two machines the free one is better; of a deadline the reservation makes nothing possible.
        #expect(appraise(JobCard(width: 5, shots: 4_000), ghz(5)).offers.map(\.device.place) == [1, 0])
        var urgent = card
        urgent.deadline = 600
        let late = try #require(appraise(urgent, ghz(5)).refusal)
        #expect(late.code == "appraisal.refused" && late.message.contains("reserved for others until"))
        #expect(late.message.contains("3001.") && late.message.contains("after its deadline"), "\(late.message)")
        urgent.deadline = 3_602
        #expect(appraise(urgent, ghz(5)).refusal == nil)
    }

    /// Batches fill the time before a reservation and between two, and none runs into one.
    @Test mutating func batchesAreFittedBetweenReservations() throws {
        let machine = DeviceIndex(0)
        kernel.handle(.addAccount(path: "physics", parent: .root, share: 1), at: 0, into: &output)
        // At most 10 s a batch: one fits before the first, two between.
        for (start, end) in [(15.0, 100.0), (125, 200)] {
            kernel.handle(
                .reserve(Reservation(device: machine, account: AccountIndex(1), start: start, end: end)), at: 0,
                into: &output)
        }
        var card = JobCard(device: machine, seconds: 45)
        let offer = try #require(appraise(card, ghz(2)).offers.first)
        #expect(offer.wait == 0 && offer.hindrance == nil)
        // 10 s before, 20 between, 15 after.
        for (deadline, isTaken) in [(214.9, false), (215, true)] {
            card.deadline = deadline
            #expect((appraise(card, ghz(2)).refusal == nil) == isTaken, "by \(deadline)")
        }
        // One whose only batch is longer than the time that is left begins after it.
        kernel.handle(
            .reserve(Reservation(device: DeviceIndex(1), account: AccountIndex(1), start: 4, end: 50)), at: 0,
            into: &output)
        let long = try #require(appraise(JobCard(device: DeviceIndex(1), seconds: 5), ghz(2)).offers.first)
        #expect(long.wait == 50)
        #expect(long.hindrance?.reason.contains("from 1970-01-01T00:00:04Z to 1970-01-01T00:00:50Z") == true)
    }

    /// A calendar counts with every one of its times; where it leaves no gap for a batch, the job is refused.
    @Test mutating func calendarsAreWaitedOutTimeByTime() throws {
        let machine = DeviceIndex(0), other = DeviceIndex(1)
        kernel.handle(.addAccount(path: "physics", parent: .root, share: 1), at: 0, into: &output)
        for (device, start, end, period) in [(machine, 20.0, 100.0, 120.0), (other, 4, 60, 60)] {
            let calendar = Reservation(
                device: device, account: AccountIndex(1), start: start, end: end, period: period)
            kernel.handle(.reserve(calendar), at: 0, into: &output)
        }
        // 20 s before the first time, 40 between that and the second, 15 after it.
        var card = JobCard(device: machine, seconds: 75)
        for (deadline, isTaken) in [(234.9, false), (235, true)] {
            card.deadline = deadline
            #expect((appraise(card, ghz(2)).refusal == nil) == isTaken, "by \(deadline)")
        }
        let never = appraise(JobCard(device: other, seconds: 20), ghz(2))
        #expect(never.refusal?.message.contains("so often that no part of the job fits") == true)
    }

    @Test mutating func aSessionOfSomebodyElseIsWaitedOut() throws {
        let machine = DeviceIndex(0), session = SessionIndex(0)
        kernel.handle(
            .openSession(
                SessionCard(kind: .dedicated, device: machine, interactiveSeconds: 60, maximalSeconds: 1_000)), at: 0,
            into: &output)
        let card = JobCard(device: machine, width: 5, shots: 4_000)
        // Nobody has the machine before the first job of the session.
        #expect(try #require(appraise(card, ghz(5)).offers.first).wait == 0)
        #expect(Self.hand(1, JobCard(session: session, device: machine, seconds: 2), in: &kernel, at: 0))
        let busy = try #require(appraise(card, ghz(5)).offers.first)
        #expect(busy.wait == 1_000 && busy.hindrance?.cause == .session && busy.hindrance?.end == 1_000)
        #expect(busy.hindrance?.reason.contains("the dedicated session ses-1 until") == true)
        #expect(busy.hindrance?.reason.contains("at the latest") == true)
        var own = card
        own.session = session
        #expect(try #require(appraise(own, ghz(5)).offers.first).wait <= 2)
        // A waiting job says the same of itself.
        var waiting = kernel
        #expect(!Self.hand(2, card, in: &waiting, at: 0))
        let slot = try #require(waiting.book.jobs.slot(of: JobID(2)))
        #expect(waiting.book.hindrance(of: slot, at: 0) == busy.hindrance)
        // Idle, it ends sooner: then the kernel starts the job.
        waiting.handle(.cancel(JobID(1)), at: 10, into: &output)
        kernel.handle(.cancel(JobID(1)), at: 10, into: &output)
        let idle = try #require(
            kernel.policy.appraise(card, ghz(5), in: kernel.book, at: 10).offers.first)
        #expect(idle.wait == 60 && idle.hindrance?.reason.contains("if nothing more is sent into it") == true)
        waiting.handle(.tick, at: 69, into: &output)
        #expect(waiting.book.run(of: JobID(2)) == nil)
        waiting.handle(.tick, at: 70, into: &output)
        #expect(waiting.book.run(of: JobID(2)) != nil)
        var urgent = card
        urgent.deadline = 30
        let late = try #require(kernel.policy.appraise(urgent, ghz(5), in: kernel.book, at: 10).refusal)
        #expect(late.message.contains("ses-1"))
    }

    /// What is said of budgets is what becomes of the job: refused where it would stand aside, warned of where it would be
    /// paused on its way, silent where it is paid for.
    @Test mutating func budgetsAreToldWithTheFigures() throws {
        kernel.handle(.addAccount(path: "physics", parent: .root, share: 1), at: 0, into: &output)
        kernel.handle(.addAccount(path: "physics/bob", parent: AccountIndex(1), share: 1), at: 0, into: &output)
        kernel.handle(.setBudget(AccountIndex(1), seconds: 3), at: 0, into: &output)
        kernel.handle(
            .openSession(SessionCard(kind: .shared, device: DeviceIndex(0), budget: 0.5)), at: 0, into: &output)
        let bob = JobCard(account: AccountIndex(2), device: DeviceIndex(0), width: 5, shots: 4_000)
        #expect(appraise(bob, ghz(5)).shortage == nil)
        var session = bob
        session.session = SessionIndex(0)
        let short = appraise(session, ghz(5))
        #expect(short.unpaid == nil && short.refusal == nil)
        let warning = try #require(short.shortage).message
        #expect(warning.contains("ses-1 has 0.5 of 0.5 s left") && warning.contains("paused on its way"), "\(warning)")
        // Half a second of three is left to physics: not enough, then none.
        #expect(Self.hand(1, JobCard(account: AccountIndex(1), seconds: 3), in: &kernel, at: 0))
        let run = try #require(kernel.book.run(of: JobID(1)))
        kernel.handle(.compiled(JobID(1), run.fence, parts: 2, partSeconds: 2.5), at: 0, into: &output)
        var fence = try #require(kernel.book.run(of: JobID(1))).fence
        kernel.handle(.partFinished(JobID(1), fence, seconds: 2.5), at: 2, into: &output)
        fence = try #require(kernel.book.run(of: JobID(1))).fence
        #expect(appraise(bob, ghz(5)).unpaid == nil)
        kernel.handle(.partFinished(JobID(1), fence, seconds: 1), at: 3, into: &output)
        let spent = appraise(bob, ghz(5)), error = try #require(spent.unpaid)
        #expect(error.code == "budget.spent" && error.message.contains("the budget of physics is used up: 3.5 of 3 s"))
        #expect(error.message.contains("the job takes 1.0") && error.cure?.contains("kelvin budget physics") == true)
        #expect(spent.hindrance?.cause == .budget)
        #expect(!Self.hand(2, bob, in: &kernel, at: 4) && kernel.state(of: JobID(2)) == .paused)
        // Nobody else lacks anything.
        var other = bob
        other.account = .root
        #expect(appraise(other, ghz(5)).unpaid == nil)
    }

    /// Nothing is chosen for a program that names its sites itself, and yet it waits for whoever keeps its machine.
    @Test mutating func aProgramThatNamesItsSitesIsToldItsWait() throws {
        kernel.handle(.addAccount(path: "physics", parent: .root, share: 1), at: 0, into: &output)
        kernel.handle(
            .reserve(Reservation(device: DeviceIndex(0), account: AccountIndex(1), start: 0, end: 900)), at: 0,
            into: &output)
        var card = JobCard(device: DeviceIndex(0), width: 2, shots: 100)
        let appraisal = kernel.policy.appraisePlaced(card, seconds: 1, in: kernel.book, at: 0)
        #expect(appraisal.refusal == nil && appraisal.offers.isEmpty)
        #expect(appraisal.placed?.wait == 900 && appraisal.hindrance?.cause == .reservation)
        card.deadline = 900.5
        let late = kernel.policy.appraisePlaced(card, seconds: 1, in: kernel.book, at: 0)
        #expect(try #require(late.refusal).message.contains("reserved for others"))
    }
}
