import FleetSimulation
import Foundation
import Kernel

/// Whether promised waits are kept: coverage, width and interval score on replayed traces.
struct Forecasts {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>
    /// TRAFFIC=days,bursts leaves the others out.
    let only = (ProcessInfo.processInfo.environment["TRAFFIC"] ?? "").split(separator: ",").map(String.init)

    /// How jobs come in.
    struct Traffic: Sendable {
        var name: String
        var jobs: Int
        var burst: Double
        var dailySwing: Double
        var shots: ClosedRange<Int>
        /// Parts of low, normal and high priority, and how many accounts there are.
        var priorities = [0.2, 0.7, 0.1]
        var accounts = 8
        /// One in so many waiting jobs of a class is told its wait: short waits are cheap to foretell.
        var every: [Priority: Int]
        /// Seconds before the last arrival whose jobs are not judged.
        var ending: Double { dailySwing == 1 ? 43_200 : 600 }

        /// Short jobs in bursts of a dozen: waits are as short as the jobs, and whoever overtakes comes unannounced.
        static let bursts = Traffic(
            name: "bursts", jobs: 12_000, burst: 12, dailySwing: 0.3, shots: 4_000...40_000,
            every: [.low: 1, .normal: 20, .high: 4])
        /// A public cloud: jobs of minutes, more by day than the machines can do, less by night, so that queues last for
        /// hours (Ravi et al., IISWC 2021, found a median of an hour).
        static let days = Traffic(
            name: "days", jobs: 30_000, burst: 3, dailySwing: 1, shots: 300_000...1_200_000,
            every: [.low: 24, .normal: 32, .high: 4])
        /// The same jobs as loops over parameters submit them: dozens at once, at any time.
        static let sweeps = Traffic(
            name: "sweeps", jobs: 30_000, burst: 60, dailySwing: 0, shots: 300_000...1_200_000,
            every: [.low: 12, .normal: 48, .high: 6])
        /// The same jobs in one line: one account, one class, so that nobody overtakes.
        static let line = Traffic(
            name: "line", jobs: 20_000, burst: 3, dailySwing: 1, shots: 300_000...1_200_000, priorities: [0, 1, 0],
            accounts: 1, every: [.normal: 32])
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
        /// The same of waits of an hour or more, and the part of the jobs that they are.
        var longRatio: [Double] = []
        var longPart: [Double] = []
        var winkler: [Double] = []
        var baselineWinkler: [Double] = []
        var baselineCoverage: [Double] = []
        var count = 0
    }

    func run() async throws -> [Row] {
        var rows: [Row] = []
        let loads = (ProcessInfo.processInfo.environment["LOADS"] ?? "0.5,0.8,0.95").split(separator: ",")
            .compactMap { Double($0) }
        for traffic in [Traffic.days, .sweeps, .line, .bursts] where only.isEmpty || only.contains(traffic.name) {
            for load in loads where traffic.accounts > 1 || load == 0.8 {
                rows.append(try await measure(traffic, load, .recentTraffic))
                // What the sample of futures is worth, and what is left for those who know more than anybody can.
                guard load == 0.8, traffic.name == Traffic.days.name else { continue }
                for basis in [Foretelling.Basis.plan, .trueRuntimes, .trueLaw, .trueArrivals] {
                    rows.append(try await measure(traffic, load, basis))
                }
            }
        }
        return rows
    }

