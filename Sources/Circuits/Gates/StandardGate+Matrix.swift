#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension StandardGate {
    /// The unitary, `2^qubitCount` squared; operand 0 is the least significant bit of the index.
    ///
    /// - Precondition: `parameters.count == parameterCount`, angles in radians.
    /// - Note: `gphase` is the 1×1 matrix `e^{iγ}`.
    public func matrix(_ parameters: [Double] = []) -> Matrix {
        precondition(parameters.count == parameterCount, "\(name) takes \(parameterCount) parameters")
        let p = parameters
        let half = 0.5.squareRoot()
        func one(_ a: Complex, _ b: Complex, _ c: Complex, _ d: Complex) -> Matrix {
            Matrix(dimension: 2, elements: [a, b, c, d])
        }
        func controlled(_ gate: StandardGate, _ q: [Double] = []) -> Matrix {
            Self.controlLast(gate.matrix(q), count: 1)
        }
        switch self {
        case .gphase: return Matrix(dimension: 1, elements: [Complex(phase: p[0])])
        case .id: return Matrix(identity: 2)
        case .x: return one(.zero, .one, .one, .zero)
        case .y: return one(.zero, -.i, .i, .zero)
        case .z: return one(.one, .zero, .zero, Complex(-1))
        case .h: return one(Complex(half), Complex(half), Complex(half), Complex(-half))
        case .s: return one(.one, .zero, .zero, .i)
        case .sdg: return one(.one, .zero, .zero, -.i)
        case .t: return one(.one, .zero, .zero, Complex(half, half))
        case .tdg: return one(.one, .zero, .zero, Complex(half, -half))
        case .sx: return one(Complex(0.5, 0.5), Complex(0.5, -0.5), Complex(0.5, -0.5), Complex(0.5, 0.5))
        case .sxdg: return one(Complex(0.5, -0.5), Complex(0.5, 0.5), Complex(0.5, 0.5), Complex(0.5, -0.5))
        case .rx: return StandardGate.r.matrix([p[0], 0])
        case .ry:
            let (c, s) = (cos(p[0] / 2), sin(p[0] / 2))
            return one(Complex(c), Complex(-s), Complex(s), Complex(c))
        case .rz: return Matrix(diagonal: [Complex(phase: -p[0] / 2), Complex(phase: p[0] / 2)])
        case .p: return Matrix(diagonal: [.one, Complex(phase: p[0])])
        case .r:
            let (c, s) = (cos(p[0] / 2), sin(p[0] / 2))
            return one(
                Complex(c), Complex(0, -s) * Complex(phase: -p[1]), Complex(0, -s) * Complex(phase: p[1]), Complex(c))
        case .u2: return StandardGate.u.matrix([.pi / 2, p[0], p[1]])
        case .u:
            let (c, s) = (cos(p[0] / 2), sin(p[0] / 2))
            return one(
                Complex(c), -s * Complex(phase: p[2]), s * Complex(phase: p[1]), c * Complex(phase: p[1] + p[2]))
        case .cx: return controlled(.x)
        case .cy: return controlled(.y)
        case .cz: return controlled(.z)
        case .ch: return controlled(.h)
        case .cs: return controlled(.s)
        case .csdg: return controlled(.sdg)
        case .csx: return controlled(.sx)
        case .cp: return controlled(.p, p)
        case .crx: return controlled(.rx, p)
        case .cry: return controlled(.ry, p)
        case .crz: return controlled(.rz, p)
        case .cu:
            let u = Complex(phase: p[3]) * StandardGate.u.matrix(Array(p[0..<3]))
            return Self.controlLast(u, count: 1)
        case .swap: return Self.permutation([0, 2, 1, 3])
        case .iswap:
            var m = Self.permutation([0, 2, 1, 3])
            m[1, 2] = .i
            m[2, 1] = .i
            return m
        case .ecr:
            let (a, b) = (Complex(half), Complex(0, half))
            return Matrix(
                dimension: 4,
                elements: [.zero, a, .zero, b, a, .zero, -b, .zero, .zero, b, .zero, a, -b, .zero, a, .zero])
        case .dcx: return Self.permutation([0, 2, 3, 1])
        case .rxx, .ryy, .rzx:
            let c = Complex(cos(p[0] / 2)), s = Complex(0, -sin(p[0] / 2))
            let factors: (StandardGate, StandardGate) = self == .rxx ? (.x, .x) : self == .ryy ? (.y, .y) : (.x, .z)
            return (c * Matrix(identity: 4)) + (s * factors.0.matrix().kronecker(factors.1.matrix()))
        case .rzz:
            let (a, b) = (Complex(phase: -p[0] / 2), Complex(phase: p[0] / 2))
            return Matrix(diagonal: [a, b, b, a])
        case .xxPlusYY:
            let (c, s) = (cos(p[0] / 2), sin(p[0] / 2))
            var m = Matrix(identity: 4)
            m[1, 1] = Complex(c)
            m[2, 2] = Complex(c)
            m[1, 2] = Complex(0, -s) * Complex(phase: -p[1])
            m[2, 1] = Complex(0, -s) * Complex(phase: p[1])
            return m
        case .xxMinusYY:
            let (c, s) = (cos(p[0] / 2), sin(p[0] / 2))
            var m = Matrix(identity: 4)
            m[0, 0] = Complex(c)
            m[3, 3] = Complex(c)
            m[0, 3] = Complex(0, -s) * Complex(phase: -p[1])
            m[3, 0] = Complex(0, -s) * Complex(phase: p[1])
            return m
        case .ccx: return Self.controlLast(StandardGate.x.matrix(), count: 2)
        case .ccz: return Self.controlLast(StandardGate.z.matrix(), count: 2)
        case .cswap: return Self.controlLast(StandardGate.swap.matrix(), count: 1)
        case .rccx:
            // Maslov, arXiv:1508.03273, as Qiskit's RCCXGate: a Toffoli up to relative phases.
            var m = Matrix(identity: 8)
            m[3, 3] = .zero
            m[7, 7] = .zero
            m[3, 7] = -.i
            m[7, 3] = .i
            m[5, 5] = Complex(-1)
            return m
        case .c3x: return Self.controlLast(StandardGate.x.matrix(), count: 3)
        case .c3sx: return Self.controlLast(StandardGate.sx.matrix(), count: 3)
        case .c4x: return Self.controlLast(StandardGate.x.matrix(), count: 4)
        case .rc3x:
            // Qiskit's RC3XGate: a triply controlled X up to relative phases.
            var m = Matrix(identity: 16)
            m[3, 3] = .i
            m[11, 11] = -.i
            m[7, 7] = .zero
            m[15, 15] = .zero
            m[7, 15] = Complex(1)
            m[15, 7] = Complex(-1)
            return m
        }
    }

    /// `base` on the last operands, controlled by `count` first operands being 1.
    private static func controlLast(_ base: Matrix, count: Int) -> Matrix {
        let controls = 1 << count, all = controls - 1
        var result = Matrix(identity: base.dimension * controls)
        for r in 0..<base.dimension {
            for c in 0..<base.dimension { result[r * controls + all, c * controls + all] = base[r, c] }
        }
        return result
    }

    /// The matrix that sends basis state k to `image[k]`.
    private static func permutation(_ image: [Int]) -> Matrix {
        var result = Matrix(zero: image.count)
        for (from, to) in image.enumerated() { result[to, from] = .one }
        return result
    }
}

extension Matrix {
    /// A two-qubit matrix with its operands exchanged.
    public var exchangingQubits: Matrix {
        precondition(dimension == 4, "exchangingQubits needs a two-qubit matrix")
        let order = [0, 2, 1, 3]
        var result = Matrix(zero: 4)
        for r in 0..<4 { for c in 0..<4 { result[order[r], order[c]] = self[r, c] } }
        return result
    }
}
