/// Statements as the specification runs them, "Looping and branching".
indirect enum SpecifiedStatement {
    case assign(Int, SpecifiedTerm)
    /// `variable op= term`
    case compound(Int, String, SpecifiedTerm)
    case branch(SpecifiedTerm, [SpecifiedStatement], [SpecifiedStatement])
    /// Over `[start:step:stop]`, all of them read from the variables before the first turn.
    case range(SpecifiedType, start: SpecifiedTerm, step: Int, stop: SpecifiedTerm, [SpecifiedStatement])
    case set(SpecifiedType, [SpecifiedTerm], [SpecifiedStatement])
    /// At most `limit` turns: `while (condition && turn < limit)`, by a counter of its own.
    case loop(counter: Int, limit: Int, SpecifiedTerm, [SpecifiedStatement])
    case select(SpecifiedTerm, [([Int], [SpecifiedStatement])], [SpecifiedStatement])
    case `break`, `continue`
}

/// The state of a program, and how statements change it.
struct SpecifiedMachine {
    var variables: [SpecifiedValue]
    /// Of the loops around, innermost last.
    var loopVariables: [SpecifiedValue] = []

    enum Exit { case none, `break`, `continue` }

    mutating func run(_ statements: [SpecifiedStatement]) throws -> Exit {
        for statement in statements {
            let exit = try run(statement)
            if exit != .none { return exit }
        }
        return .none
    }

    private mutating func run(_ statement: SpecifiedStatement) throws -> Exit {
        switch statement {
        case .break: return .break
        case .continue: return .continue
        case .assign(let place, let term): variables[place] = try value(term).cast(to: variables[place].type)
        case .compound(let place, let op, let term):
            let sum = SpecifiedTerm.binary(op, .value(variables[place]), .value(try value(term)))
            variables[place] = try sum.evaluate().cast(to: variables[place].type)
        case .branch(let condition, let then, let otherwise):
            return try run(try value(condition) == .bool(true) ? then : otherwise)
        case .range(let type, let start, let step, let stop, let body):
            guard let first = try value(start).number, let last = try value(stop).number else {
                preconditionFailure("a range of integers")
            }
            var number = first
            while step > 0 ? number <= last : number >= last {
                if try turn(.wrapped(number, to: type), body) == .break { break }
                number = number + BigInteger(Int64(step))
            }
        case .set(let type, let terms, let body):
            let values = try terms.map { try value($0).cast(to: type) }
            for value in values where try turn(value, body) == .break { break }
        case .loop(let counter, let limit, let condition, let body):
            while try value(condition) == .bool(true),
                case .uint(let turns, let n) = variables[counter], turns < BigInteger(Int64(limit))
            {
                variables[counter] = .uint(turns + .one, n)
                if try run(body) == .break { break }
            }
        case .select(let subject, let cases, let otherwise):
            guard let number = try value(subject).number else { preconditionFailure("an integer") }
            let chosen = cases.first { $0.0.contains { BigInteger(Int64($0)) == number } }
            return try run(chosen?.1 ?? otherwise)
        }
        return .none
    }

    private mutating func turn(_ value: SpecifiedValue, _ body: [SpecifiedStatement]) throws -> Exit {
        loopVariables.append(value)
        defer { loopVariables.removeLast() }
        return try run(body)
    }

    private func value(_ term: SpecifiedTerm) throws -> SpecifiedValue {
        try term.substituting { name in
            name.hasPrefix("i") ? loopVariables[Int(name.dropFirst())!] : variables[Int(name.dropFirst())!]
        }.evaluate()
    }
}

extension SpecifiedTerm {
    /// Variables are calls without arguments until they are read.
    static func variable(_ name: String, _ type: SpecifiedType) -> SpecifiedTerm {
        .call("variable \(name)", [.cast(type, .literal(.bool(false)))])
    }

    func substituting(_ read: (String) -> SpecifiedValue) -> SpecifiedTerm {
        switch self {
        case .value, .literal: self
        case .call(let name, _) where name.hasPrefix("variable "): .value(read(String(name.dropFirst(9))))
        case .call(let name, let arguments): .call(name, arguments.map { $0.substituting(read) })
        case .unary(let op, let operand): .unary(op, operand.substituting(read))
        case .cast(let type, let operand): .cast(type, operand.substituting(read))
        case .bit(let operand, let place): .bit(operand.substituting(read), place)
        case .slice(let operand, let first, let step, let last):
            .slice(operand.substituting(read), first: first, step: step, last: last)
        case .binary(let op, let left, let right): .binary(op, left.substituting(read), right.substituting(read))
        }
    }
}

/// Random programs of classical statements.
struct StatementGenerator {
    var random: SeededGenerator
    var types: [SpecifiedType] = []
    private var counters = 0
    private var depth = 0

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    /// Variables `v0…`, then counters of while loops.
    mutating func program() -> (types: [SpecifiedType], statements: [SpecifiedStatement]) {
        types = (0..<5).map { _ in pick([.int(8), .int(64), .int(5), .uint(7), .uint(16), .uint(64), .int(32)]) }
        types.append(.angle(pick([4, 8, 20])))
        types.append(.bool)
        let statements = block(Int.random(in: 3...7, using: &random), inLoop: false)
        return (types, statements)
    }

    private mutating func block(_ count: Int, inLoop: Bool) -> [SpecifiedStatement] {
        (0..<count).map { _ in statement(inLoop: inLoop) }
    }

