import FleetSimulation
import Foundation
import Kernel

/// Whether promised waits are kept: coverage, width and interval score on replayed traces.
struct Forecasts {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>

    struct Row {
        var load: Double
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
        for load in [0.5, 0.8, 0.95] {
            var row = Row(load: load)
            for seed in seeds {
                var workload = WorkloadSettings(load: load, programs: smallPrograms)
                workload.jobs = 6_000
                workload.burst = 12
                workload.dailySwing = 0.3
                workload.priorities = [0.2, 0.7, 0.1]
                workload.runtimeSpread = 0.1
                var scenario = scenario(workload, seed: seed, duration: 86_400)
                scenario.accounts = (0..<8).map { .init(name: "tenant-\($0)", share: Double($0 + 1)) }
                scenario.scheduling.secondsPerNat = 300
                let outcome = try await scenario.simulate(
                    on: try fleet.eightFalcons(seed: 7), options: FleetOptions(executes: false, foretells: true))
                add(outcome.record, to: &row)
            }
            rows.append(row)
        }
        return rows
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
