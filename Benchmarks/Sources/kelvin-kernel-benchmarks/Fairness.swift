import FleetSimulation
import Foundation
import Kernel

/// Twenty tenants with shares 1 to 20 who all ask for more than there is, and for the same amount.
struct Fairness {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>

    struct Row {
        var policy: String
        var jain: [Double] = []
        /// Service by share, mean over the seeds, for the plot.
        var normalised: [Double] = Array(repeating: 0, count: 20)
    }

    func run() async throws -> [Row] {
        var rows: [Row] = []
        for (name, policy, programs) in [
            ("FCFS, least busy", SchedulingSettings.Policy.leastBusy, 1), ("kelvin", .kelvin, 1),
            ("kelvin packed", .kelvin, 8),
        ] {
            var row = Row(policy: name)
            for seed in seeds {
                // Packed, the machines do several times as much: the tenants ask for more than that.
                var workload = WorkloadSettings(load: programs > 1 ? 16 : 2.5, programs: smallPrograms)
                workload.burst = 2
                var scenario = scenario(workload, seed: seed, duration: 2 * 86_400)
                scenario.accounts = (1...20).map { .init(name: "tenant-\($0)", share: Double($0), demand: 1) }
                scenario.scheduling.policy = policy
                scenario.scheduling.rules.sharing.maximumPrograms = programs
                scenario.scheduling.rules.usageHalfLife = 6 * 3_600
                scenario.scheduling.rules.secondsPerNat = 300
                let outcome = try await scenario.simulate(
                    on: try fleet.eightFalcons(seed: 7), options: FleetOptions(executes: false, stopsAtEnd: true))
                let normalised = outcome.report.payers.map { $0.machineSeconds / $0.entitlement }
                row.jain.append(Statistics.jain(normalised))
                let mean = Statistics.mean(normalised)
                for k in row.normalised.indices {
                    row.normalised[k] += normalised[k] / mean / Double(seeds.count)
                }
            }
            rows.append(row)
        }
        return rows
    }
}
