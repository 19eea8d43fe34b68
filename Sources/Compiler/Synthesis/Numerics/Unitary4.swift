import Circuits

/// A 4×4 complex matrix on the stack, each row as a vector of real and one of imaginary parts; the arithmetic of
/// two-qubit blocks. Operand 0 is the least significant bit of the index.
struct Unitary4: Sendable, BitwiseCopyable {
    typealias Row = SIMD4<Double>
    var re: (Row, Row, Row, Row)
    var im: (Row, Row, Row, Row)

    @inline(__always)
    init(re: (Row, Row, Row, Row), im: (Row, Row, Row, Row)) {
        self.re = re
        self.im = im
    }

    static let identity = Unitary4(
        re: (Row(1, 0, 0, 0), Row(0, 1, 0, 0), Row(0, 0, 1, 0), Row(0, 0, 0, 1)), im: (Row(), Row(), Row(), Row()))

    /// - Precondition: a 4×4 matrix.
    init(_ matrix: Matrix) {
        precondition(matrix.dimension == 4, "a two-qubit matrix")
        self = .identity
        for r in 0..<4 { for c in 0..<4 { self[r, c] = matrix[r, c] } }
    }

    var matrix: Matrix {
        var result = Matrix(zero: 4)
        for r in 0..<4 { for c in 0..<4 { result[r, c] = self[r, c] } }
        return result
    }

    @inline(__always)
    subscript(row: Int, column: Int) -> Complex {
        get {
            switch row {
            case 0: Complex(re.0[column], im.0[column])
            case 1: Complex(re.1[column], im.1[column])
            case 2: Complex(re.2[column], im.2[column])
            default: Complex(re.3[column], im.3[column])
            }
        }
        set {
            switch row {
            case 0: (re.0[column], im.0[column]) = (newValue.re, newValue.im)
            case 1: (re.1[column], im.1[column]) = (newValue.re, newValue.im)
            case 2: (re.2[column], im.2[column]) = (newValue.re, newValue.im)
            default: (re.3[column], im.3[column]) = (newValue.re, newValue.im)
            }
        }
    }

    /// `high` on operand 1, `low` on operand 0.
    @inline(__always)
    init(high: Unitary2, low: Unitary2) {
        @inline(__always) func row(_ h0: Complex, _ h1: Complex, _ l0: Complex, _ l1: Complex) -> (Row, Row) {
            let (p, q, r, s) = (h0 * l0, h0 * l1, h1 * l0, h1 * l1)
            return (Row(p.re, q.re, r.re, s.re), Row(p.im, q.im, r.im, s.im))
        }
        let r0 = row(high.a, high.b, low.a, low.b), r1 = row(high.a, high.b, low.c, low.d)
        let r2 = row(high.c, high.d, low.a, low.b), r3 = row(high.c, high.d, low.c, low.d)
        self.init(re: (r0.0, r1.0, r2.0, r3.0), im: (r0.1, r1.1, r2.1, r3.1))
    }

    @inline(__always)
    static func * (l: Unitary4, r: Unitary4) -> Unitary4 {
        @inline(__always) func row(_ x: Row, _ y: Row) -> (Row, Row) {
            var p = x[0] * r.re.0 - y[0] * r.im.0
            var q = x[0] * r.im.0 + y[0] * r.re.0
            p += x[1] * r.re.1 - y[1] * r.im.1
            q += x[1] * r.im.1 + y[1] * r.re.1
            p += x[2] * r.re.2 - y[2] * r.im.2
            q += x[2] * r.im.2 + y[2] * r.re.2
            p += x[3] * r.re.3 - y[3] * r.im.3
            q += x[3] * r.im.3 + y[3] * r.re.3
            return (p, q)
        }
        let r0 = row(l.re.0, l.im.0), r1 = row(l.re.1, l.im.1), r2 = row(l.re.2, l.im.2), r3 = row(l.re.3, l.im.3)
        return Unitary4(re: (r0.0, r1.0, r2.0, r3.0), im: (r0.1, r1.1, r2.1, r3.1))
    }

    static func * (s: Complex, m: Unitary4) -> Unitary4 {
        Unitary4(
            re: (
                s.re * m.re.0 - s.im * m.im.0, s.re * m.re.1 - s.im * m.im.1, s.re * m.re.2 - s.im * m.im.2,
                s.re * m.re.3 - s.im * m.im.3
            ),
            im: (
                s.re * m.im.0 + s.im * m.re.0, s.re * m.im.1 + s.im * m.re.1, s.re * m.im.2 + s.im * m.re.2,
                s.re * m.im.3 + s.im * m.re.3
            ))
    }

