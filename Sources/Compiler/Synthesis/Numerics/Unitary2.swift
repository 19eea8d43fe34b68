import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A 2×2 complex matrix on the stack; the arithmetic of one-qubit runs.
struct Unitary2: Sendable, BitwiseCopyable {
    var a: Complex, b: Complex
    var c: Complex, d: Complex

    @inline(__always)
    init(_ a: Complex, _ b: Complex, _ c: Complex, _ d: Complex) {
        self.a = a
        self.b = b
        self.c = c
        self.d = d
    }

    static let identity = Unitary2(.one, .zero, .zero, .one)
    static let x = Unitary2(.zero, .one, .one, .zero)
    static let y = Unitary2(.zero, -.i, .i, .zero)
    static let z = Unitary2(.one, .zero, .zero, Complex(-1))
    static let h = Unitary2(
        Complex(0.5.squareRoot()), Complex(0.5.squareRoot()), Complex(0.5.squareRoot()), Complex(-0.5.squareRoot()))

    /// - Precondition: a 2×2 matrix.
    init(_ matrix: Matrix) {
        precondition(matrix.dimension == 2, "a one-qubit matrix")
        self.init(matrix[0, 0], matrix[0, 1], matrix[1, 0], matrix[1, 1])
    }

    var matrix: Matrix { Matrix(dimension: 2, elements: [a, b, c, d]) }

    @inline(__always)
    var adjoint: Unitary2 { Unitary2(a.conjugate, c.conjugate, b.conjugate, d.conjugate) }
    @inline(__always)
    var determinant: Complex { a * d - b * c }
    @inline(__always)
    var trace: Complex { a + d }

    @inline(__always)
    static func * (l: Unitary2, r: Unitary2) -> Unitary2 {
        Unitary2(
            l.a * r.a + l.b * r.c, l.a * r.b + l.b * r.d, l.c * r.a + l.d * r.c, l.c * r.b + l.d * r.d)
    }

    @inline(__always)
    static func * (s: Complex, m: Unitary2) -> Unitary2 { Unitary2(s * m.a, s * m.b, s * m.c, s * m.d) }

    /// exp(−iθ/2·X) and its sisters; θ in radians.
    static func rx(_ angle: Double) -> Unitary2 {
        let (c, s) = (cos(angle / 2), sin(angle / 2))
        return Unitary2(Complex(c), Complex(0, -s), Complex(0, -s), Complex(c))
    }
    static func ry(_ angle: Double) -> Unitary2 {
        let (c, s) = (cos(angle / 2), sin(angle / 2))
        return Unitary2(Complex(c), Complex(-s), Complex(s), Complex(c))
    }
    static func rz(_ angle: Double) -> Unitary2 {
        Unitary2(Complex(phase: -angle / 2), .zero, .zero, Complex(phase: angle / 2))
    }

    /// Largest absolute element of the difference.
    func distance(to other: Unitary2) -> Double {
        max(
            max((a - other.a).magnitude, (b - other.b).magnitude),
            max((c - other.c).magnitude, (d - other.d).magnitude))
    }

    /// The phase φ with `self = e^{iφ}·other`, for matrices equal up to a phase.
    func phase(relativeTo other: Unitary2) -> Double {
        (other.a.conjugate * a + other.b.conjugate * b + other.c.conjugate * c + other.d.conjugate * d).phase
    }

    /// Whether the off-diagonal elements vanish within `tolerance`.
    func isDiagonal(tolerance: Double) -> Bool { b.norm + c.norm <= tolerance * tolerance }
}

extension Unitary2 {
    /// The matrix of a one-qubit standard gate without going through the heap.
    ///
    /// - Precondition: `gate.qubitCount == 1`; `p` holds its parameters in radians, the rest is ignored.
    init(_ gate: StandardGate, _ p: (Double, Double, Double)) {
        let half = 0.5.squareRoot()
        switch gate {
        case .id: self = .identity
        case .x: self = .x
        case .y: self = .y
        case .z: self = .z
        case .h: self = .h
        case .s: self.init(.one, .zero, .zero, .i)
        case .sdg: self.init(.one, .zero, .zero, -.i)
        case .t: self.init(.one, .zero, .zero, Complex(half, half))
        case .tdg: self.init(.one, .zero, .zero, Complex(half, -half))
        case .sx: self.init(Complex(0.5, 0.5), Complex(0.5, -0.5), Complex(0.5, -0.5), Complex(0.5, 0.5))
        case .sxdg: self.init(Complex(0.5, -0.5), Complex(0.5, 0.5), Complex(0.5, 0.5), Complex(0.5, -0.5))
        case .rx: self = .rx(p.0)
        case .ry: self = .ry(p.0)
        case .rz: self = .rz(p.0)
        case .p: self.init(.one, .zero, .zero, Complex(phase: p.0))
        case .r:
            let (c, s) = (cos(p.0 / 2), sin(p.0 / 2))
            let (x, y) = (cos(p.1), sin(p.1))
            self.init(Complex(c), Complex(-s * y, -s * x), Complex(s * y, -s * x), Complex(c))
        case .u2: self = Self.general(.pi / 2, p.0, p.1)
        case .u: self = Self.general(p.0, p.1, p.2)
        default: preconditionFailure("\(gate.name) is no one-qubit gate")
        }
    }

    private static func general(_ theta: Double, _ phi: Double, _ lambda: Double) -> Unitary2 {
        let (c, s) = (cos(theta / 2), sin(theta / 2))
        return Unitary2(
            Complex(c), -s * Complex(phase: lambda), s * Complex(phase: phi), c * Complex(phase: phi + lambda))
    }
}
