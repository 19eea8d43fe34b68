/// The reserved words of OpenQASM 3; a word's raw value is its place in every `NameTable`.
enum Keyword: Int32, CaseIterable {
    case openqasm, include, defcalgrammar, def, cal, defcal, gate, extern, box, `let`
    case `break`, `continue`, `if`, `else`, end, `return`, `for`, `while`, `in`, `switch`, `case`, `default`, nop
    case pragma
    case input, output, const, readonly, mutable, qreg, qubit, creg
    case bool, bit, int, uint, float, angle, complex, array, void, duration, stretch
    case gphase, inv, pow, ctrl, negctrl, durationof, delay, reset, measure, barrier
    case `true`, `false`
    /// Of OpenQASM 2 alone.
    case opaque

    var text: String { self == .openqasm ? "OPENQASM" : String(describing: self) }

    /// Whether the word is reserved in OpenQASM 2, where all others are names like any.
    var isReservedInVersion2: Bool {
        switch self {
        case .openqasm, .include, .gate, .if, .qreg, .creg, .reset, .measure, .barrier, .opaque: true
        default: false
        }
    }

    static let reservedInVersion2: [Bool] = allCases.map(\.isReservedInVersion2)
}
