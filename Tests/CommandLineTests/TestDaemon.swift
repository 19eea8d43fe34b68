import Foundation
import Testing

/// A real daemon behind TLS, with a certificate of an authority that nobody else knows.
final class TestDaemon {
    let directory: String
    private(set) var port = 0
    private var process = Process()

    var url: String { "https://localhost:\(port)" }
    var authority: String { directory + "/ca.pem" }
    var token: String {
        get throws {
            try String(contentsOfFile: directory + "/data/admin.token", encoding: .utf8)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
    }

    private let settings: [String: String]

    /// - Parameter environment: of the daemon, beside the tests' own.
    init(environment: [String: String] = [:]) throws {
        settings = environment
        directory =
            FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-daemon-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try openssl(
            ["req", "-x509"] + curve + [
                "-days", "2", "-subj", "/CN=A private authority", "-keyout", "ca.key", "-out", "ca.pem",
            ])
        try openssl(["req"] + curve + ["-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"])
        try "subjectAltName=DNS:localhost\n".write(toFile: directory + "/names", atomically: true, encoding: .utf8)
        try openssl([
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.pem",
        ])
        try start()
    }

    private func openssl(_ words: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + words
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(words[0])")
    }

    /// On the port it had before, if it had one.
    func start() throws {
        process = Process()
        process.executableURL = StateHome.program("kelvind")
        process.arguments = [
            "serve", "--lease", "1", "--data", directory + "/data", "--port", "\(port)", "--host", "localhost",
            "--certificate",
            directory + "/server.pem", "--private-key", directory + "/server.key",
        ]
        process.environment = ProcessInfo.processInfo.environment
            .merging(["KELVIN_STATE": directory + "/devices"]) { $1 }.merging(settings) { $1 }
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var text = ""
        while !text.contains("listening on ") || !text.hasSuffix("\n") {
            let more = output.fileHandleForReading.availableData
            try #require(!more.isEmpty, "the daemon did not start: \(text)")
            text += String(decoding: more, as: UTF8.self)
        }
        let number = text.split(separator: ":").last.flatMap { Int($0.filter(\.isNumber)) }
        port = try #require(number)
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    deinit {
        if process.isRunning {
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
