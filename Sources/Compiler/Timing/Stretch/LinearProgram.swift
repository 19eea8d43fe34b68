/// Linear functions of variables that are not negative, made as small as possible one after the other under equations:
/// the simplex method on a dense table, with Bland's rule where steps no longer gain.
///
/// A function that has been minimised stays so: columns whose entry would raise it are closed for those that follow.
struct LinearProgram {
    /// Coefficients by column, the right side last.
    private var rows: [[Double]] = []
    private var columns = 0
    /// By row: the column that is solved for; −1 for an equation that nothing satisfies yet.
    private var basis: [Int] = []
    private var isClosed: [Bool] = []

    /// Relative to numbers of the size of a nanosecond to a second, in nanoseconds.
    static let tolerance = 1e-7

    var size: Int { rows.count * columns }

    mutating func addVariable() -> Int {
        columns += 1
        return columns - 1
    }

    /// Σ coefficient·variable = `value`.
    mutating func addEquation(_ terms: [(variable: Int, coefficient: Double)], equals value: Double) {
        var row = [Double](repeating: 0, count: columns + 1)
        for term in terms { row[term.variable] += term.coefficient }
        row[columns] = value
        rows.append(row)
    }

    /// Finds values that satisfy all equations.
    ///
    /// - Returns: whether there are any.
    mutating func satisfy() -> Bool {
        isClosed = Array(repeating: false, count: columns)
        basis = Array(repeating: -1, count: rows.count)
        for place in rows.indices {
            // Equations are as long as there were variables when they were added.
            let value = rows[place].removeLast()
            rows[place] += Array(repeating: 0, count: columns - rows[place].count) + [value]
            if value < 0 { for k in rows[place].indices { rows[place][k].negate() } }
        }
        // What the equations still lack, as a function of the columns.
        var lack = [Double](repeating: 0, count: columns + 1)
        for row in rows { for k in lack.indices { lack[k] -= row[k] } }
        descend(&lack)
        if -lack[columns] > Self.tolerance * Double(max(1, rows.count)) { return false }
        settle()
        return true
    }

    /// Makes Σ coefficient·variable as small as it can be without undoing what was minimised before.
    mutating func minimise(_ terms: [(variable: Int, coefficient: Double)]) {
        var cost = [Double](repeating: 0, count: columns + 1)
        for term in terms { cost[term.variable] += term.coefficient }
        for (place, column) in basis.enumerated() where cost[column] != 0 {
            Self.subtract(rows[place], times: cost[column], from: &cost)
        }
        descend(&cost)
        for column in 0..<columns where cost[column] > Self.tolerance { isClosed[column] = true }
    }

    /// The variables' values.
    var values: [Double] {
        var result = [Double](repeating: 0, count: columns)
        for (place, column) in basis.enumerated() where column >= 0 { result[column] = max(0, rows[place][columns]) }
        return result
    }

    /// Pivots until no open column lowers the cost.
    private mutating func descend(_ cost: inout [Double]) {
        var patience = 50 + rows.count
        while true {
            var entering = -1
            for column in 0..<columns where !isClosed[column] && cost[column] < -Self.tolerance {
                // The steepest at first; then the first, which cannot go round in circles.
                if entering < 0 || (patience > 0 && cost[column] < cost[entering]) { entering = column }
            }
            if entering < 0 { return }
            var leaving = -1
            var least = Double.infinity
            for place in rows.indices where rows[place][entering] > Self.tolerance {
                let ratio = rows[place][columns] / rows[place][entering]
                if ratio < least - 1e-12 || (ratio <= least + 1e-12 && leaving >= 0 && basis[place] < basis[leaving]) {
                    least = ratio
                    leaving = place
                }
            }
            // Sums of times and stretches have no bound only upwards.
            if leaving < 0 { return }
            if least <= Self.tolerance { patience -= 1 }
            pivot(leaving, entering)
            Self.subtract(rows[leaving], times: cost[entering], from: &cost)
        }
    }

    private mutating func pivot(_ place: Int, _ column: Int) {
        let factor = 1 / rows[place][column]
        for k in rows[place].indices { rows[place][k] *= factor }
        rows[place][column] = 1
        let pivotRow = rows[place]
        for other in rows.indices where other != place && rows[other][column] != 0 {
            Self.subtract(pivotRow, times: rows[other][column], from: &rows[other])
            rows[other][column] = 0
        }
        basis[place] = column
    }

    /// Equations that are satisfied without being solved for anything: solved where a column is left, else repetitions.
    private mutating func settle() {
        for place in rows.indices where basis[place] < 0 {
            if let column = (0..<columns).first(where: { abs(rows[place][$0]) > 1e-6 }) { pivot(place, column) }
        }
        let kept = rows.indices.filter { basis[$0] >= 0 }
        rows = kept.map { rows[$0] }
        basis = kept.map { basis[$0] }
    }

    private static func subtract(_ row: [Double], times factor: Double, from other: inout [Double]) {
        if factor == 0 { return }
        for k in other.indices { other[k] -= factor * row[k] }
    }
}
