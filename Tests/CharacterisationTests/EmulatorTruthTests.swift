import Characterisation
import Circuits
@testable import Drivers
import Hardware
import Kernel
import Testing

/// Experiments find out how an emulated machine really behaves: estimates against injected truth, in units of their own
/// error bars, through the ordinary job path.
@Suite struct EmulatorTruthTests {
    private let known = KnownMachine()

    private func site(_ finding: Finding) -> SiteCalibration { known.truth.figures.sites[finding.sites[0].index] }

    @Test func lifetimesFrequenciesAndReadout() async throws {
        var scores = Scores()
        let machine = known.machine
        for (round, shots) in [2_000, 5_000].enumerated() {
            let seed = UInt64(100 + round)
            for finding in try await known.run(
                CoherenceExperiment(.t1, on: known.sites, of: machine, shots: shots), seed: seed
            ).findings { scores.add(finding, truth: site(finding).t1!.value) }
            for finding in try await known.run(
                CoherenceExperiment(.t2, on: known.sites, of: machine, shots: shots), seed: seed
            ).findings { scores.add(finding, truth: site(finding).effectiveT2!.value) }
            for finding in try await known.run(
                CoherenceExperiment(.ramsey, on: known.sites, of: machine, shots: shots), seed: seed
            ).findings {
                let isDetuning = finding.quantity == "detuning"
                scores.add(
                    finding,
                    truth: isDetuning
                        ? known.truth.detuning[finding.sites[0].index] : site(finding).effectiveT2!.value)
            }
            for finding in try await known.run(
                ReadoutExperiment(on: known.sites, of: machine, shots: shots), seed: seed
            ).findings {
                let truth = site(finding)
                // Ones are prepared by an X that fails now and then, and are read at once.
                let failed = known.truth.figures.figures(for: .x, on: finding.sites)!.error * 2 / 3
                let expected =
                    finding.quantity == "P(1|0)"
                    ? truth.readout!.falseOne
                    : truth.readout!.falseZero * (1 - failed) + (1 - truth.readout!.falseOne) * failed
                scores.add(finding, truth: expected)
            }
        }
        #expect(scores.all.count == 60)
        scores.expectHonest()
    }

    @Test func errorsOfGates() async throws {
        var scores = Scores()
        let machine = known.machine
        for finding in try await known.run(
            RandomizedBenchmarking(sites: known.sites, of: machine, shots: 400, seed: 7), seed: 8
        ).findings where finding.quantity == "error per pulse" {
            scores.add(finding, truth: known.truth.figures.figures(for: .sx, on: finding.sites)!.error)
        }
        for finding in try await known.run(
            RandomizedBenchmarking(pairs: known.pairs, interleaving: true, of: machine, shots: 400, seed: 7), seed: 8
        ).findings where finding.quantity == "cz error" {
            scores.add(finding, truth: known.truth.figures.figures(for: .cz, on: finding.sites)!.error)
        }
        #expect(scores.all.count == 9)
        scores.expectHonest()
    }

    /// Without relaxation nothing happens while a qubit waits, so that the formula from Cliffords to gates holds exactly.
    @Test(arguments: [
        NativeGate(gate: .ecr), NativeGate(gate: .rzz, angleRanges: [0...(.pi / 2)]),
        NativeGate(gate: .iswap),
    ])
    func entanglersFromCliffords(native: NativeGate) async throws {
        let known = KnownMachine(sites: 3, relaxes: false, entangler: native)
        // The formula takes the pulses' errors from the record: here it is right about them.
        var record = known.file.calibration.gates
        for k in record.indices where record[k].sites.count == 1 {
            record[k].error = known.truth.figures.figures(for: record[k].gate, on: record[k].sites)!.error
        }
        let machine = Machine(
            known.file.description,
            known.file.calibration.replacing(sites: known.file.calibration.sites, gates: record))
        let report = try await known.run(
            RandomizedBenchmarking(pairs: known.pairs, interleaving: false, of: machine, shots: 500, seed: 3), seed: 4)
        let findings = report.findings.filter { $0.quantity == "\(native.gate.name) error" }
        #expect(findings.count == 2)
        for finding in findings {
            let truth = known.truth.figures.figures(for: native.gate, on: finding.sites)!.error
            #expect(abs(finding.value.value - truth) < 3.7 * finding.value.standardError, "\(finding) \(truth)")
            #expect(finding.value.standardError < 0.2 * truth)
        }
    }

    /// A record that is right is not made wrong: recalibration moves figures to the truth and no further.
    @Test func recalibrationFindsADriftedMachine() async throws {
        let file = known.file
        let device = EmulatedDevice(file, drift: Drift(seed: 9, age: Seconds(20 * 86_400)))
        let truth = MachineTruth(
            drifting: file.calibration, by: Drift(seed: 9, age: Seconds(20 * 86_400)), record: file.calibration,
            on: file.description
        ).figures
        let provider = OneDevice(device: device)
        let plan = try CalibrationPlan(
            [.t1, .t2, .readout], on: nil, of: Machine(file.description, try device.calibration()), shots: 4_000,
            seed: 1)
        let jobs = ExperimentJobs(
            runtime: Runtime(devices: provider), device: "known", description: file.description)
        var changes: [(figure: CalibrationFigure, value: Double)] = []
        for experiment in plan.experiments {
            changes += try await jobs.run(experiment, seed: 2).proposal.map { ($0.figure, $0.value.value) }
        }
        #expect(changes.count == 20)
        let updated = file.calibration.updating(changes, deviceID: "known", timestamp: 1_800_000_000)
        #expect(updated.id != file.calibration.id)
        func distance(_ calibration: Calibration) -> Double {
            changes.map(\.figure).reduce(0) { sum, figure in
                let wanted = truth.value(of: figure)!
                return sum + abs(calibration.value(of: figure)! / wanted - 1)
            } / Double(changes.count)
        }
        #expect(distance(file.calibration) > 0.25, "the machine has drifted")
        #expect(distance(updated) < 0.06, "\(distance(updated)), before \(distance(file.calibration))")
    }
}

/// A runtime's whole world: one machine under any name.
struct OneDevice: DeviceProvider {
    var device: any Device

    func device(_ id: String) throws(DeviceError) -> any Device { device }
}
