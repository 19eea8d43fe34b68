import Circuits

// Arrays: a run of variables each, so that an item at a constant place is a variable like any other.
extension Lowering {
    /// Items that the arrays of a program may have together.
    private static let itemLimit = 1 << 20
    /// Dimensions of an array, "Arrays" of the specification.
    private static let dimensionLimit = 7

    /// Shape and element type of an `array[…]` type node; the element is nil where it is complex.
    mutating func arrayType(_ id: NodeID) throws(SemanticFailure) -> (element: ClassicalType, isComplex: Bool, [Int]) {
        let (element, isComplex) = try elementType(tree[id].a)
        return (element, isComplex, try arrayShape(tree[id].b, of: id))
    }

    /// The dimensions that the type `id` of an array, or of a reference to one, lists.
    mutating func arrayShape(_ list: ListID, of id: NodeID) throws(SemanticFailure) -> [Int] {
        // Wrong whatever the arguments of a subroutine around it are.
        let outer = isChecking
        isChecking = false
        defer { isChecking = outer }
        var dimensions: [Int] = []
        for k in 0..<tree.count(list) {
            let item = tree.item(list, k)
            let size = try constInteger(item, "a dimension of an array")
            if size < 0 || size > Self.itemLimit {
                throw fail(.width, "a dimension of \(size); it must lie in 0…\(Self.itemLimit)", at: item)
            }
            dimensions.append(size)
        }
        if dimensions.count > Self.dimensionLimit {
            throw fail(
                .width, "an array of \(dimensions.count) dimensions; at most \(Self.dimensionLimit) are possible",
                at: id)
        }
        return dimensions
    }

    mutating func elementType(_ id: NodeID) throws(SemanticFailure) -> (ClassicalType, isComplex: Bool) {
        switch TypeKind(rawValue: tree[id].detail) {
        case .complex: return (try componentType(id), true)
        case .bit:
            throw fail(
                .type, "bits are no elements of arrays", at: id, cause: "a register of bits is packed",
                cure: "use 'array[bool, …]', or 'array[uint[n], …]'")
        case .stretch: throw fail(.type, "stretch is no element type of arrays", at: id, cure: "use duration")
        default: return (try classicalType(id), false)
        }
    }

    mutating func arrayDeclaration(
        _ node: SyntaxTree.Node, _ id: NodeID, role: Variable.Role = .local
    ) throws(SemanticFailure) {
        if nesting > 0 || !scopes.isEmpty {
            throw fail(
                .misplaced, "an array is declared inside another statement", at: id, cause: "all arrays are global",
                cure: "declare it at the top level")
        }
        let (element, isComplex, dimensions) = try arrayType(node.a)
        var view = try newArray(text(node.b), element, isComplex: isComplex, dimensions, role: role, at: id)
        if node.kind == .declaration, node.c >= 0 {
            view.isReadOnly = false
            try assign(array: view, from: node.c, at: id)
        }
        views.append(view)
        try declare(node.b, Symbol(kind: .array, a: Int32(views.count - 1)), at: id)
    }

    mutating func newArray(
        _ name: String, _ element: ClassicalType, isComplex: Bool, _ dimensions: [Int], role: Variable.Role = .local,
        at id: NodeID
    ) throws(SemanticFailure) -> ArrayView {
        var count = isComplex ? 2 : 1
        for dimension in dimensions where count <= Self.itemLimit { count *= dimension }
        itemCount += count
        if itemCount > Self.itemLimit {
            throw fail(.tooLarge, "the arrays of the program have more than \(Self.itemLimit) items", at: id)
        }
        if !loopVariables.isEmpty { needsCanonicalOrder = true }
        let array = circuit.addArray(
            uniqueName(isComplex ? name + "_real" : name), of: element, dimensions: dimensions, role: role)
        var imaginary: ArrayID?
        if isComplex {
            imaginary = circuit.addArray(uniqueName(name + "_imag"), of: element, dimensions: dimensions, role: role)
        }
        return ArrayView(
            array: array, imaginary: imaginary, element: element,
            axes: dimensions.map { .range(start: 0, step: 1, count: $0) })
    }

    /// The array or part of one that an expression names; a single item has no dimensions. Nil for everything else.
    mutating func viewIfAny(_ id: NodeID) throws(SemanticFailure) -> ArrayView? {
        let node = tree[id]
        if views.isEmpty { return nil }
        switch node.kind {
        case .identifier:
            guard let symbol = lookup(node.a), symbol.kind == .array else { return nil }
            _ = try self.symbol(node.a, at: id)
            return views[Int(symbol.a)]
        case .index:
            guard let view = try viewIfAny(node.a), !view.dimensions.isEmpty else { return nil }
            return try selecting(node, of: view)
        default: return nil
        }
    }

