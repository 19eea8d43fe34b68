import Dispatch
import Drivers
import Foundation
import JWTKit
import Kernel
import Synchronization

/// The public keys of an identity provider (a JWK set, RFC 7517), read again now and then, and when a token names one that
/// is not known.
final class KeySet: Sendable {
    private let place: IdentitySetup.Keys
    private let state: Mutex<State>

    private struct State {
        /// By name; keys without one are numbered.
        var keys: [String: SigningKey]
        var read: ContinuousClock.Instant
    }

    /// After so long they are read again.
    private static let fresh = Duration.seconds(600)
    /// For a name that is not known they are read again, but not at every token that somebody makes up.
    private static let pause = Duration.seconds(30)

    /// - Throws: `service.identity` where there are none, so that the service does not begin to run half.
    init(_ place: IdentitySetup.Keys) throws(KernelError) {
        self.place = place
        state = Mutex(State(keys: try Self.read(place), read: .now))
    }

    /// Over https, or on this computer.
    static func isSafe(_ url: String) -> Bool { url.hasPrefix("https://") || HTTPClient.isLoopback(url) }

    /// Checks a token's signature with the one key that it names, by the one algorithm that it names, which must be the
    /// key's: neither a key nor an algorithm is tried out (RFC 8725, section 3.1).
    func verify(_ token: String, _ head: TokenHead) async throws -> Claims {
        guard let key = await key(head.key) else {
            throw IdentityProvider.Refusal(reason: "it names a key that the provider does not have")
        }
        guard key.isFor(head.algorithm) else {
            throw IdentityProvider.Refusal(reason: "its algorithm is not that of its key")
        }
        let keys = JWTKeyCollection()
        do {
            try await keys.add(jwk: key.key)
            return try await keys.verify(token, as: Claims.self)
        } catch {
            throw IdentityProvider.Refusal(reason: "its signature is not right")
        }
    }

    private func key(_ name: String?) async -> SigningKey? {
        let (key, age) = state.withLock { (Self.find(name, in: $0.keys), $0.read.duration(to: .now)) }
        guard age >= (key == nil ? Self.pause : Self.fresh) else { return key }
        // Whoever comes meanwhile goes on with what there is.
        state.withLock { $0.read = .now }
        let place = place
        let new = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: try? Self.read(place)) }
        }
        return state.withLock { state in
            if let new { state.keys = new }
            return Self.find(name, in: state.keys)
        }
    }

    /// A token that names no key means the only one.
    private static func find(_ name: String?, in keys: [String: SigningKey]) -> SigningKey? {
        name.map { keys[$0] } ?? (keys.count == 1 ? keys.first?.value : nil)
    }

    private static func read(_ place: IdentitySetup.Keys) throws(KernelError) -> [String: SigningKey] {
        let bytes: [UInt8]
        switch place {
        case .file(let path):
            guard let data = FileManager.default.contents(atPath: path) else { throw wrong(place, "cannot be read") }
            bytes = Array(data)
        case .url(let url):
            let answer: HTTPClient.Response
            do { answer = try HTTPClient(timeout: 10, bodyLimit: 1 << 20).send(.init(method: "GET", url: url)) } catch {
                throw wrong(place, "cannot be fetched: \(error.message)")
            }
            guard answer.status == 200 else { throw wrong(place, "answers with status \(answer.status)") }
            bytes = answer.body
        }
        guard bytes.count <= 1 << 20, let set = try? JSONDecoder().decode(WrittenKeys.self, from: Data(bytes)) else {
            throw wrong(place, "is no JWK set")
        }
        // Sets hold keys for other purposes, and of kinds that nobody here knows: they are left alone.
        let keys = set.keys.enumerated().compactMap { SigningKey($1, number: $0) }
        guard !keys.isEmpty else { throw wrong(place, "has no public key for signatures") }
        return Dictionary(keys.map { ($0.name, $0) }) { first, _ in first }
    }

    private struct WrittenKeys: Decodable {
        var keys: [[String: Claim]]
    }

    private static func wrong(_ place: IdentitySetup.Keys, _ message: String) -> KernelError {
        let name =
            switch place {
            case .file(let path): path
            case .url(let url): url
            }
        return KernelError(
            .system, code: "service.identity", "the keys of the identity provider: \(name) \(message)",
            cure: "give the provider's jwks_uri, or a file with what it answers")
    }
}

/// A public key that signatures are checked with.
private struct SigningKey: Sendable {
    let name: String
    let key: JWK
    private let algorithms: [String]

    /// Nil for a key that is for something else, or that is a secret: what everybody can read signs nothing.
    init?(_ fields: [String: Claim], number: Int) {
        var fields = fields
        if let use = fields["use"], use.text != "sig" { return nil }
        switch (fields["kty"]?.text, fields["crv"]?.text) {
        case ("RSA", _): algorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]
        case ("EC", "P-256"): algorithms = ["ES256"]
        case ("EC", "P-384"): algorithms = ["ES384"]
        case ("EC", "P-521"): algorithms = ["ES512"]
        case ("OKP", "Ed25519"): algorithms = ["EdDSA"]
        default: return nil
        }
        own = fields["alg"]?.text
        if let own, !algorithms.contains(own) { return nil }
        name = fields["kid"]?.text ?? "#\(number)"
        fields["kid"] = .text(name)
        // The private half has no business here, and is not needed.
        for secret in ["d", "p", "q", "dp", "dq", "qi", "oth"] { fields[secret] = nil }
        guard let data = try? JSONEncoder().encode(fields), let key = try? JSONDecoder().decode(JWK.self, from: data)
        else {
            return nil
        }
        self.key = key
    }

    /// The one algorithm it is for, where it says so.
    private let own: String?

    func isFor(_ algorithm: String) -> Bool { own.map { $0 == algorithm } ?? algorithms.contains(algorithm) }
}
