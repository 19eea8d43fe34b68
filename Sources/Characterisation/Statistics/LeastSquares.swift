/// One observed point of a curve.
public struct DataPoint: Hashable, Sendable {
    public var x: Double
    public var y: Double
    /// One standard deviation of y.
    public var sigma: Double
    /// Where y is a share of tries: how many independent ones there were.
    public var tries: Int?

    public init(x: Double, y: Double, sigma: Double, tries: Int? = nil) {
        self.x = x
        self.y = y
        self.sigma = sigma
        self.tries = tries
    }
}

/// A curve fitted to points.
public struct CurveFit: Hashable, Sendable {
    public var parameters: [Double]
    /// Row by row; scaled up by χ² per degree of freedom where the points scatter more than they claim.
    public var covariance: [[Double]]
    /// χ² per degree of freedom; nil where there are no more points than parameters.
    public var reducedChiSquare: Double?

    public func parameter(_ index: Int) -> Measured {
        Measured(parameters[index], standardError: max(0, covariance[index][index]).squareRoot())
    }
}

/// Weighted nonlinear least squares by Levenberg's and Marquardt's damping.
///
/// Marquardt, J. SIAM 11, 431 (1963), with the scaling by the diagonal of JᵀJ; small problems, dense algebra.
enum LeastSquares {
    typealias Model = (_ x: Double, _ parameters: [Double]) -> Double

    /// - Parameters:
    ///   - bounds: for each parameter the range in which it is sought.
    ///   - weigh: gives each point the error it has if the model is right; nil keeps the points' own. Counts are weighed
    ///     anew by the fitted curve, because weights from the counts themselves pull the curve towards lucky points.
    /// - Returns: nil where no curve is found: fewer points than parameters, or a parameter that the points do not fix.
    static func fit(
        _ points: [DataPoint], start: [Double], bounds: [ClosedRange<Double>], model: Model,
        weigh: ((DataPoint, _ fitted: Double) -> Double)? = nil
    ) -> CurveFit? {
        guard points.count >= start.count, points.allSatisfy({ $0.sigma > 0 && $0.y.isFinite }) else { return nil }
        var points = points
        var parameters = zip(start, bounds).map { min(max($0, $1.lowerBound), $1.upperBound) }
        for _ in 0..<(weigh == nil ? 1 : 3) {
            parameters = minimum(points, parameters, bounds, model)
            if let weigh {
                for k in points.indices { points[k].sigma = weigh(points[k], model(points[k].x, parameters)) }
            }
        }
        parameters = minimum(points, parameters, bounds, model)
        let normal = normalEquations(points, parameters, bounds, model).matrix
        guard var covariance = inverse(normal) else { return nil }
        let freedom = points.count - parameters.count
        let chi = chiSquare(points, parameters, model)
        let reduced = freedom > 0 ? chi / Double(freedom) : nil
        if let reduced, reduced > 1 { covariance = covariance.map { $0.map { $0 * reduced } } }
        guard parameters.allSatisfy(\.isFinite), covariance.indices.allSatisfy({ covariance[$0][$0] >= 0 }) else {
            return nil
        }
        return CurveFit(parameters: parameters, covariance: covariance, reducedChiSquare: reduced)
    }

    private static func minimum(
        _ points: [DataPoint], _ start: [Double], _ bounds: [ClosedRange<Double>], _ model: Model
    ) -> [Double] {
        var parameters = start, damping = 1e-3
        var best = chiSquare(points, parameters, model)
        for _ in 0..<200 {
            let (matrix, gradient) = normalEquations(points, parameters, bounds, model)
            var isBetter = false
            while damping < 1e12 {
                var damped = matrix
                for k in damped.indices { damped[k][k] += damping * max(matrix[k][k], 1e-300) }
                guard let step = solve(damped, gradient) else {
                    damping *= 10
                    continue
                }
                let trial = parameters.indices.map {
                    min(max(parameters[$0] + step[$0], bounds[$0].lowerBound), bounds[$0].upperBound)
                }
                let value = chiSquare(points, trial, model)
                if value.isFinite, value < best {
                    isBetter = best - value > 1e-10 * best
                    (parameters, best) = (trial, value)
                    damping = max(damping / 10, 1e-12)
                    break
                }
                damping *= 10
            }
            if !isBetter { break }
        }
        return parameters
    }

