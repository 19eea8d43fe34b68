import Circuits

/// A Kelvin device file: what a machine is, how well it worked at one moment, and where the figures come from.
///
/// The format, versions 1 and 2, is described in `Docs/device-file.md`. What a file says wrongly is refused with the file, the
/// line, the path inside the file, the value and the cure; what is doubtful but usable is kept and listed in
/// `Calibration.warnings`.
public struct DeviceFile: Sendable {
    public var description: DeviceDescription
    public var calibration: Calibration

    /// The latest version this reader and writer speak; all before it are read too.
    public static let version = 2
    static let format = "kelvin-device"
    /// A file beyond this size is not read; the shipped ones take 0.2 MB.
    static let maximumSize = 64 << 20
    static let maximumSites = 1 << 16

    public init(description: DeviceDescription, calibration: Calibration) {
        self.description = description
        self.calibration = calibration
    }

    /// Reads and checks a file.
    ///
    /// - Throws: `DeviceError.unavailable` if it cannot be read, `.invalidFile` if it is not a right device file.
    public init(path: String) throws(DeviceError) {
        let bytes: [UInt8]
        switch FileBytes.read(path, limit: Self.maximumSize) {
        case .success(let content): bytes = content
        case .failure(let failure):
            throw DeviceError(
                .unavailable, "device file \(path): \(failure.reason)",
                cure: "check the path; `kelvin devices list` shows the devices there are")
        }
        self = try bytes.withUnsafeBufferPointer { buffer throws(DeviceError) in
            try DeviceFile(bytes: buffer, name: path)
        }
    }

    /// Reads and checks a text; `name` stands for the file in messages.
    public init(text: String, name: String) throws(DeviceError) {
        let bytes = Array(text.utf8)
        self = try bytes.withUnsafeBufferPointer { buffer throws(DeviceError) in
            try DeviceFile(bytes: buffer, name: name)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, name: String) throws(DeviceError) {
        do {
            self = try DeviceFileReader.read(try JSONParser.parse(bytes))
        } catch {
            var place = name
            if let offset = error.offset {
                let before = bytes[..<min(offset, bytes.count)]
                let line = before.count { $0 == 0x0A } + 1
                let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
                place += ":\(line):\(column)"
            }
            let path = error.path.isEmpty ? "" : "\(error.path): "
            throw DeviceError(.invalidFile, "\(place): \(path)\(error.message)", cure: error.cure)
        }
    }

    /// The file's text; reading it gives the same description and calibration, and equal content gives equal text.
    public var text: String { DeviceFileWriter.text(of: self) }

    /// Writes the file whole or not at all: it is written beside its place and then moved there.
    ///
    /// - Throws: `DeviceError.failed` with the system's reason.
    public func write(to path: String) throws(DeviceError) {
        if let reason = FileBytes.write(Array(text.utf8), to: path) {
            throw DeviceError(.failed, "device file \(path) was not written: \(reason)", cure: "check the directory")
        }
    }
}
