import Crypto
import Foundation
import JWTKit
import Kernel
import Storage
import Synchronization

/// Somebody else who says who people are, by tokens that it signs (OpenID Connect): checked here, without asking it.
///
/// A token must be signed by one of the provider's keys with one of the algorithms allowed (RFC 7515, RFC 8725), come from
/// it, be meant for this service, and be in force. What its claims say becomes a user and its roles (`ClaimRules`).
final class IdentityProvider: Sendable {
    let setup: IdentitySetup
    private let keys: KeySet
    /// Tokens whose signature was checked a moment ago, by digest.
    private let known = Mutex<[[UInt8]: (claims: Claims, until: Double)]>([:])

    private static let freshSeconds = 60.0
    private static let capacity = 10_000
    private static let longest = 16 << 10

    init(_ setup: IdentitySetup) throws(KernelError) {
        self.setup = setup
        keys = try KeySet(setup.keys)
    }

    /// - Parameter path: of a file as `Docs/operations.md` describes it.
    convenience init(path: String) throws(KernelError) { try self.init(IdentitySetup(path: path)) }

    /// Whether a bearer's text looks like a signed token at all.
    static func mayBeToken(_ text: some StringProtocol) -> Bool {
        text.utf8.count <= longest && text.utf8.count { $0 == 0x2E } == 2
    }

    /// Who bears a token.
    ///
    /// - Throws: `Refusal`, why it is not taken.
    func identify(_ token: String, in accounts: any AccountStorage, now: Double) async throws -> Identity {
        let claims = try await verified(token, now)
        let rules = setup.rules
        let path = try rules.userPath(of: claims)
        let names = ProjectPath(path)
        let kept = try accounts.readAccounts { store throws(KernelError) in try store.user(path) }
        if kept?.isDisabled == true { throw Refusal(reason: "its user is disabled") }
        var user =
            kept
            ?? User(
                organisation: names?.organisation ?? "", name: names?.name ?? "", created: claims.issued ?? now)
        user.grants += rules.grants(of: claims).filter { !user.grants.contains($0) }
        return Identity(
            user: user,
            token: Token(
                id: "jwt-" + Secrets.fingerprint(Array(token.utf8)).prefix(12), user: path, name: setup.issuer,
                abilities: rules.abilities(of: claims), project: nil, created: claims.issued ?? now,
                expires: claims.expires))
    }

    struct Refusal: Error {
        var reason: String
    }

    private func verified(_ token: String, _ now: Double) async throws -> Claims {
        let digest = Secrets.digest(of: token)
        if let entry = known.withLock({ $0[digest] }), now < entry.until, now > entry.until - Self.freshSeconds - 1 {
            try check(entry.claims, now)
            return entry.claims
        }
        let head = try TokenHead(token)
        guard setup.algorithms.contains(head.algorithm) else {
            throw Refusal(reason: "its algorithm '\(head.algorithm.prefix(20))' is not allowed")
        }
        let claims = try await keys.verify(token, head)
        try check(claims, now)
        known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[digest] = (claims, now + Self.freshSeconds)
        }
        return claims
    }

    /// The claims that RFC 7519 and OpenID Connect Core (section 3.1.3.7) have checked.
    private func check(_ claims: Claims, _ now: Double) throws {
        guard claims["iss"]?.text == setup.issuer else { throw Refusal(reason: "it comes from another issuer") }
        guard claims["aud"]?.texts.contains(setup.audience) == true else {
            throw Refusal(reason: "it is meant for another audience")
        }
        guard let expires = claims.expires else { throw Refusal(reason: "it never expires") }
        guard now < expires + setup.skewSeconds else { throw Refusal(reason: "it has expired") }
        if let begin = claims["nbf"] {
            guard let begin = begin.number, begin <= now + setup.skewSeconds else {
                throw Refusal(reason: "it is not in force yet")
            }
        }
        if let issued = claims["iat"] {
            guard let issued = issued.number, issued <= now + setup.skewSeconds else {
                throw Refusal(reason: "it was issued in the future")
            }
            guard expires - issued <= setup.maximalSeconds else {
                throw Refusal(reason: "it lasts longer than \(Int(setup.maximalSeconds)) seconds")
            }
        } else if expires - now > setup.maximalSeconds {
            throw Refusal(reason: "it lasts longer than \(Int(setup.maximalSeconds)) seconds")
        }
    }
}

/// What stands before a token's claims (RFC 7515, section 4).
struct TokenHead: Sendable {
    var algorithm: String
    var key: String?

    init(_ token: String) throws {
        struct Head: Decodable {
            var alg: String
            var kid: String?
            var crit: [String]?
        }
        let first = String(token.prefix { $0 != "." }).replacing("-", with: "+").replacing("_", with: "/")
        let padded = first + String(repeating: "=", count: (4 - first.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let head = try? JSONDecoder().decode(Head.self, from: data) else {
            throw IdentityProvider.Refusal(reason: "it cannot be read")
        }
        // What one does not know and must heed, one refuses.
        guard head.crit == nil else { throw IdentityProvider.Refusal(reason: "it asks for extensions") }
        algorithm = head.alg
        key = head.kid
    }
}
