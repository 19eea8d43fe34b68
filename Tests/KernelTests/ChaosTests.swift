import Foundation
import Testing

@testable import Kernel

/// Random schedules of everything that can happen, in any order, with clocks that jump and workers that die: no job is
/// lost, done twice or charged twice, no two programs share a qubit, no reservation is broken, no budget exceeded by more
/// than a batch. `KELVIN_CHAOS_STEPS` makes it longer (`make test-chaos`).
@Suite struct ChaosTests {
    private static let steps = ProcessInfo.processInfo.environment["KELVIN_CHAOS_STEPS"].flatMap(Int.init) ?? 25_000

    @Test(arguments: [1, 2] as [UInt64]) func anythingInAnyOrder(seed: UInt64) {
        play(ChaosWorld<FirstComePolicy>(seed: seed))
    }

    /// The same under the scheduler that runtimes have: regions, packed machines, preemption, defragmentation, backfill.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func anythingInAnyOrderOnSharedMachines(seed: UInt64) {
        let world = play(ChaosWorld<FleetScheduler>(seed: seed))
        #expect(world.sharedPlacements > world.submitted / 10, "hardly any job had a neighbour")
        #expect(world.moves > 0, "nobody was ever moved")
    }

    @discardableResult
    private func play<Policy: ChaosPolicy>(_ beginning: ChaosWorld<Policy>) -> ChaosWorld<Policy> {
        var world = beginning
        let seed = world.seed
        for _ in 0..<Self.steps {
            world.step()
            if let broken = world.broken {
                Issue.record("seed \(seed), step \(world.stepCount): \(broken)")
                return world
            }
        }
        world.settle()
        if let broken = world.broken { Issue.record("seed \(seed), at the end: \(broken)") }
        #expect(world.submitted > Self.steps / 20)
        #expect(world.ends.count == world.submitted)
        print(world.report)
        #expect(world.missing == [], "states that a disturbance never met")
        return world
    }

    @Test func theSameSeedGivesTheSameHistory() {
        replay(FirstComePolicy.self)
        replay(FleetScheduler.self)
    }

    private func replay<Policy: ChaosPolicy>(_ policy: Policy.Type) {
        var first = ChaosWorld<Policy>(seed: 9), second = ChaosWorld<Policy>(seed: 9)
        var other = ChaosWorld<Policy>(seed: 10)
        for _ in 0..<3000 {
            first.step()
            second.step()
            other.step()
        }
        #expect(first.journal == second.journal)
        #expect(first.journal != other.journal)
        #expect(first.journal.count > 2000)
    }
}
