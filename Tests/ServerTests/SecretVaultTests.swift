import Drivers
import Foundation
import Hardware
import Kernel
import Storage
import Testing

@testable import Server

/// Secrets at rest: sealed, bound to their names, never shown, openable through every change of keys.
@Suite struct SecretVaultTests {
    private static let secret = "ionq-0123456789abcdef-very-secret"

    private func set(_ service: TestService, _ name: String, _ value: String) async throws -> HTTPAnswer {
        let body = try JSONSerialization.data(withJSONObject: ["value": value])
        return try await service.send(
            "PUT", "/v1/secrets/\(name)", token: service.admin, body: String(decoding: body, as: UTF8.self))
    }

    @Test func secretsAreSealedAndComeBackThroughRotation() async throws {
        let service = try await TestService()
        #expect(try await set(service, "ionq", Self.secret).status == 200)
        #expect(try await set(service, "other", "x").status == 200)
        let list = try await service.get("/v1/secrets")
        #expect(list.list.map { $0["name"] as? String } == ["ionq", "other"] && !list.text.contains(Self.secret))
        let path = service.directory + "/secrets.keys"
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        let before = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try await service.post("/v1/secrets").object["sealed"] as? Int == 2)
        let after = try String(contentsOfFile: path, encoding: .utf8)
        #expect(before != after && after.split(separator: "\n").count == 2)
        #expect(try service.service.vault.secret("ionq") == Self.secret)
        for wrong in ["..", "a b", "A"] {
            let name = try #require(wrong.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            #expect([404, 422].contains(try await set(service, name, "x").status))
        }
        #expect(try await service.send("DELETE", "/v1/secrets/other", token: service.admin).status == 204)
        #expect(try await service.send("DELETE", "/v1/secrets/other", token: service.admin).status == 404)
        try await service.stop(keepsDirectory: true)
        defer { try? FileManager.default.removeItem(atPath: service.directory) }
        for name in try FileManager.default.contentsOfDirectory(atPath: service.directory) where name.contains("sqlite")
        {
            let bytes = try Data(contentsOf: URL(fileURLWithPath: service.directory + "/" + name))
            #expect(bytes.range(of: Data(Self.secret.utf8)) == nil, "\(name)")
        }
        // A file of keys that others could have read is not used; nor is one that is a link.
        let store = try SQLiteStorage(path: service.directory + "/kelvin.sqlite")
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        #expect(throws: (any Error).self) { try SecretVault(store, keyFile: path).secret("ionq") }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(try SecretVault(store, keyFile: path).secret("ionq") == Self.secret)
        let link = service.directory + "/link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        #expect(throws: (any Error).self) { try SecretVault(store, keyFile: link).secret("ionq") }
    }

    @Test func whatIsSealedOpensUnderItsNameAlone() throws {
        let keys = SealingKeys(), sealed = try keys.seal(Array(Self.secret.utf8), as: "a")
        #expect(try keys.open(sealed, as: "a") == Array(Self.secret.utf8))
        #expect(try keys.seal(Array(Self.secret.utf8), as: "a") != sealed)
        #expect(throws: KernelError.self) { try keys.open(sealed, as: "b") }
        #expect(throws: KernelError.self) { try SealingKeys().open(sealed, as: "a") }
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(throws: KernelError.self, "\(place)") { try keys.open(changed, as: "a") }
        }
        for length in 0..<sealed.count {
            #expect(throws: KernelError.self) { try keys.open(Array(sealed[..<length]), as: "a") }
        }
        // At every moment of a rotation.
        let both = keys.addingNew()
        #expect(try both.open(sealed, as: "a") == Array(Self.secret.utf8))
        let again = try both.seal(Array(Self.secret.utf8), as: "a")
        #expect(try both.onlyNewest().open(again, as: "a") == Array(Self.secret.utf8))
        #expect(throws: KernelError.self) { try both.onlyNewest().open(sealed, as: "a") }
        #expect(try SealingKeys(text: both.text, path: "x").open(sealed, as: "a") == Array(Self.secret.utf8))
        for text in ["", "kelvin-keys/1\n", "kelvin-keys/2\n" + both.text, both.text + "x y\n"] {
            #expect(throws: KernelError.self) { try SealingKeys(text: text, path: "x") }
        }
    }

    /// Keys change while secrets are set and read, by several at a time: none is lost, and one key is left.
    @Test func nothingIsLostWhileKeysChange() async throws {
        let directory = TestService.directory()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try SQLiteStorage(path: directory + "/store.sqlite"), path = directory + "/keys"
        // Two that know nothing of each other, as two servers of one store.
        let vaults = [SecretVault(store, keyFile: path), SecretVault(store, keyFile: path)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<4 {
                group.addTask {
                    for round in 0..<10 {
                        let vault = vaults[(lane + round) % 2]
                        if lane == 3 {
                            _ = try vault.rotate(at: 0)
                        } else {
                            try vault.set("s\(lane)", to: "value-\(round)", at: 0)
                            #expect(try vault.secret("s\(lane)") == "value-\(round)")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        for lane in 0..<3 { #expect(try vaults[0].secret("s\(lane)") == "value-9") }
        #expect(try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").count == 2)
    }

    /// Opens the machine on a thread of its own: the far service shares ours.
    private static func sites(_ catalog: DeviceCatalog) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try catalog.device("far").description.siteCount })
            }
        }
    }

    /// An attached machine gets its token from the vault, and nobody else does.
    @Test func anAttachedMachineTakesItsTokenFromTheVault() async throws {
        let far = try await TestService()
        let directory = TestService.directory()
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let attachment = """
            {"format": "kelvin-attachment", "version": 1, "id": "far", "driver": "kelvin",
             "url": "http://127.0.0.1:\(far.port)", "target": "garnet-20", "token": {"secret": "far"}}
            """
        try attachment.write(toFile: directory + "/far.json", atomically: true, encoding: .utf8)
        var catalog = try DeviceCatalog(directories: [directory])
        let unknown = catalog
        await #expect(throws: (any Error).self) { try await Self.sites(unknown) }
        let store = try SQLiteStorage(path: directory + "/store.sqlite")
        let vault = SecretVault(store, keyFile: directory + "/keys")
        catalog.secrets = vault
        let sealed = catalog
        await #expect(throws: (any Error).self) { try await Self.sites(sealed) }
        try vault.set("far", to: "kelvin_wrong", at: 0)
        await #expect(throws: (any Error).self) { try await Self.sites(sealed) }
        try vault.set("far", to: far.admin, at: 0)
        #expect(try await Self.sites(sealed) == 20)
        try await far.stop()
    }
}
