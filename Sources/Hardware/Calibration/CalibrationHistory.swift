/// The calibrations of one device in time: each is in force from its own time to that of the next.
public struct CalibrationHistory: Sendable {
    public let deviceID: String
    /// Oldest first; no two of one id.
    public private(set) var versions: [Calibration]

    /// - Parameter versions: in any order; of several with one id the first counts.
    public init(deviceID: String, versions: [Calibration] = []) {
        self.deviceID = deviceID
        self.versions = []
        for version in versions { insert(version) }
    }

    /// Adds a version; one whose id is known already changes nothing.
    ///
    /// - Returns: whether it was new.
    @discardableResult
    public mutating func insert(_ version: Calibration) -> Bool {
        guard !versions.contains(where: { $0.id == version.id }) else { return false }
        // Of equal times the later arrival is the later version.
        let place = versions.firstIndex { $0.timestamp > version.timestamp } ?? versions.count
        versions.insert(version, at: place)
        return true
    }

    /// The newest version.
    public var latest: Calibration? { versions.last }

    /// The version in force at a moment, seconds since 1970-01-01 UTC; nil before the first.
    public func calibration(at time: Double) -> Calibration? { versions.last { $0.timestamp <= time } }

    /// The version with this id, or with an id that begins so, if only one does.
    public func calibration(id: String) -> Calibration? {
        if let exact = versions.first(where: { $0.id == id }) { return exact }
        let matches = versions.filter { $0.id.hasPrefix(id) }
        return matches.count == 1 ? matches[0] : nil
    }

    /// What changed from each version to the next.
    public var changes: [CalibrationDiff] {
        zip(versions, versions.dropFirst()).map { CalibrationDiff(from: $0, to: $1) }
    }
}
