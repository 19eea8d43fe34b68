import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Two one-qubit unitaries side by side.
struct LocalPair: Sendable, BitwiseCopyable {
    /// On operand 1.
    var high: Unitary2
    /// On operand 0.
    var low: Unitary2

    static let identity = LocalPair(high: .identity, low: .identity)

    @inline(__always)
    static func * (l: LocalPair, r: LocalPair) -> LocalPair {
        LocalPair(high: l.high * r.high, low: l.low * r.low)
    }
    var adjoint: LocalPair { LocalPair(high: high.adjoint, low: low.adjoint) }
    var exchanged: LocalPair { LocalPair(high: low, low: high) }
    var unitary: Unitary4 { Unitary4(high: high, low: low) }
}

/// The Cartan (KAK) decomposition of a two-qubit unitary:
/// U = e^{i·phase} · left · exp(i(a·XX + b·YY + c·ZZ)) · right, with the coordinates in the Weyl chamber
/// π/4 ≥ a ≥ b ≥ |c|, and c ≥ 0 where a = π/4.
///
/// After Zhang, Vala, Sastry, Whaley, "Geometric theory of nonlocal two-qubit operations" (PRA 67, 042313). In the magic
/// basis UᵀU is a symmetric unitary; its real and imaginary parts commute and are diagonalised together by Jacobi
/// rotations (Cardoso and Souloumiac, SIAM J. Matrix Anal. 17, 161), which no degeneracy of the spectrum can upset.
struct WeylDecomposition: Sendable, BitwiseCopyable {
    var a: Double
    var b: Double
    var c: Double
    var phase: Double
    var left: LocalPair
    var right: LocalPair

    /// exp(i(a·XX + b·YY + c·ZZ)).
    static func canonical(_ a: Double, _ b: Double, _ c: Double) -> Unitary4 {
        // Diagonal on (|00⟩ ± |11⟩) and (|01⟩ ± |10⟩).
        let (p, q) = (Complex(phase: a - b + c), Complex(phase: -a + b + c))
        let (r, s) = (Complex(phase: a + b - c), Complex(phase: -a - b - c))
        var result = Unitary4(re: (.zero, .zero, .zero, .zero), im: (.zero, .zero, .zero, .zero))
        result[0, 0] = (p + q) / 2
        result[3, 3] = (p + q) / 2
        result[0, 3] = (p - q) / 2
        result[3, 0] = (p - q) / 2
        result[1, 1] = (r + s) / 2
        result[2, 2] = (r + s) / 2
        result[1, 2] = (r - s) / 2
        result[2, 1] = (r - s) / 2
        return result
    }

    /// The product of the parts.
    var unitary: Unitary4 {
        Complex(phase: phase) * (left.unitary * Self.canonical(a, b, c) * right.unitary)
    }

    /// - Precondition: `unitary` is unitary to about 10⁻⁹.
    init(_ unitary: Unitary4) {
        let magic = Self.magic
        let determinantPhase = unitary.determinant.phase / 4
        let m = Complex(phase: -determinantPhase) * (magic.adjoint * unitary * magic)
        let square = m.transpose * m
        var jacobi = SymmetricPair(square.re, square.im)
        jacobi.diagonalize()
        var vectors = jacobi.vectors
        if Self.realDeterminant(vectors) < 0 {
            for r in 0..<4 { vectors[r][0] = -vectors[r][0] }
        }
        let p = Unitary4(re: (vectors.rows.0, vectors.rows.1, vectors.rows.2, vectors.rows.3), im: Self.zeros)
        var angles = SIMD4<Double>()
        for k in 0..<4 { angles[k] = atan2(jacobi.second[k][k], jacobi.first[k][k]) / 2 }
        var k1 = m * p
        for column in 0..<4 {
            let factor = Complex(phase: -angles[column])
            for row in 0..<4 { k1[row, column] = k1[row, column] * factor }
        }
        // What is left is real orthogonal up to rounding.
        k1.im = Self.zeros
        if Self.realDeterminant(FourRows(rows: k1.re)) < 0 {
            angles[0] += .pi
            for row in 0..<4 { k1[row, 0] = -k1[row, 0] }
        }
        phase = determinantPhase + (angles[0] + angles[1] + angles[2] + angles[3]) / 4
        a = (angles[0] + angles[2] - angles[1] - angles[3]) / 4
        b = (angles[1] + angles[2] - angles[0] - angles[3]) / 4
        c = (angles[0] + angles[1] - angles[2] - angles[3]) / 4
        left = Self.factors(of: magic * k1 * magic.adjoint)
        right = Self.factors(of: magic * p.transpose * magic.adjoint)
        canonicalize()
        // The factors are exact up to a sign each; the whole fixes it.
        let product = left.unitary * Self.canonical(a, b, c) * right.unitary
        phase = unitary.phase(relativeTo: product)
    }

    private static let zeros = (SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>(), SIMD4<Double>())

