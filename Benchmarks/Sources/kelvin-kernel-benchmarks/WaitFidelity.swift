import FleetSimulation
import Foundation
import Kernel

/// Wait against success: the curve of Kelvin's weight against the baselines, on eight machines of 27 sites.
struct WaitFidelity {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>
    let cache: ClassFidelities

    struct Point {
        var label: String
        var load: Double
        var jobs: Int
        var median: [Double] = []
        var mean: [Double] = []
        var fidelity: [Double] = []
    }

    static let weights: [Double] = [
        0, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 10_000_000,
        .infinity,
    ]

    func run() async throws -> [Point] {
        var points: [Point] = []
        for jobs in [1_500, 3_000, 4_500] {
            for load in [0.5, 0.8, 0.95] {
                for policy in [SchedulingSettings.Policy.bestFidelity, .roundRobin, .leastBusy] {
                    points.append(try await point(policy.rawValue, policy, jobs, load, nil, 1))
                }
                for weight in Self.weights {
                    points.append(
                        try await point(
                            weight.isFinite ? "kelvin \(Int(weight))" : "kelvin ∞", .kelvin, jobs, load, weight, 1))
                }
                points.append(try await point("kelvin packed", .kelvin, jobs, load, 100_000, 8))
            }
        }
        return points
    }

    private func point(
        _ label: String, _ policy: SchedulingSettings.Policy, _ jobs: Int, _ load: Double, _ weight: Double?,
        _ programs: Int
    ) async throws -> Point {
        var point = Point(label: label, load: load, jobs: jobs)
        for seed in seeds {
            var workload = WorkloadSettings(load: load, programs: smallPrograms)
            workload.jobs = jobs
            workload.burst = 3
            var scenario = scenario(workload, seed: seed, duration: 86_400)
            scenario.scheduling.policy = policy
            scenario.scheduling.rules.sharing.maximumPrograms = programs
            if let weight { scenario.scheduling.rules.secondsPerNat = weight }
            let machines = try fleet.eightFalcons(seed: 7)
            let outcome = try await scenario.simulate(on: machines, options: FleetOptions(executes: false))
            point.median.append(outcome.report.waits.median)
            point.mean.append(outcome.report.waits.mean)
            let record = outcome.record
            // Every job executed: by the emulated machine it ran on; equal executions once.
            var sum = 0.0
            for row in record.waits.indices {
                sum += try await cache.fidelity(Int(record.programs[row]), Int(record.devices[row]))
            }
            point.fidelity.append(sum / Double(record.waits.count))
        }
        return point
    }
}

extension WaitFidelity {
    /// How far Kelvin's curve lies above a baseline's point at the baseline's wait: the difference in fidelity by seed.
    ///
    /// The curve is that of the means over the seeds; between two of its points it is a line (a fleet that takes either
    /// weight for a part of its jobs), and whoever may wait longer need not. Nil where no point waits as little.
    static func lift(of curve: [Point], over baseline: Point, wait: (Point) -> [Double]) -> [Double]? {
        let limit = Statistics.mean(wait(baseline))
        let points = curve.map { (wait: Statistics.mean(wait($0)), fidelity: $0.fidelity) }.sorted { $0.wait < $1.wait }
        var best: [Double]?
        func offer(_ fidelity: [Double]) {
            if Statistics.mean(fidelity) > best.map(Statistics.mean) ?? -.infinity { best = fidelity }
        }
        for point in points where point.wait <= limit { offer(point.fidelity) }
        for (a, b) in zip(points, points.dropFirst()) where a.wait <= limit && b.wait > limit {
            let part = (limit - a.wait) / (b.wait - a.wait)
            offer(zip(a.fidelity, b.fidelity).map { $0 + part * ($1 - $0) })
        }
        return best.map { zip($0, baseline.fidelity).map { $0 - $1 } }
    }
}

/// Executes each program once on each machine, alone on it, as the emulator plays it.
actor ClassFidelities {
    private let machines: [Machine]
    private var table: ProgramTable
    /// As many as the longest jobs ask for: what differs between machines is a few parts in a thousand.
    private let meter = FidelityMeter(shots: 40_000)
    private var known: [Int: Double] = [:]

    init(_ machines: [Machine], mixes: [WorkloadSettings.ProgramMix]) {
        self.machines = machines
        // The places are those of the simulation: mixes in order, widths in order.
        var table = ProgramTable(seed: 1)
        for mix in mixes { for qubits in mix.qubits { _ = table.place(of: mix.kind, qubits: qubits) } }
        self.table = table
    }

    func fidelity(_ program: Int, _ device: Int) async throws -> Double {
        let key = program * 1_000 + device
        if let value = known[key] { return value }
        let machine = machines[device], record = machine.record(version: 0)
        let value = try await meter.fidelity(
            of: table.entries[program].circuit, on: machine.description, record: record, truth: record,
            sites: Array(0..<machine.description.siteCount), seed: UInt64(key))
        known[key] = value
        return value
    }
}
