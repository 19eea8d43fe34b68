public import ArgumentParser
public import Languages

/// How the program's text is to be read, and what is said about it.
package struct LanguageOptions: ParsableArguments {
    @Option(
        help:
            "Whose OpenQASM the program is: \(Dialect.allCases.map(\.rawValue).joined(separator: ", ")). Never guessed."
    )
    package var dialect = Dialect.openQASM

    @Option(
        name: [.customShort("W"), .customLong("warnings")], help: "Which warnings to show, as 'no-unused,shadowing'.")
    package var warnings: [String] = []

    @Flag(help: "Warnings are errors.")
    package var werror = false

    package init() {}

    /// Which warnings are shown, and as what.
    package func policy() throws(CommandFailure) -> WarningPolicy {
        var policy = WarningPolicy()
        policy.areErrors = werror
        do {
            try policy.apply(warnings.flatMap { $0.split(separator: ",").map(String.init) })
        } catch {
            let cure =
                error.suggestion.map { "did you mean '\($0)'?" }
                ?? "the names are: all, none, \(WarningPolicy.names.joined(separator: ", "))"
            throw .usage("there is no warning '\(error.name)'\n  cure: \(cure)")
        }
        return policy
    }
}

extension Dialect: ExpressibleByArgument {}
