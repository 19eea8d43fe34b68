/// Random terms, well typed by the specification.
struct TermGenerator {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    private mutating func pick<T>(_ choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }

    mutating func width() -> Int {
        // Words end at 64; what is behind is another arithmetic.
        if Int.random(in: 0..<8, using: &random) == 0 { return pick([65, 66, 80, 100, 127, 128, 129, 150, 192]) }
        return Bool.random(using: &random)
            ? pick([1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 33, 53, 54, 63, 64]) : Int.random(in: 1...64, using: &random)
    }

    mutating func type() -> SpecifiedType {
        switch Int.random(in: 0..<20, using: &random) {
        case 0, 1: .bool
        case 2...6: .int(width())
        case 7...10: .uint(width())
        case 11...13: .float(Bool.random(using: &random) ? 32 : 64)
        case 14...16: .angle(width())
        case 17: .duration
        default: .bits(width())
        }
    }

    /// Mostly ordinary values, often the extremes.
    mutating func value(_ type: SpecifiedType) -> SpecifiedValue {
        switch type {
        case .bool: return .bool(.random(using: &random))
        case .int, .uint: return .wrapped(number(), to: type)
        case .angle(let n): return .angle(number().modulo(powerOfTwo: n), n)
        case .bits(let n): return .bits(number().modulo(powerOfTwo: n), n)
        case .duration: return .nanoseconds(BigInteger(Int64.random(in: -2000...2_000_000, using: &random)))
        case .float(let n):
            var value: Double
            switch Int.random(in: 0..<4, using: &random) {
            case 0: value = Double(Int.random(in: -9...9, using: &random))
            case 1: value = Double(Int.random(in: -99...99, using: &random)) * .pi / 16
            case 2: value = Double.random(in: -2...2, using: &random)
            default: value = Double.random(in: -1e6...1e6, using: &random)
            }
            if n == 32 { value = Double(Float(value)) }
            return .float(value == 0 ? 0 : value, n)
        }
    }

    private mutating func number() -> BigInteger {
        switch Int.random(in: 0..<5, using: &random) {
        case 0: BigInteger(Int64.random(in: -3...3, using: &random))
        case 1: BigInteger(Int64.random(in: -300...300, using: &random))
        case 2:
            BigInteger.power(ofTwo: Int.random(in: 0...(Bool.random(using: &random) ? 64 : 192), using: &random))
                + BigInteger(Int64.random(in: -1...1, using: &random))
        case 3: BigInteger(random.next(), isNegative: Bool.random(using: &random))
        default:
            BigInteger(random.next()) * .power(ofTwo: Int.random(in: 60...128, using: &random))
                - BigInteger(random.next()) * .power(ofTwo: Int.random(in: 0...64, using: &random))
        }
    }

    mutating func term(_ type: SpecifiedType, depth: Int) -> SpecifiedTerm {
        if depth == 0 || Int.random(in: 0..<8, using: &random) == 0 { return leaf(type) }
        switch type {
        case .bool: return truth(depth)
        case .int, .uint: return integer(type, depth)
        case .float(let n): return float(n, depth)
        case .angle(let n): return angle(n, depth)
        case .bits(let n): return bits(n, depth)
        case .duration: return duration(depth)
        }
    }

    private mutating func leaf(_ type: SpecifiedType) -> SpecifiedTerm {
        switch type {
        case .int(64) where Bool.random(using: &random):
            return .literal(.int(BigInteger(Int64.random(in: 0...40, using: &random)), 64))
        case .float(64) where Bool.random(using: &random):
            return .literal(.float(Double(Int.random(in: 1...64, using: &random)) / 8, 64))
        default: return .value(value(type))
        }
    }

    private mutating func amount() -> SpecifiedTerm {
        Bool.random(using: &random)
            ? .literal(.int(BigInteger(Int64.random(in: 0...70, using: &random)), 64))
            : .value(.uint(BigInteger(Int64.random(in: 0...63, using: &random)), 6))
    }

