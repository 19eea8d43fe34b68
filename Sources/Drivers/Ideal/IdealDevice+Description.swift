import Circuits
import Hardware

extension IdealDevice {
    /// As many as the stabilizer simulator takes with ease; other programs meet the memory first.
    static let siteCount = 1024

    static let idealDescription = DeviceDescription(
        id: "ideal", name: "Ideal simulator", vendor: "Kelvin", modality: .simulator, isEmulated: true,
        source: "the laws of quantum mechanics: no noise, no times", siteCount: siteCount,
        nativeGates: StandardGate.allCases.filter { $0 != .gphase }.map { NativeGate(gate: $0) }, connectivity: .all,
        timing: .none,
        abilities: Abilities(
            midCircuitMeasurement: true, feedForward: true, reset: true, maxShots: 10_000_000))

    static let idealCalibration = Calibration(
        id: "ideal", timestamp: 0, sites: Array(repeating: SiteCalibration(), count: siteCount), gates: [],
        defaults: idealDescription.nativeGates.map {
            GateCalibration(gate: $0.gate, sites: [], error: 0, duration: .zero)
        })
}
