import Circuits

/// The right side of an assignment.
enum AssignedValue {
    case expression(Expression)
    /// A measurement of these qubits.
    case measurement(OperandSet, NodeID)
    /// To be analysed when it is known what it goes into.
    case deferred(NodeID)
}

extension Lowering {
    /// Analyses the right side of a declaration or assignment.
    mutating func source(_ id: NodeID) throws(SemanticFailure) -> AssignedValue {
        let node = tree[id]
        if node.kind == .measure { return .measurement(try qubits(node.a), id) }
        if node.kind == .concatenation, let bits = try bitsIfAny(id) { return .expression(gathered(bits.list)) }
        return .expression(try expression(id))
    }

    /// `measure q -> c;`, `measure q;`, `f(x) q -> c;`
    mutating func measure(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        guard tree[node.a].kind == .measure else {
            let value = try source(node.a)
            if node.b >= 0 { try assign(value, to: node.b, at: id, valueNode: node.a) }
            return
        }
        let operand = try qubits(tree[node.a].a)
        if node.b < 0 { return try append(measurement: operand, into: nil, at: id) }
        if let bits = try bitsIfAny(node.b) {
            try checkWritable(node.b)
            return try append(measurement: operand, into: bits, at: id)
        }
        try assign(.measurement(operand, node.a), to: node.b, at: id, valueNode: node.a)
    }

    private mutating func append(
        measurement operand: OperandSet, into bits: OperandSet?, at id: NodeID
    ) throws(SemanticFailure) {
        if let bits, bits.list.count != operand.list.count {
            let (n, m) = (operand.list.count, bits.list.count)
            throw fail(
                .broadcast, "\(n) qubit\(n == 1 ? " is" : "s are") measured into \(m) bit\(m == 1 ? "" : "s")", at: id,
                cure: "use as many bits as qubits")
        }
        try spend(operand.list.count, at: id)
        for (k, qubit) in operand.list.enumerated() {
            block.append(
                Instruction(
                    .measure(into: bits.map { ClassicalBit(Int($0.list[k])) }), [Qubit(rawValue: UInt32(qubit))],
                    location: location(id)))
        }
    }

    /// Measures into fresh bits, whose value is the measurement's.
    mutating func measured(_ operand: OperandSet, at id: NodeID) throws(SemanticFailure) -> Expression {
        if operand.list.isEmpty { throw fail(.type, "measuring no qubits gives no value", at: id) }
        let start = circuit.bitCount
        circuit.addBitRegister(uniqueName("outcome"), count: operand.list.count, isTemporary: true)
        let bits = (start..<start + operand.list.count).map { Int32($0) }
        try append(measurement: operand, into: OperandSet(list: bits, single: false), at: id)
        return gathered(bits.map { ClassicalBit(Int($0)) }, single: operand.single)
    }

    mutating func value(_ source: AssignedValue, at id: NodeID) throws(SemanticFailure) -> Expression {
        switch source {
        case .deferred(let node): return try value(try self.source(node), at: id)
        case .expression(let value): return value
        case .measurement(let operand, _): return try measured(operand, at: id)
        }
    }

    mutating func assignment(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) {
        try checkWritable(node.a)
        if try wideAssignment(node, id) { return }
        if node.detail > 0, let operation = SyntaxOperator(rawValue: node.detail - 1) {
            let right = try value(try source(node.b), at: id)
            let left = try expression(node.a)
            let result = try compound(operation, left, right, target: node.a, value: node.b, at: id)
            return try assign(.expression(result), to: node.a, at: id, valueNode: node.b)
        }
        try assign(try source(node.b), to: node.a, at: id, valueNode: node.b)
    }

    /// Assigns to what a target node names.
    mutating func assign(
        _ source: AssignedValue, to target: NodeID, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        if let bits = try bitsIfAny(target) {
            return try assign(source, toBits: bits, at: id, valueNode: valueNode)
        }
        if let view = try viewIfAny(target), view.dimensions.isEmpty {
            return try assign(source, toItem: view, at: id, valueNode: valueNode)
        }
        let node = tree[target]
        if node.kind == .identifier {
            let symbol = try symbol(node.a, at: target)
            switch symbol.kind {
            case .variable: return try assign(source, to: VariableID(Int(symbol.a)), at: id, valueNode: valueNode)
            case .complex: return try assign(try complex(valueNode), to: symbol, at: id)
            case .constant, .complexConstant:
                throw fail(
                    .immutable, "'\(text(node.a))' cannot be written", at: target, related: declaration(symbol),
                    cause: "it is a constant")
            default:
                throw fail(
                    .wrongKind, "'\(text(node.a))' is \(symbol.description); it cannot be assigned to", at: target,
                    related: declaration(symbol))
            }
        }
        try assign(source, toElement: node, target, at: id, valueNode: valueNode)
    }

