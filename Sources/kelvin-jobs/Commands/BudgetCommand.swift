import ArgumentParser
import Console
import Kernel

struct BudgetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budget", abstract: "Show what an account has used, or set what it may use.",
        discussion: """
            Accounts are paths: a budget of physics holds for physics/alice too. A budget is exceeded by one batch of \
            shots at most; then the account's jobs are paused, and go on when the budget is raised.
            """)

    @Argument(help: "The account, such as physics/alice.")
    var account: String

    @Option(help: "Machine seconds that it may use in all.")
    var seconds: Double?

    @Flag(help: "Take the limit away.")
    var unlimited = false

    func validate() throws {
        if let seconds, !(seconds >= 0 && seconds.isFinite) { throw ValidationError("--seconds must not be negative") }
        if seconds != nil, unlimited { throw ValidationError("--seconds and --unlimited exclude each other") }
    }

    func run() async throws {
        let store = try JobStore()
        let runtime = try store.runtime()
        do {
            if seconds != nil || unlimited {
                try await runtime.setBudget(account, seconds: seconds ?? .infinity)
                try store.startWorker()
            }
            let (used, budget) = try await runtime.usage(of: account)
            let limit = budget.isFinite ? " of \(budget) s" : " s, without a limit"
            Terminal.write("\(account) has used \((used * 1e6).rounded() / 1e6)\(limit)\n")
        } catch let error as KernelError {
            throw CommandFailure(error, source: nil)
        }
    }
}