    private func measure(_ traffic: Traffic, _ load: Double, _ basis: Foretelling.Basis) async throws -> Row {
        var row = Row(traffic: traffic.name, load: load, basis: basis)
        // What stands for comparison gets by with fewer seeds.
        let seeds = basis == .recentTraffic && traffic.accounts > 1 ? Array(seeds) : Array(seeds.prefix(3))
        let records = try await withThrowingTaskGroup(of: (UInt64, FleetRecord).self) { group in
            for seed in seeds {
                group.addTask { (seed, try await simulate(traffic, load, basis, seed)) }
            }
            var records: [(UInt64, FleetRecord)] = []
            for try await record in group { records.append(record) }
            return records.sorted { $0.0 < $1.0 }.map(\.1)
        }
        for record in records { add(record, traffic, to: &row) }
        let covered = row.coverage.map { (Statistics.mean($0) * 100).text(1) }.joined(separator: " ")
        let
            ratio =
                Statistics.mean(row.medianRatio).text(2) + " (\(Statistics.mean(row.longRatio).text(2)) beyond an hour)",
            width = Statistics.mean(row.medianWidth).text(0)
        let wait = Statistics.mean(row.medianWait).text(0), seconds = processorSeconds().text(0)
        let score = (Statistics.mean(row.winkler) / Statistics.mean(row.baselineWinkler)).text(2)
        FileHandle.standardError.write(
            Data(
                "  \(traffic.name) \(load) \(basis): \(covered) %, width/wait \(ratio), \(width)/\(wait) s, score \(score) of the baseline's; \(row.count) jobs, \(seconds) s in all\n"
                    .utf8))
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
        workload.priorities = traffic.priorities
        workload.runtimeSpread = 0.1
        workload.batchSpread = 0.02
        var scenario = scenario(workload, seed: seed, duration: 86_400)
        scenario.accounts = (0..<traffic.accounts).map { .init(name: "tenant-\($0)", share: Double($0 + 1)) }
        scenario.scheduling.rules.secondsPerNat = 300
        return try await scenario.simulate(
            on: try fleet.eightFalcons(seed: 7),
            options: FleetOptions(executes: false, foretells: Foretelling(basis, every: traffic.every))
        ).record
    }

    /// One judged forecast, and how many jobs it stands for.
    private struct Judged {
        var outcome: FleetRecord.ForecastOutcome
        var weight: Double

        var width: Double { outcome.forecast.upper - outcome.forecast.lower }
    }

    private func add(_ record: FleetRecord, _ traffic: Traffic, to row: inout Row) {
        // The first quarter teaches; behind the last arrival nothing comes in any more, which no forecast can know.
        let judged = record.forecasts.dropFirst(record.forecasts.count / 4).filter {
            $0.wait >= 0 && $0.submitted <= record.lastArrival - traffic.ending
        }.map {
            Judged(outcome: $0, weight: Double(traffic.every[$0.forecast.priority] ?? 1))
        }
        guard !judged.isEmpty else { return }
        row.count += judged.count
        func mean(_ list: [Judged], _ value: (Judged) -> Double) -> Double {
            list.reduce(0) { $0 + $1.weight * value($1) } / list.reduce(0) { $0 + $1.weight }
        }
        func median(_ value: (Judged) -> Double) -> Double { Self.median(judged.map { (value($0), $0.weight) }) }
        func coverage(_ list: [Judged]) -> Double {
            mean(list) { $0.outcome.forecast.contains($0.outcome.wait) ? 1 : 0 }
        }
        row.coverage[0].append(coverage(judged))
        for priority in [Priority.low, .normal, .high] {
            let own = judged.filter { $0.outcome.forecast.priority == priority }
            if !own.isEmpty { row.coverage[Int(priority.rawValue) + 1].append(coverage(own)) }
        }
        row.medianWidth.append(median(\.width))
        row.medianWait.append(median(\.outcome.wait))
        row.medianRatio.append(median { $0.width / max($0.outcome.wait, 1) })
        let long = judged.filter { $0.outcome.wait >= 3_600 }
        if !long.isEmpty {
            row.longRatio.append(Self.median(long.map { ($0.width / $0.outcome.wait, $0.weight) }))
            row.longPart.append(long.reduce(0) { $0 + $1.weight } / judged.reduce(0) { $0 + $1.weight })
        }
        row.winkler.append(mean(judged) { Self.winkler($0.outcome.forecast, $0.outcome.wait) })
        row.baselineWinkler.append(mean(judged) { Self.winkler($0.outcome.baseline, $0.outcome.wait) })
        row.baselineCoverage.append(mean(judged) { $0.outcome.baseline.contains($0.outcome.wait) ? 1 : 0 })
    }

    private static func median(_ values: [(value: Double, weight: Double)]) -> Double {
        let sorted = values.sorted { $0.value < $1.value }
        var left = sorted.reduce(0) { $0 + $1.weight } / 2
        for (value, weight) in sorted {
            left -= weight
            if left <= 0 { return value }
        }
        return sorted[sorted.count - 1].value
    }

    /// Winkler's score of a 90 % interval: its width, and twenty times what the value lies outside.
    static func winkler(_ forecast: WaitForecaster.Forecast, _ wait: Double) -> Double {
        let outside = max(0, forecast.lower - wait) + max(0, wait - forecast.upper)
        return forecast.upper - forecast.lower + 2 / 0.1 * outside
    }
}
