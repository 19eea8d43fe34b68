import Circuits

/// The confusion matrix restricted to some outcomes, columns normalised; elements are computed when asked for.
struct SubspaceConfusion {
    let count: Int
    let distanceLimit: Int
    /// All outcomes, `wordCount` words each.
    private let words: [UInt64]
    private let wordCount: Int
    /// What a flip multiplies the probability with, for a bit that is 0 and for one that is 1.
    private let flipFromZero: [Double]
    private let flipFromOne: [Double]
    /// P(read as itself) before normalisation, by outcome.
    private let stay: [Double]
    private var columnSum: [Double] = []

    init(confusion: ReadoutConfusion, outcomes: [BitString], isExact: Bool) {
        count = outcomes.count
        distanceLimit = isExact ? confusion.bits.count : 3
        wordCount = max(1, (confusion.bits.count + 63) / 64)
        words = outcomes.flatMap(\.words)
        flipFromZero = confusion.bits.map { $0.falseOne / (1 - $0.falseOne) }
        flipFromOne = confusion.bits.map { $0.falseZero / (1 - $0.falseZero) }
        stay = outcomes.map { outcome in
            confusion.bits.indices.reduce(1) {
                $0 * (1 - (outcome[$1] ? confusion.bits[$1].falseZero : confusion.bits[$1].falseOne))
            }
        }
        columnSum = (0..<count).map { column in (0..<count).reduce(0) { $0 + raw(row: $1, column: column) } }
    }

    /// P(read `row` | true `column`), not normalised.
    private func raw(row: Int, column: Int) -> Double {
        if row == column { return stay[column] }
        var distance = 0
        for word in 0..<wordCount {
            distance += (words[row * wordCount + word] ^ words[column * wordCount + word]).nonzeroBitCount
        }
        if distance > distanceLimit { return 0 }
        var probability = stay[column]
        for word in 0..<wordCount {
            let truth = words[column * wordCount + word]
            var flips = words[row * wordCount + word] ^ truth
            while flips != 0 {
                let bit = flips.trailingZeroBitCount
                flips &= flips - 1
                let place = word * 64 + bit
                probability *= truth >> UInt64(bit) & 1 == 1 ? flipFromOne[place] : flipFromZero[place]
            }
        }
        return probability
    }

    func element(row: Int, column: Int) -> Double { raw(row: row, column: column) / columnSum[column] }

    var diagonal: [Double] { zip(stay, columnSum).map { $0 / $1 } }

    /// The inverse by Gauss–Jordan elimination with partial pivoting; rows of it.
    func inverse() -> [[Double]] {
        let n = count
        var left = (0..<n).map { row in (0..<n).map { element(row: row, column: $0) } }
        var right = (0..<n).map { row in (0..<n).map { row == $0 ? 1.0 : 0.0 } }
        for k in 0..<n {
            let pivot = (k..<n).max { abs(left[$0][k]) < abs(left[$1][k]) } ?? k
            left.swapAt(k, pivot)
            right.swapAt(k, pivot)
            let scale = 1 / left[k][k]
            for c in 0..<n {
                left[k][c] *= scale
                right[k][c] *= scale
            }
            for r in 0..<n where r != k && left[r][k] != 0 {
                let factor = left[r][k]
                for c in 0..<n {
                    left[r][c] -= factor * left[k][c]
                    right[r][c] -= factor * right[k][c]
                }
            }
        }
        return right
    }

    /// Solves `A x = b` by BiCGSTAB with a Jacobi preconditioner (van der Vorst 1992).
    func solve(_ b: [Double]) throws(MitigationError) -> [Double] {
        let n = b.count
        // Neighbours within the distance limit, found once: the matrix is sparse.
        var columns: [[(row: Int, value: Double)]] = []
        for column in 0..<n {
            columns.append(
                (0..<n).compactMap { row in
                    let value = element(row: row, column: column)
                    return value == 0 ? nil : (row, value)
                })
        }
        let inverseDiagonal = diagonal.map { 1 / $0 }
        func apply(_ x: [Double]) -> [Double] {
            var y = Array(repeating: 0.0, count: n)
            for column in 0..<n { for (row, value) in columns[column] { y[row] += value * x[column] } }
            return y
        }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        func precondition(_ a: [Double]) -> [Double] { zip(a, inverseDiagonal).map { $0 * $1 } }
        func combine(_ a: [Double], _ factor: Double, _ b: [Double]) -> [Double] { zip(a, b).map { $0 + factor * $1 } }

        var x = precondition(b)
        var residual = combine(b, -1, apply(x))
        let shadow = residual
        var (rho, alpha, omega) = (1.0, 1.0, 1.0)
        var (p, v) = (Array(repeating: 0.0, count: n), Array(repeating: 0.0, count: n))
        let goal = 1e-10 * dot(b, b).squareRoot()
        for _ in 0..<200 {
            if dot(residual, residual).squareRoot() <= goal { return x }
            let next = dot(shadow, residual)
            let beta = next / rho * alpha / omega
            rho = next
            p = combine(residual, beta, combine(p, -omega, v))
            let preconditioned = precondition(p)
            v = apply(preconditioned)
            alpha = rho / dot(shadow, v)
            let s = combine(residual, -alpha, v)
            let z = precondition(s)
            let t = apply(z)
            let norm = dot(t, t)
            omega = norm == 0 ? 0 : dot(t, s) / norm
            x = combine(combine(x, alpha, preconditioned), omega, z)
            residual = combine(s, -omega, t)
            if omega == 0 { break }
        }
        let rest = dot(residual, residual).squareRoot()
        guard rest <= goal else { throw .notConverged(residual: rest) }
        return x
    }
}
