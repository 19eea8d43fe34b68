import ArgumentParser
import Client
import Console
import Foundation
import Kernel
import Storage

struct LoginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "login", abstract: "Sign in to a service: from then on commands about jobs go to it.",
        discussion: """
            The token is asked for, or read from standard input, and never an argument: those can be seen by everyone on \
            the computer. It is kept in a file that only you can read (`$XDG_CONFIG_HOME/kelvin/services.json`). Scripts \
            set KELVIN_SERVICE to the address and KELVIN_TOKEN instead, KELVIN_CACERT for a private authority.
            """)

    @Argument(help: "The address of the service, https://HOST or https://HOST:PORT.")
    var url: String

    @Option(help: "What it is called on this computer. Default: the host's name.")
    var name: String?

    @Option(help: "A file with the certificate (PEM) of a private authority; a copy of it is kept.")
    var cacert: String?

    func run() async throws {
        let address = try ServiceEntry.address(url)
        let name = try Self.checked(name ?? Self.host(of: address))
        var authority: String?
        if let cacert {
            let text = String(decoding: try TextFile.contents(of: cacert), as: UTF8.self)
            guard text.contains("-----BEGIN CERTIFICATE-----") else {
                throw CommandFailure(
                    text:
                        "error: \(cacert) holds no certificate\n  cure: give the authority's certificate as a PEM file",
                    exitCode: 1, code: "client.authority")
            }
            authority = text
        }
        let token = try ServiceEntry.token(try Secret.read("Token for \(address): "))
        let client = ServiceClient(ServiceEntry(name: name, url: address, token: token, authority: cacert))
        let caller: CallerDocument
        // Nothing is kept that does not work.
        do throws(KernelError) { caller = try client.get("/v1/me") } catch { throw CommandFailure(error, source: nil) }
        var book = try ServiceBook()
        try book.keep(client.entry, authority: authority)
        let end = caller.token.expires.map { ", until \($0)" } ?? ""
        Terminal.write("signed in to \(name) (\(address)) as \(caller.user.user)\(end)\n")
    }

    private static func host(of address: String) -> String {
        let host = URLComponents(string: address)?.host ?? address
        return host.filter { $0 != "[" && $0 != "]" }.replacing(":", with: "-")
    }

    private static func checked(_ name: String) throws(CommandFailure) -> String {
        let isWord =
            (1...64).contains(name.utf8.count) && name.first != "." && name.first != "-"
            && name.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39)
                    || [0x2D, 0x2E, 0x5F].contains($0)
            }
        guard isWord, name != ServiceBook.localName else {
            throw .usage(
                "'\(name)' cannot be the name of a service\n  cure: take letters, digits, '.', '_' and '-' (--name); "
                    + "local is this computer")
        }
        return name
    }
}

struct LogoutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout", abstract: "Forget a service and its token on this computer.",
        discussion: "The token stays in force at the service unless --revoke is given.")

    @Argument(help: "The service's name; the current one, if left out.")
    var name: String?

    @Flag(help: "Revoke the token at the service, too.")
    var revoke = false

    func run() async throws {
        var book = try ServiceBook()
        guard let name = name ?? book.current else {
            throw CommandFailure.usage("you are not signed in to a service\n  cure: `kelvin services` lists them")
        }
        guard let entry = book.entry(name) else {
            throw CommandFailure.usage(
                "there is no service '\(name)'\n  cure: the names are \(book.entries.map(\.name).joined(separator: ", "))"
            )
        }
        if revoke {
            let client = ServiceClient(entry)
            do throws(KernelError) {
                let caller: CallerDocument = try client.get("/v1/me")
                let _: TokenDocument = try client.change(
                    "DELETE", "/v1/tokens/\(ServiceClient.segment(caller.token.id))")
            } catch { throw CommandFailure(error, source: nil) }
        }
        try book.forget(name)
        Terminal.write("signed out of \(name)\(revoke ? ", its token is revoked" : "")\n")
    }
}

struct ServicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "services", abstract: "List the services that you have signed in to, or choose the current one.")

    @Option(help: "Make this the service that commands go to; local for this computer.")
    var use: String?

    @Option(help: "text or json.")
    var format = OutputFormat.text

    private struct Line: Encodable {
        var name: String
        var url: String
        var isCurrent: Bool
        var authority: String?
    }

    func run() throws {
        var book = try ServiceBook()
        if let use {
            guard use == ServiceBook.localName || book.entry(use) != nil else {
                throw CommandFailure.usage(
                    "there is no service '\(use)'\n  cure: the names are "
                        + (book.entries.map(\.name) + [ServiceBook.localName]).joined(separator: ", "))
            }
            try book.use(use == ServiceBook.localName ? nil : use)
        }
        let lines = book.entries.map {
            Line(name: $0.name, url: $0.url, isCurrent: $0.name == book.current, authority: $0.authority)
        }
        switch format {
        case .json: Terminal.write(JSON.text(lines) + "\n")
        case .text:
            if lines.isEmpty { Terminal.write("no services; commands work on this computer\n") }
            for line in lines { Terminal.write("\(line.isCurrent ? "*" : " ") \(line.name)  \(line.url)\n") }
            if !lines.isEmpty, book.current == nil { Terminal.write("commands work on this computer\n") }
        }
    }
}
