public import Characterisation
import Drivers
public import Hardware

// Measuring a machine of the catalogue anew, and keeping what came out.
extension CatalogFleet {
    /// Runs experiments on a machine as jobs of the class `system`, and keeps the record that they propose.
    ///
    /// - Throws: where an experiment fails, or there is nowhere to keep records.
    public func recalibrate(
        _ name: String, _ runtime: Runtime, experiments: [ExperimentKind] = CalibrationPlan.standard,
        shots: Int = 1_000, seed: UInt64
    ) async throws(KernelError) {
        let device: any Device, record: Calibration, plan: CalibrationPlan
        do {
            device = try self.device(name)
            record = try device.calibration()
        } catch { throw KernelError(error) }
        do {
            plan = try CalibrationPlan(
                experiments, on: nil, of: Machine(device.description, record),
                shots: min(shots, device.description.abilities.maxShots), seed: seed)
        } catch {
            throw KernelError(.system, code: error.code, error.message, cure: error.cure)
        }
        let jobs = ExperimentJobs(runtime: runtime, device: name, description: device.description)
        var reports: [ExperimentReport] = []
        for (index, experiment) in plan.experiments.enumerated() {
            reports.append(try await jobs.run(experiment, seed: seed &+ UInt64(index)))
        }
        do { _ = try keep(reports.bestProposal, over: record, of: name, now: WallClock().now) } catch {
            throw KernelError(error)
        }
    }

    /// Keeps a new version of a machine's record.
    ///
    /// The version's time is that of the machine: an emulated one that has been aged lives ahead of the clock.
    ///
    /// - Parameter record: in force while it was measured; kept too, since device files may change with the next release.
    public func keep(
        _ proposal: [(figure: CalibrationFigure, value: Measured)], over record: Calibration, of name: String,
        now: Double
    ) throws(DeviceError) -> Calibration {
        guard let memory = catalog.memory else {
            throw DeviceError(
                .unavailable, "there is nowhere to keep calibrations", cure: "set KELVIN_STATE to a directory")
        }
        let description = try device(name).description
        let history = try catalog.history(of: name)
        let origin = history.versions.first?.timestamp ?? 0
        let machineTime = try memory.drift(of: name).map { origin + $0.age.value } ?? now.rounded(.down)
        let version = record.updating(
            proposal.map { ($0.figure, $0.value.value) }, deviceID: description.id,
            timestamp: max(machineTime, (history.latest?.timestamp ?? 0) + 1))
        try memory.calibrations.add(record, of: description)
        try memory.calibrations.add(version, of: description)
        return version
    }
}

extension [ExperimentReport] {
    /// One value a figure: where two experiments measure the same, the one with the smaller error bar counts.
    public var bestProposal: [(figure: CalibrationFigure, value: Measured)] {
        var order: [CalibrationFigure] = [], best: [CalibrationFigure: Measured] = [:]
        for (figure, value) in flatMap(\.proposal) {
            if let known = best[figure] {
                if value.standardError < known.standardError { best[figure] = value }
            } else {
                order.append(figure)
                best[figure] = value
            }
        }
        return order.compactMap { figure in best[figure].map { (figure, $0) } }
    }
}
