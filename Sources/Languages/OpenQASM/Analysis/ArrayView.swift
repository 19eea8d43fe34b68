import Circuits

/// An array, a part of one, or a reference to either, as the program's names and slices give it.
struct ArrayView {
    /// What is selected of one dimension of the array.
    enum Axis {
        /// One place: an `int[64]`, not negative where it is constant.
        case fixed(Expression)
        /// `start`, `start + step`, …; `count` places.
        case range(start: Int, step: Int, count: Int)
    }

    var array: ArrayID
    /// Of complex items, which are kept as two arrays of floats.
    var imaginary: ArrayID?
    var element: ClassicalType
    var axes: [Axis]
    var isReadOnly = false
    /// Whether a parameter declares it without its dimensions (`#dim`).
    var isOpen = false

    /// Places along the dimensions that are left; none for a single item.
    var dimensions: [Int] {
        axes.compactMap { if case .range(_, _, let count) = $0 { count } else { nil } }
    }

    var count: Int { dimensions.reduce(1, *) }

    /// The view with its remaining dimensions fixed, from the first on.
    func fixing(_ indices: [Int]) -> ArrayView {
        var result = self
        var rest = indices[...]
        for (k, axis) in axes.enumerated() {
            guard case .range(let start, let step, _) = axis, let index = rest.popFirst() else { continue }
            result.axes[k] = .fixed(.int(Int64(start + step * index)))
        }
        return result
    }

    /// The indices of each item in order, the last running fastest.
    func forEachIndex<E: Error>(_ body: ([Int]) throws(E) -> Void) throws(E) {
        let dimensions = dimensions
        if dimensions.contains(0) { return }
        var indices = Array(repeating: 0, count: dimensions.count)
        while true {
            try body(indices)
            var place = dimensions.count - 1
            while place >= 0 {
                indices[place] += 1
                if indices[place] < dimensions[place] { break }
                indices[place] = 0
                place -= 1
            }
            if place < 0 { return }
        }
    }

    /// Whether two views may select the same item; only what is certain counts as apart.
    func mayOverlap(_ other: ArrayView) -> Bool {
        if array != other.array { return false }
        for (a, b) in zip(axes, other.axes) {
            guard let p = Self.places(a), let q = Self.places(b) else { continue }
            if p.isDisjoint(with: q) { return false }
        }
        return true
    }

    private static func places(_ axis: Axis) -> Set<Int>? {
        switch axis {
        case .fixed(let index): index.literal.map { [Int($0.real)] }
        case .range(let start, let step, let count): Set((0..<count).map { start + step * $0 })
        }
    }
}

/// A complex number as the circuit holds it: two floats of one width.
struct ComplexPair {
    var real: Expression
    var imaginary: Expression
}
