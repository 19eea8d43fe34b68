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
    /// Why an expression has no value, for `evaluation`.
    public private(set) var evaluation: EvaluationError.Code?

    public init(_ code: Code, _ message: String, location: SourceLocation = .none) {
        self.code = code
        self.message = message
        self.location = location
    }

    /// An expression without a value, at an instruction.
    public init(_ error: EvaluationError, location: SourceLocation = .none) {
        self.init(.evaluation, error.message, location: location)
        evaluation = error.code
    }

    public var description: String { message }
}
