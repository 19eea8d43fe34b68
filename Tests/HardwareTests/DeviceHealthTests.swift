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

@Suite struct DeviceLeaseTests {
    @Test func oneHolderAtATime() throws {
        var leases = DeviceLeases()
        let first = try leases.acquire("anna", for: Seconds(100), at: 0)
        let refusal = #expect(throws: DeviceLeaseError.self) {
            try leases.acquire("ben", for: Seconds(10), at: 50)
        }
        #expect(refusal?.code == .held)
        #expect(refusal?.message.contains("anna") == true)
        #expect(leases.admits(first.token, at: 99))
        #expect(!leases.admits(nil, at: 99))
        #expect(!leases.admits(first.token, at: 100), "a lease ends by itself")
        let second = try leases.acquire("ben", for: Seconds(10), at: 100)
        #expect(second.token > first.token)
        // The process that slept through the end of its lease is fenced out.
        #expect(!leases.admits(first.token, at: 101))
        #expect(throws: DeviceLeaseError.self) { try leases.renew(first.token, for: Seconds(5), at: 101) }
        #expect(throws: DeviceLeaseError.self) { try leases.release(first.token, at: 101) }
        try leases.release(second.token, at: 102)
        #expect(leases.admits(nil, at: 102))
        #expect(!leases.admits(second.token, at: 102))
    }

    @Test func renewingLengthensOnly() throws {
        var leases = DeviceLeases(longest: Seconds(100))
        let lease = try leases.acquire("anna", for: Seconds(80), at: 0)
        let kept = try leases.renew(lease.token, for: Seconds(10), at: 1)
        #expect(kept.end == 80)
        let longer = try leases.renew(lease.token, for: Seconds(100), at: 1)
        #expect(longer.end == 101)
        for length in [0, -1, 101, .infinity, .nan] as [Double] {
            #expect(throws: DeviceLeaseError.self) { try leases.renew(lease.token, for: Seconds(length), at: 1) }
        }
        leases.revoke(at: 50)
        #expect(!leases.admits(lease.token, at: 50))
    }

    /// Random histories with several holders: tokens only rise, and no two holders are admitted at once.
    @Test func neverTwoAtOnce() {
        var state: UInt64 = 88_172_645_463_325_252
        func random(_ bound: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % bound
        }
        var leases = DeviceLeases()
        var tokens: [(holder: String, token: FencingToken)] = []
        var time = 0.0
        for _ in 0..<20_000 {
            time += Double(random(5))
            let holder = "h\(random(4))"
            switch random(4) {
            case 0, 1:
                if let lease = try? leases.acquire(holder, for: Seconds(Double(random(20) + 1)), at: time) {
                    #expect(tokens.allSatisfy { $0.token < lease.token })
                    tokens.append((holder, lease.token))
                }
            case 2: if let last = tokens.last { try? leases.release(last.token, at: time) }
            default: if let last = tokens.last { _ = try? leases.renew(last.token, for: Seconds(7), at: time) }
            }
            tokens = tokens.suffix(50)
            let admitted = tokens.filter { leases.admits($0.token, at: time) }
            #expect(admitted.count <= 1)
            #expect(leases.admits(nil, at: time) == admitted.isEmpty)
        }
    }
}
