import Circuits

/// A device as JSON.
public struct DeviceDocument: Codable, Sendable {
    public var id: String
    public var name: String
    public var isDefault: Bool
    public var vendor: String
    public var modality: Modality
    public var emulated: Bool
    public var source: String
    /// Figures whose origin differs: a paper, a computation, or "assumed".
    public var figureSources: [FigureOrigin]
    public var sites: Int
    public var nativeGates: [Gate]
    public var maxShots: Int
    public var midCircuitMeasurement: Bool
    public var feedForward: Bool
    public var calibration: String
    public var calibrationTime: String?
    public var medianT1Seconds: Double?
    public var medianT2Seconds: Double?
    public var medianReadoutError: Double?
    /// In a word (online, maintenance, …), and why where there is a reason.
    public var status = "online"
    public var statusReason: String?
    public var deadSites: [Int]
    public var warnings: [String]

    public struct FigureOrigin: Codable, Sendable {
        public var figure: String
        public var source: String
    }

    public struct Gate: Codable, Sendable {
        public var name: String
        public var isVirtual: Bool
        /// Lower and upper bound of each parameter, radians; null for any angle.
        public var angles: [[Double]?]
        public var medianError: Double?
        public var medianSeconds: Double?
    }

    public init(_ device: any Device, isDefault: Bool) throws(DeviceError) {
        self.init(device.description, try device.calibration(), isDefault: isDefault)
        let state = device.status()
        status = state.name
        statusReason = state.reason
    }

    public init(_ description: DeviceDescription, _ calibration: Calibration, isDefault: Bool) {
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
