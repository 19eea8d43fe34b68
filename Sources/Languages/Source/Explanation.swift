extension Diagnostic {
    /// What there is to know about a code: the entry of the error index.
    public struct Explanation: Sendable {
        public var code: Code
        /// Kebab-case, `unknown-name`: what `-W` takes for a warning.
        public var name: String
        public var severity: Severity
        /// What is wrong, in a sentence without a full stop.
        public var title: String
        /// Why it matters and what to do; Markdown.
        public var text: String
        /// The shortest program that gets this diagnostic; nil where no short text can show it.
        public var example: String?

        init(
            _ code: Code, _ name: String, _ title: String, severity: Severity = .error, text: String,
            example: String? = nil
        ) {
            self.code = code
            self.name = name
            self.title = title
            self.severity = severity
            self.text = text
            self.example = example
        }
    }
}
