import Circuits
import Hardware

/// A device as JSON.
struct DeviceDocument: Encodable {
    var id: String
    var name: String
    var isDefault: Bool
    var vendor: String
    var modality: Modality
    var emulated: Bool
    var source: String
    /// Figures whose origin differs: a paper, a computation, or "assumed".
    var figureSources: [FigureOrigin]
    var sites: Int
    var nativeGates: [Gate]
    var maxShots: Int
    var midCircuitMeasurement: Bool
    var feedForward: Bool
    var calibration: String
    var calibrationTime: String?
    var medianT1Seconds: Double?
    var medianT2Seconds: Double?
    var medianReadoutError: Double?
    /// In a word (online, maintenance, …), and why where there is a reason.
    var status = "online"
    var statusReason: String?
    var deadSites: [Int]
    var warnings: [String]

    struct FigureOrigin: Encodable {
        var figure: String
        var source: String
    }

    struct Gate: Encodable {
        var name: String
        var isVirtual: Bool
        /// Lower and upper bound of each parameter, radians; null for any angle.
        var angles: [[Double]?]
        var medianError: Double?
        var medianSeconds: Double?
    }

    init(_ device: any Device, isDefault: Bool) throws(DeviceError) {
        self.init(device.description, try device.calibration(), isDefault: isDefault)
        let state = device.status()
        status = state.name
        statusReason = state.reason
    }

    init(_ description: DeviceDescription, _ calibration: Calibration, isDefault: Bool) {
        id = description.id
        name = description.name
        self.isDefault = isDefault
        vendor = description.vendor
        modality = description.modality
        emulated = description.isEmulated
        source = description.source
        figureSources = description.figureSources.map { FigureOrigin(figure: $0.figure, source: $0.source) }
        sites = description.siteCount
        nativeGates = description.nativeGates.map { gate in
            Gate(
                name: gate.gate.name, isVirtual: gate.isVirtual,
                angles: gate.angleRanges.map { $0.map { [$0.lowerBound, $0.upperBound] } },
                medianError: calibration.medianError(of: gate.gate),
                medianSeconds: calibration.medianDuration(of: gate.gate)?.value)
        }
        maxShots = description.abilities.maxShots
        midCircuitMeasurement = description.abilities.midCircuitMeasurement
        feedForward = description.abilities.feedForward
        self.calibration = calibration.id
        calibrationTime = description.modality == .simulator ? nil : calibration.timestampText
        medianT1Seconds = calibration.medianT1?.value
        medianT2Seconds = calibration.medianEffectiveT2?.value
        medianReadoutError = calibration.medianReadoutError
        deadSites = calibration.deadSites.map(\.index)
        warnings = calibration.warnings
    }
}
