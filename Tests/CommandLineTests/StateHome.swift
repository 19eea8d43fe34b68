import Foundation
import Kernel
import ScratchDirectory
import Storage

/// A user's state directory, and the processes of `kelvin-jobs` that work in it.
struct StateHome {
    let path = ScratchDirectory.url.appendingPathComponent("kelvin-\(UUID().uuidString)").path

    static let binary = program("kelvin-jobs")

    /// A program beside the tests.
    static func program(_ name: String) -> URL {
        let executable = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
        var directory = executable.deletingLastPathComponent()
        while directory.path != "/" {
            let candidate = directory.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            directory = directory.deletingLastPathComponent()
        }
        return URL(fileURLWithPath: "/nonexistent/\(name)")
    }

    /// Of the checkout.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    var store: SQLiteStorage {
        get throws {
            try SQLiteStorage(path: StateDirectory(environment: ["XDG_STATE_HOME": path]).database)
        }
    }

    func run(
        _ arguments: [String], failpoint: String? = nil, program: URL = binary, input: String? = nil,
        environment changes: [String: String] = [:]
    ) throws -> (code: Int32, wasKilled: Bool, output: String, errors: String) {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = Self.root
        var environment = ProcessInfo.processInfo.environment
        environment["XDG_STATE_HOME"] = path
        // What the person who runs the tests has signed in to is no business of theirs.
        environment["XDG_CONFIG_HOME"] = path + "/configuration"
        for name in ["KELVIN_SERVICE", "KELVIN_TOKEN", "KELVIN_CACERT"] { environment[name] = nil }
        environment["KELVIN_LEASE_SECONDS"] = "2"
        environment["KELVIN_FAILPOINT"] = failpoint
        process.environment = environment.merging(changes) { $1 }
        let output = Pipe(),
            errors = ScratchDirectory.url.appendingPathComponent(UUID().uuidString)
        _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: errors)
        process.standardInput = try ScratchDirectory.input(input ?? "")
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (
            process.terminationStatus, process.terminationReason == .uncaughtSignal,
            String(decoding: text, as: UTF8.self), try String(contentsOf: errors, encoding: .utf8)
        )
    }

    /// A program in a file of its own.
    func program(_ text: String) throws -> String {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = "\(path)/program-\(UUID().uuidString).qasm"
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return file
    }

    func history(of job: JobID) throws -> [JournalEntry] {
        try store.exclusively { (turn) throws(KernelError) in try turn.history(of: job) }
    }
}
