import Foundation
public import Kernel
import Storage

/// Whose signed tokens are taken, and what their claims mean here: a file of the operator's.
struct IdentitySetup: Decodable, Sendable {
    var issuer: String
    var audience: String
    var keys: Keys
    var algorithms: Set<String>
    /// How far the provider's clock may be from ours.
    var skewSeconds: Double
    /// The longest that a token may last.
    var maximalSeconds: Double
    var rules: ClaimRules

    /// Where the provider's public keys are (a JWK set, RFC 7517).
    enum Keys: Hashable, Sendable {
        case file(String)
        case url(String)
    }

    /// Signatures with a key of two halves. Those with a shared secret are not among them: whoever can check one can make
    /// one; nor is `none`.
    static let knownAlgorithms = [
        "ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
    ]

    static let fields = [
        "issuer", "audience", "keys", "algorithms", "skewSeconds", "maximalSeconds", "organisation", "user",
        "userSuffix", "groups", "grants", "abilities",
    ]

    init(path: String) throws(KernelError) {
        func wrong(_ message: String) -> KernelError {
            KernelError(
                .system, code: "service.identity", "\(path): \(message)",
                cure: "Docs/operations.md describes the file of an identity provider")
        }
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20 else {
            throw wrong("the file cannot be read")
        }
        do { self = try JSONDecoder().decode(IdentitySetup.self, from: data) } catch let problem as Problem {
            throw wrong(problem.detail)
        } catch { throw wrong("\(error)") }
    }

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: Self.fields)
        issuer = try fields.required("issuer")
        audience = try fields.required("audience")
        if issuer.isEmpty || audience.isEmpty { throw fields.wrong("issuer", "issuer and audience are not empty") }
        let place: [String: String] = try fields.required("keys")
        switch (place["file"], place["url"], place.count) {
        case (let file?, nil, 1): keys = .file(file)
        case (nil, let url?, 1):
            guard KeySet.isSafe(url) else { throw fields.wrong("keys", "keys are fetched over https") }
            keys = .url(url)
        default: throw fields.wrong("keys", "expected {\"file\": PATH} or {\"url\": ADDRESS}")
        }
        algorithms = Set(try fields.optional("algorithms") ?? ["RS256", "ES256", "EdDSA"])
        if let stranger = algorithms.sorted().first(where: { !Self.knownAlgorithms.contains($0) }) {
            throw fields.wrong(
                "algorithms",
                "'\(stranger.clipped)' is none of \(Self.knownAlgorithms.joined(separator: ", "))")
        }
        skewSeconds = try fields.optional("skewSeconds") ?? 60
        maximalSeconds = try fields.optional("maximalSeconds") ?? 86_400
        guard (0...600).contains(skewSeconds) else { throw fields.wrong("skewSeconds", "expected 0 to 600") }
        guard (60...31_536_000).contains(maximalSeconds) else {
            throw fields.wrong("maximalSeconds", "expected 60 to 31536000")
        }
        rules = try ClaimRules(fields)
    }
}

/// What claims mean: which user somebody is, and what they may do.
struct ClaimRules: Sendable {
    /// The organisation of all of the provider's users.
    var organisation: String
    /// The claim that has the user's name.
    var user: String
    /// What the name must end with, and loses: `@acme.org`.
    var userSuffix: String
    /// The claim that lists groups.
    var groups: String
    /// The roles of a group; `*` stands for everyone.
    var grants: [String: [User.Grant]]
    var allAbilities: Set<Token.Ability>

    init(_ fields: Fields) throws {
        organisation = try fields.accountName("organisation")
        user = try fields.optional("user") ?? "sub"
        userSuffix = try fields.optional("userSuffix") ?? ""
        groups = try fields.optional("groups") ?? "groups"
        grants = try (fields.optional("grants", as: [String: [GrantBody]].self) ?? [:]).mapValues { bodies in
            bodies.map { User.Grant($0.role, in: $0.scope) }
        }
        let words: [String] = try fields.optional("abilities") ?? ["read", "jobs"]
        allAbilities = Set(
            try words.map { word in
                guard let ability = Token.Ability(rawValue: word) else {
                    throw fields.wrong("abilities", "there is no ability '\(word.clipped)'")
                }
                return ability
            })
    }

    func userPath(of claims: Claims) throws -> String {
        guard let text = claims[user]?.text else { throw IdentityProvider.Refusal(reason: "it has no claim '\(user)'") }
        // One spelling of a name is one user: no two people become one by folding letters.
        guard text.hasSuffix(userSuffix), AccountName.isValid(String(text.dropLast(userSuffix.count))) else {
            throw IdentityProvider.Refusal(reason: "its claim '\(user)' is no name of a user of this service")
        }
        return "\(organisation)/\(text.dropLast(userSuffix.count))"
    }

    func grants(of claims: Claims) -> [User.Grant] {
        (["*"] + (claims[groups]?.texts ?? [])).flatMap { grants[$0] ?? [] }
    }

    func abilities(of claims: Claims) -> Set<Token.Ability> { allAbilities }
}

/// The file that says whose signed tokens are taken.
public enum IdentityFile {
    /// - Throws: `service.identity` where it means nothing.
    public static func check(_ path: String) throws(KernelError) { _ = try IdentitySetup(path: path) }
}
