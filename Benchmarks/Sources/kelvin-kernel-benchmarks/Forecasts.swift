import FleetSimulation
import Foundation
import Kernel

/// Whether promised waits are kept: coverage, width and interval score on replayed traces.
struct Forecasts {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>

    /// How jobs come in.
    struct Traffic: Sendable {
        var name: String
        var jobs: Int
        var burst: Double
        var dailySwing: Double
        var shots: ClosedRange<Int>
        /// One in so many waiting jobs is told its wait.
        var every: Int

        /// Short jobs in bursts of a dozen: waits are as short as the jobs, and whoever overtakes comes unannounced.
        static let bursts = Traffic(
            name: "bursts", jobs: 6_000, burst: 12, dailySwing: 0.3, shots: 4_000...40_000, every: 6)
        /// A public cloud: jobs of a minute, more by day than the machines can do, less by night, so that queues last for
        /// hours (Ravi et al., IISWC 2021, found a median of an hour).
        static let days = Traffic(
            name: "days", jobs: 20_000, burst: 3, dailySwing: 0.6, shots: 100_000...400_000, every: 60)
    }

    struct Row: Sendable {
        var traffic: String
        var load: Double
        var basis: Foretelling.Basis
        /// All, then low, normal, high.
        var coverage: [[Double]] = Array(repeating: [], count: 4)
        var medianWidth: [Double] = []
        var medianWait: [Double] = []
        /// Median over jobs of width over wait.
        var medianRatio: [Double] = []
        var winkler: [Double] = []
        var baselineWinkler: [Double] = []
        var baselineCoverage: [Double] = []
        var count = 0
    }

    func run() async throws -> [Row] {
        var rows: [Row] = []
        for traffic in [Traffic.days, .bursts] {
            for load in [0.5, 0.8, 0.95] {
                rows.append(try await measure(traffic, load, .recentTraffic))
                // What the sample of futures is worth, and what is left when all arrivals are known.
                guard load == 0.8 else { continue }
                rows.append(try await measure(traffic, load, .plan))
                rows.append(try await measure(traffic, load, .trueArrivals))
            }
        }
        return rows
    }

    private func measure(_ traffic: Traffic, _ load: Double, _ basis: Foretelling.Basis) async throws -> Row {
        var row = Row(traffic: traffic.name, load: load, basis: basis)
        let records = try await withThrowingTaskGroup(of: (UInt64, FleetRecord).self) { group in
            for seed in seeds {
                group.addTask { (seed, try await simulate(traffic, load, basis, seed)) }
            }
            var records: [(UInt64, FleetRecord)] = []
            for try await record in group { records.append(record) }
            return records.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for record in records { add(record, to: &row) }
        let covered = Statistics.mean(row.coverage[0]) * 100, ratio = Statistics.mean(row.medianRatio)
        FileHandle.standardError.write(
            Data("  \(traffic.name) \(load) \(basis): \(covered.text(1)) %, width/wait \(ratio.text(2))\n".utf8))
        return row
    }

    private func simulate(
        _ traffic: Traffic, _ load: Double, _ basis: Foretelling.Basis, _ seed: UInt64
    ) async throws -> FleetRecord {
        let programs = smallPrograms.map { mix in
            WorkloadSettings.ProgramMix(mix.kind, qubits: mix.qubits, shots: traffic.shots)
        }
        var workload = WorkloadSettings(load: load, programs: programs)
        workload.jobs = traffic.jobs
        workload.burst = traffic.burst
        workload.dailySwing = traffic.dailySwing
        workload.priorities = [0.2, 0.7, 0.1]
        workload.runtimeSpread = 0.1
        var scenario = scenario(workload, seed: seed, duration: 86_400)
        scenario.accounts = (0..<8).map { .init(name: "tenant-\($0)", share: Double($0 + 1)) }
        scenario.scheduling.secondsPerNat = 300
        let foretelling = Foretelling(
            basis, every: traffic.every, simulation: WaitSimulation(paths: 40, events: 4_000_000))
        return try await scenario.simulate(
            on: try fleet.eightFalcons(seed: 7), options: FleetOptions(executes: false, foretells: foretelling)
        ).record
    }

    private func add(_ record: FleetRecord, to row: inout Row) {
        // The first quarter teaches.
        let judged = record.forecasts.dropFirst(record.forecasts.count / 4).filter { $0.wait >= 0 }
        guard !judged.isEmpty else { return }
        row.count += judged.count
        let share = { (list: [FleetRecord.ForecastOutcome]) in
            Double(list.count { $0.forecast.contains($0.wait) }) / Double(max(1, list.count))
        }
        row.coverage[0].append(share(Array(judged)))
        for priority in 0..<3 {
            let own = judged.filter { Int($0.forecast.priority.rawValue) == priority }
            if !own.isEmpty { row.coverage[priority + 1].append(share(own)) }
        }
        let median = { (values: [Double]) in Statistics.quantile(values.map(Float.init).sorted(), 0.5) }
        row.medianWidth.append(median(judged.map { $0.forecast.upper - $0.forecast.lower }))
        row.medianWait.append(median(judged.map(\.wait)))
        row.medianRatio.append(median(judged.map { ($0.forecast.upper - $0.forecast.lower) / max($0.wait, 1) }))
        row.winkler.append(Statistics.mean(judged.map { Self.winkler($0.forecast, $0.wait) }))
        row.baselineWinkler.append(Statistics.mean(judged.map { Self.winkler($0.baseline, $0.wait) }))
        row.baselineCoverage.append(
            Double(judged.count { $0.baseline.contains($0.wait) }) / Double(judged.count))
    }

    /// Winkler's score of a 90 % interval: its width, and twenty times what the value lies outside.
    static func winkler(_ forecast: WaitForecaster.Forecast, _ wait: Double) -> Double {
        let outside = max(0, forecast.lower - wait) + max(0, wait - forecast.upper)
        return forecast.upper - forecast.lower + 2 / 0.1 * outside
    }
}
