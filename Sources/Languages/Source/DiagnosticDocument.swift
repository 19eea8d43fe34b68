/// Diagnostics as programs read them: the schema of `kelvin check --format json`, described in `Docs/diagnostics-json.md`.
///
/// Keys are never renamed or removed within a version of the schema; new ones may come.
public struct DiagnosticDocument: Encodable, Sendable {
    public static let schema = "kelvin.diagnostics/1"

    public var schema = Self.schema
    public var files: [File]

    public init(files: [File]) { self.files = files }

    public struct File: Encodable, Sendable {
        public var file: String
        /// Whether nothing of severity `error` was found.
        public var ok: Bool
        public var errorCount: Int
        public var warningCount: Int
        public var diagnostics: [Entry]

        public init(_ diagnostics: [Diagnostic], in source: SourceText) {
            file = source.name
            errorCount = diagnostics.count { $0.severity == .error }
            warningCount = diagnostics.count - errorCount
            ok = errorCount == 0
            self.diagnostics = diagnostics.map { Entry($0, in: source) }
        }

        /// A file that could not be read.
        public init(unreadable name: String, message: String) {
            file = name
            ok = false
            errorCount = 1
            warningCount = 0
            diagnostics = [.init(unreadable: message)]
        }
    }

    public struct Entry: Encodable, Sendable {
        public var code: String
        /// Kebab-case, as `-W` takes it.
        public var name: String?
        public var severity: String
        public var message: String
        public var label: String?
        /// The file that the place lies in, if the program includes it; absent for the program itself.
        public var file: String?
        public var range: Range?
        public var related: [Related]
        public var cause: String?
        public var cure: String?

        init(_ diagnostic: Diagnostic, in source: SourceText) {
            code = diagnostic.code.rawValue
            name = ErrorIndex.explanation(of: diagnostic.code)?.name
            severity = diagnostic.severity.rawValue
            message = diagnostic.message
            label = diagnostic.place.label.isEmpty ? nil : diagnostic.place.label
            file = source.includedFile(at: diagnostic.place.range.lowerBound)
            range = Range(diagnostic.place.range, in: source)
            related = diagnostic.related.map {
                .init(
                    message: $0.label, file: source.includedFile(at: $0.range.lowerBound),
                    range: Range($0.range, in: source))
            }
            cause = diagnostic.cause
            cure = diagnostic.cure
        }

        init(unreadable message: String) {
            code = "file"
            severity = "error"
            self.message = message
            related = []
        }
    }

    public struct Related: Encodable, Sendable {
        public var message: String
        /// As in the entry itself.
        public var file: String?
        public var range: Range
    }

    /// From `start` up to, and without, `end`.
    public struct Range: Encodable, Sendable {
        public var start: Position
        public var end: Position

        init(_ range: Swift.Range<Int>, in source: SourceText) {
            let part = source.part(at: range.lowerBound)
            start = Position(source.textPosition(of: range.lowerBound), in: part, of: source)
            end = Position(source.textPosition(of: range.upperBound), in: part, of: source)
        }
    }

    public struct Position: Encodable, Sendable {
        /// Bytes from the beginning of the file, from 0.
        public var offset: Int
        /// From 1.
        public var line: Int
        /// Unicode scalars in the line, from 1.
        public var column: Int
        /// Bytes of UTF-8 in the line, from 0.
        public var utf8: Int
        /// Code units of UTF-16 in the line, from 0.
        public var utf16: Int

        init(_ position: TextPosition, in part: SourceText.Part, of source: SourceText) {
            // Each file counts from its own beginning.
            offset = position.offset - part.start
            line = position.line - (part.start == 0 ? 0 : source.lineNumber(of: part.start) - 1)
            column = position.column
            utf8 = position.utf8
            utf16 = position.utf16
        }
    }
}

extension SourceText {
    /// The name of the file that a byte belongs to, unless it is the program itself.
    fileprivate func includedFile(at offset: Int) -> String? {
        let part = part(at: offset)
        return part.start == 0 ? nil : part.name
    }
}
