package import Circuits
package import Languages
import Synchronization

/// A program as it comes from a file: its text, its circuit, and the warnings about it.
package struct ProgramFile {
    package let source: SourceText
    package let circuit: Circuit
    /// Rendered.
    package let warnings: [String]
    /// The texts of the files it includes beside the standard ones, by the path it names them by.
    package let includes: [String: String]

    /// - Throws: a failure with all diagnostics if the program has errors.
    package init(reading path: String, dialect: Dialect = .openQASM) throws(CommandFailure) {
        let file = try Self.source(path)
        if QPY.isQPY(file.bytes) {
            (circuit, source) = try Self.circuit(ofQPY: file)
            warnings = []
            includes = [:]
            return
        }
        source = file
        let included = Mutex<[String: String]>([:])
        let files = IncludeReader(besideProgram: path)
        let outcome = OpenQASM.parse(
            source, dialect: dialect,
            includes: files.map { files in
                IncludeReader { name in
                    let answer = files.read(name)
                    if case .bytes(let bytes) = answer {
                        included.withLock { $0[name] = String(decoding: bytes, as: UTF8.self) }
                    }
                    return answer
                }
            })
        includes = included.withLock { $0 }
        guard let circuit = outcome.circuit else { throw CommandFailure(outcome.diagnostics, in: outcome.source) }
        self.circuit = circuit
        warnings = outcome.warnings.map { $0.rendered(in: outcome.source) }
    }

    package static func source(_ path: String) throws(CommandFailure) -> SourceText {
        SourceText(name: path == "-" ? "<standard input>" : path, bytes: try TextFile.contents(of: path))
    }
}
