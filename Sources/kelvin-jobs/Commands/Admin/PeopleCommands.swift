import ArgumentParser
import Client
import Console
import Kernel
import Storage

extension AdminCommand {
    private struct Name: Encodable { var name: String }

    struct OrganisationsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "organisations", abstract: "List the organisations, or add one.",
            subcommands: [List.self, Add.self], defaultSubcommand: List.self)

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the organisations.")

            @OptionGroup var service: ServiceOption

            @Option(help: "text or json.")
            var format = OutputFormat.text

            func run() throws {
                let found: [OrganisationDocument] = try asking(service) { client throws(KernelError) in
                    try client.get("/v1/organisations")
                }
                show(found, format, ["ORGANISATION", "CREATED"]) { [$0.name, $0.created] }
            }
        }

        struct Add: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Add an organisation.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "Its name.")
            var name: String

            func run() throws {
                let made: OrganisationDocument = try asking(service) { client throws(KernelError) in
                    try client.change("POST", "/v1/organisations", body: Name(name: name))
                }
                Terminal.write("added the organisation \(made.name)\n")
            }
        }
    }

    struct ProjectsCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "projects", abstract: "List the projects of an organisation, or add one.",
            subcommands: [List.self, Add.self], defaultSubcommand: List.self)

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the projects of an organisation.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "The organisation.")
            var organisation: String

            @Option(help: "text or json.")
            var format = OutputFormat.text

            func run() throws {
                let found: [ProjectDocument] = try asking(service) { client throws(KernelError) in
                    try client.get("/v1/organisations/\(ServiceClient.segment(organisation))/projects")
                }
                show(found, format, ["PROJECT", "CREATED"]) { [$0.project, $0.created] }
            }
        }

        struct Add: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "Add a project.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "ORGANISATION/PROJECT.")
            var project: String

            func run() throws {
                let made: ProjectDocument = try asking(service) { client throws(KernelError) in
                    let (organisation, name) = try client.halves(project)
                    return try client.change(
                        "POST", "/v1/organisations/\(organisation)/projects", body: Name(name: name))
                }
                Terminal.write("added the project \(made.project)\n")
            }
        }
    }

    struct UsersCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "users", abstract: "List the users of an organisation, add one, or change one.",
            subcommands: [List.self, Add.self, Change.self], defaultSubcommand: List.self)

        struct List: ParsableCommand {
            static let configuration = CommandConfiguration(abstract: "List the users of an organisation.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "The organisation.")
            var organisation: String

            @Option(help: "text or json.")
            var format = OutputFormat.text

            func run() throws {
                let found: [UserDocument] = try asking(service) { client throws(KernelError) in
                    try client.get("/v1/organisations/\(ServiceClient.segment(organisation))/users")
                }
                show(found, format, ["USER", "ROLES", "DISABLED", "CREATED"]) { user in
                    [
                        user.user, user.grants.map { "\($0.role.rawValue):\($0.scope)" }.joined(separator: " "),
                        user.disabled ? "yes" : "no", user.created,
                    ]
                }
            }
        }

        struct Add: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Add a user.", discussion: "Roles are viewer, member, operator and admin.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "ORGANISATION/NAME.")
            var user: String

            @Option(help: "ROLE:SCOPE, as member:acme/lab, operator:acme, or admin:* for the service; repeatable.")
            var role: [RoleArgument] = []

            func run() throws {
                let made: UserDocument = try asking(service) { client throws(KernelError) in
                    let (organisation, name) = try client.halves(user)
                    return try client.change(
                        "POST", "/v1/organisations/\(organisation)/users",
                        body: UserRequest(name: name, grants: role.map(\.grant)))
                }
                Terminal.write("added the user \(made.user)\n")
            }
        }

        struct Change: ParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Give a user other roles, or shut it out.",
                discussion: "The roles given take the place of those it had.")

            @OptionGroup var service: ServiceOption

            @Argument(help: "ORGANISATION/NAME.")
            var user: String

            @Option(help: "ROLE:SCOPE, as member:acme/lab, operator:acme, or admin:* for the service; repeatable.")
            var role: [RoleArgument] = []

            @Flag(inversion: .prefixedEnableDisable, help: "Whether its tokens work.")
            var tokens: Bool?

            func validate() throws {
                if role.isEmpty, tokens == nil {
                    throw ValidationError("say what changes: --role, --disable-tokens or --enable-tokens")
                }
            }

            func run() throws {
                let now: UserDocument = try asking(service) { client throws(KernelError) in
                    let (organisation, name) = try client.halves(user)
                    return try client.change(
                        "PATCH", "/v1/organisations/\(organisation)/users/\(name)",
                        body: UserRequest(grants: role.isEmpty ? nil : role.map(\.grant), disabled: tokens.map { !$0 }))
                }
                let roles = now.grants.map { "\($0.role.rawValue):\($0.scope)" }.joined(separator: " ")
                Terminal.write("\(now.user)  \(roles)\(now.disabled ? "  disabled" : "")\n")
            }
        }
    }

    private struct UserRequest: Encodable {
        var name: String?
        var grants: [GrantDocument]?
        var disabled: Bool?
    }
}

/// A role and where it holds, `member:acme/lab`.
struct RoleArgument: ExpressibleByArgument {
    let grant: GrantDocument

    init?(argument: String) {
        let halves = argument.split(separator: ":", maxSplits: 1).map(String.init)
        guard halves.count == 2, let role = Role(rawValue: halves[0]), let scope = Scope(halves[1]) else { return nil }
        grant = GrantDocument(role, scope: scope.text)
    }
}
