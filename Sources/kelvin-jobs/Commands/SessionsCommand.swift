public import ArgumentParser
import Client
import Console
import Drivers
public import Kernel

struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "List sessions and batches, show one, open one, close one.",
        discussion: """
            A session keeps a machine for iterations that depend on each other: its programs stay compiled and its readout \
            measured. `kelvin submit --session ses-1` sends a job into it.
            """,
        subcommands: [List.self, Show.self, Open.self, Close.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List sessions and batches, the newest first.")

        @OptionGroup var service: ServiceOption

        @Option(help: "Only those that are open, active, closing or closed.")
        var state: SessionOutlook.Phase?

        @Option(help: "Only those of this project of a service: ORGANISATION/PROJECT.")
        var project: String?

        @Option(help: "How many at most.")
        var limit = 20

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func validate() throws { if limit < 1 { throw ValidationError("--limit must be at least 1") } }

        func run() async throws {
            try await format.reporting {
                let found = try await service.place.sessions(state, project: project, limit: limit)
                switch format {
                case .json: Terminal.write(JSON.text(found) + "\n")
                case .text:
                    if found.isEmpty { return Terminal.write("no sessions\n") }
                    let rows = found.map { session in
                        [
                            session.id, session.kind.rawValue, session.status.rawValue, session.device,
                            "\(session.jobs)", "\((session.machineSeconds * 1e3).rounded() / 1e3) s",
                            session.ends ?? "", session.user ?? session.account ?? "",
                        ]
                    }
                    Terminal.write(
                        Columns(["SESSION", "KIND", "STATE", "DEVICE", "JOBS", "USED", "ENDS", "WHOSE"], rows).text)
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a session with its limits.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "The session, as ses-1.")
        var session: SessionIndex

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() async throws {
            try await format.reporting { format.show(try await service.place.session(session)) }
        }
    }

    struct Open: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open a session or a batch and print its name.",
            discussion: """
                A dedicated session has the machine to itself while it is active; in a shared one others run while you \
                think; a batch is jobs known beforehand, which run one after the other.
                """)

        @OptionGroup var service: ServiceOption

        @Option(name: .shortAndLong, help: "The machine.")
        var device: String

        @Option(help: "dedicated, shared or batch.")
        var kind = SessionKind.shared

        @Option(help: "It ends when it had no job for so long: 60s, 5m.")
        var idle = Moment.after(60)

        @Option(help: "It ends so long after its first job started: 2h.")
        var longest = Moment.after(28_800)

        @Option(help: "Machine seconds that its jobs may cost in all.")
        var budget: Double?

        @Option(help: "The project of a service that it is for: ORGANISATION/PROJECT; left out where one has one.")
        var project: String?

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func validate() throws {
            for (name, moment, range) in [("idle", idle, 1...3_600.0), ("longest", longest, 1...86_400.0)] {
                guard moment.isRelative, range.contains(moment.seconds(after: 0)) else {
                    throw ValidationError("--\(name) is a span from 1s to \(Int(range.upperBound / 3_600))h")
                }
            }
            if let budget, !(budget > 0 && budget.isFinite) {
                throw ValidationError("--budget must be positive seconds")
            }
        }

        func run() async throws {
            try await format.reporting {
                let opened = try await service.place.openSession(
                    SessionRequest(
                        project: project, kind: kind, device: device, idleSeconds: idle.seconds(after: 0),
                        maximalSeconds: longest.seconds(after: 0), budget: budget))
                switch format {
                case .json: Terminal.write(JSON.text(opened) + "\n")
                case .text: Terminal.write("\(opened.id)\n")
                }
            }
        }
    }

    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a session take no more jobs; those on their way are finished.")

        @OptionGroup var service: ServiceOption

        @Argument(help: "The session, as ses-1.")
        var session: SessionIndex

        @Flag(help: "Cancel the jobs on their way, too.")
        var cancel = false

        @Option(help: "text or json.")
        var format = OutputFormat.text

        func run() async throws {
            try await format.reporting {
                format.show(try await service.place.closeSession(session, cancelling: cancel))
            }
        }
    }
}

extension OutputFormat {
    fileprivate func show(_ session: SessionDocument) {
        guard self == .text else { return Terminal.write(JSON.text(session) + "\n") }
        var lines = [
            "\(session.id)  \(session.kind.rawValue), \(session.status.rawValue), on \(session.device)",
            "  jobs      \(session.jobs) on their way",
            "  used      \((session.machineSeconds * 1e3).rounded() / 1e3) s of machine time"
                + (session.budgetSeconds.map { " of \($0) s" } ?? ""),
            "  opened    \(session.opened)", "  last job  \(session.lastActive)",
        ]
        if let ends = session.ends { lines.append("  ends      \(ends), if nothing happens") }
        if let whose = session.user ?? session.account { lines.append("  whose     \(whose)") }
        Terminal.write(lines.map { $0 + "\n" }.joined())
    }
}

extension SessionKind: ExpressibleByArgument {}
extension SessionOutlook.Phase: ExpressibleByArgument {}

extension SessionIndex: ExpressibleByArgument {
    public init?(argument: String) { self.init(name: argument) }
}
