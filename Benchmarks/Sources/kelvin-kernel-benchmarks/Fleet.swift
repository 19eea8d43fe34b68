import Drivers
import FleetSimulation
import Foundation
import Hardware

/// The machines of the measurements.
struct Fleet {
    let directory: String

    /// Eight machines of 27 sites: four published snapshots, each a second time with errors of its own.
    func eightFalcons(seed: UInt64) throws -> [Machine] {
        let names = ["algiers", "auckland", "hanoi", "peekskill", "algiers", "auckland", "hanoi", "peekskill"]
        return try names.enumerated().map { k, name in
            var group = FleetScenario.DeviceGroup(file: "falcon-27-\(name)")
            group.spread = k < 4 ? 0 : 0.2
            group.crosstalk = Self.crosstalk(of: group.file)
            group.driftPerDay = 0
            group.calibrateEvery = .infinity
            return Machine(try file(group.file), index: k, group: group, seed: seed)
        }
    }

    /// ZZ coupling of neighbours, for files that do not say: of the order of machines without tunable couplers, and of
    /// that which `heron-156` has published. Hertz.
    private static func crosstalk(of name: String) -> Double { name.hasPrefix("falcon") ? 50_000 : 4_000 }

    func machines(_ name: String, count: Int, seed: UInt64, spread: Double = 0) throws -> [Machine] {
        var group = FleetScenario.DeviceGroup(file: name)
        group.spread = spread
        group.crosstalk = Self.crosstalk(of: name)
        group.driftPerDay = 0
        group.calibrateEvery = .infinity
        let file = try file(name)
        return (0..<count).map { Machine(file, index: $0, group: group, seed: seed) }
    }

    func file(_ name: String) throws -> DeviceFile {
        let path = "\(directory)/\(name).json"
        return FileManager.default.fileExists(atPath: path)
            ? try DeviceFile(path: path) : try DeviceCatalog().file(name)
    }
}

/// The mixture of programs of the wait and fidelity measurements: what runs on 27 sites with some success.
let smallPrograms: [WorkloadSettings.ProgramMix] = [
    .init(.ghz, qubits: 3...10, shots: 4_000...40_000),
    .init(.bernsteinVazirani, qubits: 3...8, shots: 4_000...40_000),
    .init(.wState, qubits: 3...8, shots: 4_000...40_000),
    .init(.qaoa, qubits: 4...8, shots: 4_000...40_000),
    .init(.isingChain, qubits: 4...8, shots: 4_000...40_000),
    .init(.mirror, qubits: 4...10, shots: 4_000...40_000),
]

/// The mixtures of the packing measurements: programs of 4 to 20 qubits.
struct PackedMixture {
    let name: String
    let programs: [WorkloadSettings.ProgramMix]

    /// All widths of a kind alike.
    static let even = PackedMixture(
        name: "even",
        programs: [
            mix(.ghz, 4...20, 3), mix(.bernsteinVazirani, 4...12, 2), mix(.mirror, 4...16, 3), mix(.wState, 4...8, 1),
            mix(.isingChain, 4...8, 1), mix(.ansatz, 4...8, 1),
        ])
    /// The same kinds, half of the programs of at most six qubits.
    static let small = PackedMixture(
        name: "small",
        programs: [
            mix(.ghz, 4...6, 6), mix(.ghz, 7...12, 2), mix(.ghz, 13...20, 1), mix(.bernsteinVazirani, 4...6, 4),
            mix(.bernsteinVazirani, 7...12, 2), mix(.mirror, 4...6, 6), mix(.mirror, 7...12, 2),
            mix(.mirror, 13...16, 1), mix(.wState, 4...8, 3), mix(.isingChain, 4...8, 3), mix(.ansatz, 4...8, 3),
        ])
    /// The same kinds and widths, seven of eight programs of four or five qubits.
    static let narrow = PackedMixture(
        name: "narrow",
        programs: [
            mix(.ghz, 4...5, 14), mix(.ghz, 6...20, 2), mix(.bernsteinVazirani, 4...5, 14),
            mix(.bernsteinVazirani, 6...12, 1), mix(.mirror, 4...5, 14), mix(.mirror, 6...16, 2),
            mix(.wState, 4...5, 7),
            mix(.isingChain, 4...5, 7), mix(.ansatz, 4...5, 7), mix(.ansatz, 6...8, 4),
        ])
    static let all = [even, small, narrow]

    private static func mix(
        _ kind: ProgramKind, _ qubits: ClosedRange<Int>, _ weight: Double
    ) -> WorkloadSettings.ProgramMix {
        WorkloadSettings.ProgramMix(kind, qubits: qubits, shots: 4_000...20_000, weight: weight)
    }
}

func scenario(_ workload: WorkloadSettings, seed: UInt64, duration: Double, warmUp: Double = 0) -> FleetScenario {
    var result = FleetScenario(name: "benchmark", seed: seed, duration: duration, workload: workload)
    result.warmUp = warmUp
    return result
}

/// Seconds of processor time that this process has used: what a busy machine does not change.
func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// Seconds of processor time that a piece of work takes.
func seconds(_ work: () throws -> Void) rethrows -> Double {
    let begin = processorSeconds()
    try work()
    return processorSeconds() - begin
}

extension Double {
    func text(_ digits: Int) -> String { String(format: "%.\(digits)f", self) }
}

/// `mean ± half width` of the 95 % interval.
func interval(_ values: [Double], _ digits: Int) -> String {
    "\(Statistics.mean(values).text(digits)) ± \(Statistics.halfWidth(values).text(digits))"
}
