import Circuits

// Classical expressions, types and conditions.
extension ProgramReading {
    func classicalType(_ cursor: inout ByteCursor) throws(QPYError) -> ClassicalType {
        switch Character(Unicode.Scalar(try cursor.byte())) {
        case "b": return .bool
        case "u":
            let width = try cursor.integer(UInt32.self)
            guard 1...64 ~= width else {
                throw cursor.fault("unsigned integers of \(width) bits are not read, only up to 64")
            }
            return .uint(Int(width))
        case "f": return .float(64)
        case "d": return .duration
        case let tag: throw cursor.fault("'\(tag)' is no type of a classical expression")
        }
    }

    /// A tree in prefix order: kind, type, then what the kind needs.
    mutating func expression(_ cursor: inout ByteCursor, _ scope: Scope) throws(QPYError) -> Expression {
        treeDepth += 1
        defer { treeDepth -= 1 }
        guard treeDepth <= Self.maximumDepth else { throw cursor.fault("expressions are nested too deep") }
        let kind = Character(Unicode.Scalar(try cursor.byte()))
        let type = try classicalType(&cursor)
        switch kind {
        case "x": return try variable(&cursor, type, scope)
        case "v": return .literal(try value(&cursor, type))
        case "c":
            _ = try cursor.flag()
            return cast(try expression(&cursor, scope), to: type)
        case "u":
            let code = try cursor.byte()
            guard let operation = Self.unary[code] else { throw cursor.fault("there is no unary operation \(code)") }
            return Expression(.unary(operation, try expression(&cursor, scope)), type: type)
        case "b":
            let code = try cursor.byte()
            guard let operation = Self.binary[code] else { throw cursor.fault("there is no binary operation \(code)") }
            let left = try expression(&cursor, scope)
            return Expression(.binary(operation, left, try expression(&cursor, scope)), type: type)
        case "i":
            let base = try expression(&cursor, scope)
            return Expression(.element(base, index: try expression(&cursor, scope)), type: .bool)
        case "s":
            throw cursor.fault("an expression uses a stretch", cure: "resolve stretches before the circuit is stored")
        default: throw cursor.fault("'\(kind)' is no kind of classical expression")
        }
    }

    /// `expr.Unary.Op` and `expr.Binary.Op`.
    private static let unary: [UInt8: UnaryOperator] = [1: .complement, 2: .not, 3: .negate]
    private static let binary: [UInt8: BinaryOperator] = [
        1: .bitAnd, 2: .bitOr, 3: .bitXor, 4: .and, 5: .or, 6: .equal, 7: .notEqual, 8: .less, 9: .lessOrEqual,
        10: .greater, 11: .greaterOrEqual, 12: .shiftLeft, 13: .shiftRight, 14: .add, 15: .subtract, 16: .multiply,
        17: .divide,
    ]

    private func cast(_ operand: Expression, to type: ClassicalType) -> Expression {
        operand.type == type ? operand : Expression(.cast(operand), type: type)
    }

    private mutating func variable(
        _ cursor: inout ByteCursor, _ type: ClassicalType, _ scope: Scope
    ) throws(QPYError) -> Expression {
        switch Character(Unicode.Scalar(try cursor.byte())) {
        case "U":
            let place = Int(try cursor.integer(UInt16.self))
            guard place < scope.variables.count else { throw cursor.fault("there is no variable \(place)") }
            return Expression(.variable(scope.variables[place]), type: type)
        case "C": return .bit(try bit(Int(try cursor.integer(UInt32.self)), scope, at: cursor))
        case "R":
            let name = try cursor.text(try cursor.integer(UInt16.self))
            return cast(try register(name, scope, at: cursor), to: type)
        case let tag: throw cursor.fault("'\(tag)' is no kind of variable")
        }
    }

    private func value(_ cursor: inout ByteCursor, _ type: ClassicalType) throws(QPYError) -> ClassicalValue {
        switch (Character(Unicode.Scalar(try cursor.byte())), type) {
        case ("b", .bool): return .bool(try cursor.flag())
        // Python's truth values are whole numbers, and older writers did not tell them apart.
        case ("i", .bool): return .bool(try wholeNumber(&cursor) != 0)
        case ("i", .float): return .float(Double(try wholeNumber(&cursor)), width: 64)
        case ("i", .uint(let width)):
            let value = try wholeNumber(&cursor)
            guard width == 64 || value >> UInt64(width) == 0 else {
                throw cursor.fault("\(value) does not fit into \(width) bits")
            }
            return .uint(value, width: width)
        case ("f", .float): return .float(try cursor.double(), width: 64)
        case ("t", .duration): return .duration(try duration(&cursor, allowsSamples: false).value)
        case (let tag, _): throw cursor.fault("a value of kind '\(tag)' is no \(type)")
        }
    }

    /// A number that is not negative, in as many bytes as it needs.
    private func wholeNumber(_ cursor: inout ByteCursor) throws(QPYError) -> UInt64 {
        var value: UInt64 = 0
        for byte in try cursor.take(Int(try cursor.byte())) {
            guard value >> 56 == 0 else { throw cursor.fault("a number has more than 64 bits") }
            value = value << 8 | UInt64(byte)
        }
        return value
    }

