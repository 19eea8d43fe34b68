import Foundation
import Kernel

/// What IBM's identity service gives for a key: a JSON web token (RFC 7519) that holds for an hour.
///
/// It carries the Kelvin token it was made for and is signed with it (HS256), so that nothing is kept: whoever can make one
/// has the Kelvin token, and whoever changes one spoils it.
enum AccessToken {
    static let seconds = 3600.0

    private struct Head: Codable {
        var alg = "HS256"
        var typ = "JWT"
    }

    private struct Claims: Codable {
        var iat: Int
        var exp: Int
        var sub: String
        var kelvin: String
    }

    static func make(for token: String, user: String, _ now: Double) -> String {
        let claims = Claims(iat: Int(now), exp: Int(now + seconds), sub: user, kelvin: token)
        let signed =
            Secrets.base64URL(DocumentCoding.encode(Head())) + "." + Secrets.base64URL(DocumentCoding.encode(claims))
        return signed + "."
            + Secrets.base64URL(Secrets.authenticationCode(of: Data(signed.utf8), key: Data(token.utf8)))
    }

    /// The Kelvin token in an access token.
    ///
    /// - Throws: `unauthenticated` for what we have not signed, and for what holds no longer.
    static func read(_ text: Substring, _ now: Double) throws -> String {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count < 4096, parts.count == 3, let head: Head = decoded(parts[0]), head.alg == "HS256",
            let claims: Claims = decoded(parts[1]), Secrets.mayBeToken(claims.kelvin),
            let signature = Secrets.bytes(ofBase64URL: parts[2]),
            Secrets.isAuthenticationCode(signature, of: "\(parts[0]).\(parts[1])", key: claims.kelvin)
        else { throw Problem(.unauthenticated, "the access token is none of this service's, or was changed") }
        guard now < Double(claims.exp) else {
            throw Problem(
                .unauthenticated, "the access token has expired",
                cure: "get another one from /identity/token; the SDK does so by itself")
        }
        return claims.kelvin
    }

    private static func decoded<Value: Decodable>(_ part: Substring) -> Value? {
        Secrets.bytes(ofBase64URL: part).flatMap { try? JSONDecoder().decode(Value.self, from: Data($0)) }
    }
}
