import Circuits

extension Lowering {
    /// Assigns to an array or a part of one what a node says: an array of the same shape, a literal, a concatenation.
    mutating func assign(array target: ArrayView, from source: NodeID, at id: NodeID) throws(SemanticFailure) {
        let node = tree[source]
        try spend(target.count, at: id)
        let target = frozen(target, at: id)
        switch node.kind {
        case .arrayLiteral: return try fill(target, from: source, at: id)
        case .concatenation:
            var parts: [NodeID] = []
            var rest = source
            while tree[rest].kind == .concatenation {
                parts.append(tree[rest].b)
                rest = tree[rest].a
            }
            parts.append(rest)
            return try concatenate(parts.reversed(), into: target, at: source)
        default: break
        }
        guard let view = try viewIfAny(source), !view.dimensions.isEmpty else {
            _ = try expression(source)
            throw fail(
                .type, "a single value is assigned to an array of \(describe(target.dimensions))", at: source,
                cure: "assign to its items one by one, or write an array literal '{…}'")
        }
        try copy(frozen(view, at: source), to: target, at: source)
    }

    func describe(_ dimensions: [Int]) -> String { dimensions.map(String.init).joined(separator: "×") + " items" }

    private mutating func copy(_ source: ArrayView, to target: ArrayView, at id: NodeID) throws(SemanticFailure) {
        if source.element != target.element || (source.imaginary == nil) != (target.imaginary == nil) {
            throw fail(
                .type, "an array of \(source.element) is assigned to an array of \(target.element)", at: id,
                cause: "arrays do not convert", cure: "declare both with one element type")
        }
        if source.dimensions != target.dimensions {
            throw fail(
                .width,
                "an array of \(describe(source.dimensions)) is assigned to one of \(describe(target.dimensions))",
                at: id,
                cause: "shapes must be the same")
        }
        var source = source
        if source.mayOverlap(target) {
            // All of the right side is read before anything is written.
            let copy = try newArray(
                "copy", source.element, isComplex: source.imaginary != nil, source.dimensions, at: id)
            move(source, to: copy, at: id)
            source = copy
        }
        move(source, to: target, at: id)
    }

    private mutating func move(_ source: ArrayView, to target: ArrayView, at id: NodeID) {
        let place = location(id)
        target.forEachIndex { indices in
            let (from, to) = (source.fixing(indices), target.fixing(indices))
            block.append(Assignment(target: itemTarget(to), value: item(from)), location: place)
            if target.imaginary != nil {
                block.append(
                    Assignment(target: itemTarget(to, imaginary: true), value: item(from, imaginary: true)),
                    location: place)
            }
        }
    }

    /// `{a, b, …}`, level by level; an entry may be an array that fills its level.
    private mutating func fill(_ target: ArrayView, from literal: NodeID, at id: NodeID) throws(SemanticFailure) {
        let node = tree[literal]
        guard let size = target.dimensions.first else {
            throw fail(.type, "an array literal where a single value is expected", at: literal)
        }
        guard tree.count(node.b) == size else {
            throw fail(
                .width, "\(tree.count(node.b)) value\(tree.count(node.b) == 1 ? "" : "s") for \(size) items",
                at: literal,
                cure: "write as many values as the dimension has places")
        }
        for k in 0..<size {
            let entry = tree.item(node.b, k)
            let part = target.fixing([k])
            if tree[entry].kind == .arrayLiteral {
                try fill(part, from: entry, at: id)
            } else if part.dimensions.isEmpty {
                try assign(.deferred(entry), toItem: part, at: entry, valueNode: entry)
            } else {
                try assign(array: part, from: entry, at: id)
            }
        }
    }

    private mutating func concatenate(
        _ parts: [NodeID], into target: ArrayView, at id: NodeID
    ) throws(SemanticFailure) {
        var views: [ArrayView] = []
        for part in parts {
            guard let view = try viewIfAny(part), !view.dimensions.isEmpty else {
                throw fail(.type, "this is no array; only arrays are concatenated into one", at: part)
            }
            views.append(frozen(view, at: part))
        }
        let total = views.reduce(0) { $0 + $1.dimensions[0] }
        guard total == target.dimensions.first else {
            throw fail(
                .width, "\(total) items are assigned to an array of \(describe(target.dimensions))", at: id,
                cause: "shapes must be the same")
        }
        guard let axis = target.axes.firstIndex(where: { if case .range = $0 { true } else { false } }),
            case .range(let start, let step, _) = target.axes[axis]
        else { return }
        // Through copies, because a part may be the target itself.
        for (k, view) in views.enumerated() where view.mayOverlap(target) {
            let copy = try newArray("copy", view.element, isComplex: view.imaginary != nil, view.dimensions, at: id)
            move(view, to: copy, at: id)
            views[k] = copy
        }
        var from = 0
        for (view, part) in zip(views, parts) {
            var place = target
            place.axes[axis] = .range(start: start + step * from, step: step, count: view.dimensions[0])
            try copy(view, to: place, at: part)
            from += view.dimensions[0]
        }
    }

    /// Assigns to the single item of a view.
    mutating func assign(
        _ source: AssignedValue, toItem view: ArrayView, at id: NodeID, valueNode: NodeID
    ) throws(SemanticFailure) {
        if view.imaginary != nil {
            let pair = try complex(valueNode, component: view.element)
            block.append(Assignment(target: itemTarget(view), value: pair.real), location: location(id))
            block.append(
                Assignment(target: itemTarget(view, imaginary: true), value: pair.imaginary), location: location(id))
            return
        }
        let value = try convert(try value(source, at: id), to: view.element, at: valueNode, isAssigned: true)
        block.append(Assignment(target: itemTarget(view), value: value), location: location(id))
    }

    /// `sizeof(array)`, `sizeof(array, dimension)`
    mutating func sizeOf(_ node: SyntaxTree.Node, _ id: NodeID) throws(SemanticFailure) -> Expression {
        let count = tree.count(node.b)
        guard count == 1 || count == 2 else {
            throw fail(.arity, "'sizeof' takes an array and, if wanted, a dimension, not \(count) arguments", at: id)
        }
        let item = tree.item(node.b, 0)
        guard let view = try viewIfAny(item), !view.dimensions.isEmpty else {
            throw fail(
                .type, "'sizeof' wants an array", at: item,
                cause: "registers of bits and qubits are none, nor are numbers"
            )
        }
        var dimension = 0
        if count == 2 {
            let place = tree.item(node.b, 1)
            dimension = try constantInteger(place, "the dimension")
            if dimension < 0 || dimension >= view.dimensions.count {
                throw fail(
                    .index, "dimension \(dimension) of an array of \(view.dimensions.count)", at: place,
                    cause: "dimensions count from 0")
            }
        }
        if isChecking { return Expression(.variable(newVariable("size", .uint(64))), type: .uint(64)) }
        return .literal(.uint(UInt64(view.dimensions[dimension]), width: 64))
    }
}
