public import Hardware
public import Simulators

/// The devices a user can name: Kelvin's own and those of the user's directories.
///
/// A name with a slash or the ending `.json` is the path of a device file. Any other name is an id: `ideal`, or the
/// file `<id>.json` in the first directory that has it. The directories are those given, then those in the
/// environment's `KELVIN_DEVICES` (separated by colons), then the one shipped with Kelvin, so that a user's file hides
/// a shipped one of the same id.
///
/// A device named by its id has the newest calibration that `memory` keeps of it, and, where it is emulated, behaves as
/// far away from its file as it has drifted.
public struct DeviceCatalog: Sendable {
    /// What runs when nobody says which device.
    public static let defaultID = "heron-133"

    /// In the order of the search.
    public let directories: [String]

    /// What is remembered of devices; nil for nothing.
    public var memory: DeviceMemory?

    /// Who keeps the tokens of attached machines that are sealed; nil outside a service.
    public var secrets: (any SecretSource)?

    /// The one among them that belongs to Kelvin; nil if it cannot be found.
    private let shipped: String?

    /// - Parameter directories: searched first; each must exist.
    /// - Throws: `DeviceError.unavailable` for a directory that cannot be read. That Kelvin's own is missing is told when
    ///   a device is asked for.
    public init(directories: [String] = []) throws(DeviceError) {
        try self.init(
            directories: directories, environment: Directories.environment("KELVIN_DEVICES"),
            shipped: Self.shippedDirectory)
        memory = DeviceMemory.ofUser
    }

    init(directories: [String], environment: String?, shipped: String?) throws(DeviceError) {
        let environment = environment?.split(separator: ":").map(String.init) ?? []
        for (list, origin) in [(directories, "given"), (environment, "named in KELVIN_DEVICES")] {
            for directory in list where Directories.names(in: directory) == nil {
                throw DeviceError(
                    .unavailable, "the device directory \(directory), \(origin), cannot be read",
                    cure: "create it, or correct the path")
            }
        }
        self.directories = directories + environment + (shipped.map { [$0] } ?? [])
        self.shipped = shipped
    }

    /// One device in the list.
    public struct Entry: Hashable, Sendable {
        public var id: String
        /// Nil for a device that Kelvin makes without a file.
        public var path: String?
        /// Whether it came with Kelvin.
        public var isShipped: Bool
    }

    /// What the directories hold, without reading the files: `ideal`, then by id.
    public var entries: [Entry] {
        var found: [String: Entry] = [:]
        for directory in directories {
            for name in Directories.names(in: directory) ?? [] where name.hasSuffix(".json") {
                if name.hasSuffix(QDMIManifest.suffix) {
                    // A manifest lists devices under names of their own.
                    let path = "\(directory)/\(name)"
                    for attachment in (try? QDMIManifest(path: path))?.attachments ?? []
                    where found[attachment.id] == nil {
                        found[attachment.id] = Entry(id: attachment.id, path: path, isShipped: false)
                    }
                    continue
                }
                let id = String(name.dropLast(5)), isShipped = directory == shipped
                if found[id] == nil { found[id] = Entry(id: id, path: "\(directory)/\(name)", isShipped: isShipped) }
            }
        }
        found["ideal"] = nil
        return [Entry(id: "ideal", path: nil, isShipped: true)] + found.values.sorted { $0.id < $1.id }
    }

    /// Reads the device file behind a name.
    ///
    /// - Throws: `DeviceError.unavailable` if there is none, `.invalidFile` if it is not right.
    public func file(_ name: String) throws(DeviceError) -> DeviceFile {
        if Self.isPath(name) { return try DeviceFile(path: name) }
        guard let entry = entries.first(where: { $0.id == name }), let path = entry.path else { throw unknown(name) }
        let file = try DeviceFile(path: path)
        guard file.description.id == name else {
            throw DeviceError(
                .invalidFile, "\(path): id: the file says it is the device \"\(file.description.id)\"",
                cure: "name the file \(file.description.id).json, or change its id to \"\(name)\"")
        }
        return file
    }

    /// The device behind a name, ready to run.
    ///
    /// - Throws: as `file(_:)`.
    public func device(
        _ name: String = DeviceCatalog.defaultID, options: SimulationOptions = SimulationOptions()
    ) throws(DeviceError) -> any Device {
        if name == "ideal" { return IdealDevice(options: options) }
        if var attachment = try attachment(name) {
            attachment.secrets = secrets
            return try attachment.open()
        }
        let file = try file(name)
        // A path means the very file; what is remembered belongs to ids.
        guard let memory, !Self.isPath(name) else { return EmulatedDevice(file, options: options) }
        let record = try newestRecord(of: file, in: memory), drift = try memory.drift(of: name)
        var device =
            record == nil && drift == nil
            ? EmulatedDevice(file, options: options)
            : EmulatedDevice(file, drift: drift ?? Drift(seed: 0, age: .zero), record: record, options: options)
        device.maintenanceReason = memory.drainReason(of: name)
        return device
    }

