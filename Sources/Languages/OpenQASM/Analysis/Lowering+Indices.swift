import Circuits

extension Lowering {
    /// An index between 0 and `count`, counted from the end where it is negative.
    mutating func normalised(
        _ index: Int, count: Int, at id: NodeID, of owner: NodeID
    ) throws(SemanticFailure) -> Int {
        let place = index < 0 ? index &+ count : index
        if place < 0 || place >= count { throw outOfRange(index, count, id, owner) }
        return place
    }

    private mutating func outOfRange(_ index: Int, _ count: Int, _ id: NodeID, _ owner: NodeID) -> SemanticFailure {
        let name = owner < 0 ? "the value" : name(of: owner)
        // A number as an index is wrong whatever the arguments of a subroutine are.
        let outer = isChecking
        if tree[id].kind == .integer && !hidesIndexErrors && !isDead { isChecking = false }
        defer { isChecking = outer }
        return fail(
            .index, "index \(index) lies outside \(name), which has \(count) element\(count == 1 ? "" : "s")", at: id,
            cure: count == 0 ? nil : "indices go from 0 to \(count - 1)")
    }

    /// The value as `int[64]`, which a wider integer becomes only if it is asked to.
    mutating func narrow(_ value: Expression, _ what: String, at id: NodeID) throws(SemanticFailure) -> Expression {
        if value.type.integerWidth > 64, value.literal == nil {
            throw fail(
                .width, "\(what): \(value.type), of which 64 bits are possible", at: id,
                cure: "write 'int[64](…)' if it fits")
        }
        return try convert(value, to: .int(64), at: id)
    }

    /// An index that the program may compute.
    mutating func indexValue(_ id: NodeID) throws(SemanticFailure) -> Expression {
        try indexValue(try expression(id), at: id)
    }

    /// A value as an index; one that is an index already stays as it is.
    mutating func indexValue(_ index: Expression, at id: NodeID) throws(SemanticFailure) -> Expression {
        switch index.type {
        case .int, .uint:
            return index.type.integerWidth > 64 && index.literal == nil ? try narrow(index, "an index", at: id) : index
        case .bool, .bits: return try convert(index, to: .uint(64), at: id)
        default: throw fail(.type, "an index is an integer, not \(index.type)", at: id)
        }
    }

    /// The places that the brackets of an index node select out of `count`.
    ///
    /// - Parameter isOfNumber: whether bits of a number are meant, which a range without a step may count downwards.
    mutating func indexSet(
        _ node: SyntaxTree.Node, count: Int, of owner: NodeID, isOfNumber: Bool = false
    ) throws(SemanticFailure) -> [Int] {
        if node.detail == 1 {
            var places: [Int] = []
            for k in 0..<tree.count(node.b) {
                let item = tree.item(node.b, k)
                places.append(try normalised(try constantInteger(item, "an index"), count: count, at: item, of: owner))
            }
            return places
        }
        let item = tree.item(node.b, 0)
        if tree.count(node.b) != 1 {
            throw fail(
                .index, "\(owner < 0 ? "the value" : name(of: owner)) has one dimension, not \(tree.count(node.b))",
                at: item,
                cure: "select several elements with braces: '[{0, 2}]'")
        }
        let range = tree[item]
        guard range.kind == .range else {
            let cure =
                "use const values and loop variables whose ranges are constant, or 'switch' over the index: "
                + "'switch (\(name(of: item).filter { $0 != "'" })) { case 0 { … } case 1 { … } }'"
            let index = try constantInteger(item, "an index", cure: cure)
            return [try normalised(index, count: count, at: item, of: owner)]
        }
        return try rangePlaces(item, count: count, of: owner, isOfNumber: isOfNumber)
    }

    /// The places that `start:step:end` selects out of `count`.
    mutating func rangePlaces(
        _ item: NodeID, count: Int, of owner: NodeID, isOfNumber: Bool = false
    ) throws(SemanticFailure) -> [Int] {
        let range = tree[item]
        let cure = "use const values, or a loop over the elements one by one"
        var step = range.b < 0 ? 1 : try constantInteger(range.b, "the step of a range", cure: cure)
        if step == 0 { throw fail(.index, "the step of a range is 0", at: range.b) }
        var first =
            range.a < 0 ? (step > 0 ? 0 : count - 1) : try constantInteger(range.a, "the start of a range", cure: cure)
        var last =
            range.c < 0 ? (step > 0 ? count - 1 : 0) : try constantInteger(range.c, "the end of a range", cure: cure)
        if first < 0 { first += count }
        if last < 0 { last += count }
        // "bit[16] upperReversed = myInt[-1:-16];" of the specification.
        if isOfNumber && range.b < 0 && first > last { step = -1 }
        // The last element need not be hit; it must exist only as far as the steps reach it.
        if first < 0 || first >= count {
            throw outOfRange(first, count, range.a < 0 ? item : range.a, owner)
        }
        var places: [Int] = []
        var place = first
        while step > 0 ? place <= last : place >= last {
            if place < 0 || place >= count { throw outOfRange(place, count, range.c < 0 ? item : range.c, owner) }
            places.append(place)
            let (next, isBeyond) = place.addingReportingOverflow(step)
            if isBeyond { break }
            place = next
        }
        if places.isEmpty { throw fail(.index, "a range selects nothing", at: item, cure: "write start:step:end") }
        return places
    }

    /// Whether the brackets select a single element rather than a part.
    func isSingle(_ node: SyntaxTree.Node) -> Bool {
        node.detail == 0 && tree.count(node.b) == 1 && tree[tree.item(node.b, 0)].kind != .range
    }
}
