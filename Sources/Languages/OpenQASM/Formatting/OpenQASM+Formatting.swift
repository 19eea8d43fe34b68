extension OpenQASM {
    /// The program in the standard layout: one statement a line, four blanks a level, lines of up to 100 columns where
    /// the text allows it; comments and single empty lines stay.
    ///
    /// Only blanks and line breaks change: the tokens are the same in the same order, which is checked each time. A
    /// text that is formatted already comes back as it is.
    ///
    /// - Throws: the diagnostics of a text that breaks the grammar; such a text has no layout.
    public static func format(_ source: SourceText) throws(FormattingFailure) -> String {
        let problems = checkSyntax(source).filter { $0.severity == .error }
        if !problems.isEmpty { throw FormattingFailure(diagnostics: problems) }
        let result: String = source.bytes.withUnsafeBufferPointer { bytes in
            let pieces = FormatPieces(bytes)
            var layout = Layout(bytes, pieces.all)
            return String(decoding: layout.text(), as: UTF8.self)
        }
        var copy = result
        let isSame = copy.withUTF8 { new in
            source.bytes.withUnsafeBufferPointer { old in
                let (before, after) = (FormatPieces(old), FormatPieces(new))
                return before.meaning(in: old).elementsEqual(after.meaning(in: new)) { $0.elementsEqual($1) }
            }
        }
        precondition(isSame, "formatting changed a program")
        return result
    }
}

/// Why a text cannot be formatted.
public struct FormattingFailure: Error, Sendable {
    public var diagnostics: [Diagnostic]
}