    var adjoint: Unitary4 {
        var result = self
        for r in 0..<4 { for c in 0..<4 { result[c, r] = self[r, c].conjugate } }
        return result
    }

    var transpose: Unitary4 {
        Unitary4(re: Self.transposed(re), im: Self.transposed(im))
    }

    @inline(__always)
    private static func transposed(_ m: (Row, Row, Row, Row)) -> (Row, Row, Row, Row) {
        (
            Row(m.0[0], m.1[0], m.2[0], m.3[0]), Row(m.0[1], m.1[1], m.2[1], m.3[1]),
            Row(m.0[2], m.1[2], m.2[2], m.3[2]), Row(m.0[3], m.1[3], m.2[3], m.3[3])
        )
    }

    /// With the operands exchanged.
    var exchanged: Unitary4 {
        @inline(__always) func swap(_ r: Row) -> Row { Row(r[0], r[2], r[1], r[3]) }
        return Unitary4(
            re: (swap(re.0), swap(re.2), swap(re.1), swap(re.3)), im: (swap(im.0), swap(im.2), swap(im.1), swap(im.3)))
    }

    var determinant: Complex {
        // Laplace by the upper and lower pairs of rows.
        func minor(_ r: Int, _ c: Int, _ d: Int) -> Complex {
            self[r, c] * self[r + 1, d] - self[r, d] * self[r + 1, c]
        }
        return minor(0, 0, 1) * minor(2, 2, 3) - minor(0, 0, 2) * minor(2, 1, 3) + minor(0, 0, 3) * minor(2, 1, 2)
            + minor(0, 1, 2) * minor(2, 0, 3) - minor(0, 1, 3) * minor(2, 0, 2) + minor(0, 2, 3) * minor(2, 0, 1)
    }

    /// Largest absolute element of the difference.
    func distance(to other: Unitary4) -> Double {
        var worst = 0.0
        for r in 0..<4 { for c in 0..<4 { worst = max(worst, (self[r, c] - other[r, c]).magnitude) } }
        return worst
    }

    /// The phase φ with `self = e^{iφ}·other`, for matrices equal up to a phase.
    func phase(relativeTo other: Unitary4) -> Double {
        var sum = Complex.zero
        for r in 0..<4 { for c in 0..<4 { sum += other[r, c].conjugate * self[r, c] } }
        return sum.phase
    }
}

extension Unitary4 {
    private static let fixed: [Unitary4] = StandardGate.allCases.map {
        $0.qubitCount == 2 && $0.parameterCount == 0 ? Unitary4($0.matrix()) : .identity
    }

    private static func diagonal(_ a: Complex, _ b: Complex, _ c: Complex, _ d: Complex) -> Unitary4 {
        Unitary4(
            re: (Row(a.re, 0, 0, 0), Row(0, b.re, 0, 0), Row(0, 0, c.re, 0), Row(0, 0, 0, d.re)),
            im: (Row(a.im, 0, 0, 0), Row(0, b.im, 0, 0), Row(0, 0, c.im, 0), Row(0, 0, 0, d.im)))
    }

    /// The matrix of a two-qubit standard gate; the frequent ones never touch the heap.
    ///
    /// - Precondition: `gate.qubitCount == 2`; `p` holds its parameters in radians, the rest is ignored.
    init(_ gate: StandardGate, _ p: (Double, Double, Double, Double)) {
        switch gate.parameterCount {
        case 0: self = Self.fixed[Int(gate.rawValue)]
        case 1:
            switch gate {
            case .cp: self = Self.diagonal(.one, .one, .one, Complex(phase: p.0))
            case .rzz:
                let (a, b) = (Complex(phase: -p.0 / 2), Complex(phase: p.0 / 2))
                self = Self.diagonal(a, b, b, a)
            case .crz: self = Self.diagonal(.one, Complex(phase: -p.0 / 2), .one, Complex(phase: p.0 / 2))
            default: self.init(gate.matrix([p.0]))
            }
        case 2: self.init(gate.matrix([p.0, p.1]))
        default: self.init(gate.matrix([p.0, p.1, p.2, p.3]))
        }
    }
}