    /// Columns (|00⟩+|11⟩), i(|00⟩−|11⟩), i(|01⟩+|10⟩), (|01⟩−|10⟩), each over √2.
    private static let magic: Unitary4 = {
        let h = 0.5.squareRoot()
        return Unitary4(
            re: (SIMD4(h, 0, 0, 0), SIMD4(0, 0, 0, h), SIMD4(0, 0, 0, -h), SIMD4(h, 0, 0, 0)),
            im: (SIMD4(0, h, 0, 0), SIMD4(0, 0, h, 0), SIMD4(0, 0, h, 0), SIMD4(0, -h, 0, 0)))
    }()

    private static func realDeterminant(_ m: FourRows) -> Double {
        @inline(__always) func minor(_ r: Int, _ c: Int, _ d: Int) -> Double {
            m[r][c] * m[r + 1][d] - m[r][d] * m[r + 1][c]
        }
        return minor(0, 0, 1) * minor(2, 2, 3) - minor(0, 0, 2) * minor(2, 1, 3) + minor(0, 0, 3) * minor(2, 1, 2)
            + minor(0, 1, 2) * minor(2, 0, 3) - minor(0, 1, 3) * minor(2, 0, 2) + minor(0, 2, 3) * minor(2, 0, 1)
    }

    /// The factors of a product unitary, the lower one with determinant 1.
    private static func factors(of m: Unitary4) -> LocalPair {
        var block = (0, 0)
        var largest = -1.0
        for r in [0, 2] {
            for c in [0, 2] {
                let norm = m[r, c].norm + m[r, c + 1].norm + m[r + 1, c].norm + m[r + 1, c + 1].norm
                if norm > largest + 1e-9 { (largest, block) = (norm, (r, c)) }
            }
        }
        var low = Unitary2(
            m[block.0, block.1], m[block.0, block.1 + 1], m[block.0 + 1, block.1], m[block.0 + 1, block.1 + 1])
        low = (Complex.one / low.determinant.squareRoot) * low
        func overlap(_ r: Int, _ c: Int) -> Complex {
            (low.a.conjugate * m[r, c] + low.b.conjugate * m[r, c + 1] + low.c.conjugate * m[r + 1, c]
                + low.d.conjugate * m[r + 1, c + 1]) / 2
        }
        var high = Unitary2(overlap(0, 0), overlap(0, 2), overlap(2, 0), overlap(2, 2))
        high = Complex(1 / high.determinant.magnitude.squareRoot()) * high
        return LocalPair(high: high, low: low)
    }
}

extension WeylDecomposition {
    /// Moves the coordinates into the chamber, the locals along. The phase is not kept.
    private mutating func canonicalize() {
        let quarter = Double.pi / 2
        let shifts = ((a / quarter).rounded(), (b / quarter).rounded(), (c / quarter).rounded())
        a -= shifts.0 * quarter
        b -= shifts.1 * quarter
        c -= shifts.2 * quarter
        if Int(shifts.0) & 1 != 0 { left = left * LocalPair(high: .x, low: .x) }
        if Int(shifts.1) & 1 != 0 { left = left * LocalPair(high: .y, low: .y) }
        if Int(shifts.2) & 1 != 0 { left = left * LocalPair(high: .z, low: .z) }
        if abs(a) < abs(b) {
            (a, b) = (b, a)
            conjugate(by: Self.exchangeXY)
        }
        if abs(b) < abs(c) {
            (b, c) = (c, b)
            conjugate(by: Self.exchangeYZ)
        }
        if abs(a) < abs(b) {
            (a, b) = (b, a)
            conjugate(by: Self.exchangeXY)
        }
        switch (a < 0, b < 0) {
        case (true, true):
            (a, b) = (-a, -b)
            conjugateLow(by: .z)
        case (true, false):
            (a, c) = (-a, -c)
            conjugateLow(by: .y)
        case (false, true):
            (b, c) = (-b, -c)
            conjugateLow(by: .x)
        case (false, false): break
        }
        if a > .pi / 4 - 1e-9, c < 0 {
            left = left * LocalPair(high: .x, low: .x)
            (a, c) = (quarter - a, -c)
            conjugateLow(by: .y)
        }
    }

    private static let half = Complex(0.5.squareRoot())
    /// (X + Y)/√2 and (Y + Z)/√2: exchange two axes under conjugation.
    static let exchangeXY = Unitary2(.zero, half * Complex(1, -1), half * Complex(1, 1), .zero)
    static let exchangeYZ = Unitary2(half, half * -.i, half * .i, -half)

    @inline(__always)
    private mutating func conjugate(by v: Unitary2) {
        left = left * LocalPair(high: v, low: v)
        right = LocalPair(high: v, low: v) * right
    }

    /// Conjugation by a Pauli on operand 0 negates the two other axes.
    @inline(__always)
    private mutating func conjugateLow(by pauli: Unitary2) {
        left.low = left.low * pauli
        right.low = pauli * right.low
    }
}
