public import Foundation

/// Where tests keep their files: a directory of the process, which goes when the process does.
public enum ScratchDirectory {
    public static let url: URL = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-tests-\(getpid())")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: ScratchDirectory.url) }
        return url
    }()
}
