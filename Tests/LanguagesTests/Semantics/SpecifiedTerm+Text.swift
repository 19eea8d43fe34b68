// How terms are written: brackets only where the table "operator precedence" asks for them, so that reading them tests it.
extension SpecifiedTerm {
    /// Names for the leaves with a value: variables, or nil for constants spelled in place.
    func text(_ name: (SpecifiedValue) -> String?) -> String { text(name, level: 0, onRight: false) }

    private static func level(_ op: String) -> Int {
        switch op {
        case "||": 1
        case "&&": 2
        case "|": 3
        case "^": 4
        case "&": 5
        case "==", "!=": 6
        case "<", "<=", ">", ">=": 7
        case "<<", ">>": 8
        case "+", "-": 9
        case "*", "/", "%": 10
        default: 12
        }
    }

    private func text(_ name: (SpecifiedValue) -> String?, level: Int, onRight: Bool) -> String {
        switch self {
        case .value(let value): return name(value) ?? value.text
        case .literal(let value):
            let text = value.plainText
            return text.hasPrefix("-") && level >= 11 ? "(\(text))" : text
        case .cast(let type, let operand): return "\(type)(\(operand.text(name)))"
        case .call(let function, _) where function.hasPrefix("variable "): return String(function.dropFirst(9))
        case .call(let function, let arguments):
            return "\(function)(\(arguments.map { $0.text(name) }.joined(separator: ", ")))"
        case .bit(let operand, let place): return "\(operand.text(name, level: 13, onRight: false))[\(place)]"
        case .slice(let operand, let first, let step, let last):
            let middle = step == 1 ? "" : "\(step):"
            return "\(operand.text(name, level: 13, onRight: false))[\(first):\(middle)\(last)]"
        case .unary(let op, let operand):
            let inner = operand.text(name, level: 11, onRight: true)
            // A sign before a sign would be a decrement in other languages' eyes; the space keeps it readable.
            let result = inner.hasPrefix(op) ? "\(op) \(inner)" : op + inner
            return level > 11 || (level == 12 && !onRight) ? "(\(result))" : result
        case .binary(let op, let left, let right):
            let own = Self.level(op)
            let isPower = op == "**"
            let a = left.text(name, level: isPower ? own + 1 : own, onRight: false)
            let b = right.text(name, level: isPower ? 11 : own + 1, onRight: true)
            let result = "\(a) \(op) \(b)"
            return own < level ? "(\(result))" : result
        }
    }
}

extension SpecifiedValue {
    /// A constant of exactly this type and value.
    var text: String {
        switch self {
        case .bool(let value): return "\(value)"
        case .int(let value, let n): return "int[\(n)](\(value))"
        case .uint(let value, let n): return "uint[\(n)](\(value))"
        case .float(let value, let n): return "float[\(n)](\(value))"
        case .angle(let value, let n): return "angle[\(n)](\"\(Self.digits(value, n))\")"
        case .bits(let value, let n): return "\"\(Self.digits(value, n))\""
        case .duration(let seconds):
            let count = Int64((seconds * 1e9).rounded())
            return count < 0 ? "(\(count)ns)" : "\(count)ns"
        }
    }

    /// A literal as people write it.
    var plainText: String {
        switch self {
        case .int(let value, _): "\(value)"
        case .float(let value, _): "\(value)"
        default: text
        }
    }

    private static func digits(_ value: BigInteger, _ count: Int) -> String {
        String((0..<count).reversed().map { value.bit($0) ? "1" : "0" })
    }
}