    mutating func assign(
        _ source: AssignedValue, to variable: VariableID, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        let type = circuit.variables[variable.index].type
        let value = try convert(try value(source, at: id), to: type, at: valueNode, isAssigned: true)
        if type == .duration {
            noteDuration(value, of: variable)
            // What only the machine knows is put in where the variable is used; nothing computes it while the program runs.
            if durations[variable] != nil, value.literal == nil { return }
        }
        block.append(Assignment(target: .variable(variable), value: value), location: location(id))
    }

    /// Assignments to arrays and complex numbers, which are more than one variable.
    ///
    /// - Returns: whether it was one.
    private mutating func wideAssignment(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Bool {
        let isComplex = self.isComplex(node.a)
        let view = try viewIfAny(node.a)
        guard let view else {
            guard isComplex, tree[node.a].kind == .identifier else { return false }
            let symbol = try symbol(tree[node.a].a, at: node.a)
            guard symbol.kind == .complex else { return false }
            try assign(try complexValue(node, id), to: symbol, at: id)
            return true
        }
        if view.isReadOnly {
            throw fail(
                .immutable, "\(name(of: node.a)) cannot be written", at: node.a,
                cause: "it is a readonly reference to an array", cure: "declare the parameter 'mutable'")
        }
        if !view.dimensions.isEmpty {
            if node.detail > 0 { throw fail(.type, "operators do not act on whole arrays", at: id) }
            try assign(array: view, from: node.b, at: id)
            return true
        }
        guard isComplex else { return false }
        let place = frozen(view, at: id)
        let pair = try complexValue(node, id)
        let imaginary = kept(try convert(pair.imaginary, to: view.element, at: node.b), "part", at: id)
        block.append(
            Assignment(target: itemTarget(place), value: try convert(pair.real, to: view.element, at: node.b)),
            location: location(id))
        block.append(Assignment(target: itemTarget(place, imaginary: true), value: imaginary), location: location(id))
        return true
    }

    private mutating func complexValue(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> ComplexPair {
        guard node.detail > 0, let operation = SyntaxOperator(rawValue: node.detail - 1) else {
            return try complex(node.b)
        }
        return try combine(operation, try complex(node.a), try complex(node.b), at: id)
    }

    /// Assigns to bits: a whole register, single bits, or a part of one.
    mutating func assign(
        _ source: AssignedValue, toBits bits: OperandSet, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        if case .measurement(let operand, _) = source { return try append(measurement: operand, into: bits, at: id) }
        var value = try value(source, at: id)
        try spend(1, at: id)
        if bits.list.isEmpty { throw fail(.type, "a register of no bits takes no value", at: id) }
        if bits.single {
            value = try bitValue(value, at: valueNode)
            block.append(
                Assignment(target: .bit(ClassicalBit(Int(bits.list[0]))), value: value), location: location(id))
            return
        }
        value = try convert(value, to: .bits(bits.list.count), at: valueNode)
        if let register = wholeRegister(bits.list) {
            block.append(Assignment(target: .register(register), value: value), location: location(id))
            return
        }
        if value.literal == nil {
            // The right side is read before the first bit is written.
            let copy = newVariable("slice", value.type)
            block.append(Assignment(target: .variable(copy), value: value), location: location(id))
            value = Expression(.variable(copy), type: value.type)
        }
        for (k, bit) in bits.list.enumerated() {
            let element = folded(Expression(.element(value, index: .int(Int64(k))), type: .bool), at: id)
            block.append(Assignment(target: .bit(ClassicalBit(Int(bit))), value: element), location: location(id))
        }
    }

    /// A value for one bit; the literals 0 and 1 are bits too.
    private mutating func bitValue(_ value: Expression, at id: NodeID) throws(SemanticFailure) -> Expression {
        switch value.type {
        case .bool, .bits(1): return try convert(value, to: .bool, at: id)
        case .int, .uint:
            if let literal = value.literal, literal.real == 0 || literal.real == 1 { return .bool(literal.real == 1) }
            fallthrough
        default:
            throw fail(
                .type, "\(value.type) does not become bit by itself", at: id, cure: "write 'bool(…)', or compare it")
        }
    }

    private func wholeRegister(_ bits: [Int32]) -> RegisterID? {
        guard let first = bits.first else { return nil }
        guard let place = circuit.bitRegisters.firstIndex(where: { $0.start == Int(first) && $0.count == bits.count })
        else {
            return nil
        }
        return zip(bits, bits.dropFirst()).allSatisfy { $0 + 1 == $1 } ? RegisterID(place) : nil
    }

    /// `c[i] = …` with an index of run time, and single bits of integers and angles.
    private mutating func assign(
        _ source: AssignedValue, toElement node: SyntaxTree.Node, _ target: NodeID, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        if node.kind == .index, let view = try viewIfAny(node.a), view.dimensions.isEmpty, view.imaginary == nil {
            let place = frozen(view, at: id)
            return try assign(
                source, toBit: node, of: item(place), itemTarget(place), target, at: id, valueNode: valueNode)
        }
        guard node.kind == .index, tree[node.a].kind == .identifier else {
            throw fail(.operand, "this cannot be assigned to", at: target)
        }
        let base = tree[node.a]
        let symbol = try symbol(base.a, at: node.a)
        let item = tree.item(node.b, 0)
        switch symbol.kind {
        case .bits:
            guard isSingle(node) else {
                throw unsupported(
                    "assigning to bits that are selected at run time", at: target, cure: "assign the bits one by one")
            }
            let index = try narrow(try expression(item), "an index", at: item)
            let value = try bitValue(try value(source, at: id), at: valueNode)
            block.append(
                Assignment(target: .element(RegisterID(Int(symbol.c)), index: index), value: value),
                location: location(id))
        case .variable:
            let variable = VariableID(Int(symbol.a))
            let whole = Expression(.variable(variable), type: circuit.variables[variable.index].type)
            try assign(source, toBit: node, of: whole, .variable(variable), target, at: id, valueNode: valueNode)
        default:
            throw fail(
                .wrongKind, "elements of '\(text(base.a))' cannot be assigned to", at: target,
                related: declaration(symbol))
        }
    }

    /// `x[i] = …` for a number.
    private mutating func assign(
        _ source: AssignedValue, toBit node: SyntaxTree.Node, of whole: Expression, _ place: Assignment.Target,
        _ target: NodeID, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        let width: Int
        switch whole.type {
        case .int(let n), .uint(let n), .angle(let n): width = n
        default: throw fail(.type, "\(whole.type) has no elements", at: target)
        }
        guard isSingle(node) else {
            let new = try replacing(try indexSet(node, count: width, of: node.a), of: whole, width, at: target) {
                lowering, count throws(SemanticFailure) in
                try lowering.convert(try lowering.value(source, at: id), to: .bits(count), at: valueNode)
            }
            return block.append(Assignment(target: place, value: new), location: location(id))
        }
        let item = tree.item(node.b, 0)
        var index = try expression(item)
        if let place = index.literal.flatMap({ Self.integer($0) }) {
            index = .int(Int64(try normalised(place, count: width, at: item, of: node.a)))
        } else {
            index = try narrow(index, "an index", at: item)
        }
        let value = try bitValue(try value(source, at: id), at: valueNode)
        block.append(
            Assignment(target: place, value: replacing(bit: index, of: whole, width, with: value, at: id)),
            location: location(id))
    }

    /// The value with the bits at some places replaced by those of a pattern: `x[4:7] = "1010"`.
    private mutating func replacing(
        _ places: [Int], of whole: Expression, _ width: Int, at target: NodeID,
        with pattern: (inout Lowering, _ count: Int) throws(SemanticFailure) -> Expression
    ) throws(SemanticFailure) -> Expression {
        var mask = BitString(zeros: width)
        for place in places {
            if mask[place] { throw fail(.index, "bit \(place) is selected twice", at: target) }
            mask[place] = true
        }
        let pattern = repeatable(try pattern(&self, places.count), at: target)
        let bits = ClassicalType.bits(width)
        let old = Expression(.cast(whole), type: bits)
        let rest = Expression(.binary(.bitAnd, old, .literal(.bits(mask.complement))), type: bits)
        let parts = places.enumerated().map { k, place in
            folded(shifted(bit(k, of: pattern), by: place, bits), at: target, recursively: true)
        }
        let new = Expression(
            .binary(.bitOr, rest, folded(united(parts, bits), at: target, recursively: true)), type: bits)
        return Expression(.cast(new), type: whole.type)
    }

    /// The value with one bit replaced, computed on its bit pattern: the bit is flipped where it is another one, so that
    /// it is read, and an index outside of the value is the fault that it is in an expression.
    private mutating func replacing(
        bit index: Expression, of whole: Expression, _ width: Int, with value: Expression, at id: NodeID
    ) -> Expression {
        let bits = ClassicalType.bits(width)
        let index = kept(index, "index", at: id)
        let old = Expression(.element(whole, index: index), type: .bool)
        let isOther = Expression(.binary(.bitXor, old, value), type: .bool)
        let place = index.literal == nil ? Self.place(of: index, 0, 1, width) : index
        let flip = Expression(.binary(.shiftLeft, Expression(.cast(isOther), type: bits), place), type: bits)
        let new = Expression(.binary(.bitXor, Expression(.cast(whole), type: bits), flip), type: bits)
        return Expression(.cast(new), type: whole.type)
    }
}
