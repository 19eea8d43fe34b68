import ArgumentParser
import Console

/// The command line. Exit codes: 0 ok, 1 the program or its input is wrong, 2 the command itself is wrong, 3 the device
/// or the system failed.
@main
struct Kelvin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelvin",
        abstract: "An open quantum operating system: compile and run quantum programs, offline, without an account.",
        discussion: """
            A first program:  kelvin run Examples/teleport.qasm
            Jobs that stay:   kelvin submit, jobs, job, results, cancel, pause, resume, sessions, logs, top, verify, replay
            Their machines:   kelvin fleet, reserve, share, budget, price, worker
            A data centre:    kelvin simulate-fleet Examples/fleet-university.json
            A service:        kelvin serve, doctor, backup, restore, sbom; as its user: kelvin login, logout, services, admin
            Exit codes:       0 ok, 1 the program or its input is wrong, 2 usage, 3 the device or the system failed
            """,
        subcommands: [
            RunCommand.self, CompileCommand.self, CheckCommand.self, FormatCommand.self, ExplainCommand.self,
            LanguageServerCommand.self, DevicesCommand.self, CalibrateCommand.self, VersionCommand.self,
            QDMIHostCommand.self,
        ])

    static func main() async {
        if let sibling = SiblingProgram.answering(CommandLine.arguments.dropFirst()) {
            SiblingProgram.replaceProcess(by: sibling)
        }
        await answer()
    }
}
