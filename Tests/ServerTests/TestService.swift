import Drivers
import Foundation
import Kernel
import Logging
import ScratchDirectory
import Storage
import Synchronization

@testable import Server

/// A real service on a free port of this computer, and callers of every kind.
final class TestService: Sendable {
    let directory: String
    let service: Service
    let port: Int
    let admin: String
    private let task: Task<Void, any Error>

    static func directory() -> String {
        ScratchDirectory.url.appendingPathComponent("kelvin-service-\(UUID().uuidString)").path
    }

    init(directory: String = TestService.directory(), change: (inout ServiceOptions) -> Void = { _ in }) async throws {
        self.directory = directory
        var options = ServiceOptions(directory: directory, port: 0, requestsPerSecond: 0)
        change(&options)
        var catalog = try DeviceCatalog()
        catalog.memory = DeviceMemory(path: directory + "/devices")
        var rules = KernelRules()
        rules.leaseSeconds = 1
        let service = try Service(
            options, catalog: catalog, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, rules: rules)
        _ = try service.prepareFirstStart()
        self.service = service
        let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
        task = Task {
            defer { continuation.finish() }
            try await service.run(endingOn: []) { continuation.yield($0) }
        }
        var iterator = stream.makeAsyncIterator()
        guard let port = await iterator.next() else {
            try await task.value
            throw CancellationError()
        }
        self.port = port
        admin = try String(contentsOfFile: directory + "/admin.token", encoding: .utf8).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    /// - Parameter keepsDirectory: for another service that goes on in it.
    func stop(keepsDirectory: Bool = false) async throws {
        await service.stop()
        try await task.value
        if !keepsDirectory { try FileManager.default.removeItem(atPath: directory) }
    }

    /// Sends a request on a connection of its own and waits for the end of the answer.
    func send(
        _ method: String, _ path: String, token: String? = nil, body: String? = nil, headers: [(String, String)] = []
    ) async throws -> HTTPAnswer {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        if let token { text += "Authorization: Bearer \(token)\r\n" }
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let body { text += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        let bytes = Array((text + "\r\n" + (body ?? "")).utf8), port = port
        // A thread of its own: the service's share ours.
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                do {
                    let connection = try RawConnection(port: port)
                    defer { connection.close() }
                    connection.send(bytes)
                    guard let answer = HTTPAnswer(connection.receiveAll()) else { throw POSIXError(.EPROTO) }
                    continuation.resume(returning: answer)
                } catch { continuation.resume(throwing: error) }
            }
        }
    }

    func get(_ path: String, _ token: String? = nil) async throws -> HTTPAnswer {
        try await send("GET", path, token: token ?? admin)
    }

    func post(_ path: String, _ body: [String: Any] = [:], token: String? = nil, key: String? = nil) async throws
        -> HTTPAnswer
    {
        let text = String(decoding: try JSONSerialization.data(withJSONObject: body), as: UTF8.self)
        return try await send(
            "POST", path, token: token ?? admin, body: body.isEmpty ? nil : text,
            headers: key.map { [("Idempotency-Key", $0)] } ?? [])
    }

    /// A user with one grant and a token.
    func user(
        _ name: String, _ role: String, in scope: String, organisation: String = "local", abilities: [String]? = nil
    ) async throws -> String {
        _ = try await post(
            "/v1/organisations/\(organisation)/users", ["name": name, "grants": [["role": role, "scope": scope]]])
        var body: [String: Any] = ["name": "test"]
        if let abilities { body["abilities"] = abilities }
        let answer = try await post("/v1/organisations/\(organisation)/users/\(name)/tokens", body)
        guard let secret = answer.object["secret"] as? String else { throw TestFailure(text: answer.text) }
        return secret
    }

    static let bell = """
        OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;
        """

    static func submission(_ changes: [String: Any] = [:]) -> [String: Any] {
        ["program": bell, "device": "ideal", "shots": 100, "seed": 7].merging(changes) { $1 }
    }

    /// A job that has ended.
    func finished(_ changes: [String: Any] = [:], token: String? = nil) async throws -> String {
        let answer = try await post("/v1/jobs", Self.submission(changes), token: token)
        guard let id = answer.object["id"] as? String else { throw TestFailure(text: answer.text) }
        _ = try await get("/v1/jobs/\(id)?wait=30", token)
        return id
    }
}

struct TestFailure: Error { var text: String }
