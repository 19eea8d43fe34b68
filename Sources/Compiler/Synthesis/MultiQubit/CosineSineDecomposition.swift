import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// U = (v0 ⊕ v1) · [[C, −S], [S, C]] · (w0 ⊕ w1) with C = cos θ, S = sin θ diagonal; the blocks are those of the most
/// significant qubit.
///
/// After Paige and Saunders; both singular value problems by one-sided Jacobi rotations (Hestenes), each on the side
/// where its singular values are small, so that clusters at 0 and 1 do no harm.
struct CosineSineDecomposition {
    var v0: Matrix, v1: Matrix
    var w0: Matrix, w1: Matrix
    /// θ in [0, π/2].
    var angles: [Double]

    /// - Precondition: `unitary` is unitary, of even dimension.
    init(_ unitary: Matrix) {
        let n = unitary.dimension / 2
        let u00 = unitary.block(0, 0, n), u01 = unitary.block(0, n, n)
        let u10 = unitary.block(n, 0, n), u11 = unitary.block(n, n, n)
        // The columns of w are those of w0†; x = u00·w and y = u10·w get orthogonal columns.
        var w = Matrix(identity: n)
        var x = u00
        Self.orthogonalize(columns: Array(0..<n), of: &x, along: &w)
        var y = u10 * w
        let large = (0..<n).filter { Self.length(of: $0, in: x) > 0.5.squareRoot() }
        Self.orthogonalize(columns: large, of: &y, along: &w)
        x = u00 * w
        y = u10 * w
        angles = (0..<n).map { atan2(Self.length(of: $0, in: y), Self.length(of: $0, in: x)) }
        v0 = Self.normalized(x)
        v1 = Self.normalized(y)
        w0 = w.adjoint
        let a = v0.adjoint * u01, b = v1.adjoint * u11
        w1 = Matrix(zero: n)
        for r in 0..<n {
            for c in 0..<n { w1[r, c] = cos(angles[r]) * b[r, c] - sin(angles[r]) * a[r, c] }
        }
    }

    private static func length(of column: Int, in m: Matrix) -> Double {
        var sum = 0.0
        for r in 0..<m.dimension { sum += m[r, column].norm }
        return sum.squareRoot()
    }

    /// Turns the columns of `m` among themselves until they are orthogonal relative to their lengths.
    private static func orthogonalize(columns: [Int], of m: inout Matrix, along w: inout Matrix) {
        guard columns.count > 1 else { return }
        for _ in 0..<60 {
            var turned = false
            for i in 0..<columns.count - 1 {
                for j in (i + 1)..<columns.count {
                    let (p, q) = (columns[i], columns[j])
                    var alpha = 0.0, beta = 0.0
                    var gamma = Complex.zero
                    for r in 0..<m.dimension {
                        alpha += m[r, p].norm
                        beta += m[r, q].norm
                        gamma += m[r, p].conjugate * m[r, q]
                    }
                    let size = gamma.magnitude
                    if size <= 1e-15 * (alpha * beta).squareRoot() || size < 1e-300 { continue }
                    turned = true
                    let phase = gamma / size
                    let zeta = (beta - alpha) / (2 * size)
                    let t = (zeta >= 0 ? 1 : -1) / (abs(zeta) + (1 + zeta * zeta).squareRoot())
                    let c = 1 / (1 + t * t).squareRoot()
                    turn(&m, p, q, c, c * t, phase)
                    turn(&w, p, q, c, c * t, phase)
                }
            }
            if !turned { return }
        }
    }

    private static func turn(_ m: inout Matrix, _ p: Int, _ q: Int, _ c: Double, _ s: Double, _ phase: Complex) {
        for r in 0..<m.dimension {
            let (x, y) = (m[r, p], phase.conjugate * m[r, q])
            m[r, p] = c * x - s * y
            m[r, q] = s * x + c * y
        }
    }

    /// The columns with length 1; where a column has no direction of its own, one orthogonal to all others.
    private static func normalized(_ m: Matrix) -> Matrix {
        let n = m.dimension
        let lengths = (0..<n).map { length(of: $0, in: m) }
        var result = Matrix(zero: n)
        var done: [Int] = []
        for column in (0..<n).sorted(by: { (-lengths[$0], $0) < (-lengths[$1], $1) }) {
            if lengths[column] > 1e-12 {
                for r in 0..<n { result[r, column] = m[r, column] / lengths[column] }
            } else {
                complete(&result, column, against: done)
            }
            done.append(column)
        }
        return result
    }

    private static func complete(_ m: inout Matrix, _ column: Int, against done: [Int]) {
        let n = m.dimension
        for unit in 0..<n {
            var vector = Array(repeating: Complex.zero, count: n)
            vector[unit] = .one
            // Twice is enough (Kahan).
            for _ in 0..<2 {
                for other in done {
                    var overlap = Complex.zero
                    for r in 0..<n { overlap += m[r, other].conjugate * vector[r] }
                    for r in 0..<n { vector[r] -= overlap * m[r, other] }
                }
            }
            let norm = vector.reduce(0) { $0 + $1.norm }
            if norm * Double(2 * n) < 1 { continue }
            for r in 0..<n { m[r, column] = vector[r] / norm.squareRoot() }
            return
        }
    }
}

extension Matrix {
    /// The square block of `size` at (row, column).
    func block(_ row: Int, _ column: Int, _ size: Int) -> Matrix {
        var result = Matrix(zero: size)
        for r in 0..<size { for c in 0..<size { result[r, c] = self[row + r, column + c] } }
        return result
    }
}
