import Circuits

// Expressions: of parameters, which a compiler knows, and of classical values, which a run knows.
extension ProgramWriting {
    /// A gate's parameter.
    ///
    /// - Parameter isArgument: whether it stands among an instruction's parameters, where numbers are little-endian before
    ///   version 18.
    func value(of parameter: Parameter, isArgument: Bool) throws(QPYWriterError) -> WrittenValue {
        if let constant = parameter.constant {
            if isArgument { return number(constant) }
            var sink = ByteSink()
            sink.put(constant)
            return WrittenValue(tag: "f", bytes: sink.bytes)
        }
        let expression = circuit.expression(of: parameter)
        if case .variable(let id) = expression.node { return symbol(try checked(id)) }
        var operations = ByteSink(), used: [VariableID] = []
        let rest = try write(expression, &operations, &used)
        guard rest == nil else { throw refusal("an angle that is no expression") }
        var sink = ByteSink()
        sink.put(UInt64(used.count))
        sink.put(UInt64(operations.bytes.count))
        sink.bytes += operations.bytes
        for id in used {
            // Stands for itself.
            sink.put(tag: "p")
            sink.put(tag: "p")
            sink.put(UInt64(0))
            sink.bytes += symbol(id).bytes
        }
        return WrittenValue(tag: "e", bytes: sink.bytes)
    }

    func symbol(_ id: VariableID) -> WrittenValue {
        let name = Array(circuit.variables[id.index].name.utf8)
        var sink = ByteSink()
        sink.put(UInt16(truncatingIfNeeded: name.count))
        putIdentifier(id, to: &sink)
        sink.bytes += name
        return WrittenValue(tag: "p", bytes: sink.bytes)
    }

    /// A symbol has its value before the circuit runs.
    private func checked(_ id: VariableID) throws(QPYWriterError) -> VariableID {
        guard declared[id] == nil else {
            throw refusal("an angle that is computed while the program runs ('\(circuit.variables[id.index].name)')")
        }
        return id
    }

    /// 17 bytes of an operation: what stands on one of its sides, or that it is on the stack.
    private enum Side {
        case symbol(VariableID)
        case number(Double)
    }

    private static let functions: [BuiltinFunction: UInt8] = [
        .sin: 5, .cos: 6, .tan: 7, .arcsin: 8, .arccos: 9, .exp: 10, .log: 11, .arctan: 17,
    ]
    /// Each with the operation of exchanged sides.
    private static let operators: [BinaryOperator: (UInt8, UInt8)] = [
        .add: (0, 0), .subtract: (1, 18), .multiply: (2, 2), .divide: (3, 19), .power: (4, 20),
    ]

    /// Writes the operations that leave the value on the stack; a symbol or number alone is given back instead.
    private func write(
        _ expression: Expression, _ sink: inout ByteSink, _ used: inout [VariableID]
    ) throws(QPYWriterError) -> Side? {
        switch expression.node {
        case .literal(let value): return .number(value.real)
        case .variable(let id):
            if !used.contains(id) { used.append(try checked(id)) }
            return .symbol(id)
        case .cast(let inner):
            guard case .binary(let test, let left, let right) = inner.node, test == .greater || test == .less else {
                return try write(inner, &sink, &used)
            }
            // 1 where it holds, else 0: with s the sign of the difference, s(s + 1)/2 and s(s − 1)/2.
            let difference = Expression(.binary(.subtract, left, right), type: .float(64))
            for _ in 0..<2 { put(12, try write(difference, &sink, &used), nil, &sink) }
            put(0, nil, .number(test == .greater ? 1 : -1), &sink)
            put(2, nil, nil, &sink)
            put(2, nil, .number(0.5), &sink)
            return nil
        case .unary(.negate, let operand):
            let side = try write(operand, &sink, &used)
            put(2, side, .number(-1), &sink)
            return nil
        case .call(let function, let arguments) where arguments.count == 1:
            if function == .sqrt {
                put(4, try write(arguments[0], &sink, &used), .number(0.5), &sink)
                return nil
            }
            guard let code = Self.functions[function] else { throw refusal("the function \(function.rawValue)") }
            put(code, try write(arguments[0], &sink, &used), nil, &sink)
            return nil
        case .call(.pow, let arguments) where arguments.count == 2:
            return try write(
                Expression(.binary(.power, arguments[0], arguments[1]), type: expression.type), &sink, &used)
        case .binary(let operation, let left, let right):
            if operation == .subtract, let value = Self.signed(left, right) {
                put(12, try write(value, &sink, &used), nil, &sink)
                return nil
            }
            guard let codes = Self.operators[operation] else {
                throw refusal("the operation \(operation.rawValue) in an angle")
            }
            let first = try write(left, &sink, &used), second = try write(right, &sink, &used)
            // What is not on the stack is put on top of it: on the other side, where the right is on it already.
            let isTurned = first != nil && second == nil
            put(isTurned ? codes.1 : codes.0, isTurned ? nil : first, isTurned ? first : second, &sink)
            return nil
        default: throw refusal("such an angle")
        }
    }

    /// The value whose sign is written as (x > 0) − (x < 0), as the reader does; nil for what is something else.
    private static func signed(_ left: Expression, _ right: Expression) -> Expression? {
        guard case .cast(let first) = left.node, case .cast(let second) = right.node,
            case .binary(.greater, let value, let zero) = first.node,
            case .binary(.less, value, zero) = second.node, zero.literal?.real == 0
        else { return nil }
        return value
    }

