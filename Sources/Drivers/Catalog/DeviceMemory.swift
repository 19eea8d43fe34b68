public import Hardware

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What Kelvin remembers of devices from one run to the next: the versions of their calibrations, and how far emulated
/// machines have drifted.
public struct DeviceMemory: Sendable {
    /// The directory; it need not exist.
    public let path: String

    public init(path: String) { self.path = path }

    /// `KELVIN_STATE`, else `kelvin` in `XDG_STATE_HOME`, else `~/.local/state/kelvin`; nil where none of them is set, or
    /// where `KELVIN_STATE` is empty.
    public static var ofUser: DeviceMemory? {
        if let path = Directories.environment("KELVIN_STATE") { return path.isEmpty ? nil : DeviceMemory(path: path) }
        if let state = Directories.environment("XDG_STATE_HOME"), !state.isEmpty {
            return DeviceMemory(path: "\(state)/kelvin")
        }
        return Directories.environment("HOME").flatMap { $0.isEmpty ? nil : "\($0)/.local/state/kelvin" }
            .map(DeviceMemory.init)
    }

    public var calibrations: CalibrationDirectory { CalibrationDirectory(path: "\(path)/calibrations") }

    /// How far an emulated machine has drifted; nil where it does not.
    ///
    /// - Throws: `DeviceError.invalidFile` for a file that is not what it should be.
    public func drift(of device: String) throws(DeviceError) -> Drift? {
        let file = self.file(device)
        guard let text = Self.text(file) else { return nil }
        let lines = text.split(separator: "\n").map { $0.split(separator: " ") }
        if lines.count == 3, lines[0] == ["kelvin-drift", "1"], lines[1].count == 2, lines[1][0] == "seed",
            let seed = UInt64(lines[1][1]), lines[2].count == 2, lines[2][0] == "age", let age = Double(lines[2][1]),
            age >= 0, age <= Self.longestAge
        {
            return Drift(seed: seed, age: Seconds(age))
        }
        throw DeviceError(
            .invalidFile, "\(file): this does not say how \(device) has drifted",
            cure: "remove the file, or write it anew with `kelvin devices age \(device)`")
    }

    /// A hundred years, in seconds: what lies beyond is a slip of the pen.
    public static let longestAge = 100 * 365.25 * 86_400

    /// Lets an emulated machine drift from now on, or stand still again.
    ///
    /// - Throws: `DeviceError.failed` with the system's reason.
    public func setDrift(_ drift: Drift?, of device: String) throws(DeviceError) {
        let file = self.file(device)
        guard let drift else {
            unlink(file)
            return
        }
        let text = "kelvin-drift 1\nseed \(drift.seed)\nage \(drift.age.value)\n"
        try CalibrationDirectory.writeBeside(file, text)
    }

    /// Why a device is drained; nil while it takes jobs.
    public func drainReason(of device: String) -> String? {
        Self.text("\(path)/drained/\(device)").map { $0.split(separator: "\n").first.map(String.init) ?? "drained" }
    }

    /// Lets a device take no new jobs, or take them again.
    ///
    /// - Throws: `DeviceError.failed` with the system's reason.
    public func setDrainReason(_ reason: String?, of device: String) throws(DeviceError) {
        let file = "\(path)/drained/\(device)"
        guard let reason else {
            unlink(file)
            return
        }
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(200)
        try CalibrationDirectory.writeBeside(file, "\(line.isEmpty ? "drained" : line)\n")
    }

    private func file(_ device: String) -> String { "\(path)/drift/\(device)" }

    private static func text(_ path: String) -> String? {
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
