public import Circuits

/// The versions as JSON.
public struct CalibrationHistoryDocument: Encodable, Sendable {
    public var device: String
    public var versions: [Version]

    public struct Version: Encodable, Sendable {
        public var id: String
        public var time: String
        public var changed: Int?
        public var medianTwoQubitError: Double?
        public var medianT1Seconds: Double?
        public var medianT2Seconds: Double?
        public var medianReadoutError: Double?
    }

    public init(_ history: CalibrationHistory) {
        device = history.deviceID
        let changes = [nil] + history.changes.map { $0.changes.count }
        versions = zip(history.versions, changes).map { version, changed in
            Version(
                id: version.id, time: version.timestampText, changed: changed,
                medianTwoQubitError: version.twoQubitGate.flatMap { version.medianError(of: $0) },
                medianT1Seconds: version.medianT1?.value, medianT2Seconds: version.medianEffectiveT2?.value,
                medianReadoutError: version.medianReadoutError)
        }
    }
}

extension CalibrationHistory {
    /// The version that a user means: an id, the beginning of one, or a time at which it was in force.
    ///
    /// - Throws: `DeviceError.unavailable` where there is none.
    public func version(_ text: String) throws(DeviceError) -> Calibration {
        if let time = Timestamp.seconds(from: text) ?? Timestamp.seconds(from: text + "T23:59:59Z") {
            if let version = calibration(at: time) { return version }
            throw DeviceError(
                .unavailable,
                "\(deviceID) has no calibration from before \(text); its first is of \(versions.first?.timestampText ?? "–")",
                cure: "name a later time")
        }
        if let version = calibration(id: text) { return version }
        throw DeviceError(
            .unavailable, "'\(text)' is no version of the calibration of \(deviceID), and no time",
            cure: "`kelvin devices history \(deviceID)` lists the versions; times look like 2026-04-17T10:00:00Z")
    }
}

extension Calibration {
    /// The two-qubit gate with the most entries.
    public var twoQubitGate: StandardGate? {
        var counts: [StandardGate: Int] = [:]
        for gate in gates + defaults where gate.gate.qubitCount == 2 { counts[gate.gate, default: 0] += 1 }
        return counts.max { ($0.value, $1.key.rawValue) < ($1.value, $0.key.rawValue) }?.key
    }
}
