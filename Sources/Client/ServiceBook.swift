package import ArgumentParser
package import Console
import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The services that the user has signed in to, in a file that only the user reads: `services.json` in
/// `$XDG_CONFIG_HOME/kelvin`, or `~/.config/kelvin`.
package struct ServiceBook: Sendable {
    private struct Page: Codable {
        struct Line: Codable {
            var url: String
            var token: String
            var authority: String?
        }
        var current: String?
        var services: [String: Line] = [:]
    }

    private let directory: String
    private var page: Page

    /// What names this computer instead of a service.
    package static let localName = "local"

    /// Reads it; none is an empty one.
    package init(environment: [String: String]? = nil) throws(CommandFailure) {
        let environment = environment ?? ProcessInfo.processInfo.environment
        if let configuration = environment["XDG_CONFIG_HOME"], configuration.hasPrefix("/") {
            directory = configuration + "/kelvin"
        } else if let home = environment["HOME"], !home.isEmpty {
            directory = home + "/.config/kelvin"
        } else {
            directory = ""
        }
        let path = directory + "/services.json"
        var status = stat()
        guard !directory.isEmpty, stat(path, &status) == 0 else {
            page = Page()
            return
        }
        guard status.st_mode & 0o077 == 0 else {
            throw CommandFailure(
                text: "error: \(path) holds tokens, and others may read it\n  cure: chmod 600 \(path)", exitCode: 3,
                code: "client.rights")
        }
        let bytes = try TextFile.contents(of: path)
        do { page = try JSONDecoder().decode(Page.self, from: Data(bytes)) } catch {
            throw CommandFailure(
                text: "error: \(path) is no list of services\n  cure: remove it, and sign in again", exitCode: 3,
                code: "client.book")
        }
    }

    private var path: String { directory + "/services.json" }

    /// The service that commands speak to when nobody says which; nil for none.
    package var current: String? { page.current.flatMap { page.services[$0] == nil ? nil : $0 } }

    /// Sorted by name.
    package var entries: [ServiceEntry] { page.services.keys.sorted().compactMap(entry) }

    package func entry(_ name: String) -> ServiceEntry? {
        page.services[name].map { line in
            ServiceEntry(
                name: name, url: line.url, token: line.token,
                authority: line.authority.map { "\(directory)/authorities/\($0)" })
        }
    }

    /// Keeps a service, and makes it the current one.
    ///
    /// - Parameter authority: the certificate itself (PEM), of which a copy is kept.
    package mutating func keep(_ entry: ServiceEntry, authority: String?) throws(CommandFailure) {
        guard !directory.isEmpty else {
            throw CommandFailure(
                text: "error: there is no place for tokens: neither XDG_CONFIG_HOME nor HOME is set\n"
                    + "  cure: set one of them, or give KELVIN_SERVICE and KELVIN_TOKEN", exitCode: 3,
                code: "client.book")
        }
        var file: String?
        if let authority {
            file = "\(entry.name).pem"
            try TextFile.replace(
                "\(directory)/authorities/\(entry.name).pem", with: authority, makingDirectories: true, isPrivate: true)
        }
        page.services[entry.name] = Page.Line(url: entry.url, token: entry.token, authority: file)
        page.current = entry.name
        try write()
    }

    package mutating func use(_ name: String?) throws(CommandFailure) {
        page.current = name
        try write()
    }

    package mutating func forget(_ name: String) throws(CommandFailure) {
        if let authority = page.services[name]?.authority { unlink("\(directory)/authorities/\(authority)") }
        page.services[name] = nil
        if page.current == name { page.current = nil }
        try write()
    }

    private func write() throws(CommandFailure) {
        try TextFile.replace(path, with: JSON.text(page) + "\n", makingDirectories: true, isPrivate: true)
    }
}

extension ServiceBook {
    /// The service that is meant: the one named, else the environment's, else the current one; nil for this computer.
    ///
    /// - Parameter named: a name, an address, or `local`.
    package func chosen(
        _ named: String?, environment: [String: String]? = nil
    ) throws(CommandFailure) -> ServiceEntry? {
        let environment = environment ?? ProcessInfo.processInfo.environment
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let token = try value("KELVIN_TOKEN").map { text throws(CommandFailure) in try ServiceEntry.token(text) }
        guard let word = named ?? value("KELVIN_SERVICE") ?? current, word != Self.localName else { return nil }
        if var entry = entry(word) {
            if let token { entry.token = token }
            return entry
        }
        guard word.contains("://") else {
            let names = entries.map(\.name)
            throw .usage(
                "there is no service '\(word)'\n  cure: "
                    + (names.isEmpty
                        ? "sign in with `kelvin login URL --name \(word)`"
                        : "the names are \(names.joined(separator: ", ")), and local for this computer"))
        }
        let address = try ServiceEntry.address(word)
        let kept = entries.first { $0.url == address }
        guard let token = token ?? kept?.token else {
            throw CommandFailure(
                text: "error: there is no token for \(address)\n  cure: `kelvin login \(address)`, or set KELVIN_TOKEN",
                exitCode: 3, code: "client.token")
        }
        return ServiceEntry(
            name: kept?.name ?? address, url: address, token: token,
            authority: value("KELVIN_CACERT") ?? kept?.authority)
    }
}

/// The command line's word on where it works.
package struct ServiceOption: ParsableArguments {
    @Option(help: "A service by its name (`kelvin services`) or address, or local for this computer.")
    package var service: String?

    package init() {}

    /// Nil for this computer.
    package var client: ServiceClient? {
        get throws(CommandFailure) {
            guard let entry = try ServiceBook().chosen(service) else { return nil }
            return ServiceClient(entry)
        }
    }

    /// For what a service alone can do.
    package var requiredClient: ServiceClient {
        get throws(CommandFailure) {
            guard let client = try client else {
                throw .usage(
                    "this asks a service, and none is chosen\n  cure: `kelvin login URL`, or give --service NAME")
            }
            return client
        }
    }

    /// For what this computer alone can do: a service that somebody chose is not passed over in silence.
    package func requireLocal(_ what: String) throws(CommandFailure) {
        guard let entry = try ServiceBook().chosen(service) else { return }
        throw .usage(
            "\(what) is for the jobs of this computer, and the service '\(entry.name)' is chosen\n"
                + "  cure: give --service local")
    }
}
