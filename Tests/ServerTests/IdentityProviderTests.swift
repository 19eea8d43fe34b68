import Foundation
import JWTKit
import Storage
import Testing

@testable import Server

/// Tokens that somebody else signed: what is right is taken, and nothing that only looks like it.
@Suite struct IdentityProviderTests {
    private static let issuer = "https://id.example", audience = "kelvin"

    private static func claims(_ changes: [String: Claim] = [:]) -> Claims {
        let now = Date().timeIntervalSince1970
        return Claims(
            [
                "iss": .text(issuer), "aud": .list([.text("other"), .text(audience)]), "sub": .text("8f3a"),
                "email": .text("alice@acme.org"), "iat": .number(now.rounded()), "exp": .number((now + 600).rounded()),
                "realm_access": .object(["roles": .list([.text("scientists")])]),
            ].merging(changes) { $1 }.filter { $0.value != .null })
    }

    /// A provider with one key of each kind, and a service that believes it.
    private final class Provider: Sendable {
        let directory = TestService.directory()
        let keys = JWTKeyCollection()
        let curve = ES256PrivateKey()
        let edwards: EdDSA.PrivateKey

        init() async throws {
            edwards = try EdDSA.PrivateKey(curve: .ed25519)
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            await keys.add(ecdsa: curve, kid: "curve")
            await keys.add(eddsa: edwards, kid: "edwards")
            await keys.add(hmac: "the public key as everybody reads it", digestAlgorithm: .sha256, kid: "curve-hmac")
            try write(["curve", "edwards"])
            let setup: [String: Any] = [
                "issuer": issuer, "audience": audience, "keys": ["file": directory + "/keys.json"],
                "algorithms": ["ES256", "EdDSA"], "organisation": "local", "user": "email", "userSuffix": "@acme.org",
                "groups": "realm_access.roles", "skewSeconds": 30, "maximalSeconds": 3600,
                "grants": ["scientists": [["role": "member", "scope": "local/main"]]],
            ]
            try JSONSerialization.data(withJSONObject: setup).write(to: URL(fileURLWithPath: directory + "/id.json"))
        }

        deinit { try? FileManager.default.removeItem(atPath: directory) }

        private func write(_ names: [String]) throws {
            let point = try #require(curve.publicKey.parameters)
            func url(_ text: String) -> String {
                text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            }
            let x = url(edwards.publicKey.rawRepresentation.base64EncodedString())
            let set: [String: Any] = [
                "keys": [
                    ["kty": "EC", "crv": "P-256", "kid": "curve", "use": "sig", "x": url(point.x), "y": url(point.y)],
                    ["kty": "OKP", "crv": "Ed25519", "kid": "edwards", "alg": "EdDSA", "x": x],
                    // What providers publish beside it.
                    ["kty": "RSA", "kid": "sealed", "use": "enc", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB"],
                    ["kty": "oct", "kid": "curve-hmac", "alg": "HS256", "k": "AAAA"],
                ]
            ]
            try JSONSerialization.data(withJSONObject: set).write(to: URL(fileURLWithPath: directory + "/keys.json"))
        }

        func sign(_ changes: [String: Claim] = [:], kid: String = "curve") async throws -> String {
            try await keys.sign(claims(changes), kid: JWKIdentifier(string: kid))
        }
    }

    @Test func rightTokensAreTakenAndWrongOnesAreNot() async throws {
        let provider = try await Provider()
        let service = try await TestService { $0.identityProvider = provider.directory + "/id.json" }
        let now = Date().timeIntervalSince1970
        for kid in ["curve", "edwards"] {
            let me = try await service.get("/v1/me", try await provider.sign(kid: kid))
            #expect(me.status == 200, "\(me.text)")
            #expect((me.object["user"] as? [String: Any])?["user"] as? String == "local/alice")
        }
        let token = try await provider.sign()
        let id = try await service.finished(token: token)
        #expect(try await service.get("/v1/jobs/\(id)").object["user"] as? String == "local/alice")
        #expect(try await service.get("/v1/metrics", token).code == "forbidden")
        #expect(try await service.post("/v1/tokens", ["name": "more"], token: token).code == "forbidden")
        let wrong: [(String, [String: Claim])] = [
            ("issuer", ["iss": .text("https://evil.example")]), ("issuer", ["iss": .null]),
            ("audience", ["aud": .text("kelvin2")]), ("audience", ["aud": .list([])]),
            ("never expires", ["exp": .null]),
            ("never expires", ["exp": .text("99999999999")]),
            ("expired", ["exp": .number(now - 31), "iat": .number(now - 60)]),
            ("not in force", ["nbf": .number(now + 600)]), ("future", ["iat": .number(now + 600)]),
            ("lasts longer", ["exp": .number(now + 7200)]),
            ("lasts longer", ["iat": .null, "exp": .number(now + 7200)]),
            ("no claim", ["email": .null]), ("no name", ["email": .text("alice@evil.org")]),
            ("no name", ["email": .text("../admin@acme.org")]), ("no name", ["email": .text("ALICE@acme.org")]),
            ("no name", ["email": .text("@acme.org")]),
        ]
        for (reason, changes) in wrong {
            let answer = try await service.get("/v1/me", try await provider.sign(changes))
            #expect(answer.code == "unauthenticated" && answer.text.contains(reason), "\(reason): \(answer.text)")
        }
        // Within the clocks' difference.
        let late = try await provider.sign([
            "exp": .number(Date().timeIntervalSince1970 - 1), "iat": .number(now - 60),
        ])
        #expect(try await service.get("/v1/me", late).status == 200)
        // A group that means nothing here gives nothing.
        let other = try await provider.sign(["realm_access": .object(["roles": .list([.text("admins")])])])
        #expect(try await service.get("/v1/jobs/\(id)", other).code == "unknown-job")
        try await service.stop()
    }

