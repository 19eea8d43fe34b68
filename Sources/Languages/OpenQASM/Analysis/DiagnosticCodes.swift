// The stable codes of the OpenQASM front end: 00 text, 01 syntax, 02 names, 03 types and values, 04 quantum operands,
// 05 what cannot be executed, 06 what is suspicious, 07 what goes wrong while a program runs. Each has its entry in `ErrorIndex`.
extension Diagnostic.Code {
    /// Bytes that are no text.
    static let notText = Self(rawValue: "QASM0001")
    static let empty = Self(rawValue: "QASM0002")
    static let tooLong = Self(rawValue: "QASM0003")
    static let character = Self(rawValue: "QASM0004")
    static let unterminated = Self(rawValue: "QASM0005")
    static let number = Self(rawValue: "QASM0006")
    static let tooManyErrors = Self(rawValue: "QASM0007")

    static let expected = Self(rawValue: "QASM0101")
    static let truncated = Self(rawValue: "QASM0102")
    static let nesting = Self(rawValue: "QASM0103")
    static let version = Self(rawValue: "QASM0104")
    static let otherVersion = Self(rawValue: "QASM0105")
    static let include = Self(rawValue: "QASM0106")
    static let misplaced = Self(rawValue: "QASM0107")

    static let unknownName = Self(rawValue: "QASM0201")
    static let redefinition = Self(rawValue: "QASM0202")
    static let wrongKind = Self(rawValue: "QASM0203")
    static let redefinedGate = Self(rawValue: "QASM0204")

    static let type = Self(rawValue: "QASM0301")
    static let notConstant = Self(rawValue: "QASM0302")
    static let value = Self(rawValue: "QASM0303")
    static let arity = Self(rawValue: "QASM0304")
    static let width = Self(rawValue: "QASM0305")
    static let immutable = Self(rawValue: "QASM0306")
    static let alwaysFalse = Self(rawValue: "QASM0307")

    static let index = Self(rawValue: "QASM0401")
    static let duplicateQubit = Self(rawValue: "QASM0402")
    static let operandCount = Self(rawValue: "QASM0403")
    static let broadcast = Self(rawValue: "QASM0404")
    static let operand = Self(rawValue: "QASM0405")
    static let mixedQubits = Self(rawValue: "QASM0406")

    /// Whether an error of this kind found in a subroutine's body does not depend on the arguments of a call.
    var holdsForAllArguments: Bool {
        switch self {
        case .unknownName, .redefinition, .wrongKind, .type, .arity, .immutable, .misplaced, .otherVersion,
            .operandCount, .unsupported:
            true
        default: false
        }
    }

    static let unsupported = Self(rawValue: "QASM0501")
    static let tooLarge = Self(rawValue: "QASM0502")
    static let ignored = Self(rawValue: "QASM0503")

    static let unused = Self(rawValue: "QASM0601")
    static let unreachable = Self(rawValue: "QASM0602")
    static let shadowing = Self(rawValue: "QASM0603")
    static let narrowing = Self(rawValue: "QASM0604")
    static let missingReturn = Self(rawValue: "QASM0605")

    static let divisionByZero = Self(rawValue: "QASM0701")
    static let indexOutOfRange = Self(rawValue: "QASM0702")
    static let domain = Self(rawValue: "QASM0703")
    static let outOfRange = Self(rawValue: "QASM0704")
    static let external = Self(rawValue: "QASM0705")
    static let loopLimit = Self(rawValue: "QASM0706")
}
