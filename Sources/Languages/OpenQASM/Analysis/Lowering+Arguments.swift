import Circuits

/// An argument of a subroutine, evaluated in the scope of its call.
enum Argument {
    case qubits(OperandSet)
    case value(Expression)
    case complex(ComplexPair)
    /// By reference.
    case array(ArrayView)
}

extension Lowering {
    mutating func argument(_ id: NodeID, for parameter: NodeID) throws(SemanticFailure) -> Argument {
        let type = tree[tree[parameter].a]
        switch type.kind {
        case .qubitType:
            let set = try qubits(id)
            let count = type.a < 0 ? 1 : try size(type.a, "a register")
            if set.list.count != count || (type.a < 0 && !set.single) {
                throw fail(
                    .operandCount,
                    "\(type.a < 0 ? "a single qubit is" : "\(count) qubits are") expected, not \(set.list.count)",
                    at: id, related: [.init(tree[parameter].range, label: "the parameter")])
            }
            return .qubits(set)
        case .arrayReferenceType: return .array(try reference(id, for: parameter))
        case .registerType:
            let count = type.a < 0 ? 1 : try size(type.a, "a register")
            return .value(try convert(try value(try source(id), at: id), to: .bits(count), at: id))
        default:
            if isComplexType(tree[parameter].a) {
                return .complex(try complex(id, component: try componentType(tree[parameter].a)))
            }
            let value = try value(try source(id), at: id)
            return .value(try convert(value, to: try classicalType(tree[parameter].a), at: id, isAssigned: true))
        }
    }

    /// A reference to an array or a part of one, of the shape that the parameter asks for.
    private mutating func reference(_ id: NodeID, for parameter: NodeID) throws(SemanticFailure) -> ArrayView {
        let typeID = tree[parameter].a
        let type = tree[typeID]
        let related = [Diagnostic.Place(tree[typeID].range, label: "the parameter")]
        let (element, isComplex) = try elementType(type.a)
        if tree[id].kind == .concatenation {
            throw fail(
                .type, "a concatenation is passed where an array is expected", at: id,
                cause: "arrays are passed by reference", cure: "assign it to an array and pass that")
        }
        guard let view = try viewIfAny(id), !view.dimensions.isEmpty else {
            _ = try expression(id)
            throw fail(.type, "an array is expected, not a single value", at: id, related: related)
        }
        if view.element != element || (view.imaginary != nil) != isComplex {
            throw fail(
                .type, "an array of \(element) is expected, not of \(view.element)", at: id, related: related,
                cause: "arrays do not convert")
        }
        let isMutable = type.detail == 1
        if isMutable && view.isReadOnly {
            throw fail(
                .immutable, "a readonly reference is passed to a mutable parameter", at: id, related: related)
        }
        if let dimensions = try dimensions(of: typeID) {
            if view.dimensions != dimensions {
                throw fail(
                    .width, "an array of \(describe(dimensions)) is expected, not of \(describe(view.dimensions))",
                    at: id,
                    related: related)
            }
        } else {
            let count = try constInteger(type.c, "the number of dimensions")
            if view.dimensions.count != count {
                throw fail(
                    .width,
                    "an array of \(count) dimension\(count == 1 ? "" : "s") is expected, not of \(view.dimensions.count)",
                    at: id, related: related)
            }
        }
        var result = frozen(view, at: id)
        result.isReadOnly = !isMutable
        result.isOpen = type.c >= 0
        return result
    }

    /// The dimensions that a parameter asks for; nil where it says only how many there are.
    private mutating func dimensions(of type: NodeID) throws(SemanticFailure) -> [Int]? {
        tree[type].c >= 0 ? nil : try arrayShape(tree[type].b, of: type)
    }

    /// No qubit twice, no items of an array twice where one of the references may write.
    mutating func checkDistinct(_ values: [Argument], _ nodes: [NodeID]) throws(SemanticFailure) {
        var seen: [Int32: NodeID] = [:]
        for (k, value) in values.enumerated() {
            switch value {
            case .qubits(let set):
                for qubit in set.list {
                    guard let first = seen.updateValue(nodes[k], forKey: qubit) else { continue }
                    throw fail(
                        .duplicateQubit, "a qubit is passed to a subroutine twice", at: nodes[k],
                        related: [.init(tree[first].range, label: "it is an argument here already")])
                }
            case .array(let view):
                for (other, node) in zip(values[..<k], nodes) {
                    guard case .array(let first) = other, !(view.isReadOnly && first.isReadOnly),
                        view.mayOverlap(first), view.isConstant, first.isConstant
                    else { continue }
                    throw fail(
                        .duplicateQubit, "references to the same items of an array, one of them mutable", at: nodes[k],
                        related: [.init(tree[node].range, label: "they are passed here already")],
                        cure: "pass parts that do not overlap, or a copy")
                }
            case .value, .complex: break
            }
        }
    }

