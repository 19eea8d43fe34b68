public import Hardware
public import Simulators

/// A machine without noise and without times: every standard gate between any sites.
///
/// Results carry the exact distribution over the final bits where the program allows it; the shots are sampled from it.
public struct IdealDevice: Device {
    public let description: DeviceDescription
    /// What a run may use of this computer.
    public var options: SimulationOptions

    public init(options: SimulationOptions = SimulationOptions()) {
        description = Self.idealDescription
        self.options = options
        self.options.wantsProbabilities = true
    }

    public func calibration() throws(DeviceError) -> Calibration { Self.idealCalibration }

    public func status() -> DeviceStatus { .online }

    public func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
        try check(executable, shots: shots)
        let simulation = Simulation(executable.circuit, options: options)
        do { _ = try simulation.estimate(shots: shots) } catch { throw DeviceError(error) }
    }

    private func check(_ executable: Executable, shots: Int) throws(DeviceError) {
        var check = ExecutableCheck(
            description: description, calibration: Self.idealCalibration, allowsDefinedGates: true)
        try check.check(executable, shots: shots)
    }

    public func run(
        _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
    ) async throws(DeviceError) -> RawResult {
        try check(executable, shots: shots)
        let simulation = Simulation(executable.circuit, options: options)
        let result = try await simulation.run(shots: shots, seed: seed, progress: progress)
        return RawResult(
            shots: result.bits, outputs: result.outputs, exactProbabilities: result.probabilities,
            method: "simulated without noise: \(result.method)", isEmulated: true, deviceTime: .zero)
    }
}
