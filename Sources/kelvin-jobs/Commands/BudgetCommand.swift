import ArgumentParser
import Client
import Console
import Kernel

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Show what an account has used, or set what it may use.",
        discussion: """
            Accounts are paths: a budget of physics holds for physics/alice too. A budget is exceeded by one batch of \
            shots at most; then the account's jobs are paused, and go on when the budget is raised.
            """)

    @OptionGroup var service: ServiceOption

    @Argument(help: "The account, such as physics/alice; of a service the project, ORGANISATION/PROJECT.")
    var account: String

    @Option(help: "Machine seconds that it may use in all.")
    var seconds: Double?

    @Flag(help: "Take the limit away.")
    var unlimited = false

    func validate() throws {
        if let seconds, !(seconds >= 0 && seconds.isFinite) { throw ValidationError("--seconds must not be negative") }
        if !account.isEmpty { try AccountPath.validate(account, as: "the account") }
        if seconds != nil, unlimited { throw ValidationError("--seconds and --unlimited exclude each other") }
    }

    func run() async throws {
        let place = try service.place
        if seconds != nil || unlimited { try await place.setBudget(account, seconds: seconds) }
        let usage = try await place.usage(of: account)
        let limit = usage.budgetSeconds.map { " of \($0) s" } ?? " s, without a limit"
        Terminal.write("\(account) has used \((usage.usedSeconds * 1e6).rounded() / 1e6)\(limit)\n")
    }
}
