package import Circuits
package import Languages

/// A program as it comes from a file: its text, its circuit, and the warnings about it.
package struct ProgramFile {
    package let source: SourceText
    package let circuit: Circuit
    /// Rendered.
    package let warnings: [String]

    /// - Throws: a failure with all diagnostics if the program has errors.
    package init(reading path: String, dialect: Dialect = .openQASM) throws(CommandFailure) {
        source = try Self.source(path)
        let outcome = OpenQASM.parse(source, dialect: dialect)
        guard let circuit = outcome.circuit else { throw CommandFailure(outcome.diagnostics, in: source) }
        self.circuit = circuit
        warnings = outcome.warnings.map { $0.rendered(in: outcome.source) }
    }

    package static func source(_ path: String) throws(CommandFailure) -> SourceText {
        SourceText(name: path == "-" ? "<standard input>" : path, bytes: try TextFile.contents(of: path))
    }
}