    private mutating func truth(_ depth: Int) -> SpecifiedTerm {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return .unary(pick(["!", "~"]), term(.bool, depth: depth - 1))
        case 1: return .binary(pick(["&&", "||"]), term(.bool, depth: depth - 1), term(.bool, depth: depth - 1))
        case 2: return .binary(pick(["&", "|", "^"]), term(.bool, depth: depth - 1), term(.bool, depth: depth - 1))
        case 3:
            let type = type()
            // The table of casts leads from durations nowhere.
            return .cast(.bool, term(type == .duration ? .bool : type, depth: depth - 1))
        case 4:
            let (type, n) = sized()
            let place = Int.random(in: -n..<n, using: &random)
            return .bit(term(type, depth: depth - 1), place)
        case 5:
            let op = pick(["==", "!=", "<", "<=", ">", ">="])
            let n = width()
            let type = pick([SpecifiedType.bits(n), .angle(n), .bool, .duration])
            return .binary(op, term(type, depth: depth - 1), term(type, depth: depth - 1))
        default:
            let op = pick(["==", "!=", "<", "<=", ">", ">="])
            return .binary(op, term(standard(), depth: depth - 1), term(standard(), depth: depth - 1))
        }
    }

    /// A type of bits one can point at, and how many.
    private mutating func sized() -> (SpecifiedType, Int) {
        let n = width()
        return (pick([.int(n), .uint(n), .angle(n), .bits(n)]), n)
    }

    private mutating func standard() -> SpecifiedType {
        pick([.int(width()), .uint(width()), .float(pick([32, 64])), .int(64)])
    }

    /// Two types whose common one is `type`.
    private mutating func operands(_ type: SpecifiedType) -> (SpecifiedType, SpecifiedType) {
        var other = type
        switch type {
        case .int(let n):
            other =
                Bool.random(using: &random) || n == 1
                ? .int(Int.random(in: 1...n, using: &random)) : .uint(Int.random(in: 1..<n, using: &random))
            if n == 64 && Int.random(in: 0..<6, using: &random) == 0 { other = .bool }
        case .uint(let n):
            other = pick([.uint(Int.random(in: 1...n, using: &random)), .int(Int.random(in: 1...n, using: &random))])
        case .float(let n): other = pick([.float(n), .float(32), .int(width()), .uint(width())])
        default: break
        }
        return Bool.random(using: &random) ? (type, other) : (other, type)
    }

    private mutating func integer(_ type: SpecifiedType, _ depth: Int) -> SpecifiedTerm {
        switch (Int.random(in: 0..<14, using: &random), type) {
        case (0, _): return .unary(pick(["-", "~"]), term(type, depth: depth - 1))
        case (1, _): return .binary(pick(["<<", ">>"]), term(type, depth: depth - 1), amount())
        case (2, _):
            return .cast(
                type, term(pick([.bool, .int(width()), .uint(width()), .float(64), .float(32)]), depth: depth - 1))
        case (3, .int(let n)), (3, .uint(let n)): return .cast(type, term(.bits(n), depth: depth - 1))
        case (4, .uint(64)):
            return .call("popcount", [term(pick([.bits(width()), .uint(width()), .angle(width())]), depth: depth - 1)])
        case (4, .int(let n)) where n >= 64:
            // As wide as the wider of the two, and 64 bits at least.
            let m = n == 64 ? Int.random(in: 1...64, using: &random) : n
            let other = Int.random(in: 1...n, using: &random)
            return .call(
                "mod", [term(pick([.int(m), .uint(m)]), depth: depth - 1), term(.int(other), depth: depth - 1)])
        case (4, .uint), (5, .uint):
            return .call(pick(["rotl", "rotr"]), [term(type, depth: depth - 1), term(.int(7), depth: 0)])
        case (6, .uint(let n)):
            return .binary(
                "/", term(.angle(n), depth: depth - 1),
                term(.angle(Int.random(in: 1...n, using: &random)), depth: depth - 1))
        case (7, _):
            let exponent: SpecifiedTerm
            if case .int(64) = type, Bool.random(using: &random) {
                exponent = .literal(.int(BigInteger(Int64.random(in: 0...9, using: &random)), 64))
            } else {
                exponent = .value(.wrapped(BigInteger(Int64.random(in: 0...1, using: &random)), to: type))
            }
            return .binary("**", term(type, depth: depth - 1), exponent)
        default:
            let (a, b) = operands(type)
            let op = pick(["+", "-", "*", "/", "%", "&", "|", "^", "+", "-", "*"])
            return .binary(op, term(a, depth: depth - 1), term(b, depth: depth - 1))
        }
    }

    private mutating func float(_ n: Int, _ depth: Int) -> SpecifiedTerm {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .unary("-", term(.float(n), depth: depth - 1))
        case 1:
            return .cast(
                .float(n), term(pick([.bool, .int(width()), .uint(width()), .float(64), .float(32)]), depth: depth - 1))
        case 2 where n == 64:
            let name = pick(["sin", "cos", "tan"])
            return .call(name, [term(pick([.angle(width()), .float(64), .float(32), .int(8)]), depth: depth - 1)])
        case 3 where n == 64:
            let name = pick(["arcsin", "arccos", "arctan", "sqrt", "floor", "ceiling", "exp", "log"])
            return .call(name, [.value(value(.float(pick([32, 64]))))])
        case 4 where n == 64:
            return .call(
                "mod", [term(.float(64), depth: depth - 1), term(pick([.float(32), .int(8)]), depth: depth - 1)])
        case 6 where n == 64:
            return .binary("/", term(.duration, depth: depth - 1), term(.duration, depth: depth - 1))
        case 5:
            return .binary(
                "**", .value(value(.float(n))), .value(.float(Double(Int.random(in: 0...6, using: &random)) / 2, n)))
        default:
            let (a, b) = operands(.float(n))
            return .binary(pick(["+", "-", "*", "/"]), term(a, depth: depth - 1), term(b, depth: depth - 1))
        }
    }

    private mutating func angle(_ n: Int, _ depth: Int) -> SpecifiedTerm {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: return .unary(pick(["-", "~"]), term(.angle(n), depth: depth - 1))
        case 1: return .binary(pick(["<<", ">>"]), term(.angle(n), depth: depth - 1), amount())
        case 2:
            return .cast(.angle(n), term(pick([.float(64), .float(32), .bits(n), .angle(width())]), depth: depth - 1))
        case 3:
            return .binary(
                "*", term(.angle(n), depth: depth - 1),
                term(pick([.uint(n), .int(64), .uint(width())]), depth: depth - 1))
        case 4:
            return .binary(
                "*", term(pick([.uint(n), .int(width())]), depth: depth - 1), term(.angle(n), depth: depth - 1))
        case 5:
            return .binary(
                "/", term(.angle(n), depth: depth - 1),
                term(pick([.uint(n), .int(64), .uint(width())]), depth: depth - 1))
        case 6: return .call(pick(["rotl", "rotr"]), [term(.angle(n), depth: depth - 1), term(.int(7), depth: 0)])
        default:
            let other = SpecifiedType.angle(Int.random(in: 1...n, using: &random))
            let isLeft = Bool.random(using: &random)
            return .binary(
                pick(["+", "-", "&", "|", "^"]), term(isLeft ? .angle(n) : other, depth: depth - 1),
                term(isLeft ? other : .angle(n), depth: depth - 1))
        }
    }

    private mutating func duration(_ depth: Int) -> SpecifiedTerm {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .unary("-", term(.duration, depth: depth - 1))
        case 1: return .binary("*", term(factor(), depth: depth - 1), term(.duration, depth: depth - 1))
        case 2: return .binary("*", term(.duration, depth: depth - 1), term(factor(), depth: depth - 1))
        case 3: return .binary("/", term(.duration, depth: depth - 1), term(factor(), depth: depth - 1))
        default:
            return .binary(pick(["+", "-"]), term(.duration, depth: depth - 1), term(.duration, depth: depth - 1))
        }
    }

    private mutating func factor() -> SpecifiedType { pick([.int(width()), .uint(width()), .float(64), .float(32)]) }

    private mutating func bits(_ n: Int, _ depth: Int) -> SpecifiedTerm {
        switch Int.random(in: 0..<6, using: &random) {
        case 0: return .unary("~", term(.bits(n), depth: depth - 1))
        case 1: return .binary(pick(["<<", ">>"]), term(.bits(n), depth: depth - 1), amount())
        case 2: return .call(pick(["rotl", "rotr"]), [term(.bits(n), depth: depth - 1), term(.int(7), depth: 0)])
        case 3: return .cast(.bits(n), term(pick([.int(n), .uint(n), .angle(n), .bool]), depth: depth - 1))
        case 4 where n <= 16:
            let step = Int.random(in: 1...3, using: &random)
            let first = Int.random(in: 0...8, using: &random)
            let last = first + (n - 1) * step
            guard last < 64 else { return leaf(.bits(n)) }
            let whole = Int.random(in: last + 1...64, using: &random)
            let base = term(pick([.int(whole), .uint(whole), .angle(whole), .bits(whole)]), depth: depth - 1)
            return .slice(base, first: first, step: step, last: last)
        default:
            return .binary(pick(["&", "|", "^"]), term(.bits(n), depth: depth - 1), term(.bits(n), depth: depth - 1))
        }
    }
}
