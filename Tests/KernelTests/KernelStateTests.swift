import Testing

@testable import Kernel

@Suite struct KernelStateTests {
    @Test func oneJobWalksThroughItsLife() {
        var state = KernelState()
        let job = JobID("a")
        #expect(state.handle(.submitted(job, device: "d", priority: .normal)).effects == [.validate(job)])
        #expect(state.handle(.validated(job)).effects == [.compile(job, device: "d")])
        #expect(state.holder(of: "d") == job)
        #expect(state.handle(.compiled(job)).effects == [.run(job, device: "d")])
        #expect(state.handle(.executed(job)).effects == [.mitigate(job)])
        #expect(state.holder(of: "d") == nil)
        let last = state.handle(.mitigated(job))
        #expect(last.effects == [.deliver(job)])
        #expect(last.transitions == [JobTransition(job: job, from: .mitigating, to: .completed)])
    }

    @Test func classesThenArrivalDecideTheOrder() {
        var state = KernelState()
        let order: [(String, Priority)] = [
            ("first", .normal), ("low", .low), ("a", .normal), ("high", .high), ("b", .normal),
        ]
        for (name, priority) in order {
            _ = state.handle(.submitted(JobID(name), device: "d", priority: priority))
            _ = state.handle(.validated(JobID(name)))
        }
        #expect(state.position(of: JobID("high")) == 1)
        #expect(state.position(of: JobID("low")) == 4)
        var ran: [String] = []
        while let job = state.holder(of: "d") {
            ran.append(job.description)
            _ = state.handle(.compiled(job))
            _ = state.handle(.executed(job))
        }
        #expect(ran == ["first", "high", "a", "b", "low"])
    }

    @Test func lateNewsOfACancelledJobChangesNothing() {
        var state = KernelState()
        let job = JobID("a"), next = JobID("b")
        for id in [job, next] {
            _ = state.handle(.submitted(id, device: "d", priority: .normal))
            _ = state.handle(.validated(id))
        }
        let effects = state.handle(.cancelled(job)).effects
        #expect(effects == [.stop(job), .deliver(job), .compile(next, device: "d")])
        #expect(state.handle(.compiled(job)).effects.isEmpty)
        #expect(state.handle(.cancelled(job)).transitions.isEmpty)
        #expect(state.holder(of: "d") == next)
    }

    /// Random events in random order, sensible or not: no transition outside the table, never two jobs on a device, no
    /// job lost.
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func randomHistoriesKeepTheInvariants(seed: UInt64) {
        var generator = Generator(state: seed)
        var state = KernelState()
        var submitted = 0
        for _ in 0..<20_000 {
            let job = JobID("\(generator.next() % UInt64(max(1, submitted)))")
            switch generator.next() % 8 {
            case 0:
                let device = ["x", "y", "z"][Int(generator.next() % 3)]
                let priority = Priority.allCases[Int(generator.next() % 3)]
                _ = state.handle(.submitted(JobID("\(submitted)"), device: device, priority: priority))
                submitted += 1
            case 1: check(state.handle(.validated(job)))
            case 2: check(state.handle(.compiled(job)))
            case 3: check(state.handle(.executed(job)))
            case 4: check(state.handle(.mitigated(job)))
            case 5 where generator.next() % 4 == 0: check(state.handle(.failed(job)))
            case 6 where generator.next() % 4 == 0: check(state.handle(.cancelled(job)))
            default:
                guard let holder = state.holder(of: ["x", "y", "z"][Int(generator.next() % 3)]) else { continue }
                check(state.handle(state.entries[holder]?.state == .compiling ? .compiled(holder) : .executed(holder)))
            }
        }
        #expect(state.checkInvariants())
        #expect(state.entries.count == submitted)
        #expect(state.entries.values.contains { $0.state == .completed })
    }

    private func check(_ outcome: (transitions: [JobTransition], effects: [KernelEffect])) {
        for transition in outcome.transitions {
            if let from = transition.from { #expect(from.successors.contains(transition.to)) }
        }
    }

    private struct Generator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
    }
}
