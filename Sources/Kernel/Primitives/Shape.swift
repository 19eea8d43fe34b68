/// The shape of an array of parameter sets, observables or results; row-major, broadcast as numpy does.
public struct Shape: Hashable, Sendable {
    public let dimensions: [Int]

    public init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "a negative dimension")
        self.dimensions = dimensions
    }

    /// A shape that somebody wrote: nil for negative dimensions, and for more elements than a job may have.
    public init?(written dimensions: [Int]) {
        var count = 1
        for dimension in dimensions {
            guard dimension >= 0 else { return nil }
            let (product, overflows) = count.multipliedReportingOverflow(by: dimension)
            guard !overflows, product <= Self.largestCount else { return nil }
            count = product
        }
        self.dimensions = dimensions
    }

    /// Elements that an array of a job may have.
    public static let largestCount = 1 << 20

    /// The shape of a single value.
    public static let scalar = Shape([])

    /// The number of elements.
    public var count: Int { dimensions.reduce(1, *) }

    /// The common shape of two arrays: aligned at the last dimension, ones stretched.
    ///
    /// - Throws: `ShapeError` where two dimensions differ and neither is one.
    public func broadcast(with other: Shape) throws(ShapeError) -> Shape {
        let rank = max(dimensions.count, other.dimensions.count)
        var result: [Int] = []
        for axis in 0..<rank {
            let a = dimension(axis, ofRank: rank), b = other.dimension(axis, ofRank: rank)
            guard a == b || a == 1 || b == 1 else { throw ShapeError(first: self, second: other) }
            result.append(a == 1 ? b : a)
        }
        return Shape(result)
    }

    /// The element of an array of this shape that stands at `index` of the broadcast array.
    public func element(at index: Int, of broadcast: Shape) -> Int {
        var rest = index, stride = 1, result = 0
        let rank = broadcast.dimensions.count
        for axis in (0..<rank).reversed() {
            let size = broadcast.dimensions[axis]
            let place = rest % size
            rest /= size
            let own = dimension(axis, ofRank: rank)
            result += (own == 1 ? 0 : place) * stride
            stride *= own
        }
        return result
    }

    private func dimension(_ axis: Int, ofRank rank: Int) -> Int {
        let missing = rank - dimensions.count
        return axis < missing ? 1 : dimensions[axis - missing]
    }
}

/// Two shapes that do not broadcast.
public struct ShapeError: Error, Hashable, Sendable {
    public var first: Shape
    public var second: Shape
}
