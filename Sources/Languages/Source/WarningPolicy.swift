/// Which warnings an author wants to see, and whether they are errors: what `-W` and `--werror` say.
public struct WarningPolicy: Sendable {
    private var silenced: Set<Diagnostic.Code> = []
    private var isSilentByDefault = false
    private var wanted: Set<Diagnostic.Code> = []
    /// Whether each warning counts as an error.
    public var areErrors = false

    /// All warnings, none of them an error.
    public init() {}

    /// What a word is that names no warning.
    public struct UnknownName: Error, Sendable {
        public var name: String
        /// The warning that was probably meant.
        public var suggestion: String?
    }

    /// The names of all warnings.
    public static var names: [String] { warnings.map(\.name) }

    private static var warnings: [Diagnostic.Explanation] {
        ErrorIndex.explanations.filter { $0.severity == .warning }
    }

    /// Obeys words in their order: `all`, `none`, a warning's name or code, or `no-` and such a name. A list that starts
    /// with names alone shows these and the rest; `none` before them shows these alone.
    public mutating func apply(_ words: some Sequence<String>) throws(UnknownName) {
        for word in words {
            switch word {
            case "all": (silenced, wanted, isSilentByDefault) = ([], [], false)
            case "none": (silenced, wanted, isSilentByDefault) = ([], [], true)
            default:
                let isOff = word.hasPrefix("no-")
                let name = isOff ? String(word.dropFirst(3)) : word
                guard
                    let entry = Self.warnings.first(where: { $0.name == name || $0.code.rawValue == name.uppercased() })
                else {
                    throw UnknownName(
                        name: word, suggestion: Suggestion.nearest(to: name, among: Self.names + ["all", "none"]))
                }
                if isOff {
                    silenced.insert(entry.code)
                    wanted.remove(entry.code)
                } else {
                    silenced.remove(entry.code)
                    wanted.insert(entry.code)
                }
            }
        }
    }

    private func shows(_ code: Diagnostic.Code) -> Bool {
        if wanted.contains(code) { return true }
        return !isSilentByDefault && !silenced.contains(code)
    }

    /// The diagnostics that remain, warnings as errors if that is wanted.
    public func applied(to diagnostics: [Diagnostic]) -> [Diagnostic] {
        diagnostics.compactMap { diagnostic in
            guard diagnostic.severity == .warning else { return diagnostic }
            guard shows(diagnostic.code) else { return nil }
            var diagnostic = diagnostic
            if areErrors { diagnostic.severity = .error }
            return diagnostic
        }
    }
}
