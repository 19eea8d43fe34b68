public import ArgumentParser
import Client
import Console
import Hardware
import Kernel
import Storage

extension AdminCommand {
    struct TokensCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokens", abstract: "List, make and revoke tokens: your own, or a user's.",
            subcommands: [List.self, Add.self, Revoke.self], defaultSubcommand: List.self)

        /// Where the tokens of a user are, or one's own.
        fileprivate static func path(_ user: String?, _ client: ServiceClient) throws(KernelError) -> String {
            guard let user else { return "/v1/tokens" }
            let (organisation, name) = try client.halves(user)
            return "/v1/organisations/\(organisation)/users/\(name)/tokens"
        }

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List tokens; their secrets are not kept.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "ORGANISATION/NAME; yourself, if left out.")
            var user: String?

            @Option(help: "text or json.")
            var format = OutputFormat.text

            func run() throws {
                let found: [TokenDocument] = try asking(service) { client throws(KernelError) in
                    try client.get(try path(user, client))
                }
                show(found, format, ["TOKEN", "NAME", "MAY", "PROJECT", "EXPIRES", "LAST USED", "STATE"]) { token in
                    [
                        token.id, token.name, token.abilities.map(\.rawValue).joined(separator: ","),
                        token.project ?? "all", token.expires ?? "never", token.lastUsed ?? "never",
                        token.revoked == nil ? "in force" : "revoked",
                    ]
                }
            }
        }

        struct Add: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Make a token and print its secret, once.",
                discussion: "The secret alone goes to standard output, so that it can go into a file: `> token`.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "ORGANISATION/NAME; yourself, if left out.")
            var user: String?

            @Option(help: "What it is for.")
            var name: String

            @Option(help: "What its bearer may do: read, jobs, admin; repeatable. Default: what you may.")
            var ability: [Token.Ability] = []

            @Option(help: "The only project it is good for.")
            var project: String?

            @Option(help: "When it expires: 30d from now, or 2027-04-17T10:00:00Z.")
            var expires: Moment?

            func run() throws {
                let request = Request(
                    name: name, abilities: ability.isEmpty ? nil : ability, project: project,
                    expires: expires.map { Timestamp.text(from: $0.seconds(after: WallClock().now)) })
                let made: TokenDocument = try asking(service) { client throws(KernelError) in
                    try client.change("POST", try path(user, client), body: request)
                }
                Terminal.complain("token \(made.id) of \(made.user); its secret is shown this once:\n")
                Terminal.write("\(made.secret ?? "")\n")
            }

            private struct Request: Encodable {
                var name: String
                var abilities: [Token.Ability]?
                var project: String?
                var expires: String?
            }
        }

        struct Revoke: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Let a token be good for nothing any more.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "The token's id, as tok-….")
            var token: String

            func run() throws {
                let revoked: TokenDocument = try asking(service) { client throws(KernelError) in
                    try client.change("DELETE", "/v1/tokens/\(ServiceClient.segment(token))")
                }
                Terminal.write("revoked \(revoked.id) of \(revoked.user)\n")
            }
        }
    }
}

extension Token.Ability: ExpressibleByArgument {}
