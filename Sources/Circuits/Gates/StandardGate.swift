/// The closed set of gates that every room of the house knows by name.
///
/// Conventions are those of OpenQASM 3's `stdgates.inc` and 2's `qelib1.inc`; gates outside them follow Qiskit's
/// circuit library. Operand 0 is the least significant qubit of the matrix; controls come first.
public enum StandardGate: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    // No qubit.
    case gphase
    // One qubit.
    case id, x, y, z, h, s, sdg, t, tdg, sx, sxdg
    case rx, ry, rz, p
    /// `r(θ, φ)`: a rotation by θ about the axis cos φ·X + sin φ·Y (phased X, PRX).
    case r
    /// `u2(φ, λ) = u(π/2, φ, λ)`.
    case u2
    /// `u(θ, φ, λ)` with a real upper left element (`u3` of qelib1; `U` of OpenQASM 3.0 adds a phase θ/2).
    case u
    // Two qubits.
    case cx, cy, cz, ch, cs, csdg, csx, cp, crx, cry, crz
    /// `cu(θ, φ, λ, γ)`: a controlled `e^{iγ}·u(θ, φ, λ)`.
    case cu
    case swap, iswap
    /// The echoed cross resonance `(IX − XY)/√2` on (operand 0, operand 1).
    case ecr
    /// Two back-to-back CNOTs, the second reversed.
    case dcx
    /// `exp(−iθ/2 · XX)` and its sisters.
    case rxx, ryy, rzz
    /// `exp(−iθ/2 · X₁Z₀)`: Z on operand 0, X on operand 1.
    case rzx
    /// `exp(−iθ/4 (XX ± YY))` with phase β on operand 0.
    case xxPlusYY, xxMinusYY
    // Three and more qubits.
    case ccx, ccz, cswap, rccx
    case c3x, c3sx, rc3x, c4x
}

extension StandardGate {
    /// The gate's name in text.
    public var name: String {
        switch self {
        case .xxPlusYY: "xx_plus_yy"
        case .xxMinusYY: "xx_minus_yy"
        default: String(describing: self)
        }
    }

    private static let byName: [String: StandardGate] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    /// The gate with this very name; aliases are a matter of the languages.
    public init?(name: String) {
        guard let gate = Self.byName[name] else { return nil }
        self = gate
    }

    public var qubitCount: Int {
        switch self {
        case .gphase: 0
        case .id, .x, .y, .z, .h, .s, .sdg, .t, .tdg, .sx, .sxdg, .rx, .ry, .rz, .p, .r, .u2, .u: 1
        case .cx, .cy, .cz, .ch, .cs, .csdg, .csx, .cp, .crx, .cry, .crz, .cu, .swap, .iswap, .ecr, .dcx, .rxx, .ryy,
            .rzz, .rzx, .xxPlusYY, .xxMinusYY:
            2
        case .ccx, .ccz, .cswap, .rccx: 3
        case .c3x, .c3sx, .rc3x: 4
        case .c4x: 5
        }
    }

    public var parameterCount: Int {
        switch self {
        case .gphase, .rx, .ry, .rz, .p, .cp, .crx, .cry, .crz, .rxx, .ryy, .rzz, .rzx: 1
        case .r, .u2, .xxPlusYY, .xxMinusYY: 2
        case .u: 3
        case .cu: 4
        default: 0
        }
    }

    /// Whether the matrix is diagonal in the computational basis for all parameters.
    public var isDiagonal: Bool {
        switch self {
        case .gphase, .id, .z, .s, .sdg, .t, .tdg, .rz, .p, .cz, .cs, .csdg, .cp, .crz, .rzz, .ccz: true
        default: false
        }
    }

    /// Whether exchanging the two operands changes nothing.
    public var isSymmetric: Bool {
        switch self {
        case .cz, .cs, .csdg, .cp, .swap, .iswap, .rxx, .ryy, .rzz, .xxMinusYY: true
        default: false
        }
    }

    /// Whether the gate is a Clifford gate whatever happens; parameterised gates answer `false`.
    public var isClifford: Bool {
        switch self {
        case .id, .x, .y, .z, .h, .s, .sdg, .sx, .sxdg, .cx, .cy, .cz, .swap, .iswap, .ecr, .dcx: true
        default: false
        }
    }

    /// The inverse as a standard gate on the same operands, with each of its parameters as an affine function of one
    /// of this gate's; `nil` where the inverse is no standard gate (`dcx`, `csx`, `iswap`, `c3sx`, `rc3x`).
    public var inverse: (gate: StandardGate, parameters: [AffineParameter])? {
        switch self {
        case .id, .x, .y, .z, .h, .cx, .cy, .cz, .ch, .swap, .ecr, .ccx, .ccz, .cswap, .rccx, .c3x, .c4x: (self, [])
        case .s: (.sdg, [])
        case .sdg: (.s, [])
        case .t: (.tdg, [])
        case .tdg: (.t, [])
        case .sx: (.sxdg, [])
        case .sxdg: (.sx, [])
        case .cs: (.csdg, [])
        case .csdg: (.cs, [])
        case .gphase, .rx, .ry, .rz, .p, .cp, .crx, .cry, .crz, .rxx, .ryy, .rzz, .rzx: (self, [.negated(0)])
        case .r, .xxPlusYY, .xxMinusYY: (self, [.negated(0), .same(1)])
        case .u2: (.u2, [.negated(1, plus: -.pi), .negated(0, plus: .pi)])
        case .u: (.u, [.negated(0), .negated(2), .negated(1)])
        case .cu: (.cu, [.negated(0), .negated(2), .negated(1), .negated(3)])
        case .iswap, .dcx, .csx, .c3sx, .rc3x: nil
        }
    }
}

/// `scale · p[index] + offset`, where p are the parameters of another gate.
public struct AffineParameter: Hashable, Sendable {
    public var index: Int
    public var scale: Double
    public var offset: Double

    static func same(_ index: Int) -> AffineParameter { .init(index: index, scale: 1, offset: 0) }
    static func negated(_ index: Int, plus offset: Double = 0) -> AffineParameter {
        .init(index: index, scale: -1, offset: offset)
    }

    public func callAsFunction(_ parameters: [Double]) -> Double { scale * parameters[index] + offset }
}