    private static func chiSquare(_ points: [DataPoint], _ parameters: [Double], _ model: Model) -> Double {
        points.reduce(0) { sum, point in
            let residual = (point.y - model(point.x, parameters)) / point.sigma
            return sum + residual * residual
        }
    }

    /// JᵀWJ and JᵀW·residual, the derivatives by central differences that stay inside the bounds.
    private static func normalEquations(
        _ points: [DataPoint], _ parameters: [Double], _ bounds: [ClosedRange<Double>], _ model: Model
    ) -> (matrix: [[Double]], gradient: [Double]) {
        let n = parameters.count
        var matrix = Array(repeating: Array(repeating: 0.0, count: n), count: n)
        var gradient = Array(repeating: 0.0, count: n)
        let brackets = parameters.indices.map { k -> (low: [Double], high: [Double], width: Double) in
            let width = bounds[k].upperBound - bounds[k].lowerBound
            let step = max(abs(parameters[k]), width.isFinite ? 1e-3 * width : 1e-3) * 1e-5
            var low = parameters, high = parameters
            low[k] = max(low[k] - step, bounds[k].lowerBound)
            high[k] = min(high[k] + step, bounds[k].upperBound)
            return (low, high, high[k] - low[k])
        }
        for point in points {
            let weight = 1 / (point.sigma * point.sigma)
            let residual = point.y - model(point.x, parameters)
            let slopes = brackets.map {
                $0.width > 0 ? (model(point.x, $0.high) - model(point.x, $0.low)) / $0.width : 0
            }
            for r in 0..<n {
                gradient[r] += weight * slopes[r] * residual
                for c in 0..<n { matrix[r][c] += weight * slopes[r] * slopes[c] }
            }
        }
        return (matrix, gradient)
    }

    /// Gauss's elimination with partial pivoting; nil for a singular matrix.
    static func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double]? {
        let n = right.count
        var a = matrix, b = right
        for column in 0..<n {
            guard let pivot = (column..<n).max(by: { abs(a[$0][column]) < abs(a[$1][column]) }),
                abs(a[pivot][column]) > 0
            else { return nil }
            a.swapAt(pivot, column)
            b.swapAt(pivot, column)
            for row in column + 1..<max(n, column + 1) {
                let factor = a[row][column] / a[column][column]
                for k in column..<n { a[row][k] -= factor * a[column][k] }
                b[row] -= factor * b[column]
            }
        }
        for row in (0..<n).reversed() {
            for k in row + 1..<max(n, row + 1) { b[row] -= a[row][k] * b[k] }
            b[row] /= a[row][row]
        }
        return b.allSatisfy(\.isFinite) ? b : nil
    }

    /// By columns, after scaling the diagonal to one: parameters may differ in size by many powers of ten.
    static func inverse(_ matrix: [[Double]]) -> [[Double]]? {
        let n = matrix.count
        let scale = (0..<n).map { matrix[$0][$0] > 0 ? matrix[$0][$0].squareRoot() : 0 }
        guard scale.allSatisfy({ $0 > 0 }) else { return nil }
        let scaled = (0..<n).map { r in (0..<n).map { matrix[r][$0] / (scale[r] * scale[$0]) } }
        var result = Array(repeating: Array(repeating: 0.0, count: n), count: n)
        for column in 0..<n {
            guard let solution = solve(scaled, (0..<n).map { $0 == column ? 1 : 0 }) else { return nil }
            for row in 0..<n { result[row][column] = solution[row] / (scale[row] * scale[column]) }
        }
        return result
    }
}
