import HTTPTypes
import Synchronization

/// Browsers that have signed in: each exchanged a token for a cookie that no script can read.
///
/// Kept in memory alone: when the service starts again, browsers sign in again. A session is as good as its token: one that
/// was revoked or has expired ends it.
final class BrowserSessions: Sendable {
    struct Session: Sendable {
        /// Of the token that it was opened with.
        var token: [UInt8]
        /// What every request that changes something has to carry, so that no other site can make the browser send one.
        var guardWord: String
        var opened: Double
        var lastUsed: Double
    }

    /// The longest that a session lasts, and that it may lie idle, seconds.
    static let longest = 12 * 3600.0, idle = 2 * 3600.0
    static let cookieName = "kelvin_session"
    private static let capacity = 10_000

    /// By the digest of the cookie: whoever reads the memory of the service cannot sign in.
    private let sessions = Mutex<[[UInt8]: Session]>([:])

    /// - Parameter token: its digest.
    /// - Returns: the cookie's secret and the guard word.
    func open(token: [UInt8], now: Double) -> (cookie: String, guardWord: String) {
        let cookie = Secrets.newToken(), word = Secrets.newToken()
        sessions.withLock { sessions in
            if sessions.count >= Self.capacity {
                sessions = sessions.filter { Self.isOpen($0.value, now) }
                if sessions.count >= Self.capacity,
                    let oldest = sessions.min(by: { $0.value.lastUsed < $1.value.lastUsed })
                {
                    sessions[oldest.key] = nil
                }
            }
            sessions[Secrets.digest(of: cookie)] = Session(token: token, guardWord: word, opened: now, lastUsed: now)
        }
        return (cookie, word)
    }

    /// The session of a request's cookie; nil where there is none, or it is over.
    func session(of request: HTTPRequest, now: Double) -> Session? {
        guard let key = Self.key(request) else { return nil }
        return sessions.withLock { sessions in
            guard let session = sessions[key] else { return nil }
            guard Self.isOpen(session, now) else {
                sessions[key] = nil
                return nil
            }
            sessions[key]?.lastUsed = now
            return session
        }
    }

    func close(_ request: HTTPRequest) {
        guard let key = Self.key(request) else { return }
        sessions.withLock { $0[key] = nil }
    }

    private static func isOpen(_ session: Session, _ now: Double) -> Bool {
        now - session.opened < longest && now - session.lastUsed < idle
    }

    private static func key(_ request: HTTPRequest) -> [UInt8]? {
        for field in request.headerFields[values: .cookie] {
            for part in field.split(separator: ";") {
                let halves = part.trimmingPrefix { $0 == " " }.split(separator: "=", maxSplits: 1)
                if halves.count == 2, halves[0] == cookieName, Secrets.mayBeToken(halves[1]) {
                    return Secrets.digest(of: halves[1])
                }
            }
        }
        return nil
    }
}

extension Service {
    /// Who makes a request: by its token, else by the cookie of a browser that has signed in.
    ///
    /// - Throws: `forbidden` where a browser is to change something and does not say the guard word: such a request may come
    ///   from another site's page.
    func identify(_ request: HTTPRequest, for route: Route, from address: String, now: Double) async throws
        -> Identity?
    {
        if let door = route.door {
            return try door.token(request, now).map { try desk.identify(token: $0, from: address, now: now).identity }
        }
        if let identityProvider, let token = desk.signedToken(of: request) {
            do { return try await identityProvider.identify(token, in: accounts, now: now) } catch let refusal
                as IdentityProvider.Refusal
            {
                throw try desk.refusal(address, now, "the token is not taken: \(refusal.reason)")
            }
        }
        if let identity = try desk.identify(request, from: address, now: now) { return identity }
        guard let session = browsers.session(of: request, now: now) else { return nil }
        if request.method != .get, request.method != .head, route.access != .open {
            let said = request.headerFields[.guardWord] ?? ""
            // Digests, so that the time tells nothing of the word.
            guard Secrets.digest(of: said) == Secrets.digest(of: session.guardWord) else {
                throw Problem(
                    .forbidden, "the request came with a cookie and without the word that guards it",
                    cure: "sign in again; programs send Authorization: Bearer TOKEN")
            }
        }
        return try desk.identity(of: session.token, now: now)
    }
}

extension HTTPField.Name {
    static let guardWord = HTTPField.Name("X-Kelvin-Guard") ?? .contentType
}
