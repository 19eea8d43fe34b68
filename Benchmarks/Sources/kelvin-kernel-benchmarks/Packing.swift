import Circuits
import Drivers
import FleetSimulation
import Foundation
import Hardware
import Kernel

/// Site·seconds in use under multi-programming against solo use and pairs, every packed job executed with its neighbours.
struct Packing {
    let fleet: Fleet
    let seeds: ClosedRange<UInt64>
    /// MACHINE=name for one of them.
    let machineNames = ["falcon-27-hanoi", "heron-133"].filter {
        $0 == ProcessInfo.processInfo.environment["MACHINE"] ?? $0
    }
    /// Jobs of each seed that are executed at least, with all that ran beside them; EXECUTED=n for another number.
    let executed = ProcessInfo.processInfo.environment["EXECUTED"].flatMap { Int($0) } ?? 32
    /// One mixture alone, where MIXTURE names it.
    let mixture = ProcessInfo.processInfo.environment["MIXTURE"]
    /// Policies beside solo use, where POLICY names them, separated by semicolons.
    let only = ProcessInfo.processInfo.environment["POLICY"].map { Set($0.split(separator: ";").map(String.init)) }

    struct Row {
        var machine: String
        var mixture: String
        var policy: String
        var load: Double
        var utilisation: [Double] = []
        var throughput: [Double] = []
        /// Fidelity packed and alone of the same jobs, means by seed.
        var packed: [Double] = []
        var alone: [Double] = []

        /// Part of the fidelity that is lost, by seed.
        var loss: [Double] { zip(packed, alone).map { 1 - $0 / $1 } }
    }

    struct Choice {
        var name: String
        var policy = SchedulingSettings.Policy.kelvin
        var programs = 32
        var guardDistance = 1
        /// What a job may lose of its success probability by its place, as estimated.
        var loss = 0.03
    }

    static let choices = [
        Choice(name: "solo", programs: 1),
        Choice(name: "pairs (Das)", policy: .pairwise, programs: 2, guardDistance: 0),
        Choice(name: "kelvin, guard 1, 3 %"),
        Choice(name: "kelvin, guard 1, 8 %", loss: 0.08),
        Choice(name: "kelvin, guard 0, 2 %", guardDistance: 0, loss: 0.02),
        Choice(name: "kelvin, guard 0, 4 %", guardDistance: 0, loss: 0.04),
        Choice(name: "kelvin, guard 0, 8 %", guardDistance: 0, loss: 0.08),
        Choice(name: "kelvin, guard 0, 10 %", guardDistance: 0, loss: 0.1),
        Choice(name: "kelvin, guard 0, 12 %", guardDistance: 0, loss: 0.12),
        Choice(name: "kelvin, guard 0, 15 %", guardDistance: 0, loss: 0.15),
    ]

    func run(loads: [Double]) async throws -> [Row] {
        var rows: [Row] = []
        for name in machineNames {
            for mixture in PackedMixture.all where mixture.name == self.mixture ?? mixture.name {
                for load in loads {
                    for choice in Self.choices where only?.contains(choice.name) ?? true || choice.programs == 1 {
                        var row = Row(machine: name, mixture: mixture.name, policy: choice.name, load: load)
                        for seed in seeds { try await measure(&row, mixture, choice, seed) }
                        rows.append(row)
                        let use = Statistics.mean(row.utilisation), loss = Statistics.mean(row.loss) * 100
                        FileHandle.standardError.write(
                            Data(
                                "  \(name) \(mixture.name) \(choice.name) load \(load): \(use.text(3)), \(loss.text(2)) %\n"
                                    .utf8))
                    }
                }
            }
        }
        return rows
    }

    struct Moves {
        var machine: String
        /// Seconds between two thoughts about a move; infinity for none.
        var interval: Double
        var utilisation: [Double] = []
        var throughput: [Double] = []
        var moves: [Double] = []
        var medianWait: [Double] = []
    }

