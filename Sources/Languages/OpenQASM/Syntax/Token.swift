/// A word of the language as a run of bytes; nothing of it is copied.
struct Token {
    enum Kind: UInt8 {
        case endOfFile
        case keyword, identifier, hardwareQubit
        case integer, float, imaginary, timing
        /// Quoted text; a bit string where an expression stands.
        case string
        case leftBracket, rightBracket, leftBrace, rightBrace, leftParenthesis, rightParenthesis
        case colon, semicolon, dot, comma, at, hash
        case equals, arrow
        case plus, doublePlus, minus, asterisk, doubleAsterisk, slash, percent
        case pipe, doublePipe, ampersand, doubleAmpersand, caret, tilde, exclamation
        case doubleEquals, notEquals, less, lessOrEqual, greater, greaterOrEqual, shiftLeft, shiftRight
        /// `+=` and its sisters; `value` is the raw value of the `SyntaxOperator`.
        case compoundAssignment
        /// Reported already.
        case invalid
    }

    var kind: Kind = .endOfFile
    /// The unit of a timing literal.
    var unit: TimeUnit = .seconds
    /// Set for an integer beyond 64 bits.
    var overflows = false
    var start: UInt32 = 0
    var end: UInt32 = 0
    /// The name of an identifier, or a keyword's raw value.
    var name: Int32 = 0
    /// The value of a literal: an integer, or the bits of a double.
    var value: UInt64 = 0
}

/// Units of timing literals.
enum TimeUnit: UInt8 {
    case dt, nanoseconds, microseconds, milliseconds, seconds

    /// Seconds in one; nil for the device's own unit.
    var seconds: Double? {
        switch self {
        case .dt: nil
        case .nanoseconds: 1e-9
        case .microseconds: 1e-6
        case .milliseconds: 1e-3
        case .seconds: 1
        }
    }
}

/// Operators in syntax trees.
enum SyntaxOperator: UInt8 {
    case add, subtract, multiply, divide, remainder, power, shiftLeft, shiftRight
    case bitAnd, bitOr, bitXor, equal, notEqual, less, lessOrEqual, greater, greaterOrEqual, and, or
    case negate, not, complement

    var text: String {
        switch self {
        case .add: "+"
        case .subtract, .negate: "-"
        case .multiply: "*"
        case .divide: "/"
        case .remainder: "%"
        case .power: "**"
        case .shiftLeft: "<<"
        case .shiftRight: ">>"
        case .bitAnd: "&"
        case .bitOr: "|"
        case .bitXor: "^"
        case .equal: "=="
        case .notEqual: "!="
        case .less: "<"
        case .lessOrEqual: "<="
        case .greater: ">"
        case .greaterOrEqual: ">="
        case .and: "&&"
        case .or: "||"
        case .not: "!"
        case .complement: "~"
        }
    }
}
