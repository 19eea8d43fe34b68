import Foundation
import HTTPTypes
import Testing

@testable import Server

/// What changes something is done once however often it is said with one key, and answered the same.
@Suite struct IdempotencyTests {
    /// What takes keys says so in the description, and everything that changes something takes them.
    @Test func everyChangeTakesAKey() throws {
        let document = try #require(
            try JSONSerialization.jsonObject(with: Data(PackageResources.openapi_json)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        for route in Service.routes(bodyLimit: 1) {
            let operation = paths[route.path]?[route.method.rawValue.lowercased()] ?? [:]
            let parameters = operation["parameters"] as? [[String: Any]] ?? []
            let isDescribed = parameters.contains { $0["$ref"] as? String == "#/components/parameters/key" }
            #expect(isDescribed == (route.repeatsReply || route.operation == "submitJob"), "\(route.operation)")
            let mayDoWithout = ["submitJob", "setSecret"].contains(route.operation) || !route.isAudited
            #expect(route.repeatsReply || mayDoWithout, "\(route.operation)")
        }
    }

    @Test func whatWasDoneIsAnsweredAgain() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let eve = try await service.user("eve", "member", in: "local/main")
        let id = try await service.finished(token: alice)
        func send(_ method: String, _ path: String, _ token: String, key: String) async throws -> HTTPAnswer {
            try await service.send(method, path, token: token, headers: [("Idempotency-Key", key)])
        }
        let opened = try await service.post("/v1/sessions", ["device": "ideal"], token: alice, key: "open")
        let again = try await service.post("/v1/sessions", ["device": "ideal"], token: alice, key: "open")
        #expect(opened.status == 201 && again.status == 201 && again.body == opened.body)
        #expect(again.headers["idempotent-replayed"] == "true" && opened.headers["idempotent-replayed"] == nil)
        let session = try #require(opened.object["id"] as? String)
        let closed = try await send("DELETE", "/v1/sessions/\(session)", alice, key: "close")
        #expect(try await send("DELETE", "/v1/sessions/\(session)", alice, key: "close").body == closed.body)
        // What is gone is answered all the same, to whoever removed it and to nobody else.
        let forgotten = try await send("DELETE", "/v1/jobs/\(id)?forget=true", alice, key: "gone")
        #expect((200..<300).contains(forgotten.status), "\(forgotten.text)")
        let second = try await send("DELETE", "/v1/jobs/\(id)?forget=true", alice, key: "gone")
        #expect(second.status == forgotten.status && second.body == forgotten.body)
        #expect(second.headers["idempotent-replayed"] == "true")
        #expect(try await send("DELETE", "/v1/jobs/\(id)?forget=true", alice, key: "other").code == "unknown-job")
        #expect(try await send("DELETE", "/v1/jobs/\(id)?forget=true", eve, key: "gone").code == "unknown-job")
        #expect(try await send("DELETE", "/v1/jobs/\(id)", alice, key: "gone").code == "key-reused")
        #expect(try await send("POST", "/v1/jobs/\(id)/cancel", alice, key: "gone").code == "key-reused")
        #expect(try await send("POST", "/v1/jobs/\(id)/cancel", alice, key: "a b").code == "bad-request")
        // What failed is tried anew.
        let late = try await service.finished(token: alice)
        #expect(late != id)
        try await service.stop()
    }
}
