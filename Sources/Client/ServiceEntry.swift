package import Console
import Drivers
import Foundation

/// A service that commands speak to: where it is, who one is there, and whom one believes that it is itself.
package struct ServiceEntry: Sendable {
    /// What it is called on this computer.
    package var name: String
    /// `https://host:port`, without a slash at the end.
    package var url: String
    package var token: String
    /// A file with the certificate (PEM) of the authority that is trusted; nil for those of the system.
    package var authority: String?

    package init(name: String, url: String, token: String, authority: String? = nil) {
        self.name = name
        self.url = url
        self.token = token
        self.authority = authority
    }

    /// An address as it is kept.
    ///
    /// - Throws: a usage failure for what is no address of a service, and where a token would travel in the clear.
    package static func address(_ text: String) throws(CommandFailure) -> String {
        var address = text
        while address.hasSuffix("/") { address.removeLast() }
        guard let parts = URLComponents(string: address), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty,
            address.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw .usage(
                "'\(text)' is no address of a service\n  cure: write it as https://kelvin.example.org, or with a port")
        }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw .usage("'\(text)' has more than an address\n  cure: leave user, password, ? and # out")
        }
        if scheme == "http", !HTTPClient.isLoopback(address) {
            throw .usage(
                "a token would travel unencrypted to \(address)\n  cure: use https; http is for this computer alone")
        }
        return scheme + address.dropFirst(scheme.count)
    }

    /// A token as it came from a file or a keyboard.
    package static func token(_ text: String) throws(CommandFailure) -> String {
        let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard (1...4096).contains(word.utf8.count), word.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            // What it is, is not repeated: it may be a secret.
            throw .usage("this is no token: expected one word of visible characters")
        }
        return word
    }
}