    /// Makes an argument known under its parameter's name.
    mutating func bind(_ value: Argument, to parameter: NodeID, in body: NodeID) throws(SemanticFailure) {
        let name = tree[parameter].b
        switch value {
        case .qubits(let set):
            aliases.append(set.list)
            try declare(
                name, Symbol(kind: .qubitAlias, a: Int32(aliases.count - 1), b: set.single ? 1 : 0), at: parameter)
        case .array(let view):
            views.append(view)
            try declare(name, Symbol(kind: .array, a: Int32(views.count - 1)), at: parameter)
        case .complex(let pair):
            let symbol = newComplex(name, pair.real.type)
            try declare(name, symbol, at: parameter)
            try assign(pair, to: symbol, at: parameter)
        case .value(let value): try bind(value, to: parameter, name, in: body)
        }
    }

    private mutating func bind(
        _ value: Expression, to parameter: NodeID, _ name: Int32, in body: NodeID
    ) throws(SemanticFailure) {
        let scan = LoopScan(name: name, lowering: parser.tree, isCall: [])
        if let literal = value.literal, !scan.assigns(body), !scan.measures(body) {
            try declare(name, Symbol(kind: .constant, a: add(literal)), at: parameter)
            return
        }
        switch value.type {
        case .bits(let count):
            guard let register = try declareBits(name, count: count, parameter) else { return }
            block.append(Assignment(target: .register(register), value: value), location: location(parameter))
        case .bool where tree[tree[parameter].a].detail == TypeKind.bit.rawValue:
            try declareBits(name, count: nil, parameter)
            block.append(
                Assignment(target: .bit(ClassicalBit(circuit.bitCount - 1)), value: value),
                location: location(parameter))
        default:
            let variable = newVariable(text(name), value.type)
            try declare(name, Symbol(kind: .variable, a: Int32(variable.index)), at: parameter)
            block.append(Assignment(target: .variable(variable), value: value), location: location(parameter))
            if value.type == .duration { noteDuration(value, of: variable) }
        }
    }

    /// An argument of which nothing but the type is known.
    mutating func unknownArgument(for parameter: NodeID, _ next: inout Int32) throws(SemanticFailure) -> Argument {
        let typeID = tree[parameter].a
        let type = tree[typeID]
        switch type.kind {
        case .qubitType:
            let count = Int32(type.a < 0 ? 1 : try size(type.a, "a register"))
            defer { next += count }
            return .qubits(OperandSet(list: Array(next..<next + count), single: type.a < 0))
        case .arrayReferenceType:
            let (element, isComplex) = try elementType(type.a)
            var dimensions: [Int] = []
            if let given = try self.dimensions(of: typeID) {
                dimensions = given
            } else {
                let count = try constInteger(type.c, "the number of dimensions")
                if count < 1 || count > 7 { throw fail(.type, "an array of \(count) dimensions", at: type.c) }
                dimensions = Array(repeating: 1, count: count)
            }
            var view = try newArray("argument", element, isComplex: isComplex, dimensions, at: parameter)
            view.isReadOnly = type.detail == 0
            return .array(view)
        case .registerType:
            let count = type.a < 0 ? 1 : try size(type.a, "a register")
            return .value(Expression(.variable(newVariable("argument", .bits(count))), type: .bits(count)))
        default:
            if isComplexType(typeID) {
                let part = try componentType(typeID)
                func unknown(_ lowering: inout Lowering) -> Expression {
                    Expression(.variable(lowering.newVariable("argument", part)), type: part)
                }
                return .complex(ComplexPair(real: unknown(&self), imaginary: unknown(&self)))
            }
            let own = try classicalType(typeID)
            return .value(Expression(.variable(newVariable("argument", own)), type: own))
        }
    }
}

extension ArrayView {
    /// Whether all places are known.
    var isConstant: Bool {
        axes.allSatisfy { if case .fixed(let index) = $0 { index.literal != nil } else { true } }
    }
}

extension LoopScan {
    /// Whether the body measures into the name.
    func measures(_ id: NodeID) -> Bool {
        let node = tree[id]
        if node.kind == .measureInto && node.b >= 0 {
            var target = node.b
            while tree[target].kind == .index { target = tree[target].a }
            if tree[target].a == name { return true }
        }
        return children(node).contains { measures($0) }
    }
}
