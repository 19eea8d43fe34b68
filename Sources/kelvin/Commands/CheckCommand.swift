import ArgumentParser
import Circuits
import Languages

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Check programs and print what is wrong with them; nothing runs.",
        discussion: """
            Warnings:  -W takes names of warnings, each with no- before it to silence it, and the words all and none;
                       'kelvin explain' lists the names.
            Editors:   --format json prints places in UTF-8 bytes and in UTF-16 code units (Docs/diagnostics-json.md);
                       'kelvin language-server' speaks the Language Server Protocol.
            """)

    @Argument(help: "OpenQASM 3 or 2 programs; - reads standard input.")
    var files: [String]

    @Flag(help: "Stop after the grammar: names, types and meanings are not looked at.")
    var syntax = false

    @OptionGroup var language: LanguageOptions

    @Option(help: "text or json.")
    var format = ReportFormat.text

    enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    func run() throws {
        let policy = try language.policy()
        let checks = files.map { file in FileCheck(file, syntax: syntax, dialect: language.dialect, policy) }
        // All files are looked at before the command fails.
        switch format {
        case .json: Terminal.write(JSON.text(DiagnosticDocument(files: checks.map(\.document))) + "\n")
        case .text: for check in checks { check.print() }
        }
        if checks.contains(where: { !$0.isSound }) { Terminal.leave(1) }
    }
}

/// What the check of one file found.
private struct FileCheck {
    private var source: SourceText?
    private var diagnostics: [Diagnostic] = []
    /// Printed if nothing is wrong.
    private var praise = ""
    private var failure: CommandFailure?
    private let file: String

    init(_ file: String, syntax: Bool, dialect: Dialect, _ policy: WarningPolicy) {
        self.file = file
        do throws(CommandFailure) {
            let source = try ProgramFile.source(file)
            self.source = source
            if syntax {
                diagnostics = policy.applied(to: OpenQASM.checkSyntax(source))
                praise = "the grammar is kept"
            } else {
                let outcome = OpenQASM.check(source, dialect: dialect, includes: IncludeReader(besideProgram: file))
                self.source = outcome.source
                diagnostics = policy.applied(to: outcome.diagnostics)
                if let circuit = outcome.circuit {
                    praise =
                        "no errors; \(circuit.qubitCount) qubits, \(circuit.bitCount) bits, \(circuit.body.count) "
                        + "instructions"
                }
            }
        } catch {
            failure = error
        }
    }

    var isSound: Bool { failure == nil && !diagnostics.contains { $0.severity == .error } }

    var document: DiagnosticDocument.File {
        if let source { return DiagnosticDocument.File(diagnostics, in: source) }
        return DiagnosticDocument.File(unreadable: file, message: failure?.text ?? "")
    }

    func print() {
        if let failure { return failure.report() }
        guard let source else { return }
        for diagnostic in diagnostics { Terminal.complain(diagnostic.rendered(in: source) + "\n\n") }
        let errors = diagnostics.count { $0.severity == .error }
        let warnings = diagnostics.count - errors
        func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }
        if errors > 0 {
            let more = warnings > 0 ? ", " + count(warnings, "warning") : ""
            Terminal.complain("\(source.name): \(count(errors, "error"))\(more)\n")
        } else {
            Terminal.write("\(source.name): \(praise)\(warnings > 0 ? "; " + count(warnings, "warning") : "")\n")
        }
    }
}
