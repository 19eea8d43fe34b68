import Circuits

extension OpenQASMWriter {
    /// A number that reads back as the same double; multiples of π as such.
    static func number(_ value: Double) -> String {
        if value == 0 { return value.sign == .minus ? "-0.0" : "0" }
        if abs(value) < 200 {
            for divisor in [1.0, 2, 3, 4, 5, 6, 8, 12, 16, 32, 64, 128] {
                let count = (value * divisor / .pi).rounded()
                if count == 0 || abs(count) > 64 { continue }
                // As the reader computes it: sign and factor first, then the division.
                let product = abs(count) == 1 ? .pi * count : count * .pi
                if (divisor == 1 ? product : product / divisor) == value {
                    let sign = count < 0 ? "-" : ""
                    let factor = abs(count) == 1 ? "" : "\(Int(abs(count)))*"
                    return "\(sign)\(factor)pi\(divisor == 1 ? "" : "/\(Int(divisor))")"
                }
            }
        }
        return "\(value)"
    }
}

extension Writing {
    func parameter(_ value: Parameter) throws(OpenQASMWriterError) -> String {
        if let constant = value.constant { return OpenQASMWriter.number(constant) }
        return try expression(circuit.expression(of: value))
    }

    /// A length of time with its unit.
    func duration(_ value: Parameter, _ unit: DelayUnit) throws(OpenQASMWriterError) -> String {
        guard let constant = value.constant else { return try expression(circuit.expression(of: value)) }
        return unit == .dt ? "\(plain(constant))dt" : seconds(constant)
    }

    private func seconds(_ value: Double) -> String {
        let sign = value < 0 ? "-" : ""
        let size = abs(value)
        for (unit, scale) in [("ns", 1e9), ("us", 1e6), ("ms", 1e3)] {
            let count = (size * scale).rounded(toMultipleOf: 1e-3)
            if count != 0 && count < 1000 * (unit == "ns" ? 1000 : 1) && count / scale == size {
                return "\(sign)\(plain(count))\(unit)"
            }
        }
        return "\(sign)\(plain(size))s"
    }

    /// Whole numbers without a point.
    private func plain(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    }

    func item(_ id: ArrayID, _ indices: [Expression]) throws(OpenQASMWriterError) -> String {
        if indices.isEmpty { return arrayNames[id.index] }
        var texts: [String] = []
        for index in indices { texts.append(try expression(index)) }
        return "\(arrayNames[id.index])[\(texts.joined(separator: ", "))]"
    }

    func expression(_ expression: Expression) throws(OpenQASMWriterError) -> String {
        try text(of: expression, above: 0)
    }

    /// The text of an expression in a place where only operators that bind more tightly than `level` need no brackets.
    private func text(of expression: Expression, above level: Int) throws(OpenQASMWriterError) -> String {
        switch expression.node {
        case .literal(let value): return try literal(value, above: level)
        case .variable(let id):
            if isVersion2 { throw refusal("the variable '\(variableNames[id.index])'") }
            return variableNames[id.index]
        case .formal(let index): return formals[index]
        case .bit(let bit): return bitNames[bit.index]
        case .register(let id): return registerNames[id.index]
        case .element(let base, let index): return "\(try text(of: base, above: 20))[\(try text(of: index, above: 0))]"
        case .item(let id, let indices): return try item(id, indices)
        case .external(let id, let arguments):
            var texts: [String] = []
            for argument in arguments { texts.append(try text(of: argument, above: 0)) }
            return "\(circuit.externals[id.index].name)(\(texts.joined(separator: ", ")))"
        case .durationOf(let block):
            if block.count == 1, case .delay(.dt) = block.operation(at: 0), block.qubits(at: 0).isEmpty {
                return "\(plain(block.parameters(at: 0)[0].constant ?? 0))dt"
            }
            var inner = self
            inner.text = ""
            inner.indentation = ""
            try inner.block(block)
            return "durationof({ \(inner.text.split(separator: "\n").joined(separator: " ")) })"
        case .cast(let operand): return try cast(operand, to: expression.type)
        case .unary(let operation, let operand):
            let result = operation.rawValue + (try text(of: operand, above: 10))
            return level > 10 ? "(\(result))" : result
        case .binary(let operation, let left, let right):
            return try binary(operation, left, right, above: level)
        case .call(let function, let arguments):
            var texts: [String] = []
            for argument in arguments { texts.append(try text(of: argument, above: 0)) }
            let name = isVersion2 ? try nameInVersion2(function) : function.rawValue
            return "\(name)(\(texts.joined(separator: ", ")))"
        }
    }

