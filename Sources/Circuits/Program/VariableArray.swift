/// A named run of classical variables of one type, addressed by one index a dimension; the last index runs fastest.
///
/// Items at known places are variables like any other; only an index computed at run time needs the array itself.
public struct VariableArray: Hashable, Sendable {
    public var name: String
    /// The first item's place in `Circuit.variables`.
    public var start: Int
    public var element: ClassicalType
    public var dimensions: [Int]

    public init(name: String, start: Int, element: ClassicalType, dimensions: [Int]) {
        self.name = name
        self.start = start
        self.element = element
        self.dimensions = dimensions
    }

    /// The number of items.
    public var count: Int { dimensions.reduce(1, *) }

    /// The place of an item, counted from `start`, at indices within the dimensions.
    public func place(of indices: [Int]) -> Int {
        var result = 0
        for (index, dimension) in zip(indices, dimensions) { result = result * dimension + index }
        return result
    }

    /// The indices of the item at a place counted from `start`.
    public func indices(of place: Int) -> [Int] {
        var rest = place
        var result: [Int] = []
        for dimension in dimensions.reversed() {
            result.append(rest % dimension)
            rest /= dimension
        }
        return result.reversed()
    }

    /// The variable at indices that are computed now; negative ones count from the end of their dimension.
    ///
    /// - Throws: `EvaluationError` with code `.indexOutOfRange`.
    public func variable(at indices: [Expression], in environment: Environment) throws(EvaluationError) -> Int {
        var place = 0
        for (index, dimension) in zip(indices, dimensions) {
            let value = try index.evaluate(in: environment)
            place = place * dimension + (try value.index(below: dimension, of: name, unit: "elements"))
        }
        return start + place
    }
}

/// A function that a program declares `extern`: a name and a type, linked by machines that provide it.
public struct ExternalFunction: Hashable, Sendable {
    /// A parameter as it is declared.
    public enum Parameter: Hashable, Sendable {
        case value(ClassicalType)
        case array(ClassicalType, dimensions: [Int], isMutable: Bool)
    }

    public var name: String
    public var parameters: [Parameter]
    /// Nil for a function without a value.
    public var result: ClassicalType?

    public init(name: String, parameters: [Parameter], result: ClassicalType?) {
        self.name = name
        self.parameters = parameters
        self.result = result
    }

    var fault: EvaluationError {
        EvaluationError(
            .external,
            "the program calls extern '\(name)', a function of the machine's own controller, which is not linked here; "
                + "write it as a subroutine with 'def'")
    }
}
