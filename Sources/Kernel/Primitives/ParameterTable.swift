public import Circuits

/// Values for a program's inputs: an array of parameter sets.
public struct ParameterTable: Hashable, Sendable {
    public var names: [String]
    public var shape: Shape
    /// One row a parameter set, in row-major order of `shape`; values in the order of `names`.
    public var rows: [[InputValue]]

    /// - Precondition: `rows.count == shape.count` and each row has `names.count` values.
    public init(names: [String], shape: Shape, rows: [[InputValue]]) {
        precondition(rows.count == shape.count, "\(rows.count) parameter sets for the shape \(shape.dimensions)")
        precondition(rows.allSatisfy { $0.count == names.count }, "a parameter set of another size than the names")
        self.names = names
        self.shape = shape
        self.rows = rows
    }

    /// A single set.
    public init(_ values: [(name: String, value: InputValue)] = []) {
        self.init(names: values.map(\.name), shape: .scalar, rows: [values.map(\.value)])
    }

    public func values(at index: Int) -> [(name: String, value: InputValue)] {
        zip(names, rows[index]).map { ($0, $1) }
    }
}
