/// Where versions of calibrations are kept.
public protocol CalibrationStore: Sendable {
    /// Every version kept of a device; empty if there is none.
    func history(of deviceID: String) throws(DeviceError) -> CalibrationHistory
    /// Keeps a version for good. A version that is kept already is not changed.
    func add(_ version: Calibration, of description: DeviceDescription) throws(DeviceError)
}

/// Versions as device files in a directory: `<directory>/<device>/<time>-<id>.json`.
///
/// Each is a whole device file, so that it can be looked at, compared line by line, and run as a device by its path.
/// Files appear whole or not at all; several processes may write at the same time.
public struct CalibrationDirectory: CalibrationStore {
    public let path: String

    public init(path: String) { self.path = path }

    /// - Throws: `DeviceError` for the first version that cannot be read, with its file.
    public func history(of deviceID: String) throws(DeviceError) -> CalibrationHistory {
        var history = CalibrationHistory(deviceID: deviceID)
        let directory = try self.directory(of: deviceID)
        for name in FileBytes.names(in: directory) where name.hasSuffix(".json") {
            let file = try DeviceFile(path: "\(directory)/\(name)")
            guard file.description.id == deviceID else {
                throw DeviceError(
                    .invalidFile,
                    "\(directory)/\(name): the file is a calibration of \(file.description.id), not of \(deviceID)",
                    cure: "remove it from the history of \(deviceID)")
            }
            history.insert(file.calibration)
        }
        return history
    }

    public func add(_ version: Calibration, of description: DeviceDescription) throws(DeviceError) {
        let directory = try self.directory(of: description.id)
        if let reason = FileBytes.makeDirectories(directory) {
            throw DeviceError(
                .failed, "the calibration was not kept: \(directory): \(reason)",
                cure: "make the directory writable, or set KELVIN_STATE to another one")
        }
        let time = version.timestampText.filter { $0 != ":" && $0 != "-" }
        let file = "\(directory)/\(time)-\(version.id).json"
        if FileBytes.exists(file) { return }
        try DeviceFile(description: description, calibration: version).write(to: file)
    }

    /// The newest version kept; nil if there is none. Reads one file: names begin with their time.
    public func latest(of deviceID: String) throws(DeviceError) -> Calibration? {
        let directory = try self.directory(of: deviceID)
        guard let name = FileBytes.names(in: directory).last(where: { $0.hasSuffix(".json") }) else { return nil }
        return try DeviceFile(path: "\(directory)/\(name)").calibration
    }

    /// Writes a small text whole or not at all, with the directories it lies in.
    package static func writeBeside(_ path: String, _ text: String) throws(DeviceError) {
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if let reason = FileBytes.makeDirectories(directory) ?? FileBytes.write(Array(text.utf8), to: path) {
            throw DeviceError(
                .failed, "\(path) was not written: \(reason)",
                cure: "make the directory writable, or set KELVIN_STATE to another one")
        }
    }

    /// Ids come from users and files: one that is no plain name would lead out of the directory.
    private func directory(of deviceID: String) throws(DeviceError) -> String {
        let isPlain =
            !deviceID.isEmpty && deviceID != "." && deviceID != ".." && !deviceID.utf8.contains(UInt8(ascii: "/"))
            && !deviceID.utf8.contains(0)
        guard isPlain else {
            throw DeviceError(
                .invalidFile, "the device id \"\(deviceID)\" cannot name a directory", cure: "choose an id without /")
        }
        return "\(path)/\(deviceID)"
    }
}
