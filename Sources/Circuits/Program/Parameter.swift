/// A gate parameter: a finite number, or a reference to an expression of the circuit; eight bytes either way.
///
/// An expression is stored as the payload of a quiet NaN, so that the column of parameters stays a column of doubles
/// and reading a constant costs one comparison.
@frozen
public struct Parameter: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline let bits: UInt64

    @usableFromInline static let tag: UInt64 = 0xFFF8_0000_0000_0000

    /// - Precondition: `value` is not NaN; languages and doors check what users write.
    @inlinable
    public init(_ value: Double) {
        precondition(!value.isNaN, "a gate parameter is NaN")
        bits = value.bitPattern
    }

    @inlinable
    public init(_ expression: ExpressionID) {
        bits = Parameter.tag | UInt64(expression.index)
    }

    /// The number, or nil for an expression.
    @inlinable public var constant: Double? {
        let value = Double(bitPattern: bits)
        return value.isNaN ? nil : value
    }

    @inlinable public var expression: ExpressionID? {
        Double(bitPattern: bits).isNaN ? ExpressionID(Int(bits & ~Parameter.tag)) : nil
    }
}

extension Parameter: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) { self.init(value) }
    public init(integerLiteral value: Int) { self.init(Double(value)) }
}
