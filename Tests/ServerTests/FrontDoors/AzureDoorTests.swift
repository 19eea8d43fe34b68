import Foundation
import Kernel
import Storage
import Testing

@testable import Server

/// What is put into Azure's blob store: whose it is, how long, how much of it.
@Suite struct AzureDoorTests {
    private static let workspace =
        "/azure/subscriptions/s/resourceGroups/local/providers/Microsoft.Quantum/workspaces/main"
    private static let program =
        "OPENQASM 3.0; include \"stdgates.inc\"; qubit[1] q; bit[1] c; h q[0]; c[0] = measure q[0];"

    private func ask(
        _ service: TestService, _ method: String, _ path: String, _ token: String, _ body: String? = nil
    ) async throws -> HTTPAnswer {
        try await service.send(
            method, Self.workspace + path, body: body, headers: [("x-ms-quantum-api-key", token)])
    }

    /// The path of a container's input, with its signature.
    private func address(_ service: TestService, _ container: String, _ token: String) async throws -> String {
        let answer = try await ask(
            service, "POST", "/storage/sasUri", token, #"{"containerName": "\#(container)", "blobName": "inputData"}"#)
        let address = try #require(answer.object["sasUri"] as? String, "\(answer.text)")
        return String(address[try #require(address.range(of: "/azure/")).lowerBound...])
    }

    /// A job that is over, with the address of its input.
    private func job(_ service: TestService, _ token: String) async throws -> (id: String, input: String) {
        let id = UUID().uuidString.lowercased()
        let input = try await address(service, "job-\(id)", token)
        #expect(try await service.send("PUT", input, body: Self.program).status == 201)
        let request: [String: Any] = [
            "name": "n", "containerUri": "http://x/azure/job-\(id)",
            "inputDataUri": "http://x/azure/job-\(id)/inputData", "inputDataFormat": "openqasm.v3",
            "outputDataFormat": "microsoft.quantum-results.v2", "providerId": "kelvin", "target": "kelvin.ideal",
            "inputParams": ["shots": 10],
        ]
        let text = String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
        let made = try await ask(service, "PUT", "/jobs/\(id)", token, text)
        #expect(made.status == 201, "\(made.text)")
        _ = try await service.get("/v1/jobs/\(try kernelName(service, id))?wait=30")
        return (id, input)
    }

    private func kernelName(_ service: TestService, _ id: String) throws -> JobID {
        let record = try service.service.accounts.readAccounts { store throws(KernelError) in
            try store.record("azure", "job", id)
        }
        return try #require(record?.job)
    }

    private func count(_ service: TestService, _ kind: String) throws -> Int {
        try service.service.accounts.readAccounts { store throws(KernelError) in
            try store.recordCount(DoorRecordFilter(door: "azure", kind: kind, projects: nil, limit: 1))
        }
    }

    @Test func anAddressHoldsWhenTheServiceStartsAnewAndNotWhenKeysChange() async throws {
        let first = try await TestService()
        let token = try await first.user("alice", "member", in: "local/main")
        let kept = try await address(first, "c1", token), late = try await address(first, "c2", token)
        try await first.stop(keepsDirectory: true)
        let second = try await TestService(directory: first.directory)
        #expect(try await second.send("PUT", kept, body: Self.program).status == 201)
        #expect(try await second.send("GET", kept).text == Self.program)
        _ = try second.service.vault.rotate(at: Date().timeIntervalSince1970)
        let refused = try await second.send("PUT", late, body: Self.program)
        #expect(refused.status == 403 && refused.headers["x-ms-error-code"] == "AuthenticationFailed")
        try await second.stop()
    }

    /// However a job is erased, nothing that came with it stays.
    @Test(arguments: [true, false]) func anInputIsErasedWithItsJob(throughTheDoor: Bool) async throws {
        let service = try await TestService()
        let token = try await service.user("alice", "member", in: "local/main")
        let (id, input) = try await job(service, token)
        let (_, other) = try await job(service, token)
        #expect(try await service.send("GET", input).text == Self.program)
        #expect(try (count(service, "waiting"), count(service, "input"), count(service, "job")) == (0, 2, 2))
        let gone =
            throughTheDoor
            ? try await ask(service, "DELETE", "/jobs/\(id)", token)
            : try await service.send("DELETE", "/v1/jobs/\(kernelName(service, id))?forget=true", token: token)
        #expect(gone.status == 204, "\(gone.text)")
        #expect(try await service.send("GET", input).status == 404)
        #expect(try await ask(service, "GET", "/jobs/\(id)", token).status == 404)
        #expect(try (count(service, "waiting"), count(service, "input"), count(service, "job")) == (0, 1, 1))
        #expect(try await service.send("GET", other).text == Self.program)
        try await service.stop()
    }

    @Test func inputsWithoutJobsAreFewAndDoNotStay() async throws {
        let service = try await TestService()
        let token = try await service.user("alice", "member", in: "local/main")
        let now = Date().timeIntervalSince1970
        func put(_ number: Int, at time: Double) throws {
            try service.service.accounts.changeAccounts { store throws(KernelError) in
                try store.set(
                    DoorRecord(
                        door: "azure", kind: "waiting", name: "local/main/alice:c\(number)/inputData",
                        account: "local/main/alice", job: nil, created: time, bytes: [1]))
            }
        }
        for number in 0..<100 { try put(number, at: now - 10) }
        let input = try await address(service, "fresh", token)
        let refused = try await service.send("PUT", input, body: Self.program)
        #expect(refused.status == 429 && refused.text.contains("100 inputs of local/main wait for their jobs"))
        #expect(try count(service, "waiting") == 100)
        // Another project has room of its own.
        _ = try await service.post("/v1/organisations/local/projects", ["name": "side"])
        let bob = try await service.user("bob", "member", in: "local/side")
        let side = Self.workspace.replacingOccurrences(of: "workspaces/main", with: "workspaces/side")
        let opened = try await service.send(
            "POST", side + "/storage/sasUri", body: #"{"containerName": "c"}"#,
            headers: [("x-ms-quantum-api-key", bob)])
        let text = try #require(opened.object["sasUri"] as? String)
        let path = String(text[try #require(text.range(of: "/azure/")).lowerBound...])
            .replacing("/c?", with: "/c/inputData?")
        #expect(try await service.send("PUT", path, body: Self.program).status == 201)
        try await service.stop()

        // A day later the addresses are over, and what waited there is gone.
        let later = try await TestService()
        let again = try await later.user("alice", "member", in: "local/main")
        for number in 0..<100 {
            try later.service.accounts.changeAccounts { store throws(KernelError) in
                try store.set(
                    DoorRecord(
                        door: "azure", kind: "waiting", name: "local/main/alice:c\(number)/inputData",
                        account: "local/main/alice", job: nil, created: now - 86_410, bytes: [1]))
            }
        }
        let place = try await address(later, "fresh", again)
        #expect(try await later.send("PUT", place, body: Self.program).status == 201)
        #expect(try count(later, "waiting") == 1)
        #expect(try await later.send("PUT", place, body: Self.program).status == 409)
        try await later.stop()
    }

    @Test func anAccountHasContainersOfItsOwn() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let bob = try await service.user("bob", "member", in: "local/main")
        let hers = try await address(service, "same", alice), his = try await address(service, "same", bob)
        #expect(try await service.send("PUT", hers, body: "hers").status == 201)
        #expect(try await service.send("PUT", his, body: "his").status == 201)
        #expect(try await service.send("GET", hers).text == "hers")
        #expect(try await service.send("GET", his).text == "his")
        // That of a job is whose the job is.
        let (id, _) = try await job(service, alice)
        let refused = try await ask(
            service, "POST", "/storage/sasUri", bob, #"{"containerName": "job-\#(id)"}"#)
        #expect(refused.status == 404)
        try await service.stop()
    }
}
