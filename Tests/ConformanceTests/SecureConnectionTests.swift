import Foundation
import Testing

@testable import Drivers

extension DriverTests {
    /// Connections over TLS, with an authority and certificates made for the test.
    @Suite struct SecureConnectionTests {
        @Test func theRightCertificateIsTaken() throws {
            let authority = try Authority()
            defer { authority.remove() }
            let server = try TLSServer(authority, name: "localhost")
            defer { server.stop() }
            let response = try server.client(trusting: authority).send(server.request)
            #expect(response.status == 200)
        }

        @Test func unknownAuthoritiesAreRefused() throws {
            let authority = try Authority()
            defer { authority.remove() }
            let server = try TLSServer(authority, name: "localhost")
            defer { server.stop() }
            #expect(try Self.refusal(server, trusting: nil).contains("no secure connection"))
        }

        @Test func certificatesOfOthersAreRefused() throws {
            let authority = try Authority()
            defer { authority.remove() }
            let server = try TLSServer(authority, name: "elsewhere.example")
            defer { server.stop() }
            #expect(try Self.refusal(server, trusting: authority).contains("no secure connection"))
        }

        /// A token would have gone to a stranger: nothing is sent.
        private static func refusal(_ server: TLSServer, trusting authority: Authority?) throws -> String {
            do throws(HTTPClient.Failure) {
                _ = try server.client(trusting: authority).send(server.request)
            } catch {
                #expect(error.kind == .untrusted)
                return error.message
            }
            return "accepted"
        }
    }
}

/// A certificate authority in a directory of its own.
private struct Authority {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("kelvin-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try run(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj", "/CN=Kelvin test authority", "-keyout", "ca.key", "-out", "ca.pem")
    }

    func remove() { try? FileManager.default.removeItem(at: directory) }

    /// Key and certificate of a server of this name, as `server.key` and `server.pem`.
    func issue(_ name: String) throws {
        try "subjectAltName=DNS:\(name)\n".write(
            to: directory.appendingPathComponent("names"), atomically: true, encoding: .utf8)
        try run(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)",
            "-keyout", "server.key", "-out", "server.csr")
        try run(
            "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names", "-out", "server.pem")
    }

    private func run(_ arguments: String...) throws {
        let process = openssl(arguments, in: directory)
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

private func openssl(_ arguments: [String], in directory: URL) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.currentDirectoryURL = directory
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
}

/// OpenSSL's own little server.
private final class TLSServer {
    let port: Int
    private let process: Process

    init(_ authority: Authority, name: String) throws {
        try authority.issue(name)
        let free = try LoopbackServer { _ in .close }
        port = Int(free.port)
        free.stop()
        process = openssl(
            ["s_server", "-accept", "\(port)", "-cert", "server.pem", "-key", "server.key", "-www", "-quiet"],
            in: authority.directory)
        try process.run()
        // It listens when something answers, whatever it answers.
        for _ in 0..<200 {
            do throws(HTTPClient.Failure) {
                _ = try HTTPClient(timeout: 5).send(.init(method: "GET", url: "http://127.0.0.1:\(port)/"))
                return
            } catch { if error.kind != .unreachable { return } }
            usleep(25_000)
        }
        throw CancellationError()
    }

    var request: HTTPClient.Request { .init(method: "GET", url: "https://localhost:\(port)/") }

    func client(trusting authority: Authority?) -> HTTPClient {
        HTTPClient(timeout: 20, authority: authority?.directory.appendingPathComponent("ca.pem").path)
    }

    func stop() {
        // Children may inherit a mask under which the polite signal waits forever.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