    private mutating func selecting(
        _ node: SyntaxTree.Node, of view: ArrayView
    ) throws(SemanticFailure) -> ArrayView {
        if node.detail == 1 {
            throw fail(
                .type, "an array is not indexed by a set", at: tree.item(node.b, 0),
                cause: "sets select bits and qubits", cure: "use a range, or one index after the other")
        }
        let given = tree.count(node.b)
        let open = view.axes.indices.filter { if case .range = view.axes[$0] { true } else { false } }
        if given > open.count {
            throw fail(
                .index, "\(name(of: node.a)) has \(open.count) dimension\(open.count == 1 ? "" : "s"), not \(given)",
                at: tree.item(node.b, open.count))
        }
        var result = view
        for k in 0..<given {
            guard case .range(let start, let step, let count) = view.axes[open[k]] else { continue }
            let item = tree.item(node.b, k)
            if tree[item].kind == .range {
                let places = try rangePlaces(item, count: count, of: node.a)
                result.axes[open[k]] = .range(
                    start: start + step * places[0], step: step * (places.count > 1 ? places[1] - places[0] : 1),
                    count: places.count)
            } else {
                let index = try arrayIndex(item, start, step, count, view: view, axis: open[k], of: node.a)
                result.axes[open[k]] = .fixed(index)
            }
        }
        return result
    }

    private mutating func arrayIndex(
        _ item: NodeID, _ start: Int, _ step: Int, _ count: Int, view: ArrayView, axis: Int, of owner: NodeID
    ) throws(SemanticFailure) -> Expression {
        var index = try indexValue(item)
        if let literal = index.literal {
            hidesIndexErrors = isChecking
            defer { hidesIndexErrors = false }
            let place = try normalised(Self.integer(literal) ?? .max, count: count, at: item, of: owner)
            return .int(Int64(start + step * place))
        }
        if index.type != .int(64) { index = folded(Expression(.cast(index), type: .int(64)), at: item) }
        if start == 0 && step == 1 && count == circuit.arrays[view.array.index].dimensions[axis] { return index }
        return Self.place(of: kept(index, "index", at: item), start, step, count)
    }

    /// The array's place of a slice's index; what lies outside the slice lies outside the array.
    static func place(of index: Expression, _ start: Int, _ step: Int, _ count: Int) -> Expression {
        func int(_ operation: BinaryOperator, _ a: Expression, _ b: Expression) -> Expression {
            Expression(.binary(operation, a, b), type: .int(64))
        }
        func test(_ operation: BinaryOperator, _ a: Expression, _ b: Int) -> Expression {
            Expression(
                .cast(Expression(.binary(operation, a, .int(Int64(b))), type: .bool)), type: .int(64))
        }
        let fromStart = int(.add, index, int(.multiply, .int(Int64(count)), test(.less, index, 0)))
        let place = int(.add, .int(Int64(start)), int(.multiply, .int(Int64(step)), fromStart))
        let isOutside = int(.bitOr, test(.greaterOrEqual, index, count), test(.less, index, -count))
        return int(.add, place, int(.multiply, .int(1 << 40), isOutside))
    }

    /// The value in a variable of its own, unless it is one or a literal already.
    mutating func kept(_ value: Expression, _ name: String, at id: NodeID) -> Expression {
        switch value.node {
        case .literal, .variable: return value
        default: break
        }
        let variable = newVariable(name, value.type)
        block.append(Assignment(target: .variable(variable), value: value), location: location(id))
        return Expression(.variable(variable), type: value.type)
    }

    /// The view with indices of run time computed now.
    mutating func frozen(_ view: ArrayView, at id: NodeID) -> ArrayView {
        var result = view
        for (k, axis) in view.axes.enumerated() {
            guard case .fixed(let index) = axis, index.literal == nil else { continue }
            let variable = newVariable("index", index.type)
            block.append(Assignment(target: .variable(variable), value: index), location: location(id))
            result.axes[k] = .fixed(Expression(.variable(variable), type: index.type))
        }
        return result
    }

    private func fixedIndices(_ view: ArrayView) -> [Expression] {
        view.axes.map { if case .fixed(let index) = $0 { index } else { .int(0) } }
    }

    /// The single item of a view without dimensions, as a value.
    func item(_ view: ArrayView, imaginary: Bool = false) -> Expression {
        let id = imaginary ? view.imaginary ?? view.array : view.array
        switch itemTarget(view, imaginary: imaginary) {
        case .variable(let variable): return Expression(.variable(variable), type: view.element)
        default: return Expression(.item(id, fixedIndices(view)), type: view.element)
        }
    }

    func itemTarget(_ view: ArrayView, imaginary: Bool = false) -> Assignment.Target {
        let id = imaginary ? view.imaginary ?? view.array : view.array
        let indices = fixedIndices(view)
        let known = indices.compactMap(\.literal).map { Int($0.real) }
        let array = circuit.arrays[id.index]
        return known.count == indices.count
            ? .variable(VariableID(array.start + array.place(of: known))) : .item(id, indices)
    }
}
