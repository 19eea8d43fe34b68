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
        if node.detail == 1 {
            throw fail(.value, "this integer does not fit 64 bits", at: id, cure: "write a float, or a bit string")
        }
        if parser.version == 2 { return .float(Double(node.value), width: 64) }
        return node.value > UInt64(Int64.max) ? .uint(node.value, width: 64) : .int(Int64(node.value), width: 64)
    }

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
            if type == .duration, let known = knownDuration(of: variable, named: node.a) { return known }
            return Expression(.variable(variable), type: type)
        case .array:
            let view = views[Int(symbol.a)]
            return try value(of: view, id)
        case .complex, .complexConstant: throw complexMisplaced(at: id)
        case .bit: return .bit(ClassicalBit(Int(symbol.a)))
        case .bits: return Expression(.register(RegisterID(Int(symbol.c))), type: .bits(Int(symbol.b)))
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
        var result: Expression?
        for (k, bit) in bits.enumerated() {
            var part = Expression(.cast(.bit(bit)), type: type)
            if k > 0 { part = Expression(.binary(.shiftLeft, part, .int(Int64(k))), type: type) }
            result = result.map { Expression(.binary(.bitOr, $0, part), type: type) } ?? part
        }
        return result ?? .literal(.bits(BitString(zeros: 0)))
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
        let value = try expression(id)
        if value.type == .bool { return value }
        if case .bits(let count) = value.type, count != 1 {
            throw fail(
                .type, "a condition is a truth value, not \(value.type)", at: id,
                cure: "compare it: 'c != 0', or convert it: 'bool(c)'")
        }
        return try convert(value, to: .bool, at: id)
    }

    private mutating func element(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        if let bits = try bitsIfAny(id) { return gathered(bits.list, single: bits.single) }
        let base = try expression(node.a)
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
            let places = try indexSet(node, count: count, of: -1)
            return try slice(base, places, at: id)
        }
        var index = try expression(item)
        switch index.type {
        case .int, .uint: break
        case .bool, .bits: index = try convert(index, to: .uint(64), at: item)
        default: throw fail(.type, "an index is an integer, not \(index.type)", at: item)
        }
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
        var result: Expression?
        for (k, place) in places.enumerated() {
            let bit = Expression(.element(base, index: .int(Int64(place))), type: .bool)
            var part = Expression(.cast(bit), type: type)
            if k > 0 { part = Expression(.binary(.shiftLeft, part, .int(Int64(k))), type: type) }
            result = result.map { Expression(.binary(.bitOr, $0, part), type: type) } ?? part
        }
        return folded(result ?? .literal(.bits(BitString(zeros: 0))), at: id, recursively: true)
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
