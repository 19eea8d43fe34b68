import Foundation
import Testing

@testable import Server

/// Tokens: what they are good for, and what they are not.
@Suite struct TokenTests {
    @Test func secretsAreNowhereInTheStore() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        _ = try await service.finished(token: alice)
        try await service.stop(keepsDirectory: true)
        defer { try? FileManager.default.removeItem(atPath: service.directory) }
        for name in try FileManager.default.contentsOfDirectory(atPath: service.directory) where name.contains("sqlite")
        {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: service.directory + "/" + name))
            for secret in [alice, service.admin] {
                #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(name)")
                #expect(bytes.range(of: Data(secret.dropFirst(7).utf8)) == nil, "\(name)")
            }
        }
        let rights = try FileManager.default.attributesOfItem(atPath: service.directory + "/admin.token")
        #expect(rights[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.attributesOfItem(atPath: service.directory)[.posixPermissions] as? Int == 0o700)
    }

    @Test func aRevokedOrExpiredTokenIsNone() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main")
        let expires = Date().addingTimeInterval(6)
        let format = ISO8601DateFormatter()
        let short = try await service.post(
            "/v1/tokens", ["name": "short", "expires": format.string(from: expires)], token: alice)
        let secret = try #require(short.object["secret"] as? String)
        #expect(try await service.get("/v1/me", secret).status == 200)
        let list = try await service.get("/v1/tokens", alice)
        #expect(list.list.count == 2)
        #expect(!list.text.contains("secret"))
        try await Task.sleep(for: .seconds(max(0, expires.timeIntervalSinceNow) + 1))
        #expect(try await service.get("/v1/me", secret).code == "unauthenticated")
        let own = try #require(
            (try await service.get("/v1/me", alice).object["token"] as? [String: Any])?["id"] as? String)
        // Others' tokens look as if they were not there.
        let bob = try await service.user("bob", "member", in: "local/main")
        #expect(try await service.send("DELETE", "/v1/tokens/\(own)", token: bob).code == "account.unknown")
        #expect(try await service.send("DELETE", "/v1/tokens/\(own)", token: alice).status == 200)
        #expect(try await service.get("/v1/me", alice).code == "unauthenticated")
        try await service.stop()
    }

    @Test func aTokenMakesNoneThatCanDoMore() async throws {
        let service = try await TestService()
        let alice = try await service.user("alice", "member", in: "local/main", abilities: ["read"])
        #expect(
            try await service.post("/v1/tokens", ["name": "a", "abilities": ["read", "jobs"]], token: alice).code
                == "forbidden")
        let narrow = try await service.post(
            "/v1/tokens", ["name": "n", "abilities": ["read", "jobs"], "project": "local/main"])
        let secret = try #require(narrow.object["secret"] as? String)
        // Its user administers the service; it does not.
        #expect(try await service.get("/v1/organisations", secret).code == "forbidden")
        #expect(try await service.post("/v1/tokens", ["name": "wide"], token: secret).code == "forbidden")
        #expect(try await service.post("/v1/jobs", TestService.submission(), token: secret).status == 202)
        _ = try await service.post("/v1/organisations/local/projects", ["name": "side"])
        #expect(
            try await service.post("/v1/jobs", TestService.submission(["project": "local/side"]), token: secret).code
                == "account.unknown")
        try await service.stop()
    }

    @Test func nobodyGivesMoreThanTheyHave() async throws {
        let service = try await TestService()
        let oscar = try await service.user("oscar", "admin", in: "local")
        func create(_ grant: [String: String]) async throws -> String? {
            try await service.post(
                "/v1/organisations/local/users", ["name": "u\(grant.count)", "grants": [grant]], token: oscar
            ).code
        }
        #expect(try await create(["role": "admin", "scope": "*"]) == "forbidden")
        #expect(try await create(["role": "viewer", "scope": "other"]) == "forbidden")
        #expect(try await create(["role": "admin", "scope": "local"]) == nil)
        // Nor takes over someone who has more.
        let answer = try await service.post(
            "/v1/organisations/local/users/admin/tokens", ["name": "mine"], token: oscar)
        #expect(answer.code == "forbidden")
        let disabled = try await service.send(
            "PATCH", "/v1/organisations/local/users/admin", token: oscar, body: "{\"disabled\":true}")
        #expect(disabled.code == "forbidden")
        let alice = try await service.user("alice", "member", in: "local/main")
        let off = try await service.send(
            "PATCH", "/v1/organisations/local/users/alice", token: oscar, body: "{\"disabled\":true}")
        #expect(off.status == 200)
        #expect(try await service.get("/v1/me", alice).code == "unauthenticated")
        try await service.stop()
    }

    @Test func aSecretIsShownOnceAndGuessingIsSlowedDown() async throws {
        let service = try await TestService()
        let first = try await service.post("/v1/tokens", ["name": "once"], key: "t1")
        #expect(first.object["secret"] is String)
        let again = try await service.post("/v1/tokens", ["name": "once"], key: "t1")
        #expect(again.code == "key-reused")
        #expect(!again.text.contains("kelvin_"))
        let organisation = try await service.post("/v1/organisations", ["name": "acme"], key: "o1")
        let replayed = try await service.post("/v1/organisations", ["name": "acme"], key: "o1")
        #expect(replayed.status == 201 && replayed.body == organisation.body)
        #expect(try await service.post("/v1/organisations", ["name": "acme2"], key: "o1").code == "key-reused")
        #expect(try await service.post("/v1/organisations", ["name": "acme"]).code == "account.exists")
        let patience = service.service.desk.patience
        var codes: [String?] = []
        for _ in 0..<(patience + 2) { codes.append(try await service.get("/v1/me", Secrets.newToken()).code) }
        #expect(codes.prefix(patience).allSatisfy { $0 == "unauthenticated" })
        #expect(codes.suffix(2).allSatisfy { $0 == "rate-limit" })
        // Whoever has a good token is not slowed down by others at the same address, nor when what the service remembers
        // of it is forgotten.
        #expect(try await service.get("/v1/me").status == 200)
        service.service.desk.forget()
        #expect(try await service.get("/v1/me").status == 200)
        try await service.stop()
    }
}
