/// A measured figure with its standard error.
public struct Measured: Hashable, Sendable, Codable {
    public var value: Double
    /// One standard deviation.
    public var standardError: Double

    public init(_ value: Double, standardError: Double) {
        self.value = value
        self.standardError = standardError
    }

    /// The figure of a function of this one, to first order.
    func map(_ function: (Double) -> Double, slope: Double) -> Measured {
        Measured(function(value), standardError: abs(slope) * standardError)
    }

    /// The sum of independent figures.
    static func + (a: Measured, b: Measured) -> Measured {
        Measured(
            a.value + b.value,
            standardError: (a.standardError * a.standardError + b.standardError * b.standardError).squareRoot())
    }

    /// The difference of independent figures.
    static func - (a: Measured, b: Measured) -> Measured { a + Measured(-b.value, standardError: b.standardError) }

    /// The quotient of independent figures.
    static func / (a: Measured, b: Measured) -> Measured {
        let value = a.value / b.value
        let (x, y) = (a.standardError / b.value, value * b.standardError / b.value)
        return Measured(value, standardError: (x * x + y * y).squareRoot())
    }

    /// A share from `count` hits in `total` independent tries.
    ///
    /// The error is that of the share with half a hit added to either side, so that no hit at all does not read as
    /// certainty (Agresti, Coull, Am. Stat. 52, 119 (1998)).
    static func share(_ count: Int, of total: Int) -> Measured {
        precondition(total > 0, "a share of nothing")
        let smooth = (Double(count) + 0.5) / (Double(total) + 1)
        return Measured(
            Double(count) / Double(total), standardError: (smooth * (1 - smooth) / Double(total)).squareRoot())
    }
}
