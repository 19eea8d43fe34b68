package import Circuits
package import Languages

/// A program as it comes from a file: its text, its circuit, and the warnings about it.
package struct ProgramFile {
    package let source: SourceText
    package let circuit: Circuit
    /// The program as one text: as it was written, or with its include files worked in.
    package let text: String
    /// Rendered.
    package let warnings: [String]

    /// - Throws: a failure with all diagnostics if the program has errors.
    package init(reading path: String) throws(CommandFailure) {
        source = try Self.source(path)
        let outcome = OpenQASM.parse(source, includes: IncludeReader(besideProgram: path))
        guard let circuit = outcome.circuit else { throw CommandFailure(outcome.diagnostics, in: outcome.source) }
        self.circuit = circuit
        let own = String(decoding: source.bytes, as: UTF8.self)
        text = outcome.source.parts.isEmpty ? own : (try? OpenQASMWriter.write(circuit)) ?? own
        warnings = outcome.warnings.map { $0.rendered(in: outcome.source) }
    }

    package static func source(_ path: String) throws(CommandFailure) -> SourceText {
        SourceText(name: path == "-" ? "<standard input>" : path, bytes: try TextFile.contents(of: path))
    }
}