    /// A length of time in seconds, or in samples of the machine where those are allowed.
    private func duration(
        _ cursor: inout ByteCursor, allowsSamples: Bool
    ) throws(QPYError) -> (value: Double, unit: DelayUnit) {
        switch Character(Unicode.Scalar(try cursor.byte())) {
        case "t":
            let samples = Double(try cursor.integer(UInt64.self))
            guard allowsSamples else {
                throw cursor.fault(
                    "an expression computes with a duration in samples (dt), whose length only a machine knows",
                    cure: "write durations in seconds")
            }
            return (samples, .dt)
        case "p": return (try cursor.double() * 1e-12, .seconds)
        case "n": return (try cursor.double() * 1e-9, .seconds)
        case "u": return (try cursor.double() * 1e-6, .seconds)
        case "m": return (try cursor.double() * 1e-3, .seconds)
        case "s": return (try cursor.double(), .seconds)
        case let unit: throw cursor.fault("'\(unit)' is no unit of time")
        }
    }

    /// A duration for a delay or a box: a constant in any unit, or an expression in seconds.
    mutating func delay(_ value: TaggedValue, _ scope: Scope) throws(QPYError) -> (Parameter, DelayUnit) {
        var content = value.content
        // A constant: kind 'v' of type 'd' with a value of kind 't'.
        if value.content.remaining > 3, try content.take(3).elementsEqual("vdt".utf8) {
            let (length, unit) = try duration(&content, allowsSamples: true)
            return (Parameter(length), unit)
        }
        content = value.content
        return (circuit.addParameter(try expression(&content, scope)), .seconds)
    }

    func bit(_ index: Int, _ scope: Scope, at cursor: ByteCursor) throws(QPYError) -> ClassicalBit {
        guard index < scope.bits.count else { throw cursor.fault("there is no classical bit \(index)") }
        return scope.bits[index]
    }

    /// The register's value, of type `bit[n]`, or an unsigned integer where it has to be put together.
    func register(_ name: String, _ scope: Scope, at cursor: ByteCursor) throws(QPYError) -> Expression {
        switch scope.registers[name] {
        case .whole(let id):
            return Expression(.register(id), type: .bits(circuit.bitRegisters[id.index].count))
        case .bits(let bits):
            let type = ClassicalType.uint(max(1, bits.count))
            guard bits.count <= 64 else {
                throw cursor.fault("the register '\(name)' of a nested circuit has over 64 bits")
            }
            var sum = Expression.literal(.uint(0, width: max(1, bits.count)))
            for (k, bit) in bits.enumerated() {
                let shifted = Expression(
                    .binary(
                        .shiftLeft, Expression(.cast(.bit(bit)), type: type),
                        .literal(.uint(UInt64(k), width: max(1, bits.count)))), type: type)
                sum = Expression(.binary(.bitOr, sum, shifted), type: type)
            }
            return sum
        case nil: throw cursor.fault("there is no classical register '\(name)'")
        }
    }

    /// A bit or register that a condition or a switch names by a short text.
    func target(_ content: ArraySlice<UInt8>, _ scope: Scope) throws(QPYError) -> Expression {
        var cursor = ByteCursor(content)
        let isBit: Bool
        if version >= 18 {
            isBit = try cursor.byte() == 0
            if isBit { return .bit(try bit(Int(try cursor.integer(UInt32.self)), scope, at: cursor)) }
        } else {
            isBit = content.first == 0
            if isBit {
                _ = try cursor.byte()
                guard let index = Int(try cursor.text(cursor.remaining)), index >= 0 else {
                    throw cursor.fault("a condition names no bit")
                }
                return .bit(try bit(index, scope, at: cursor))
            }
        }
        return try register(try cursor.text(cursor.remaining), scope, at: cursor)
    }

    /// What an `if`, a `while` or an instruction waits for.
    mutating func condition(_ record: InstructionRecord, _ scope: Scope) throws(QPYError) -> Expression? {
        switch record.condition {
        case .none: return nil
        case .expression(let value):
            var content = value.content
            guard value.tag == "x" else { throw content.fault("a condition is no classical expression") }
            return cast(try expression(&content, scope), to: .bool)
        case .equal(let name, let value):
            let left = try target(name, scope)
            let right: Expression
            switch left.type {
            case .bool:
                guard value != 0 else { return Expression(.unary(.not, left), type: .bool) }
                return left
            case .bits(let count):
                let fits = value >= 0 && (count >= 63 || value >> Int64(count) == 0)
                guard fits else { return .bool(false) }
                right = .literal(.bits(BitString(UInt64(value), count: count)))
            case .uint(let width):
                guard value >= 0, width >= 63 || value >> Int64(width) == 0 else { return .bool(false) }
                right = .literal(.uint(UInt64(value), width: width))
            default: throw record.place.fault("a condition compares what is no register")
            }
            return Expression(.binary(.equal, left, right), type: .bool)
        }
    }
}
