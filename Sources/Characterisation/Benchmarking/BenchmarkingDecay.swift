/// The decay A·αᵐ of the polarisation with the number of layers.
struct BenchmarkingDecay: Sendable {
    /// α: what one layer leaves of the polarisation.
    let alpha: Measured
    let fit: CurveFit
    let points: [DataPoint]
    /// Dimension of the state space.
    let dimension: Double

    /// The average error of a layer, r = (d − 1)/d·(1 − α) (Magesan, Gambetta, Emerson, PRL 106, 180504 (2011)).
    var error: Measured { alpha.map({ (dimension - 1) / dimension * (1 - $0) }, slope: (dimension - 1) / dimension) }

    /// The process fidelity of a layer, α + (1 − α)/d².
    var processFidelity: Measured {
        let d2 = dimension * dimension
        return alpha.map({ $0 + (1 - $0) / d2 }, slope: 1 - 1 / d2)
    }

    var curve: (Double) -> Double { { [fit] in Self.model($0, fit.parameters) } }

    /// - Parameter samples: by length the polarisation of each sequence with its own error.
    /// - Returns: nil where the outcomes do not fix a decay.
    init?(_ samples: [(length: Int, values: [Measured])], dimension: Double) {
        points = samples.map { Self.mean($0.values, at: $0.length) }
        self.dimension = dimension
        guard let first = points.first, first.y > 0 else { return nil }
        let last = points.last ?? first
        let guess =
            last.y > 0 && last.x > first.x
            ? Exponential.power(min(last.y / first.y, 0.999999), 1 / (last.x - first.x)) : 0.9
        guard
            let fit = LeastSquares.fit(
                points, start: [first.y, guess], bounds: [0...1.2, 0...1], model: Self.model)
        else { return nil }
        self.fit = fit
        alpha = fit.parameter(1)
        // Of a number in [0, 1] an error bar of a quarter says nothing: the first length has scrambled all there was.
        guard alpha.standardError > 0, alpha.standardError < 0.25, alpha.value > 0 else { return nil }
    }

    private static func model(_ length: Double, _ p: [Double]) -> Double { p[0] * Exponential.power(p[1], length) }

    /// The mean of several sequences. They differ by more than their counts do, since each meets other errors: the error
    /// bar is that of their scatter or that of the counts, whichever is larger.
    private static func mean(_ values: [Measured], at length: Int) -> DataPoint {
        let n = Double(values.count)
        let mean = values.reduce(0) { $0 + $1.value } / n
        let counted = values.reduce(0) { $0 + $1.standardError * $1.standardError } / (n * n)
        let scattered = n > 1 ? values.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) } / (n * (n - 1)) : 0
        return DataPoint(x: Double(length), y: mean, sigma: max(counted, scattered).squareRoot())
    }
}
