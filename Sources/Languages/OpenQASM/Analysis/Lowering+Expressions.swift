import Circuits

extension Lowering {
    /// The typed expression of a syntax node, folded where its parts are constant.
    mutating func expression(_ id: NodeID) throws(SemanticFailure) -> Expression {
        let node = tree[id]
        switch node.kind {
        case .integer: return .literal(try integer(node, id))
        case .float: return .float(node.number)
        case .boolean: return .bool(node.a == 1)
        case .bitString:
            let text = parser.text(node.start + 1..<node.end - 1)
            return .literal(.bits(BitString(text) ?? BitString(zeros: 0)))
        case .timing:
            if node.detail == TimeUnit.dt.rawValue { return ticks(node.number) }
            return .literal(.duration(seconds(node)))
        case .identifier: return try reference(node, id)
        case .unary: return try unary(node, id)
        case .binary: return try binary(node, id)
        case .cast: return try cast(node, id)
        case .index:
            if let view = try viewIfAny(id) { return try value(of: view, id) }
            return try element(node, id)
        case .call, .quantumCall: return try call(node, id)
        case .concatenation, .set, .range, .arrayLiteral:
            throw fail(.type, "a \(describe(node.kind)) is no value of an expression", at: id)
        case .imaginary: throw complexMisplaced(at: id)
        case .durationOf: return try durationOf(node, id)
        case .hardwareQubit: throw fail(.type, "a qubit is no value of an expression", at: id, cure: "measure it")
        default: throw fail(.type, "this is no expression", at: id)
        }
    }

    private mutating func value(of view: ArrayView, _ id: NodeID) throws(SemanticFailure) -> Expression {
        if !view.dimensions.isEmpty {
            throw fail(
                .type, "an array of \(describe(view.dimensions)) where a single value is expected", at: id,
                cure: "index it down to an item")
        }
        if view.imaginary != nil { throw complexMisplaced(at: id) }
        return item(view)
    }

    private mutating func complexMisplaced(at id: NodeID) -> SemanticFailure {
        fail(
            .type, "a complex number where a real value is expected", at: id,
            cure: "take 'real(…)' or 'imag(…)' of it")
    }

    private func describe(_ kind: SyntaxKind) -> String {
        switch kind {
        case .concatenation: "concatenation"
        case .range: "range"
        case .arrayLiteral: "array literal"
        default: "set"
        }
    }

    mutating func unsupported(
        _ what: String, at id: NodeID, cause: String? = nil, cure: String? = nil
    ) -> SemanticFailure {
        fail(.unsupported, "\(what) cannot be executed", at: id, cause: cause, cure: cure)
    }