    /// The machine of somebody else behind a name; nil where the name is that of a device file.
    ///
    /// - Throws: `DeviceError.invalidFile` for an attachment or a manifest that is not right.
    public func attachment(_ name: String) throws(DeviceError) -> Attachment? {
        let isPath = Self.isPath(name)
        // PATH#ID names one device of a manifest with several.
        let parts = name.split(separator: "#", maxSplits: 1).map(String.init)
        let path = isPath ? parts.first : entries.first { $0.id == name }?.path
        guard let path else { return nil }
        if path.hasSuffix(QDMIManifest.suffix) {
            let found = try QDMIManifest(path: path).attachments
            let wanted = isPath ? (parts.count == 2 ? parts[1] : found.count == 1 ? found[0].id : "") : name
            guard let attachment = found.first(where: { $0.id == wanted }) else {
                throw DeviceError(
                    .unavailable, "\(path): which device of the manifest?",
                    cure: "write \(path)#ID; it has: \(found.map(\.id).joined(separator: ", "))")
            }
            return attachment
        }
        guard try Attachment.mayBe(path) else { return nil }
        let node = try JSONFile.read(path)
        guard Attachment.isAttachment(node) else { return nil }
        return try Attachment(node, path: path)
    }

    /// The newest calibration that is remembered; nil where the device file's own is as new.
    private func newestRecord(of file: DeviceFile, in memory: DeviceMemory) throws(DeviceError) -> Calibration? {
        let id = file.description.id
        guard let record = try memory.calibrations.latest(of: id), record.timestamp > file.calibration.timestamp else {
            return nil
        }
        guard record.sites.count == file.description.siteCount else {
            throw DeviceError(
                .invalidFile,
                "the newest calibration remembered of \(id) has \(record.sites.count) sites, the device "
                    + "\(file.description.siteCount)",
                cure: "remove \(memory.calibrations.path)/\(id), which belongs to another machine of that name")
        }
        return record
    }

    /// Every version of a device's calibration: that of its file, and those remembered.
    ///
    /// - Throws: as `file(_:)`, and for a version that cannot be read.
    public func history(of name: String) throws(DeviceError) -> CalibrationHistory {
        let file = try file(name)
        var history = CalibrationHistory(deviceID: file.description.id, versions: [file.calibration])
        if let memory, !Self.isPath(name) {
            for version in try memory.calibrations.history(of: name).versions { history.insert(version) }
        }
        return history
    }

    private static func isPath(_ name: String) -> Bool { name.contains("/") || name.hasSuffix(".json") }

    /// The device behind a name, its emulator allowed to take an estimated time for one program.
    ///
    /// - Throws: as `file(_:)`.
    public func device(_ name: String, emulationLimit: Seconds) throws(DeviceError) -> any Device {
        try device(name, options: SimulationOptions(timeLimit: emulationLimit.value))
    }

    private func unknown(_ name: String) -> DeviceError {
        if shipped == nil {
            return DeviceError(
                .unavailable, "there is no device \"\(name)\": the device files that belong to Kelvin are missing",
                cure: "keep the directory \(Self.bundle) beside the kelvin executable, or set KELVIN_DEVICES to a "
                    + "directory with device files")
        }
        return DeviceError(
            .unavailable, "there is no device \"\(name)\"",
            cure: "known devices: \(entries.map(\.id).joined(separator: ", ")); a device file is given by its path")
    }

    #if os(Linux)
    private static let bundle = "kelvin_Drivers.resources"
    #else
    private static let bundle = "kelvin_Drivers.bundle"
    #endif

    static let shippedDirectory =
        findShipped(executableDirectory: Directories.ofExecutable, sourceFile: #filePath)
        ?? findShipped(executableDirectory: Directories.ofModule, sourceFile: #filePath)

    /// The directory of Kelvin's own device files: beside the executable, in `share/kelvin/devices` of an installation,
    /// or in the sources it was built from. `Bundle.module` is not asked, because it ends the process if there is none.
    static func findShipped(executableDirectory: String?, sourceFile: String) -> String? {
        var candidates: [String] = []
        if let executableDirectory {
            candidates.append("\(executableDirectory)/\(bundle)/Devices")
            if let prefix = Directories.parent(of: executableDirectory) {
                candidates.append("\(prefix)/share/kelvin/devices")
            }
        }
        let room = Directories.parent(of: sourceFile).flatMap(Directories.parent)
        if let room { candidates.append("\(room)/Devices") }
        return candidates.first(where: Directories.exists)
    }
}
