public import ArgumentParser
public import Languages

/// How the program's text is to be read.
package struct LanguageOptions: ParsableArguments {
    @Option(
        help:
            "Whose OpenQASM the program is: \(Dialect.allCases.map(\.rawValue).joined(separator: ", ")). Never guessed."
    )
    package var dialect = Dialect.openQASM

    package init() {}
}

extension Dialect: ExpressibleByArgument {}
