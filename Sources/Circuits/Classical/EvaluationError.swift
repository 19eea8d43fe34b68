/// Why an expression has no value: what a program can only get wrong while it runs.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A stable name for the kind of fault.
    public enum Code: String, Hashable, Sendable {
        case divisionByZero = "division-by-zero"
        /// An index outside its register or value.
        case indexOutOfRange = "index-out-of-range"
        /// A function outside its domain (√−1), or a result that is no number.
        case domain
        /// A float that an integer type cannot hold, a negative shift or exponent.
        case outOfRange = "out-of-range"
        /// A function that is declared only.
        case external
        /// An operator between types it is not defined for.
        case type
    }

    public var code: Code
    /// What happened, with the values that made it happen.
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
