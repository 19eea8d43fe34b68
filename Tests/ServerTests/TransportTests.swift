import Foundation
import Testing

@testable import Server

/// The service behind TLS, asked by curl.
@Suite struct TransportTests {
    /// A certificate in a directory of its own, made by OpenSSL.
    private final class Identity {
        let directory: String

        init() throws {
            directory = TestService.directory()
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            try renew(2)
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        var certificate: String { directory + "/server.pem" }
        var key: String { directory + "/server.key" }

        func renew(_ serial: Int) throws {
            let made = try TransportTests.run([
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-days",
                "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-set_serial", "\(serial)",
                "-keyout", key, "-out", certificate,
            ])
            try #require(made.status == 0, "\(made.text)")
        }
    }

    private static func run(_ words: [String], input: String? = nil) throws -> (status: Int32, text: String) {
        let process = Process(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    /// Asks with curl, on a thread that the service does not need.
    private static func curl(
        _ service: TestService, _ identity: Identity, _ words: [String], path: String = "/v1/me"
    ) async throws -> (status: Int32, text: String) {
        let all =
            [
                "curl", "-sS", "--max-time", "30", "--cacert", identity.certificate, "-H",
                "Authorization: Bearer \(service.admin)",
            ] + words + ["https://localhost:\(service.port)\(path)"]
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try run(all) }) }
        }
    }

    private static let marks = ["-o", "/dev/null", "-w", "%{http_code} %{http_version} %{ssl_verify_result}"]

    @Test func itSpeaksHTTP2AndHTTP1OverTLS13AndNothingOlder() async throws {
        let identity = try Identity()
        let service = try await TestService {
            $0.certificate = identity.certificate
            $0.privateKey = identity.key
        }
        #expect(try await Self.curl(service, identity, Self.marks + ["--http2"]).text == "200 2 0")
        #expect(try await Self.curl(service, identity, Self.marks + ["--http1.1"]).text == "200 1.1 0")
        // curl: 35 is a handshake that failed.
        #expect(try await Self.curl(service, identity, Self.marks + ["--tls-max", "1.2"]).status == 35)
        // A job over HTTP/2, from submission to result.
        let body = #"{"program": "OPENQASM 3.0; qubit q; bit c; c = measure q;", "device": "ideal", "shots": 10}"#
        let job = try await Self.curl(
            service, identity, ["--http2", "-H", "Content-Type: application/json", "-d", body], path: "/v1/jobs?wait=30"
        )
        #expect(job.text.contains("\"status\":\"completed\""), "\(job.text)")
        // Limits hold on this path too: a header of 64 kB, and a body of which the end never comes.
        let long = "X-Long: " + String(repeating: "x", count: 64_000)
        for version in ["--http2", "--http1.1"] {
            let answer = try await Self.curl(service, identity, Self.marks + [version, "-H", long])
            #expect(!answer.text.hasPrefix("200"), "\(version) \(answer.text)")
            #expect(try await Self.curl(service, identity, Self.marks + [version]).text.hasPrefix("200"))
        }
        try await service.stop()
    }

    @Test func requestsThatDoNotEndAreEndedUnderTLSToo() async throws {
        let identity = try Identity()
        let service = try await TestService {
            $0.certificate = identity.certificate
            $0.privateKey = identity.key
            $0.requestSeconds = 1
        }
        // 10 bytes a second of a body of 4,000: refused long before it would end.
        let body = identity.directory + "/body"
        try String(repeating: " ", count: 4_000).write(toFile: body, atomically: true, encoding: .utf8)
        for version in ["--http2", "--http1.1"] {
            let begin = ContinuousClock.now
            let answer = try await Self.curl(
                service, identity,
                Self.marks + [
                    version, "--limit-rate", "10", "-H", "Content-Type: application/json", "--data-binary", "@\(body)",
                ],
                path: "/v1/jobs")
            #expect(begin.duration(to: .now) < .seconds(20), "\(version)")
            #expect(!answer.text.hasPrefix("20"), "\(version) \(answer.text)")
        }
        #expect(try await Self.curl(service, identity, Self.marks).text.hasPrefix("200"))
        try await service.stop()
    }

    @Test func aRenewedCertificateIsTakenWithoutARestart() async throws {
        let identity = try Identity()
        let service = try await TestService {
            $0.certificate = identity.certificate
            $0.privateKey = identity.key
        }
        let old = try String(contentsOfFile: identity.certificate, encoding: .utf8)
        #expect(try await Self.curl(service, identity, Self.marks).text.hasPrefix("200"))
        try identity.renew(3)
        #expect(try String(contentsOfFile: identity.certificate, encoding: .utf8) != old)
        // curl trusts the new one alone.
        #expect(try await Self.curl(service, identity, Self.marks).text.hasPrefix("200"))
        // What is no certificate changes nothing.
        let good = try String(contentsOfFile: identity.certificate, encoding: .utf8)
        try "no certificate".write(toFile: identity.certificate, atomically: true, encoding: .utf8)
        let copy = identity.directory + "/good.pem"
        try good.write(toFile: copy, atomically: true, encoding: .utf8)
        let answer = try await Self.curl(service, identity, Self.marks + ["--cacert", copy])
        #expect(answer.text.hasPrefix("200"), "\(answer.text)")
        try await service.stop()
    }
}
