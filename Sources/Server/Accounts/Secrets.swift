import Crypto
import FoundationEssentials

/// The algorithms that guard secrets: the only place that knows them.
enum Secrets {
    /// A new token as its bearer gets it, once: `kelvin_` and 256 random bits.
    static func newToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let bits = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return prefix + base64URL(bits)
    }

    /// Public names of tokens and requests.
    static func newID(_ prefix: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return prefix + String(UInt64.random(in: 1 << 60...(.max), using: &generator), radix: 36)
    }

    private static let prefix = "kelvin_"

    /// What is kept of a token. A secret of 256 random bits needs no slow digest: there is nothing to guess.
    static func digest(of token: some StringProtocol) -> [UInt8] { Array(SHA256.hash(data: Data(token.utf8))) }

    /// Whether a text can be a token at all.
    static func mayBeToken(_ text: some StringProtocol) -> Bool {
        text.utf8.count == prefix.utf8.count + 43 && text.hasPrefix(prefix)
    }

    /// 128 bits that two contents share only by intent, for entity tags.
    static func fingerprint(_ bytes: [UInt8]) -> String {
        hexadecimal(SHA256.hash(data: bytes).prefix(16))
    }

    /// A number that depends on a text alone.
    static func seed(of text: String) -> UInt64 {
        // JSON numbers of other languages hold 53 bits.
        SHA256.hash(data: Data(text.utf8)).prefix(6).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// HMAC-SHA256.
    static func authenticationCode(of bytes: some DataProtocol, key: some ContiguousBytes) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: bytes, using: SymmetricKey(data: key)))
    }

    /// SHA-256 in hexadecimal digits.
    static func hexadecimalDigest(of bytes: some DataProtocol) -> String { hexadecimal(SHA256.hash(data: bytes)) }

    static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }

    /// Whether two secrets are the same; the time it takes tells nothing of where they differ.
    static func areEqual(_ a: some StringProtocol, _ b: some StringProtocol) -> Bool { digest(of: a) == digest(of: b) }

    /// Whether a code is the HMAC-SHA256 of a text; the time it takes tells nothing of where it is wrong.
    static func isAuthenticationCode(_ code: [UInt8], of text: String, key: String) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Data(text.utf8), using: SymmetricKey(data: Data(key.utf8)))
    }

    static func base64URL(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// Nil for what is no base64url without padding (RFC 4648, section 5).
    static func bytes(ofBase64URL text: some StringProtocol) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        let plain = String(text).replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4)
        return Data(base64Encoded: plain + padding).map(Array.init)
    }
}