    /// What moving running programs is worth, and how often it should be thought about.
    func moves() async throws -> [Moves] {
        var rows: [Moves] = []
        for name in machineNames {
            for interval in [Double.infinity, 600, 60, 10] {
                var row = Moves(machine: name, interval: interval)
                for seed in seeds {
                    // Only who has batches left can be moved between two of them: jobs of up to a dozen, of all widths, so
                    // that what becomes free at a time is seldom in one piece.
                    let programs = PackedMixture.even.programs.map {
                        WorkloadSettings.ProgramMix(
                            $0.kind, qubits: $0.qubits, shots: 40_000...400_000, weight: $0.weight)
                    }
                    var workload = WorkloadSettings(load: name == "heron-133" ? 9 : 3, programs: programs)
                    workload.jobs = 1_500
                    var scenario = scenario(workload, seed: seed, duration: 86_400)
                    scenario.scheduling.rules.sharing.maximumPrograms = 32
                    scenario.scheduling.rules.sharing.defragments = interval < .infinity
                    scenario.scheduling.rules.sharing.moveSeconds = interval
                    let machines = try fleet.machines(name, count: 1, seed: 7)
                    let outcome = try await scenario.simulate(on: machines, options: FleetOptions(executes: false))
                    row.utilisation.append(outcome.report.siteUtilisation)
                    row.throughput.append(Double(outcome.record.waits.count) / outcome.record.span * 3_600)
                    row.moves.append(Double(outcome.record.preemptions))
                    row.medianWait.append(outcome.report.waits.median)
                }
                rows.append(row)
            }
        }
        return rows
    }

    private func measure(
        _ row: inout Row, _ mixture: PackedMixture, _ choice: Choice, _ seed: UInt64
    ) async throws {
        // The load is in units of solo use: 4 asks for four times what one program at a time can do.
        var workload = WorkloadSettings(load: row.load, programs: mixture.programs)
        workload.jobs = 480
        workload.runtimeSpread = 0
        var scenario = scenario(workload, seed: seed, duration: 86_400)
        scenario.scheduling.policy = choice.policy
        scenario.scheduling.rules.sharing.maximumPrograms = choice.programs
        scenario.scheduling.rules.sharing.guardDistance = choice.guardDistance
        scenario.scheduling.rules.sharing.maximumLoss = choice.loss
        let machines = try fleet.machines(row.machine, count: 1, seed: 7)
        let outcome = try await scenario.simulate(
            on: machines, options: FleetOptions(executes: false, keepsTenancies: true))
        let record = outcome.record
        row.utilisation.append(outcome.report.siteUtilisation)
        row.throughput.append(Double(record.waits.count) / record.span * 3_600)
        guard choice.programs > 1 else {
            row.packed.append(.nan)
            row.alone.append(.nan)
            return
        }
        let (packed, alone) = try await execute(outcome, machines[0], seed)
        row.packed.append(packed)
        row.alone.append(alone)
    }

    /// Executes every job once with those that ran beside it when it was in its middle, and once alone.
    private func execute(_ outcome: FleetOutcome, _ machine: Machine, _ seed: UInt64) async throws -> (Double, Double) {
        let record = outcome.record, meter = FidelityMeter(shots: 500)
        let calibration = machine.record(version: 0)
        let stays = record.stays.sorted { ($0.start, $0.job) < ($1.start, $1.job) }
        var done = Array(repeating: false, count: stays.count)
        var packed = 0.0, alone = 0.0, count = 0.0
        // Alone a program gives the same whenever it runs.
        var known: [Int: Double] = [:]
        let step = max(1, stays.count / max(1, executed))
        for k in stride(from: 0, to: stays.count, by: step) where !done[k] && Int(count) < executed {
            let middle = (stays[k].start + stays[k].end) / 2
            // All that were there at that moment are executed together; who was done before is company.
            let together = stays.indices.filter { stays[$0].start <= middle && stays[$0].end > middle }
            let programs = together.map { place in
                (circuit: outcome.circuits[stays[place].program], sites: stays[place].sites.sites.map(\.index))
            }
            let values = try await meter.packed(
                programs, on: machine.description, record: calibration, truth: calibration, seed: seed &+ UInt64(k))
            for (place, j) in together.enumerated() where !done[j] {
                done[j] = true
                packed += values[place]
                let program = stays[j].program
                let own: Double
                if let value = known[program] {
                    own = value
                } else {
                    own = try await meter.fidelity(
                        of: programs[place].circuit, on: machine.description, record: calibration, truth: calibration,
                        sites: Array(0..<machine.description.siteCount), seed: 1)
                    known[program] = own
                }
                alone += own
                count += 1
            }
        }
        return (packed / count, alone / count)
    }
}
