// Evaluation of classical expressions with the semantics of OpenQASM 3, "Classical instructions".

extension Expression {
    /// The value in an environment.
    ///
    /// Integers wrap around in their width, angles modulo 2π; `&&` and `||` do not evaluate a side that cannot matter.
    ///
    /// - Throws: `EvaluationError`: division by zero, an index out of range, a function outside its domain.
    public func evaluate(in environment: Environment) throws(EvaluationError) -> ClassicalValue {
        switch node {
        case .literal(let value): return value
        case .variable(let id): return environment.variables[id.index]
        case .formal(let index): return .float(environment.formals[index], width: 64)
        case .bit(let bit): return .bool(environment.bits[bit.index])
        case .register(let id): return .bits(environment[id])
        case .cast(let operand): return try operand.evaluate(in: environment).converted(to: type)
        case .element(let base, let index):
            let value = try base.evaluate(in: environment)
            let place = try index.evaluate(in: environment)
            return .bool(try value.bit(at: place))
        case .item(let id, let indices):
            let variable = try environment.arrays[id.index].variable(at: indices, in: environment)
            return environment.variables[variable]
        case .external(let id, _): throw environment.externals[id.index].fault
        case .durationOf:
            throw EvaluationError(.type, "durationof is known only after the program was compiled for a machine")
        case .unary(let op, let operand): return try op.apply(to: operand.evaluate(in: environment))
        case .binary(.and, let left, let right):
            guard try left.evaluate(in: environment).truth else { return .bool(false) }
            return .bool(try right.evaluate(in: environment).truth)
        case .binary(.or, let left, let right):
            if try left.evaluate(in: environment).truth { return .bool(true) }
            return .bool(try right.evaluate(in: environment).truth)
        case .binary(let op, let left, let right):
            let a = try left.evaluate(in: environment)
            let b = try right.evaluate(in: environment)
            let value = try op.apply(a, b)
            return value.type == type ? value : try value.converted(to: type)
        case .call(let function, let arguments):
            var values: [ClassicalValue] = []
            values.reserveCapacity(arguments.count)
            for argument in arguments { values.append(try argument.evaluate(in: environment)) }
            let value = try function.apply(to: values)
            return value.type == type ? value : try value.converted(to: type)
        }
    }

    /// The value as a condition.
    public func isTrue(in environment: Environment) throws(EvaluationError) -> Bool {
        if case .bit(let bit) = node { return environment.bits[bit.index] }
        return try evaluate(in: environment).truth
    }

    /// The value as a gate parameter.
    ///
    /// - Throws: `EvaluationError` with code `.domain` where it is not finite.
    public func parameter(in environment: Environment) throws(EvaluationError) -> Double {
        let value = try evaluate(in: environment).real
        guard value.isFinite else { throw EvaluationError(.domain, "a gate parameter has the value \(value)") }
        return value
    }
}

extension ClassicalValue {
    fileprivate func bit(at place: ClassicalValue) throws(EvaluationError) -> Bool {
        switch self {
        case .bits(let bits): return bits[try place.index(below: bits.count, of: "a bit string")]
        case .int(let value, let width):
            return value >> Int64(try place.index(below: width, of: "\(type)")) & 1 == 1
        case .uint(let value, let width), .angle(let value, let width):
            return value >> UInt64(try place.index(below: width, of: "\(type)")) & 1 == 1
        case .wide(let number):
            return number.pattern[try place.index(below: number.width, of: "\(type)")]
        case .bool, .float, .duration: throw EvaluationError(.type, "\(type) has no bits")
        }
    }
}

extension UnaryOperator {
    func apply(to operand: ClassicalValue) throws(EvaluationError) -> ClassicalValue {
        switch (self, operand) {
        case (.not, _): return .bool(try !operand.truth)
        case (.negate, .int(let value, let width)):
            return .int(signExtended(UInt64(bitPattern: 0 &- value), width), width: width)
        case (.negate, .uint(let value, let width)): return .uint((0 &- value) & mask(width), width: width)
        case (.negate, .angle(let value, let width)): return .angle((0 &- value) & mask(width), width: width)
        case (.negate, .float(let value, let width)): return .float(-value, width: width)
        case (.negate, .wide(let number)): return ClassicalValue(number.kind, pattern: number.pattern.negated)
        case (.negate, .duration(let value)): return .duration(-value)
        case (.complement, .bits(let bits)): return .bits(bits.complement)
        case (.complement, .bool(let value)): return .bool(!value)
        case (.complement, .int(let value, let width)): return .int(~value, width: width)
        case (.complement, .uint(let value, let width)): return .uint(~value & mask(width), width: width)
        case (.complement, .angle(let value, let width)): return .angle(~value & mask(width), width: width)
        case (.complement, .wide(let number)): return ClassicalValue(number.kind, pattern: number.pattern.complement)
        default: throw EvaluationError(.type, "\(rawValue) is not defined for \(operand.type)")
        }
    }
}

extension BitString {
    /// Every bit flipped.
    public var complement: BitString {
        BitString(words: words.lazy.map { ~$0 }, count: count)
    }

    /// Moved towards the most significant end by `amount` (negative: towards bit 0), zeros filling up.
    func shifted(by amount: Int) -> BitString {
        guard abs(amount) < count else { return BitString(zeros: count) }
        return BitString(words: words(from: -amount, count: (count + 63) / 64), count: count)
    }

    /// Rotated towards the most significant end by `amount`, any sign.
    func rotated(by amount: Int) -> BitString {
        var result = BitString(zeros: count)
        if count == 0 { return result }
        let offset = (amount % count + count) % count
        for k in 0..<count { result[(k + offset) % count] = self[k] }
        return result
    }
}

extension Expression {
    /// The literal it evaluates to, for an operation on literals; itself where evaluation fails, so that the failure shows
    /// when and if it runs.
    public var folded: Expression {
        let environment = Environment(bits: BitString(zeros: 0), variables: [], formals: [])
        guard let value = try? evaluate(in: environment) else { return self }
        return .literal(value)
    }
}
