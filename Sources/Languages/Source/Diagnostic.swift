/// Something to tell the author of a program: what, where, why and the cure.
public struct Diagnostic: Sendable, Hashable, Error {
    public enum Severity: String, Sendable, Hashable {
        /// The program cannot be used.
        case error
        /// The program can be used; something in it may not mean what it seems to.
        case warning
    }

    /// A stable name, `QASM0102`: documentation and tests refer to it, the words of a message may change.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
    }

    /// Bytes of the text, with what there is to say about them.
    public struct Place: Sendable, Hashable {
        public var range: Range<Int>
        /// Empty for a primary place whose message says it all.
        public var label: String

        public init(_ range: Range<Int>, label: String = "") {
            self.range = range
            self.label = label
        }
    }

    public var severity: Severity
    public var code: Code
    /// One sentence without a full stop, naming what it is about.
    public var message: String
    public var place: Place
    /// Other places that matter, as a first declaration.
    public var related: [Place]
    /// Why it is so, where the message alone leaves that open.
    public var cause: String?
    /// What to write instead.
    public var cure: String?

    public init(
        _ code: Code, _ message: String, at place: Place, severity: Severity = .error, related: [Place] = [],
        cause: String? = nil, cure: String? = nil
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.place = place
        self.related = related
        self.cause = cause
        self.cure = cure
    }
}

extension Diagnostic {
    /// Whether the text at the place could be removed without a loss; editors grey it out.
    public var isUnnecessary: Bool { code == .unused || code == .unreachable || code == .ignored }
}
