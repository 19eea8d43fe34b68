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
        let simulation = try simulation(of: executable)
        do { _ = try simulation.estimate(shots: shots) } catch { throw DeviceError(error) }
    }

    /// The program with the noise that it asks for itself, if it asks for any.
    private func simulation(of executable: Executable) throws(DeviceError) -> Simulation {
        do throws(RequestedNoise.Fault) {
            let noise = try RequestedNoise(executable.circuit)
            return Simulation(executable.circuit, noise: noise, options: options)
        } catch {
            throw DeviceError(.unsupported, error.message, location: error.location)
        }
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
        let simulation = try simulation(of: executable)
        let result = try await simulation.run(shots: shots, seed: seed, progress: progress)
        return RawResult(
            shots: result.bits, outputs: result.outputs, exactProbabilities: result.probabilities,
            method: "simulated with\(simulation.noise == nil ? "out" : " the program's own") noise: \(result.method)",
            isEmulated: true, deviceTime: .zero)
    }
}
