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
}
