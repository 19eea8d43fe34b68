import Hardware
import Testing

@testable import Kernel

/// The kernel and the health of its machines, driven together as the runtime drives them.
@Suite struct FleetHealthTests {
    private struct House {
        var kernel = KernelState(policy: FirstComePolicy())
        var health = FleetHealth(rules: .init(silence: Seconds(60), failures: 2, retryAfter: Seconds(30)))
        let machine = DeviceIndex(0)

        init() { take(.addDevice(name: "machine", siteCount: 5), at: 0) }

        mutating func take(_ event: KernelEvent, failure: String? = nil, at now: Double) {
            var output = KernelOutput()
            kernel.handle(event, at: now, into: &output)
            for answer in health.observe(output.facts, failure: failure, at: now) { take(answer, at: now) }
        }

        mutating func hear(_ event: DeviceHealth.Event, at now: Double) {
            for answer in health.handle(event, of: machine, at: now) { take(answer, at: now) }
        }

        mutating func submit(_ number: UInt64, at now: Double) {
            take(.submit(JobID(number), JobCard(device: machine)), at: now)
            take(.validated(JobID(number), JobDemand(width: 1, shots: 1, seconds: 1)), at: now)
        }

        mutating func run(_ number: UInt64, at now: Double) {
            guard let run = kernel.book.run(of: JobID(number)) else { return }
            take(.compiled(JobID(number), run.fence, parts: 1, partSeconds: 1), at: now)
            take(.partFinished(JobID(number), run.fence + 1, seconds: 1), at: now)
        }

        var status: DeviceHealth { health[machine]! }
    }

    @Test func queueAndWorkAreCounted() {
        var house = House()
        for number in 1...3 as ClosedRange<UInt64> { house.submit(number, at: 1) }
        #expect(house.status.running == 1 && house.status.queueLength == 2)
        #expect(house.status.status(at: 1) == .busy)
        house.take(.cancel(JobID(2)), at: 2)
        #expect(house.status.queueLength == 1)
        house.run(1, at: 3)
        #expect(house.status.running == 1 && house.status.queueLength == 0)
        house.run(3, at: 4)
        #expect(house.status.running == 0)
        #expect(house.status.status(at: 5) == .online)
    }

    @Test func aDrainedMachineTakesNothingNew() {
        var house = House()
        house.hear(.drain(reason: "new wiring"), at: 1)
        #expect(!house.kernel.book.devices[0].isAvailable)
        house.submit(1, at: 2)
        #expect(house.kernel.state(of: JobID(1)) == .queued)
        house.hear(.resume, at: 3)
        #expect(house.kernel.state(of: JobID(1)) == .compiling)
    }

    @Test func aSilentMachineIsLeftAloneUntilItIsHeardOf() {
        var house = House()
        house.hear(.heartbeat(.online), at: 0)
        let alarm = house.health.nextTick(after: 0)
        #expect(alarm == 60)
        for answer in house.health.tick(at: 61) { house.take(answer, at: 61) }
        house.submit(1, at: 62)
        #expect(house.kernel.state(of: JobID(1)) == .queued)
        house.hear(.heartbeat(.online), at: 63)
        #expect(house.kernel.state(of: JobID(1)) == .compiling)
    }

    @Test func aMachineThatFailsIsTriedAgainLater() {
        var house = House()
        house.submit(1, at: 0)
        for attempt in 0..<2 {
            // The wait after the first failure is about a second.
            let now = Double(attempt) * 10
            if house.kernel.book.run(of: JobID(1)) == nil { house.take(.tick, at: now) }
            guard let run = house.kernel.book.run(of: JobID(1)) else {
                Issue.record("no run to fail")
                return
            }
            house.take(.attemptFailed(JobID(1), run.fence, .transient), failure: "no response", at: now)
        }
        #expect(house.status.status(at: 11).name == "error")
        #expect(house.status.status(at: 11).reason?.contains("no response") == true)
        #expect(!house.kernel.book.devices[0].isAvailable)
        let later = house.health.nextTick(after: 20)
        #expect(later < .infinity)
        for answer in house.health.tick(at: later) { house.take(answer, at: later) }
        // The job tries the machine, and is not displaced by its own doing so.
        #expect(house.kernel.book.devices[0].isAvailable)
        #expect(house.kernel.state(of: JobID(1)) == .compiling)
        house.run(1, at: later + 1)
        #expect(house.status.status(at: later + 2) == .online)
    }
}
