import Hardware
import Testing

@Suite struct DeviceHealthTests {
    @Test func silenceIsOfflineAndAHeartbeatEndsIt() {
        var health = DeviceHealth(rules: .init(silence: Seconds(60)))
        #expect(health.status(at: 0) == .online, "a machine that sends no heartbeats is not missed")
        health.handle(.heartbeat(.online), at: 100)
        #expect(health.status(at: 160) == .online)
        #expect(health.status(at: 161) == .offline(reason: "nothing was heard of it for 61 s"))
        #expect(!health.takesJobs(at: 161))
        #expect(health.nextChange(after: 120) == 160)
        health.handle(.heartbeat(.busy), at: 170)
        #expect(health.status(at: 171) == .busy)
        // A late message from the past changes nothing.
        health.handle(.heartbeat(.busy), at: 120)
        #expect(health.status(at: 229) == .busy)
    }

    @Test func countsItsQueue() {
        var health = DeviceHealth()
        for _ in 0..<3 { health.handle(.queued, at: 0) }
        health.handle(.withdrawn, at: 1)
        health.handle(.started, at: 2)
        #expect(health.queueLength == 1)
        #expect(health.running == 1)
        #expect(health.status(at: 3) == .busy)
        health.handle(.finished, at: 4)
        #expect(health.status(at: 5) == .online)
    }

    @Test func drainsWithoutStoppingWhatRuns() {
        var health = DeviceHealth()
        health.handle(.queued, at: 0)
        health.handle(.started, at: 0)
        health.handle(.drain(reason: "new wiring"), at: 1)
        #expect(!health.takesJobs(at: 1))
        #expect(health.status(at: 1) == .busy)
        #expect(!health.isDrained)
        health.handle(.finished, at: 2)
        #expect(health.isDrained)
        #expect(health.status(at: 2) == .maintenance(reason: "new wiring"))
        health.handle(.resume, at: 3)
        #expect(health.status(at: 3) == .online)
        #expect(health.takesJobs(at: 3))
    }

    @Test func failuresInARowAreAnErrorThatIsTriedAgain() {
        var health = DeviceHealth(rules: .init(failures: 3, retryAfter: Seconds(30)))
        func run(_ fails: Bool, at time: Double) {
            health.handle(.started, at: time)
            health.handle(fails ? .failed(reason: "no response") : .finished, at: time)
        }
        run(true, at: 0)
        run(true, at: 1)
        run(false, at: 2)
        run(true, at: 3)
        run(true, at: 4)
        #expect(health.status(at: 4) == .online, "a good run in between ends the row")
        run(true, at: 5)
        #expect(health.status(at: 6) == .error(reason: "3 runs in a row failed, the last with: no response"))
        #expect(!health.takesJobs(at: 34))
        #expect(health.nextChange(after: 6) == 35)
        #expect(health.takesJobs(at: 35))
        // One at a time.
        health.handle(.started, at: 36)
        #expect(!health.takesJobs(at: 36))
        health.handle(.failed(reason: "no response"), at: 37)
        #expect(!health.takesJobs(at: 66))
        health.handle(.repaired, at: 50)
        #expect(health.status(at: 50) == .online)
    }

    @Test func theGravestReasonIsTold() {
        var health = DeviceHealth(rules: .init(silence: Seconds(10), failures: 1))
        health.handle(.heartbeat(.calibrating), at: 0)
        #expect(health.status(at: 1) == .calibrating)
        health.handle(.drain(reason: "visit"), at: 1)
        #expect(health.status(at: 1) == .maintenance(reason: "visit"))
        health.handle(.started, at: 2)
        health.handle(.failed(reason: "trip"), at: 2)
        #expect(health.status(at: 2).name == "error")
        #expect(health.status(at: 20).name == "offline")
    }
}
