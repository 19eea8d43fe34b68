#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Matrix {
    /// The integer power by repeated squaring; negative exponents through the adjoint, so for unitaries.
    public func power(_ exponent: Int) -> Matrix {
        var result = Matrix(identity: dimension)
        var square = exponent < 0 ? adjoint : self
        var rest = exponent.magnitude
        while rest > 0 {
            if rest & 1 == 1 { result = result * square }
            rest >>= 1
            if rest > 0 { square = square * square }
        }
        return result
    }

    /// The principal power of a unitary: each eigenvalue e^{iθ}, θ in (−π, π], becomes e^{iθ·exponent}.
    ///
    /// - Precondition: the matrix is unitary.
    public func unitaryPower(_ exponent: Double) -> Matrix {
        let (phases, vectors) = unitarySpectrum()
        let diagonal = Matrix(diagonal: phases.map { Complex(phase: $0 * exponent) })
        return vectors * diagonal * vectors.adjoint
    }

    /// Eigenphases θ in (−π, π] and the unitary of eigenvectors (columns) of a unitary matrix.
    ///
    /// The hermitian and antihermitian parts of a unitary commute, so a generic real combination of them has the
    /// eigenvectors of both; of several combinations the one with the smallest residual is taken, since a particular one
    /// may happen to be degenerate.
    ///
    /// - Precondition: the matrix is unitary.
    public func unitarySpectrum() -> (phases: [Double], vectors: Matrix) {
        let dagger = adjoint
        let real = Complex(0.5) * (self + dagger)
        let imaginary = Complex(0, -0.5) * (self - dagger)
        var best: (residual: Double, phases: [Double], vectors: Matrix)?
        for angle in [0.7391, 1.9263, 2.5417, 0.2113, 1.2345] {
            let vectors = ((Complex(cos(angle)) * real) + (Complex(sin(angle)) * imaginary)).hermitianEigenvectors()
            var diagonal = vectors.adjoint * self * vectors
            var residual = 0.0
            var phases: [Double] = []
            for k in 0..<dimension {
                // A hair below −π is −1 with rounding: the principal branch takes +π.
                let phase = diagonal[k, k].phase
                phases.append(phase < -.pi + 1e-12 ? phase + 2 * .pi : phase)
                diagonal[k, k] = .zero
            }
            for element in diagonal.elements { residual = max(residual, element.magnitude) }
            if residual < best?.residual ?? .infinity { best = (residual, phases, vectors) }
            if residual < 1e-14 * Double(dimension) { break }
        }
        return (best!.phases, best!.vectors)
    }

    /// Eigenvectors (columns) of a hermitian matrix, by cyclic complex Jacobi rotations.
    ///
    /// Golub and Van Loan, "Matrix Computations", section 8.5.
    public func hermitianEigenvectors() -> Matrix {
        let n = dimension
        var a = self
        var vectors = Matrix(identity: n)
        for _ in 0..<60 {
            var off = 0.0
            for r in 0..<n { for c in 0..<n where r != c { off += a[r, c].norm } }
            if off < 1e-34 * Double(n * n) { break }
            for p in 0..<n {
                for q in p + 1..<max(n, p + 1) {
                    let h = a[p, q]
                    let size = h.magnitude
                    if size < 1e-300 { continue }
                    let phase = h / size
                    let theta = (a[q, q].re - a[p, p].re) / (2 * size)
                    let t = (theta >= 0 ? 1 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
                    let c = 1 / (t * t + 1).squareRoot()
                    let s = t * c
                    // Columns p, q ← (c·p − s·φ*·q, s·φ·p + c·q), then the same for the rows.
                    for k in 0..<n {
                        let x = a[k, p], y = a[k, q]
                        a[k, p] = c * x - s * (phase.conjugate * y)
                        a[k, q] = s * (phase * x) + c * y
                        let v = vectors[k, p], w = vectors[k, q]
                        vectors[k, p] = c * v - s * (phase.conjugate * w)
                        vectors[k, q] = s * (phase * v) + c * w
                    }
                    for k in 0..<n {
                        let x = a[p, k], y = a[q, k]
                        a[p, k] = c * x - s * (phase * y)
                        a[q, k] = s * (phase.conjugate * x) + c * y
                    }
                }
            }
        }
        return vectors
    }
}
