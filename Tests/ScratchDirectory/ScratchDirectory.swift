public import Foundation

/// Where tests keep their files: a directory of the process, which goes when the process does.
public enum ScratchDirectory {
    public static let url: URL = {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-tests-\(getpid())")
        try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(at: ScratchDirectory.url) }
        return url
    }()

    /// What a program is to read as its input: a file, since whoever writes to a pipe that a program has not read before it
    /// ended is killed (`SIGPIPE`), and with it all tests of the process.
    public static func input(_ text: String) throws -> FileHandle {
        let file = url.appendingPathComponent(UUID().uuidString)
        try Data(text.utf8).write(to: file)
        // Open, it needs no name.
        defer { try? FileManager.default.removeItem(at: file) }
        return try FileHandle(forReadingFrom: file)
    }
}
