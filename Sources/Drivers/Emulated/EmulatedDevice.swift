public import Hardware
public import Simulators

/// A machine of a device file, played by a simulator with the noise that the machine's calibration tells of.
///
/// What is emulated, as far as the calibration has figures for it: the error of each gate and the way it errs, relaxation
/// and dephasing of each site from its first instruction on, readout confusion, duration and error of resets; the ZZ
/// coupling of neighbours while gates drive them; leakage and loss of carriers, shot by shot; moves, heating, photon
/// detectors. What is not: coherent errors of gates, drift within a run.
public struct EmulatedDevice: Device {
    public let description: DeviceDescription
    private let record: Calibration
    /// What acts: the record, unless the machine has drifted.
    private let truth: MachineTruth
    /// What a run may use of this computer.
    public var options: SimulationOptions
    /// Why it takes no jobs; nil while it does.
    public var maintenanceReason: String?

    public init(_ file: DeviceFile, options: SimulationOptions = SimulationOptions()) {
        self.init(file, truth: MachineTruth(file.calibration), options: options)
    }

    /// A machine that has drifted since the figures of `origin` were true.
    ///
    /// - Parameter record: what is believed of the machine now, the outcome of its last calibration; `origin` if nil.
    public init(
        _ origin: DeviceFile, drift: Drift, record: Calibration? = nil, options: SimulationOptions = SimulationOptions()
    ) {
        let known = record ?? origin.calibration
        self.init(
            DeviceFile(description: origin.description, calibration: known),
            truth: MachineTruth(
                drifting: origin.calibration, by: drift, record: known, on: origin.description),
            options: options)
    }

    /// A machine whose physics is not that of its record.
    init(_ file: DeviceFile, truth: MachineTruth, options: SimulationOptions = SimulationOptions()) {
        description = file.description
        record = file.calibration
        self.truth = truth
        self.options = options
    }

    public func calibration() throws(DeviceError) -> Calibration { record }

    public func status() -> DeviceStatus { maintenanceReason.map { .maintenance(reason: $0) } ?? .online }

    public func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        try check(executable, shots: shots)
        do { _ = try simulation(of: executable).0.estimate(shots: shots) } catch { throw DeviceError(error) }
    }

    public func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        try check(executable, shots: shots)
        let (simulation, noise) = simulation(of: executable)
        let result = try await simulation.run(shots: shots, seed: seed, progress: progress)
        if result.bits.isEmpty {
            throw DeviceError(
                .failed,
                "all \(shots) shots were lost on \(description.id): in each a carrier was lost, or a gate failed",
                cure: "ask for more shots, or make the program shorter")
        }
        return RawResult(
            shots: result.bits, outputs: result.outputs, method: "emulated: \(result.method)", isEmulated: true,
            notes: notes(executable, noise, result, shots: shots), lostShots: result.lostShots,
            noiseRealisations: result.method.realisations,
            deviceTime: Seconds(Double(shots) * (shotTime(executable) + description.timing.repetitionDelay.value)))
    }

    private func check(_ executable: Executable, shots: Int) throws(DeviceError) {
        var check = ExecutableCheck(description: description, calibration: record)
        try check.check(executable, shots: shots)
    }

    private func simulation(of executable: Executable) -> (Simulation, DeviceNoise) {
        var completed = executable.withEveryAlternative
        if truth.figures.environment.hasCrosstalk { completed = completed.inTimeOrder }
        let noise = DeviceNoise(completed, description: description, truth: truth)
        return (Simulation(completed.circuit, noise: noise, options: options), noise)
    }

    /// The time of one shot without the delay after it; loops count one turn.
    private func shotTime(_ executable: Executable) -> Double { executable.schedule?.duration ?? 0 }

    private func notes(_ executable: Executable, _ noise: DeviceNoise, _ result: SimulatedShots, shots: Int) -> [String]
    {
        var notes: [String] = []
        let method = result.method
        if result.lostShots > 0 {
            notes.append(
                "\(result.lostShots) of \(shots) shots were lost: a carrier was lost, or a gate failed, and it was noticed; "
                    + "counts are of the \(result.bits.count) others")
        }
        if executable.schedule == nil {
            notes.append(
                "the program has no times: relaxation in the gaps between instructions is left out, and so is the "
                    + "program's duration in the device time")
        }
        if method.isTwirled {
            notes.append(
                "approximate: the noise was replaced by its Pauli twirl, because the program is too wide otherwise"
                    + (noise.mayLose ? "; gates with an absent partner became random Pauli errors" : ""))
        }
        if method.isCoupled {
            notes.append(
                "parts of the program that only crosstalk joins were simulated apart: the ZZ coupling between them acts as Z "
                    + "flips on both in the same shots")
        }
        if let realisations = method.realisations {
            notes.append(
                "the shots share \(realisations) realisations of the noise; standard errors are widened as if only these counted"
            )
        }
        if !noise.relaxationLimited.isEmpty {
            let shown = noise.relaxationLimited.prefix(4).joined(separator: ", ")
            let count = noise.relaxationLimited.count
            notes.append(
                "relaxation alone exceeds the published error of \(count) gate\(count == 1 ? "" : "s") of the program "
                    + "(\(shown)\(count > 4 ? ", …" : "")): there the emulated error is that of relaxation")
        }
        return notes
    }
}