    /// What RFC 8725 warns of.
    @Test func forgeriesAreRefused() async throws {
        let provider = try await Provider(), stranger = try await Provider()
        let service = try await TestService {
            $0.identityProvider = provider.directory + "/id.json"
            $0.wrongTokensPerMinute = 1_000
        }
        let good = try await provider.sign()
        let parts = good.split(separator: ".").map(String.init)
        func encoded(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }
        let none = encoded("{\"alg\":\"none\",\"typ\":\"JWT\"}")
        // Of another role, or one text could be both.
        let admin = try await stranger.sign(["realm_access": .object(["roles": .list([.text("admins")])])])
        let swapped = admin.split(separator: ".").map(String.init)
        let forgeries = [
            // No signature, or another's.
            "\(none).\(parts[1]).", "\(none).\(parts[1]).\(parts[2])", "\(parts[0]).\(parts[1]).", admin,
            "\(parts[0]).\(swapped[1]).\(parts[2])", "\(parts[0]).\(parts[1]).\(parts[2].dropLast(3))AAA",
            // The public key as a shared secret, an algorithm that is not the key's, a key of another kind.
            try await provider.sign(kid: "curve-hmac"),
            "\(encoded("{\"alg\":\"HS256\",\"kid\":\"curve\"}")).\(parts[1]).\(parts[2])",
            "\(encoded("{\"alg\":\"EdDSA\",\"kid\":\"curve\"}")).\(parts[1]).\(parts[2])",
            "\(encoded("{\"alg\":\"ES256\",\"kid\":\"edwards\"}")).\(parts[1]).\(parts[2])",
            "\(encoded("{\"alg\":\"ES256\",\"kid\":\"nobody\"}")).\(parts[1]).\(parts[2])",
            // Of two keys none is the one that is meant; extensions that nobody here knows.
            "\(encoded("{\"alg\":\"ES256\"}")).\(parts[1]).\(parts[2])",
            "\(encoded("{\"alg\":\"ES256\",\"kid\":\"curve\",\"crit\":[\"exp\"]}")).\(parts[1]).\(parts[2])",
            "..", "a.b.c", "\(parts[0])..\(parts[2])", good + ".x",
            String(repeating: "A", count: 9_000) + "." + String(repeating: "A", count: 5_000) + ".A",
        ]
        for forgery in forgeries {
            let answer = try await service.get("/v1/me", forgery)
            #expect(answer.code == "unauthenticated", "\(forgery.prefix(60)): \(answer.status) \(answer.text)")
        }
        #expect(try await service.get("/v1/me", good).status == 200)
        // Whoever is disabled here stays out, whatever the provider says.
        _ = try await service.user("alice", "viewer", in: "local/main")
        let disable = try await service.send(
            "PATCH", "/v1/organisations/local/users/alice", token: service.admin, body: "{\"disabled\": true}")
        #expect(disable.status == 200)
        #expect(try await service.get("/v1/me", good).code == "unauthenticated")
        try await service.stop()
    }

    @Test func aServiceDoesNotBeginWithHalfASetup() async throws {
        let provider = try await Provider()
        let path = provider.directory + "/id.json"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (old, new) in [
            ("\"ES256\"", "\"none\""), ("\"ES256\"", "\"HS256\""), ("keys.json", "nothing.json"),
            ("\"issuer\"", "\"isuer\""), ("\"scientists\":[{", "\"scientists\":[{\"x\":1,"),
        ] {
            #expect(text.contains(old), "\(old) in \(text)")
            try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: (any Error).self, "\(new)") { try IdentityProvider(path: path) }
        }
    }
}
