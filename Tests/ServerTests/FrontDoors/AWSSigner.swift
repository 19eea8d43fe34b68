import Foundation

@testable import Server

/// Signature Version 4 as Amazon's SDKs make it, written from its description and not from the door that checks it.
enum AWSSigner {
    /// - Parameter path: as it is sent, with its percent signs.
    static func headers(
        _ method: String, _ path: String, body: String, service: String, token: String, at time: Date = Date()
    ) -> [(String, String)] {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "yyyyMMdd'T'HHmmss'Z'"
        let moment = format.string(from: time), scope = "\(moment.prefix(8))/us-east-1/\(service)/aws4_request"
        let halves = path.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        // All services but S3 sign the path encoded once more.
        let unreserved = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "-._~/"))
        let signedPath =
            service == "s3" ? halves[0] : halves[0].addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
        let query = halves.count > 1 ? halves[1].split(separator: "&").sorted().joined(separator: "&") : ""
        let digest = Secrets.hexadecimalDigest(of: Data(body.utf8))
        let canonical = [
            method, signedPath, query, "host:localhost", "x-amz-date:\(moment)", "", "host;x-amz-date", digest,
        ].joined(separator: "\n")
        let text = [
            "AWS4-HMAC-SHA256", moment, scope, Secrets.hexadecimalDigest(of: Data(canonical.utf8)),
        ].joined(separator: "\n")
        var key = Array("AWS4\(token)".utf8)
        for word in scope.split(separator: "/") + [text[...]] {
            key = Secrets.authenticationCode(of: Data(word.utf8), key: key)
        }
        let credential = "Credential=\(token)/\(scope), SignedHeaders=host;x-amz-date"
        return [
            ("Authorization", "AWS4-HMAC-SHA256 \(credential), Signature=\(Secrets.hexadecimal(key))"),
            ("X-Amz-Date", moment),
        ]
    }
}
