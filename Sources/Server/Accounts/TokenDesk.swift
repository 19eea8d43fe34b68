import HTTPTypes
import Kernel
import Storage
import Synchronization

/// Turns tokens into identities, and remembers for a moment what it found.
final class TokenDesk: Sendable {
    private let accounts: any AccountStorage
    private let known = Mutex<[[UInt8]: (identity: Identity, found: Double)]>([:])
    /// Failures by address.
    private let failures = Mutex<[String: (count: Int, since: Double)]>([:])

    /// How long a token is believed without looking: a revocation by another process takes so long to be seen.
    private static let freshSeconds = 2.0
    private static let capacity = 10_000
    /// Wrong tokens that an address may show in a minute.
    let patience: Int

    init(_ accounts: any AccountStorage, patience: Int) {
        self.accounts = accounts
        self.patience = patience
    }

    /// Who makes a request; nil where no token came along.
    ///
    /// - Throws: `unauthenticated` for a token that is not in force; `rate-limit` after too many of them.
    func identify(_ request: HTTPRequest, from address: String, now: Double) throws -> Identity? {
        let fields = request.headerFields[values: .authorization]
        guard let field = fields.first else { return nil }
        let words = field.split(separator: " ")
        guard fields.count == 1, words.count == 2, words[0].lowercased() == "bearer" else {
            throw try refusal(address, now, "the Authorization header holds no Kelvin token")
        }
        return try identify(token: words[1], from: address, now: now).identity
    }

    /// The bearer's token where somebody else has signed it; nil where it is one of ours, or none.
    func signedToken(of request: HTTPRequest) -> String? {
        let fields = request.headerFields[values: .authorization]
        guard fields.count == 1, let words = fields.first?.split(separator: " "), words.count == 2,
            words[0].lowercased() == "bearer", !Secrets.mayBeToken(words[1]), IdentityProvider.mayBeToken(words[1])
        else { return nil }
        return String(words[1])
    }

    /// Who bears a token, and the token's digest.
    ///
    /// - Throws: `unauthenticated` for one that is not in force; `rate-limit` after too many of them.
    func identify(
        token: some StringProtocol, from address: String, now: Double
    ) throws -> (identity: Identity, digest: [UInt8]) {
        guard Secrets.mayBeToken(token) else { throw try refusal(address, now, "this is no Kelvin token") }
        let digest = Secrets.digest(of: token)
        // Whoever has a good token is let in, whatever others at the same address try.
        guard let identity = try identity(of: digest, now: now) else {
            throw try refusal(address, now, "the token is not in force")
        }
        return (identity, digest)
    }

    /// Who bears the token of a digest; nil where it is not in force.
    func identity(of digest: [UInt8], now: Double) throws -> Identity? {
        if let entry = known.withLock({ $0[digest] }), abs(now - entry.found) < Self.freshSeconds {
            return entry.identity.token.isGood(at: now) ? entry.identity : nil
        }
        let found = try accounts.readAccounts { store throws(KernelError) -> Identity? in
            guard let token = try store.token(digest: digest), let user = try store.user(token.user) else { return nil }
            return Identity(user: user, token: token)
        }
        guard let found, found.token.isGood(at: now), !found.user.isDisabled else { return nil }
        let isDue = known.withLock { known in
            if known.count >= Self.capacity { known.removeAll() }
            known[digest] = (found, now)
            return found.token.lastUsed.map { now - $0 > 60 } ?? true
        }
        if isDue { noteUse(of: found.token, now) }
        return found
    }

    /// Forgets what it remembers: something about accounts has changed.
    func forget() { known.withLock { $0.removeAll() } }

    /// To the minute: a token's last use is worth a write, but not one at every request.
    private func noteUse(of token: Token, _ now: Double) {
        var used = token
        used.lastUsed = now.rounded(.down)
        let note = used
        // What cannot be noted is noted the next time.
        try? accounts.changeAccounts { store throws(KernelError) in
            guard var current = try store.token(note.id) else { return }
            current.lastUsed = note.lastUsed
            try store.update(current)
        }
    }

    private func checkPatience(_ address: String, _ now: Double) throws {
        let wait = failures.withLock { failures -> Double? in
            guard let entry = failures[address], entry.count >= patience else { return nil }
            let rest = entry.since + 60 - now
            if rest <= 0 || rest > 60 { failures[address] = nil }
            return rest > 0 && rest <= 60 ? rest : nil
        }
        if let wait {
            throw Problem(.rateLimit, "too many wrong tokens came from \(address)").header(
                .retryAfter, "\(Int(wait.rounded(.up)))")
        }
    }

    func refusal(_ address: String, _ now: Double, _ detail: String) throws -> Problem {
        try checkPatience(address, now)
        failures.withLock { failures in
            if failures.count >= Self.capacity { failures.removeAll() }
            let entry = failures[address]
            failures[address] =
                entry.map { now - $0.since < 60 && now >= $0.since ? ($0.count + 1, $0.since) : (1, now) } ?? (1, now)
        }
        return Problem(.unauthenticated, detail).header(
            .wwwAuthenticate, "Bearer realm=\"kelvin\", error=\"invalid_token\"")
    }
}
