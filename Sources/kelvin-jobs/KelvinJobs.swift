import ArgumentParser
import Console

/// The part of the command line that keeps jobs. People call it through `kelvin`, which hands these words over.
@main
struct KelvinJobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kelvin",
        abstract: "Jobs that outlive their command: submitted, followed, cancelled, and their results.",
        discussion: """
            Jobs and results are kept under $XDG_STATE_HOME/kelvin, or ~/.local/state/kelvin.
            Exit codes: 0 ok, 1 the program or its input is wrong, 2 usage, 3 the device or the system failed
            """,
        subcommands: [
            SubmitCommand.self, JobsCommand.self, JobCommand.self, CancelCommand.self, PauseCommand.self,
            ResumeCommand.self, ResultsCommand.self, BudgetCommand.self, ShareCommand.self, ReserveCommand.self,
            FleetCommand.self, WorkerCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Terminal.leave(0)
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
