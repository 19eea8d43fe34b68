import Circuits
import Drivers
import Hardware
import Kernel
import Mitigation
import Testing

/// Where an emulator lets shots share noise realisations, standard errors say so.
@Suite struct SharedRealisationTests {
    /// A device that claims independent noise for every `share` shots only; everything else is the machine's.
    private struct Sharing: Device, DeviceProvider {
        let machine: any Device
        let share: Int

        var description: DeviceDescription { machine.description }
        func calibration() throws(DeviceError) -> Calibration { try machine.calibration() }
        func status() -> DeviceStatus { machine.status() }
        func validate(_ executable: Executable, shots: Int) throws(DeviceError) {
            try machine.validate(executable, shots: shots)
        }
        func run(
            _ executable: Executable, shots: Int, seed: UInt64, progress: (@Sendable (Double) -> Void)?
        ) async throws(DeviceError) -> RawResult {
            var result = try await machine.run(executable, shots: shots, seed: seed, progress: progress)
            result.noiseRealisations = shots / share
            return result
        }
        func device(_ id: String) throws(DeviceError) -> any Device { self }
    }

    @Test func standardErrorsAreWidened() async throws {
        var circuit = Circuit(name: "tilt", qubitCount: 1)
        circuit.append(.ry, [0], [1])
        let observable = try Observable(parsing: "Z", qubitCount: 1)
        var errors: [Double] = []
        for share in [1, 16] {
            let fleet = Sharing(machine: try DeviceCatalog().device("heron-133"), share: share)
            let runtime = Runtime(devices: fleet)
            let job = try await runtime.submit(
                JobRequest(
                    name: "tilt", workload: .estimate([EstimatorPUB(circuit, observables: [observable])]),
                    device: "heron-133", shots: 1600, seed: 3))
            guard case .estimates(let result) = try await runtime.result(of: job).blocks[0] else { continue }
            errors.append(result.estimates[0].standardError)
        }
        #expect(errors.count == 2 && abs(errors[1] / errors[0] - 4) < 1e-9)
    }
}
