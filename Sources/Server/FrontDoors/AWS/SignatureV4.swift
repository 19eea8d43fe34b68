import FoundationEssentials
import HTTPTypes
import Hardware

/// The credentials of a request to Amazon's services: Signature Version 4 (AWS General Reference, "Create a signed AWS API
/// request"). The key's name and the key itself are the same Kelvin token.
struct SignatureV4: Sendable {
    /// The name of the key: a Kelvin token.
    let token: String
    /// `20261123/us-east-1/braket/aws4_request`
    let scope: String
    let signedHeaders: [String]
    let signature: String

    private static let algorithm = "AWS4-HMAC-SHA256"
    /// How far clocks may differ, seconds.
    static let tolerance = 900.0

    /// The day, the region and the service of the scope.
    private var words: [String] { scope.split(separator: "/", omittingEmptySubsequences: false).map(String.init) }
    var region: String { words[1] }
    var service: String { words[2] }

    /// Nil where a request has no credentials.
    ///
    /// - Throws: a problem for credentials of another kind, or incomplete ones.
    init?(_ request: HTTPRequest) throws {
        guard let field = request.headerFields[.authorization] else { return nil }
        let halves = field.split(separator: " ", maxSplits: 1)
        guard halves.count == 2, halves[0] == Self.algorithm else {
            throw Self.incomplete("the Authorization header does not begin with \(Self.algorithm)")
        }
        var parts: [String: String] = [:]
        for part in halves[1].split(separator: ",") {
            let sides = part.trimmingPrefix { $0 == " " }.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { parts[String(sides[0])] = String(sides[1]) }
        }
        guard let credential = parts["Credential"], let headers = parts["SignedHeaders"],
            let signature = parts["Signature"], let slash = credential.firstIndex(of: "/")
        else { throw Self.incomplete("the Authorization header lacks Credential, SignedHeaders or Signature") }
        token = String(credential[..<slash])
        scope = String(credential[credential.index(after: slash)...])
        signedHeaders = headers.split(separator: ";").map(String.init)
        self.signature = signature
        guard words.count == 4, words[3] == "aws4_request", words[0].count == 8 else {
            throw Self.incomplete("the credential scope is not DAY/REGION/SERVICE/aws4_request")
        }
        guard signedHeaders.contains("host"), signedHeaders.contains("x-amz-date") else {
            throw Self.incomplete("host and x-amz-date must be signed")
        }
    }

    /// Holds the signature against the request.
    ///
    /// - Throws: a problem where it is another's, of another request, or too old.
    func verify(_ request: HTTPRequest, _ body: [UInt8], now: Double) throws {
        let date = request.headerFields[.amzDate] ?? ""
        guard let time = Self.seconds(of: date), date.hasPrefix(words[0]) else {
            throw Self.incomplete("X-Amz-Date is no time such as 20261123T101500Z on the day of the credential scope")
        }
        guard abs(now - time) <= Self.tolerance else {
            throw Self.refused(
                "Signature expired: \(date) is more than \(Int(Self.tolerance / 60)) minutes from "
                    + Timestamp.text(from: now), cure: "set this computer's clock")
        }
        let canonical = try canonicalRequest(request, body)
        let text = [Self.algorithm, date, scope, Secrets.hexadecimalDigest(of: Data(canonical.utf8))].joined(
            separator: "\n")
        var key = Array("AWS4\(token)".utf8)
        for word in words { key = Secrets.authenticationCode(of: Data(word.utf8), key: key) }
        let expected = Secrets.hexadecimal(Secrets.authenticationCode(of: Data(text.utf8), key: key))
        guard Secrets.areEqual(expected, signature) else {
            throw Self.refused(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.",
                cure: "give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY the same Kelvin token")
        }
    }

    private func canonicalRequest(_ request: HTTPRequest, _ body: [UInt8]) throws -> String {
        let whole = request.path ?? "/"
        let halves = whole.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        // All services but S3 sign the path encoded once more.
        let path = service == "s3" ? String(halves[0]) : Self.encoded(halves[0])
        let query =
            halves.count < 2 ? [] : halves[1].split(separator: "&").map { $0.contains("=") ? "\($0)" : "\($0)=" }
        let sorted = query.map { pair in
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (Array(sides[0].utf8), Array(sides[1].utf8))
        }.sorted { a, b in
            a.0 == b.0 ? a.1.lexicographicallyPrecedes(b.1) : a.0.lexicographicallyPrecedes(b.0)
        }.map { String(decoding: $0.0, as: UTF8.self) + "=" + String(decoding: $0.1, as: UTF8.self) }
        var lines = [request.method.rawValue, path.isEmpty ? "/" : path, sorted.joined(separator: "&")]
        for name in signedHeaders {
            let values =
                name == "host"
                ? [request.authority ?? ""] : HTTPField.Name(name).map { request.headerFields[values: $0] } ?? []
            guard !values.isEmpty else { throw Self.refused("the signed header '\(name.clipped)' did not come along") }
            let text = values.map { $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ") }
            lines.append("\(name):\(text.joined(separator: ","))")
        }
        lines += ["", signedHeaders.joined(separator: ";"), try payloadDigest(request, body)]
        return lines.joined(separator: "\n")
    }

    private func payloadDigest(_ request: HTTPRequest, _ body: [UInt8]) throws -> String {
        let own = Secrets.hexadecimalDigest(of: body)
        guard let said = request.headerFields[.amzContentDigest] else { return own }
        if said == "UNSIGNED-PAYLOAD" { return said }
        guard said == own else {
            throw Self.refused("x-amz-content-sha256 is not the digest of the body").header(
                .amznErrorType, "XAmzContentSHA256Mismatch")
        }
        return own
    }

    /// Percent-encodes everything but unreserved characters and slashes.
    private static func encoded(_ path: Substring) -> String {
        var result = ""
        for byte in path.utf8 {
            let character = Character(Unicode.Scalar(byte))
            if byte < 0x80, character.isLetter || character.isNumber || "-._~/".contains(character) {
                result.append(character)
            } else {
                result += "%" + Secrets.hexadecimal([byte]).uppercased()
            }
        }
        return result
    }

    private static func seconds(of date: String) -> Double? {
        let text = Array(date)
        guard text.count == 16, text[8] == "T", text[15] == "Z" else { return nil }
        func part(_ range: Range<Int>) -> String { String(text[range]) }
        return Timestamp.seconds(
            from: "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(9..<11)):\(part(11..<13)):\(part(13..<15))Z")
    }

    private static func incomplete(_ detail: String) -> Problem {
        Problem(.unauthenticated, detail, cure: "let the SDK sign, with a Kelvin token as key").header(
            .amznErrorType, "IncompleteSignatureException")
    }

    private static func refused(_ detail: String, cure: String? = nil) -> Problem {
        Problem(.unauthenticated, detail, cure: cure).header(.amznErrorType, "InvalidSignatureException")
    }
}

extension HTTPField.Name {
    static let amzDate = HTTPField.Name("X-Amz-Date") ?? .contentType
    static let amzContentDigest = HTTPField.Name("X-Amz-Content-Sha256") ?? .contentType
    static let amznErrorType = HTTPField.Name("x-amzn-ErrorType") ?? .contentType
}