    private func put(_ code: UInt8, _ left: Side?, _ right: Side?, _ sink: inout ByteSink) {
        sink.put(code)
        for side in [left, right] {
            switch side {
            case .symbol(let id):
                sink.put(tag: "p")
                putIdentifier(id, to: &sink)
            case .number(let value):
                sink.put(tag: "f")
                sink.put(UInt64(0))
                sink.put(value)
            case nil:
                sink.put(tag: "n")
                sink.put(UInt64(0))
                sink.put(UInt64(0))
            }
        }
    }

    // MARK: Classical expressions

    func put(_ type: ClassicalType, to sink: inout ByteSink) throws(QPYWriterError) {
        switch type {
        case .bool: sink.put(tag: "b")
        case .bits(let width), .uint(let width):
            sink.put(tag: "u")
            sink.put(UInt32(width))
        case .float where version >= 14: sink.put(tag: "f")
        case .duration where version >= 14: sink.put(tag: "d")
        default: throw refusal("a value of type \(type)")
        }
    }

    private static let binary: [BinaryOperator: UInt8] = [
        .bitAnd: 1, .bitOr: 2, .bitXor: 3, .and: 4, .or: 5, .equal: 6, .notEqual: 7, .less: 8, .lessOrEqual: 9,
        .greater: 10, .greaterOrEqual: 11, .shiftLeft: 12, .shiftRight: 13, .add: 14, .subtract: 15, .multiply: 16,
        .divide: 17,
    ]

    /// A tree in prefix order.
    func tree(_ expression: Expression) throws(QPYWriterError) -> [UInt8] {
        var sink = ByteSink()
        try put(tree: expression, to: &sink)
        return sink.bytes
    }

    private func head(_ kind: Character, _ type: ClassicalType, _ sink: inout ByteSink) throws(QPYWriterError) {
        sink.put(tag: kind)
        try put(type, to: &sink)
    }

    private func put(tree expression: Expression, to sink: inout ByteSink) throws(QPYWriterError) {
        switch expression.node {
        case .bit(let bit):
            try head("x", .bool, &sink)
            sink.put(tag: "C")
            sink.put(UInt32(bit.index))
        case .register(let id):
            let register = circuit.bitRegisters[id.index], name = Array(register.name.utf8)
            try head("x", .uint(register.count), &sink)
            sink.put(tag: "R")
            sink.put(UInt16(truncatingIfNeeded: name.count))
            sink.bytes += name
        case .variable(let id):
            guard let place = declared[id] else { throw refusal("a parameter in a decision") }
            try head("x", circuit.variables[id.index].type, &sink)
            sink.put(tag: "U")
            sink.put(place)
        case .literal(let value): try put(value, to: &sink)
        case .cast(let inner):
            // Bits are numbers in Qiskit as they are.
            if case (.bits(let a), .uint(let b)) = (inner.type, expression.type), a == b {
                return try put(tree: inner, to: &sink)
            }
            if case (.uint(let a), .bits(let b)) = (inner.type, expression.type), a == b {
                return try put(tree: inner, to: &sink)
            }
            try head("c", expression.type, &sink)
            sink.put(false)
            try put(tree: inner, to: &sink)
        case .unary(let operation, let operand):
            let codes: [UnaryOperator: UInt8] = [.complement: 1, .not: 2]
            guard let code = codes[operation] ?? (version >= 16 ? 3 : nil) else {
                throw refusal("a sign in a decision")
            }
            try head("u", expression.type, &sink)
            sink.put(code)
            try put(tree: operand, to: &sink)
        case .binary(let operation, let left, let right):
            guard let code = Self.binary[operation], code < 14 || version >= 14 else {
                throw refusal("the operation \(operation.rawValue)")
            }
            try head("b", expression.type, &sink)
            sink.put(code)
            try put(tree: left, to: &sink)
            try put(tree: right, to: &sink)
        case .element(let base, let index):
            try head("i", .bool, &sink)
            try put(tree: base, to: &sink)
            try put(tree: index, to: &sink)
        default: throw refusal("such a decision")
        }
    }

    private func put(_ value: ClassicalValue, to sink: inout ByteSink) throws(QPYWriterError) {
        switch value {
        case .bool(let value):
            try head("v", .bool, &sink)
            sink.put(tag: "b")
            sink.put(value)
        case .bits(let bits) where bits.count <= 64: try put(bits.unsigned ?? 0, width: bits.count, to: &sink)
        case .uint(let value, let width): try put(value, width: width, to: &sink)
        // Numbers without a sign are all that Qiskit computes with.
        case .int(let value, let width) where value >= 0: try put(UInt64(value), width: width, to: &sink)
        case .float(let value, _):
            try head("v", value.isFinite ? .float(64) : .bool, &sink)
            sink.put(tag: "f")
            sink.put(value)
        case .duration(let seconds):
            try head("v", .duration, &sink)
            sink.put(tag: "t")
            sink.put(tag: "s")
            sink.put(seconds)
        default: throw refusal("the value \(value)")
        }
    }

    private func put(_ value: UInt64, width: Int, to sink: inout ByteSink) throws(QPYWriterError) {
        try head("v", .uint(width), &sink)
        sink.put(tag: "i")
        // With a sign, which is never set.
        var bytes: [UInt8] = [], rest = value
        while rest > 0 {
            bytes.insert(UInt8(truncatingIfNeeded: rest), at: 0)
            rest >>= 8
        }
        if bytes.first.map({ $0 >= 128 }) ?? true { bytes.insert(0, at: 0) }
        sink.put(UInt8(bytes.count))
        sink.bytes += bytes
    }
}
