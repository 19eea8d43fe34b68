import Characterisation
import Circuits
@testable import Drivers
import Hardware
import Kernel
import Testing

/// A machine whose physics the test knows and the experiments do not: its record is wrong by up to a third.
struct KnownMachine: DeviceProvider {
    let file: DeviceFile
    let truth: MachineTruth

    static let pulse = 40e-9, coupler = 80e-9

    /// - Parameters:
    ///   - relaxes: whether sites have finite lifetimes.
    ///   - crosstalk: ζ/2π of all neighbours, hertz; the record knows nothing of it.
    ///   - entangler: the native two-qubit gate, and its angles' ranges.
    init(
        sites count: Int = 5, relaxes: Bool = true, entangler: NativeGate = NativeGate(gate: .cz),
        pulses: [NativeGate] = [NativeGate(gate: .rz, isVirtual: true), NativeGate(gate: .sx), NativeGate(gate: .x)],
        oneQubitError: Double = 1.2e-3, twoQubitError: Double = 9e-3, crosstalk: Double? = nil
    ) {
        func record(_ truth: Bool) -> (sites: [SiteCalibration], gates: [GateCalibration]) {
            // The record is off by a factor that differs from figure to figure.
            func told(_ value: Double, _ salt: Int) -> Double {
                truth ? value : value * [0.75, 1.3, 0.9, 1.2, 0.8][salt % 5]
            }
            let sites = (0..<count).map { k -> SiteCalibration in
                let t1 = (60 + 9 * Double(k)) * 1e-6
                return SiteCalibration(
                    t1: relaxes ? Seconds(told(t1, k)) : nil,
                    t2: relaxes ? Seconds(told(t1 * [0.8, 1.1, 0.6, 1.3, 0.9][k % 5], k + 2)) : nil,
                    readout: ReadoutCalibration(
                        falseOne: told(0.012 + 0.003 * Double(k), k + 1),
                        falseZero: told(0.03 + 0.004 * Double(k), k + 3), duration: Seconds(1e-6)),
                    frequency: 5e9 + 1e7 * Double(k))
            }
            var gates: [GateCalibration] = []
            for k in 0..<count {
                for native in pulses where !native.isVirtual {
                    gates.append(
                        GateCalibration(
                            gate: native.gate, sites: [Site(k)], error: told(oneQubitError * (1 + 0.2 * Double(k)), k),
                            duration: Seconds(Self.pulse)))
                }
            }
            for k in 0..<count - 1 {
                for pair in [[Site(k), Site(k + 1)], [Site(k + 1), Site(k)]] {
                    gates.append(
                        GateCalibration(
                            gate: entangler.gate, sites: pair,
                            error: told(twoQubitError * (1 + 0.25 * Double(k)), k + 4),
                            duration: Seconds(Self.coupler)))
                }
            }
            return (sites, gates)
        }
        let description = DeviceDescription(
            id: "known", name: "Known", vendor: "Kelvin", modality: .superconducting, isEmulated: true,
            source: "made up", siteCount: count, nativeGates: pulses + [entangler],
            connectivity: .couplings(
                (0..<count - 1).flatMap { [Coupling(Site($0), Site($0 + 1)), Coupling(Site($0 + 1), Site($0))] }),
            timing: TimingConstraints(dt: Seconds(1e-9), repetitionDelay: Seconds(100e-6)),
            abilities: Abilities(midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 1_000_000))
        let (sites, gates) = record(false), (trueSites, trueGates) = record(true)
        file = DeviceFile(
            description: description,
            calibration: Calibration(deviceID: "known", timestamp: 1_700_000_000, sites: sites, gates: gates))
        truth = MachineTruth(
            figures: Calibration(
                deviceID: "known", timestamp: 0, sites: trueSites, gates: trueGates,
                environment: EnvironmentFigures(crosstalkDefault: crosstalk)),
            detuning: (0..<count).map { relaxes ? [3e3, -5e3, 0, 8e3, -1.5e3][$0 % 5] : 0 })
    }

    func device(_ id: String) throws(DeviceError) -> any Device { EmulatedDevice(file, truth: truth) }

    /// What experiments may know.
    var machine: Machine { Machine(file.description, file.calibration) }
    var sites: [Site] { file.description.sites }
    var pairs: [[Site]] { zip(sites, sites.dropFirst()).map { [$0, $1] } }

    func run(_ experiment: any Experiment, seed: UInt64) async throws -> ExperimentReport {
        let jobs = ExperimentJobs(runtime: Runtime(devices: self), device: "known", description: file.description)
        return try await jobs.run(experiment, seed: seed)
    }
}

/// How far estimates are from the truth in units of their own error bars.
struct Scores {
    private(set) var all: [(name: String, z: Double)] = []

    mutating func add(_ finding: Finding, truth: Double) {
        all.append(
            (
                "\(finding.quantity) on \(finding.sites.map(\.index)): \(finding.value.value) ± "
                    + "\(finding.value.standardError), truth \(truth)",
                (finding.value.value - truth) / finding.value.standardError
            ))
    }

    /// None is out of reach, and together they scatter as error bars promise: mean square about 1, neither too wide nor
    /// too narrow, mean about 0.
    func expectHonest(sourceLocation: SourceLocation = #_sourceLocation) {
        for score in all { #expect(abs(score.z) < 3.7, "\(score.name)", sourceLocation: sourceLocation) }
        let n = Double(all.count)
        let mean = all.reduce(0) { $0 + $1.z } / n, square = all.reduce(0) { $0 + $1.z * $1.z } / n
        // Three standard deviations of a mean, and of a mean of squares, of n normal numbers.
        let comment = Comment(
            rawValue: "mean \(mean), mean square \(square) of \(all.count): \(all.map { "\($0.name), \($0.z)" })")
        #expect(abs(mean) < 3 / n.squareRoot(), comment, sourceLocation: sourceLocation)
        #expect(square < 1 + 3 * (2 / n).squareRoot(), comment, sourceLocation: sourceLocation)
        #expect(square > max(0.25, 1 - 3 * (2 / n).squareRoot()), comment, sourceLocation: sourceLocation)
    }
}

extension Scores {
    typealias SourceLocation = Testing.SourceLocation
}
