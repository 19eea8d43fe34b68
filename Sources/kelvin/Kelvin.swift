import ArgumentParser

/// The command line. Exit codes: 0 ok, 1 the program or its input is wrong, 2 the command itself is wrong, 3 the device
/// or the system failed.
@main
struct Kelvin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelvin",
        abstract: "An open quantum operating system: compile and run quantum programs, offline, without an account.",
        discussion: """
            A first program:  kelvin run Examples/teleport.qasm
            Jobs that stay:   kelvin submit, jobs, job, results, cancel, pause, resume, fleet, reserve, share, budget, worker
            Exit codes:       0 ok, 1 the program or its input is wrong, 2 usage, 3 the device or the system failed
            """,
        subcommands: [
            RunCommand.self, CompileCommand.self, CheckCommand.self, FormatCommand.self, ExplainCommand.self,
            LanguageServerCommand.self, DevicesCommand.self, CalibrateCommand.self, SimulateFleetCommand.self,
            VersionCommand.self, QDMIHostCommand.self,
        ])

    static func main() async {
        if let word = CommandLine.arguments.dropFirst().first, SiblingProgram.jobWords.contains(word) {
            SiblingProgram.replaceProcess(by: "kelvin-jobs")
        }
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            failure.report()
            Terminal.leave(failure.exitCode)
        } catch {
            // Help and version are no failures; what else the parser throws is a wrong command.
            let isClean = exitCode(for: error) == .success
            let message = fullMessage(for: error)
            if isClean { Terminal.write(message + "\n") } else { Terminal.complain(message + "\n") }
            Terminal.leave(isClean ? 0 : 2)
        }
    }
}