    /// Literals are `int[64]`, `uint[64]` where only that holds them; plain numbers in OpenQASM 2.
    private mutating func integer(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> ClassicalValue {
        if node.detail == 1 { return try wideInteger(node, id) }
        if parser.version == 2 { return .float(Double(node.value), width: 64) }
        return node.value > UInt64(Int64.max) ? .uint(node.value, width: 64) : .int(Int64(node.value), width: 64)
    }

    /// A literal beyond 64 bits is an unsigned integer of as many words as it takes; a plain number in OpenQASM 2.
    private mutating func wideInteger(
        _ node: SyntaxTree.Node, _ id: NodeID
    ) throws(SemanticFailure) -> ClassicalValue {
        let limit = ClassicalType.widthLimit
        guard let number = BitString(literal: parser.text(node.start..<node.end), count: limit) else {
            throw fail(
                .value, "this integer does not fit \(limit) bits", at: id, cure: "write a float, or a bit string")
        }
        let value = ClassicalValue(.uint, pattern: number.resized(to: Self.wholeWords(number.bitLength)))
        return parser.version == 2 ? .float(value.real, width: 64) : value
    }

    /// So many bits, filled up to words of 64.
    static func wholeWords(_ bits: Int) -> Int { max(64, (bits + 63) & ~63) }

    private func seconds(_ node: SyntaxTree.Node) -> Double {
        // Dividing by an exact power of ten rounds once: 100ns is the double nearest to 1e-7.
        guard let unit = TimeUnit(rawValue: node.detail)?.seconds else { return node.number }
        return unit == 1 ? node.number : node.number / (1 / unit).rounded()
    }

    private mutating func reference(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let symbol = try symbol(node.a, at: id)
        switch symbol.kind {
        case .constant: return .literal(constants[Int(symbol.a)])
        case .variable:
            let variable = VariableID(Int(symbol.a))
            let type = circuit.variables[variable.index].type
            if type == .duration, let known = try knownDuration(of: variable, named: node.a, at: id) { return known }
            return Expression(.variable(variable), type: type)
        case .array:
            let view = views[Int(symbol.a)]
            return try value(of: view, id)
        case .complex, .complexConstant: throw complexMisplaced(at: id)
        case .bit: return .bit(ClassicalBit(Int(symbol.a)))
        case .bits: return Expression(.register(RegisterID(Int(symbol.c))), type: .bits(Int(symbol.b)))
        case .bitAlias where aliases[Int(symbol.a)].isEmpty:
            throw fail(
                .type, "'\(text(node.a))' has no bits, so it has no value", at: id, related: declaration(symbol))
        case .bitAlias: return gathered(aliases[Int(symbol.a)], single: symbol.b == 1)
        case .formalParameter: return Expression(.formal(Int(symbol.a)), type: .float(64))
        case .qubit, .qubits, .qubitAlias, .formalQubit:
            throw fail(
                .wrongKind, "'\(text(node.a))' is \(symbol.description), not a value", at: id,
                cure: "measure it into a bit first")
        case .gate, .subroutine, .external, .broken:
            throw fail(.wrongKind, "'\(text(node.a))' is \(symbol.description), not a value", at: id)
        }
    }

    func text(_ name: Int32) -> String { parser.lexer.names.text(name) }

    func gathered(_ bits: [Int32], single: Bool = false) -> Expression {
        gathered(bits.map { ClassicalBit(Int($0)) }, single: single)
    }

    /// Bits, the first least significant, as one value.
    func gathered(_ bits: [ClassicalBit], single: Bool = false) -> Expression {
        if single && bits.count == 1 { return .bit(bits[0]) }
        let type = ClassicalType.bits(bits.count)
        if let contiguous = contiguous(bits) { return contiguous }
        return united(bits.enumerated().map { k, bit in shifted(.bit(bit), by: k, type) }, type)
    }

    /// A single bit at its place in a pattern.
    func shifted(_ bit: Expression, by place: Int, _ type: ClassicalType) -> Expression {
        let part = Expression(.cast(bit), type: type)
        return place == 0 ? part : Expression(.binary(.shiftLeft, part, .int(Int64(place))), type: type)
    }

    /// All of the patterns' bits, in a tree that is no deeper than it must be: thousands in a row would be a ladder too
    /// long to climb.
    func united(_ parts: [Expression], _ type: ClassicalType) -> Expression {
        var parts = parts
        while parts.count > 1 {
            parts = stride(from: 0, to: parts.count, by: 2).map { k in
                k + 1 < parts.count ? Expression(.binary(.bitOr, parts[k], parts[k + 1]), type: type) : parts[k]
            }
        }
        return parts.first ?? .literal(.bits(BitString(zeros: 0)))
    }

    /// A run of one register's bits: the register shifted down and cut.
    private func contiguous(_ bits: [ClassicalBit]) -> Expression? {
        guard let first = bits.first, zip(bits, bits.dropFirst()).allSatisfy({ $0.index + 1 == $1.index }) else {
            return nil
        }
        guard
            let place = circuit.bitRegisters.firstIndex(where: {
                first.index >= $0.start && bits[bits.count - 1].index < $0.start + $0.count
            })
        else { return nil }
        let register = circuit.bitRegisters[place]
        var whole = Expression(.register(RegisterID(place)), type: .bits(register.count))
        if first.index > register.start {
            whole = Expression(
                .binary(.shiftRight, whole, .int(Int64(first.index - register.start))), type: whole.type)
        }
        return bits.count == register.count ? whole : Expression(.cast(whole), type: .bits(bits.count))
    }

    /// `condition` as a truth value.
    mutating func condition(_ id: NodeID) throws(SemanticFailure) -> Expression {
        try truth(of: try expression(id), at: id)
    }

    /// A value as a condition. Whoever has the value passes it on: what is lowered twice at each level of a nesting takes time
    /// without bound.
    mutating func truth(of value: Expression, at id: NodeID) throws(SemanticFailure) -> Expression {
        if value.type == .bool { return value }
        if case .bits(let count) = value.type, count != 1 {
            throw fail(
                .type, "a condition is a truth value, not \(value.type)", at: id,
                cure: "compare it: 'c != 0', or convert it: 'bool(c)'")
        }
        return try convert(value, to: .bool, at: id)
    }

    private mutating func element(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        pendingIndex = nil
        if let bits = try bitsIfAny(id) { return gathered(bits.list, single: bits.single) }
        let pending = pendingIndex, base = try expression(node.a)
        let count: Int
        switch base.type {
        case .bits(let n), .int(let n), .uint(let n), .angle(let n): count = n
        default: throw fail(.type, "\(base.type) has no elements", at: id)
        }
        guard tree.count(node.b) == 1 else {
            throw fail(.type, "one index is possible here, not \(tree.count(node.b))", at: id)
        }
        let item = tree.item(node.b, 0)
        if node.detail == 1 || tree[item].kind == .range {
            let places = try indexSet(node, count: count, of: -1, isOfNumber: true)
            return try slice(base, places, at: id)
        }
        // An index that only the run tells was lowered when it was asked for a constant.
        var index =
            if let pending, pending.id == item { try indexValue(pending.value, at: item) } else { try indexValue(item) }
        if let literal = index.literal {
            let place = try normalised(Self.integer(literal) ?? .max, count: count, at: item, of: -1)
            index = .int(Int64(place))
        }
        return folded(Expression(.element(base, index: index), type: .bool), at: id)
    }

    /// Bits of a value, copied into a bit string.
    private mutating func slice(
        _ base: Expression, _ places: [Int], at id: NodeID
    ) throws(SemanticFailure) -> Expression {
        let type = ClassicalType.bits(places.count)
        guard let first = places.first else { return .literal(.bits(BitString(zeros: 0))) }
        if zip(places, places.dropFirst()).allSatisfy({ $0 + 1 == $1 }) {
            // A run of bits is the pattern, shifted down and cut.
            var run = base
            let whole = ClassicalType.bits(base.type.bitWidth)
            if run.type != whole { run = folded(Expression(.cast(run), type: whole), at: id) }
            if first > 0 {
                run = folded(Expression(.binary(.shiftRight, run, .int(Int64(first))), type: whole), at: id)
            }
            return run.type == type ? run : folded(Expression(.cast(run), type: type), at: id)
        }
        let base = repeatable(base, at: id)
        let parts = places.enumerated().map { k, place in shifted(bit(place, of: base), by: k, type) }
        return folded(united(parts, type), at: id, recursively: true)
    }

    /// The value, to be written many times: in a variable of its own unless it is a leaf.
    mutating func repeatable(_ value: Expression, at id: NodeID) -> Expression {
        if case .register = value.node { value } else { kept(value, "bits", at: id) }
    }

    /// One bit of a value.
    func bit(_ place: Int, of value: Expression) -> Expression {
        if case .register(let id) = value.node {
            return .bit(ClassicalBit(circuit.bitRegisters[id.index].start + place))
        }
        return folded(Expression(.element(value, index: .int(Int64(place))), type: .bool), at: 0)
    }

    /// The expression, evaluated if its operands are literals; the value of a faulty one shows when it runs.
    func folded(_ expression: Expression, at id: NodeID, recursively: Bool = false) -> Expression {
        if recursively {
            return expression.rewritten { self.folded($0, at: id) }
        }
        let isConstant: Bool =
            switch expression.node {
            case .literal, .variable, .formal, .bit, .register, .item, .external, .durationOf: false
            case .element(let base, let index): base.literal != nil && index.literal != nil
            case .unary(_, let operand), .cast(let operand): operand.literal != nil
            case .binary(_, let left, let right): left.literal != nil && right.literal != nil
            case .call(_, let arguments): arguments.allSatisfy { $0.literal != nil }
            }
        guard isConstant, let value = try? expression.evaluate(in: Environment()) else { return expression }
        return .literal(value)
    }

    /// As `folded`, but a constant expression without a value is an error here and now.
    mutating func foldedChecked(_ expression: Expression, at id: NodeID) throws(SemanticFailure) -> Expression {
        let result = folded(expression, at: id)
        if result.literal != nil { return result }
        do throws(EvaluationError) {
            var operands: [Expression] = []
            switch expression.node {
            case .unary(_, let operand), .cast(let operand): operands = [operand]
            case .binary(_, let left, let right): operands = [left, right]
            case .call(_, let arguments): operands = arguments
            default: return result
            }
            if operands.allSatisfy({ $0.literal != nil }) { _ = try expression.evaluate(in: Environment()) }
        } catch {
            throw fail(.value, "this has no value: \(error.message)", at: id)
        }
        return result
    }
}
