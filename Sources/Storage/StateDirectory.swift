import Foundation
public import Kernel

/// Where a user's jobs and results are kept: `$XDG_STATE_HOME/kelvin`, or `~/.local/state/kelvin`.
public struct StateDirectory: Sendable {
    public let path: String

    /// - Throws: `storage.open` where it cannot be made.
    public init(environment: [String: String]? = nil) throws(KernelError) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        // The specification says: a relative path is as good as none.
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = state + "/kelvin"
        } else if let home = environment["HOME"], !home.isEmpty {
            path = home + "/.local/state/kelvin"
        } else {
            throw KernelError(
                .system, code: "storage.open", "there is no place for jobs: neither XDG_STATE_HOME nor HOME is set",
                cure: "set XDG_STATE_HOME to a directory that can be written")
        }
        do {
            // Programs and results are their owner's business.
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw KernelError(
                .system, code: "storage.open",
                "the state directory \(path) cannot be made: \(error.localizedDescription)",
                cure: "set XDG_STATE_HOME to a directory that can be written")
        }
    }

    public var database: String { path + "/jobs.sqlite" }
    /// Held by the background worker.
    public var workerLock: String { path + "/worker.lock" }
    public var workerLog: String { path + "/worker.log" }
}