    private func nameInVersion2(_ function: BuiltinFunction) throws(OpenQASMWriterError) -> String {
        switch function {
        case .log: return "ln"
        case .sin, .cos, .tan, .exp, .sqrt: return function.rawValue
        default: throw refusal("the function '\(function.rawValue)'")
        }
    }

    private func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, above level: Int
    ) throws(OpenQASMWriterError) -> String {
        let own = Self.level(operation)
        let result: String
        if operation == .power {
            // From the right; a sign in front of the base would apply to the power.
            let word = isVersion2 ? "^" : " ** "
            result = try text(of: left, above: own) + word + text(of: right, above: 10)
        } else {
            if isVersion2 && !["+", "-", "*", "/"].contains(operation.rawValue) {
                throw refusal("the operator '\(operation.rawValue)'")
            }
            result = try "\(text(of: left, above: own - 1)) \(operation.rawValue) \(text(of: right, above: own))"
        }
        return own <= level ? "(\(result))" : result
    }

    /// How tightly operators bind; signs stand at 10, calls and indices above 11.
    private static func level(_ operation: BinaryOperator) -> Int {
        switch operation {
        case .or: 1
        case .and: 2
        case .bitOr: 3
        case .bitXor: 4
        case .bitAnd: 5
        case .equal, .notEqual: 6
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 7
        case .shiftLeft, .shiftRight: 8
        case .add, .subtract: 9
        case .multiply, .divide, .remainder: 10
        case .power: 11
        }
    }

    private func cast(_ operand: Expression, to type: ClassicalType) throws(OpenQASMWriterError) -> String {
        if isVersion2 { throw refusal("a conversion") }
        if case .bits(let count) = type, case .bits(let whole) = operand.type {
            // Part of a register.
            if case .register(let id) = operand.node { return "\(registerNames[id.index])[0:\(count - 1)]" }
            if case .binary(.shiftRight, let base, let amount) = operand.node, case .register(let id) = base.node,
                case .int(let start, _)? = amount.literal
            {
                return "\(registerNames[id.index])[\(start):\(Int(start) + count - 1)]"
            }
            if count < whole { return "\(try text(of: operand, above: 20))[0:\(count - 1)]" }
        }
        return "\(type)(\(try text(of: operand, above: 0)))"
    }

    private func literal(_ value: ClassicalValue, above level: Int) throws(OpenQASMWriterError) -> String {
        func signed(_ text: String) -> String {
            level >= 10 && (text.hasPrefix("-") || text.contains("/") || text.contains("*")) ? "(\(text))" : text
        }
        switch value {
        case .bool(let value): return "\(value)"
        case .bits(let bits): return "\"\(bits)\""
        case .int(.min, 64): return "int[64](9223372036854775808)"
        case .int(let value, 64): return signed("\(value)")
        case .int(let value, let width):
            // The lowest number of a width is its own negative: spelled from the bits.
            return "int[\(width)](\(value))"
        case .uint(let value, 64) where value > UInt64(Int64.max): return "\(value)"
        case .uint(let value, let width): return "uint[\(width)](\(value))"
        case .float(let value, 64):
            guard value.isFinite else { throw refusal("the number \(value)") }
            let text = OpenQASMWriter.number(value)
            // A float stays one: `0` would be an integer here.
            return signed(text == "0" ? "0.0" : text)
        case .float(let value, let width):
            guard value.isFinite else { throw refusal("the number \(value)") }
            return "float[\(width)](\(value))"
        case .angle(let turn, let width): return "angle[\(width)](\"\(BitString(turn, count: width))\")"
        case .wide(let number) where number.kind == .angle:
            return "angle[\(number.pattern.count)](\"\(number.pattern)\")"
        case .wide(let number): return "\(number.type)(\(number))"
        case .duration(let value): return signed(seconds(value))
        }
    }
}

extension Double {
    fileprivate func rounded(toMultipleOf step: Double) -> Double {
        let count = (self / step).rounded()
        return abs(count) < 1e15 ? count / (1 / step).rounded() : self
    }
}
