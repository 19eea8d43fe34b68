public import Circuits

/// Why a program cannot be simulated.
public struct SimulationError: Error, Hashable, Sendable, CustomStringConvertible {
    public enum Code: String, Hashable, Sendable {
        /// More memory than allowed.
        case memory = "too-much-memory"
        /// More work than allowed.
        case work = "too-much-work"
        /// A loop that does not end.
        case loopLimit = "loop-limit"
        /// A classical expression without a value.
        case evaluation
        /// A gate that cannot be executed.
        case gate
        /// What the chosen engine cannot do.
        case unsupported
        case cancelled
    }

    public var code: Code
    /// What, with the figures, and the cure where there is one.
    public var message: String
    /// Where in the source, if an instruction is to blame.
    public var location: SourceLocation

    public init(_ code: Code, _ message: String, location: SourceLocation = .none) {
        self.code = code
        self.message = message
        self.location = location
    }

    public var description: String { message }
}
