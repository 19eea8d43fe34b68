extension Matrix {
    /// Eigenvalues in ascending order and eigenvectors, the columns of a unitary matrix, of a Hermitian matrix.
    ///
    /// Jacobi's method for Hermitian matrices (Golub and Van Loan, "Matrix Computations", section 8.5): to rounding errors
    /// of the largest eigenvalue.
    ///
    /// - Precondition: the matrix is Hermitian; what lies below the diagonal is not looked at.
    public func hermitianEigensystem() -> (values: [Double], vectors: Matrix) {
        var matrix = self, vectors = Matrix(identity: dimension)
        let scale = elements.reduce(0) { max($0, $1.re.magnitude + $1.im.magnitude) }
        for _ in 0..<64 {
            var isDiagonal = true
            for p in 0..<dimension {
                for q in (p + 1)..<max(dimension, p + 1) {
                    let off = matrix[p, q], size = (off.re * off.re + off.im * off.im).squareRoot()
                    if size <= 1e-17 * scale { continue }
                    isDiagonal = false
                    // The phase makes the element real, the rotation makes it vanish.
                    let phase = Complex(off.re / size, off.im / size)
                    let ratio = (matrix[q, q].re - matrix[p, p].re) / (2 * size)
                    let tangent = (ratio < 0 ? -1 : 1) / (ratio.magnitude + (1 + ratio * ratio).squareRoot())
                    let cosine = 1 / (1 + tangent * tangent).squareRoot()
                    matrix.turnColumns(p, q, cosine, tangent * cosine, phase)
                    matrix.turnRows(p, q, cosine, tangent * cosine, phase)
                    (matrix[p, q], matrix[q, p]) = (.zero, .zero)
                    vectors.turnColumns(p, q, cosine, tangent * cosine, phase)
                }
            }
            if isDiagonal { break }
        }
        let order = (0..<dimension).sorted { matrix[$0, $0].re < matrix[$1, $1].re }
        var sorted = Matrix(zero: dimension)
        for (column, source) in order.enumerated() {
            for row in 0..<dimension { sorted[row, column] = vectors[row, source] }
        }
        return (order.map { matrix[$0, $0].re }, sorted)
    }

    /// Columns p and q times [[c, s·w], [−s·w*, c]].
    private mutating func turnColumns(_ p: Int, _ q: Int, _ c: Double, _ s: Double, _ w: Complex) {
        for row in 0..<dimension {
            let (x, y) = (self[row, p], self[row, q])
            self[row, p] = Complex(c) * x - Complex(s) * w.conjugate * y
            self[row, q] = Complex(s) * w * x + Complex(c) * y
        }
    }

    /// The adjoint of the same from the left.
    private mutating func turnRows(_ p: Int, _ q: Int, _ c: Double, _ s: Double, _ w: Complex) {
        for column in 0..<dimension {
            let (x, y) = (self[p, column], self[q, column])
            self[p, column] = Complex(c) * x - Complex(s) * w * y
            self[q, column] = Complex(s) * w.conjugate * x + Complex(c) * y
        }
    }
}