    private mutating func statement(inLoop: Bool) -> SpecifiedStatement {
        let isDeep = depth >= 3
        depth += 1
        defer { depth -= 1 }
        switch Int.random(in: 0..<(isDeep ? 8 : 14), using: &random) {
        case 0...3:
            let place = Int.random(in: 0..<7, using: &random)
            switch types[place] {
            case .bool: return .assign(place, condition())
            case .angle(let n):
                return .assign(
                    place,
                    .binary(
                        pick(["+", "-", "^"]), .variable("v\(place)", types[place]),
                        .value(.angle(BigInteger(Int64.random(in: 0..<16, using: &random)), n))))
            // A constant that does not fit is refused; a cast says that it shall wrap around.
            default: return .assign(place, .cast(types[place], integer(2)))
            }
        case 4...6:
            let place = Int.random(in: 0..<6, using: &random)
            if case .angle = types[place] {
                return .compound(place, "*", .literal(.int(BigInteger(Int64.random(in: 0...9, using: &random)), 64)))
            }
            return .compound(place, pick(["+", "-", "*", "^", "|", "&"]), integer(1))
        case 7:
            if inLoop { return .branch(condition(), [pick([.break, .continue])], []) }
            return .assign(6, condition())
        case 8, 9: return .branch(condition(), block(2, inLoop: inLoop), block(1, inLoop: inLoop))
        case 10:
            loopDepth += 1
            defer { loopDepth -= 1 }
            let start = Int.random(in: -3...3, using: &random)
            let step = pick([1, 2, 3, -1, -2])
            let ends = (literal(start), literal(start + step * Int.random(in: -1...4, using: &random)))
            let type = pick([SpecifiedType.int(16), .int(64), .int(6)])
            loops.append(type)
            defer { loops.removeLast() }
            return .range(type, start: ends.0, step: step, stop: ends.1, block(2, inLoop: true))
        case 11:
            loopDepth += 1
            defer { loopDepth -= 1 }
            let values = (0..<3).map { _ in
                SpecifiedTerm.literal(.int(BigInteger(Int64.random(in: 0...9, using: &random)), 64))
            }
            loops.append(.uint(4))
            defer { loops.removeLast() }
            return .set(.uint(4), values, block(2, inLoop: true))
        case 12:
            types.append(.uint(8))
            let counter = types.count - 1
            return .loop(
                counter: counter, limit: Int.random(in: 1...5, using: &random), condition(), block(2, inLoop: true))
        default:
            let labels = Array(-4...8).shuffled(using: &random)
            return .select(
                .cast(.int(64), integer(1)),
                [([labels[0], labels[1]], block(1, inLoop: inLoop)), ([labels[2]], block(1, inLoop: inLoop))],
                block(1, inLoop: inLoop))
        }
    }

    private var loopDepth = 0
    private var loops: [SpecifiedType] = []

    private func literal(_ value: Int) -> SpecifiedTerm { .value(.int(BigInteger(Int64(value)), 64)) }

    private mutating func leaf() -> SpecifiedTerm {
        if !loops.isEmpty && Int.random(in: 0..<3, using: &random) == 0 {
            let place = Int.random(in: 0..<loops.count, using: &random)
            return .variable("i\(place)", loops[place])
        }
        if Bool.random(using: &random) {
            let place = Int.random(in: 0..<5, using: &random)
            return .variable("v\(place)", types[place])
        }
        return .literal(.int(BigInteger(Int64.random(in: 0...20, using: &random)), 64))
    }

    private mutating func integer(_ depth: Int) -> SpecifiedTerm {
        if depth == 0 { return leaf() }
        return .binary(pick(["+", "-", "*", "&", "|", "^"]), integer(depth - 1), integer(depth - 1))
    }

    private mutating func condition() -> SpecifiedTerm {
        .binary(pick(["<", "<=", "==", "!=", ">"]), integer(1), leaf())
    }
}

// Text.
extension SpecifiedStatement {
    static func text(_ statements: [SpecifiedStatement], loops: Int = 0, indent: String = "  ") -> String {
        statements.map { indent + $0.text(loops, indent) + "\n" }.joined()
    }

    private func text(_ loops: Int, _ indent: String) -> String {
        func spelled(_ term: SpecifiedTerm) -> String { term.text { _ in nil } }
        func block(_ statements: [SpecifiedStatement], _ depth: Int = 0) -> String {
            "{\n\(Self.text(statements, loops: loops + depth, indent: indent + "  "))\(indent)}"
        }
        switch self {
        case .assign(let place, let term): return "v\(place) = \(spelled(term));"
        case .compound(let place, let op, let term): return "v\(place) \(op)= \(spelled(term));"
        case .branch(let condition, let then, let otherwise):
            return "if (\(spelled(condition))) \(block(then))" + (otherwise.isEmpty ? "" : " else \(block(otherwise))")
        case .range(let type, let start, let step, let stop, let body):
            return "for \(type) i\(loops) in [\(spelled(start)):\(step):\(spelled(stop))] \(block(body, 1))"
        case .set(let type, let terms, let body):
            return "for \(type) i\(loops) in {\(terms.map(spelled).joined(separator: ", "))} \(block(body, 1))"
        case .loop(let counter, let limit, let condition, let body):
            let inner = Self.text(body, loops: loops, indent: indent + "  ")
            return
                "while (\(spelled(condition)) && v\(counter) < \(limit)) {\n\(indent)  v\(counter) += 1;\n\(inner)\(indent)}"
        case .select(let subject, let cases, let otherwise):
            let labels = cases.map { item in
                "case \(item.0.map(String.init).joined(separator: ", ")) \(block(item.1))"
            }
            return "switch (\(spelled(subject))) { \(labels.joined(separator: " ")) default \(block(otherwise)) }"
        case .break: return "break;"
        case .continue: return "continue;"
        }
    }
}
