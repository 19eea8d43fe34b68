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
            ResumeCommand.self, ResultsCommand.self, LogsCommand.self, LoginCommand.self, LogoutCommand.self,
            ServicesCommand.self, SessionsCommand.self, TopCommand.self, AdminCommand.self, BudgetCommand.self,
            ShareCommand.self,
            ReserveCommand.self,
            FleetCommand.self, PriceCommand.self, WorkerCommand.self, VerifyCommand.self, ReplayCommand.self,
        ])

    static func main() async { await answer() }
}
