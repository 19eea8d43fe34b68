public import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A real PostgreSQL server, with its files in a directory of its own, reached through a socket in it. It ends with the
/// process that started it, however that ends.
public final class PostgreSQLServer: Sendable {
    public let directory: String
    private let process: Mutex<(process: Process, leash: Pipe)>
    private let databases = Mutex(0)

    public struct Unavailable: Error { public var reason: String }

    /// One for all tests of a process.
    public static let shared = Result { try PostgreSQLServer() }

    /// - Parameter settings: lines for its configuration.
    public init(settings: [String] = []) throws {
        let directory = NSTemporaryDirectory() + "/kelvin-pg-\(UUID().uuidString.prefix(8))"
        self.directory = directory
        let binaries = try Self.binaries()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // It refuses to work for root: then it works for the user that Debian made for it.
        let asUser = getuid() == 0 ? ["runuser", "-u", "postgres", "--"] : []
        if getuid() == 0 { try Self.run(["chown", "postgres", directory]) }
        try Self.run(
            asUser + [
                "\(binaries)/initdb", "-D", directory + "/data", "-U", "kelvin", "-A", "trust", "--no-sync", "-E",
                "UTF8",
                "--no-locale",
            ])
        // A shell holds it on a leash: when the pipe to us breaks, it ends the server and clears up.
        let script = """
            cd "$1"; shift
            "$@" </dev/null >>server.log 2>&1 & server=$!
            cat >/dev/null
            kill -INT $server; wait $server; rm -rf "$PWD"
            """
        let options = (["unix_socket_directories=\(directory)", "listen_addresses=", "max_connections=200"] + settings)
            .flatMap { ["-c", $0] }
        process = Mutex(
            try Self.start(
                asUser + ["sh", "-c", script, "sh", directory, "\(binaries)/postgres", "-D", directory + "/data"]
                    + options))
        try waitUntilItAnswers()
    }

    deinit { stop() }

    /// Ends it; what its databases held is gone.
    public func stop() {
        process.withLock { entry in
            try? entry.leash.fileHandleForWriting.close()
            entry.process.waitUntilExit()
        }
    }

    /// The address of a new, empty database.
    public func database() throws -> String {
        let name = databases.withLock { count in
            count += 1
            return "test\(count)"
        }
        try sql("CREATE DATABASE \(name)")
        return address(name)
    }

    public func address(_ name: String) -> String { "postgres://kelvin@/\(name)?host=\(directory)" }

    /// Runs statements as the server's administrator, by its own client.
    ///
    /// - Returns: rows, columns separated by `|`.
    @discardableResult
    public func sql(_ text: String, in database: String = "postgres") throws -> String {
        try Self.run([
            "psql", "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-d", address(database), "-c", text,
        ])
    }

    /// Ends every connection to a database, as a restart or a broken cable would.
    public func dropConnections(to database: String) throws {
        try sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)' AND pid <> pg_backend_pid()"
        )
    }

    /// The name within an address that `database` gave.
    public static func name(_ address: String) -> String {
        String(address.prefix { $0 != "?" }.split(separator: "/").last ?? "")
    }

    private func waitUntilItAnswers() throws {
        var last: (any Error)?
        for _ in 0..<100 {
            do {
                try sql("SELECT 1")
                return
            } catch { last = error }
            usleep(100_000)
        }
        throw Unavailable(reason: "the server does not answer: \(last.map { "\($0)" } ?? "")")
    }

    /// Where Debian keeps the programs of the newest version.
    private static func binaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }
        guard let newest = versions.max() else {
            throw Unavailable(reason: "no PostgreSQL is installed: apt-get install postgresql")
        }
        return "\(root)/\(newest)/bin"
    }

    @discardableResult
    private static func run(_ words: [String]) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = URL(fileURLWithPath: "/")
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Unavailable(reason: "\(words.joined(separator: " ")): \(text)")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func start(_ words: [String]) throws -> (process: Process, leash: Pipe) {
        let process = Process(), leash = Pipe()
        // Other children must not hold the leash.
        _ = fcntl(leash.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardInput = leash
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return (process, leash)
    }
}
