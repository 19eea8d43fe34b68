import Circuits

/// How a gate acts on one of its operands, for the question what commutes with what: two gates commute if on each qubit
/// they share they act along the same axis.
struct CommutationAxis: Equatable, BitwiseCopyable {
    var code: Int64

    static let z = CommutationAxis(code: 1)
    static let x = CommutationAxis(code: 2)
    static let y = CommutationAxis(code: 3)
    static let h = CommutationAxis(code: 4)
    /// Commutes with nothing, not even its like.
    static let none = CommutationAxis(code: 0)

    /// Commutes with the same gate on the same pair.
    static func pair(_ gate: StandardGate, with other: Qubit) -> CommutationAxis {
        CommutationAxis(code: (Int64(gate.rawValue) + 8) << 32 | Int64(other.rawValue))
    }

    /// The axis of operand `place` of a gate on `qubits`.
    init(of gate: StandardGate, operand place: Int, on qubits: Operands) {
        switch gate {
        case .rz, .p, .z, .s, .sdg, .t, .tdg, .cz, .cs, .csdg, .cp, .crz, .rzz: self = .z
        case .rx, .x, .sx, .sxdg, .rxx: self = .x
        case .ry, .y, .ryy: self = .y
        case .h: self = .h
        case .cx, .crx, .csx, .rzx: self = place == 0 ? .z : .x
        case .cy, .cry: self = place == 0 ? .z : .y
        case .ch: self = place == 0 ? .z : .h
        case .cu: self = place == 0 ? .z : .none
        case .swap, .iswap, .ecr, .dcx: self = .pair(gate, with: qubits[1 - place])
        default: self = .none
        }
    }

    private init(code: Int64) { self.code = code }
}

/// Gates that merge by adding angles, or cancel in pairs.
struct GateFamily: BitwiseCopyable {
    enum Kind: UInt8 {
        case rz, rx, ry
        case h, cx, cy, ch, swap, ecr
        case cp, rzz, rxx, ryy, rzx, crz, crx, cry
    }

    var kind: Kind
    /// The angle of a gate without parameters, or nil where it is parameter 0.
    var angle: Double?
    /// The gate is e^{i·phase} times the family's rotation; for `p`, half its angle.
    var phase = 0.0

    init?(_ gate: StandardGate) {
        func fixed(_ kind: Kind, _ angle: Double) -> GateFamily { GateFamily(kind: kind, angle, phase: angle / 2) }
        switch gate {
        case .rz, .p: self.init(kind: .rz)
        case .z: self = fixed(.rz, .pi)
        case .s: self = fixed(.rz, .pi / 2)
        case .sdg: self = fixed(.rz, -.pi / 2)
        case .t: self = fixed(.rz, .pi / 4)
        case .tdg: self = fixed(.rz, -.pi / 4)
        case .rx: self.init(kind: .rx)
        case .x: self = fixed(.rx, .pi)
        case .sx: self = fixed(.rx, .pi / 2)
        case .sxdg: self = fixed(.rx, -.pi / 2)
        case .ry: self.init(kind: .ry)
        case .y: self = fixed(.ry, .pi)
        case .h: self.init(kind: .h, .pi)
        case .cx: self.init(kind: .cx, .pi)
        case .cy: self.init(kind: .cy, .pi)
        case .ch: self.init(kind: .ch, .pi)
        case .swap: self.init(kind: .swap, .pi)
        case .ecr: self.init(kind: .ecr, .pi)
        case .cp: self.init(kind: .cp)
        case .cz: self.init(kind: .cp, .pi)
        case .cs: self.init(kind: .cp, .pi / 2)
        case .csdg: self.init(kind: .cp, -.pi / 2)
        case .rzz: self.init(kind: .rzz)
        case .rxx: self.init(kind: .rxx)
        case .ryy: self.init(kind: .ryy)
        case .rzx: self.init(kind: .rzx)
        case .crz: self.init(kind: .crz)
        case .crx: self.init(kind: .crx)
        case .cry: self.init(kind: .cry)
        default: return nil
        }
    }

    private init(kind: Kind, _ angle: Double? = nil, phase: Double = 0) {
        self.kind = kind
        self.angle = angle
        self.phase = phase
    }
}

extension GateFamily.Kind {
    /// Two of them are the identity, and there are no angles in between.
    var isInvolution: Bool {
        switch self {
        case .h, .cx, .cy, .ch, .swap, .ecr: true
        default: false
        }
    }

    var isSymmetric: Bool {
        switch self {
        case .swap, .cp, .rzz, .rxx, .ryy: true
        default: false
        }
    }

    /// The rotation that stands for a merged angle.
    var rotation: StandardGate {
        switch self {
        case .rz: .rz
        case .rx: .rx
        case .ry: .ry
        case .h: .h
        case .cx: .cx
        case .cy: .cy
        case .ch: .ch
        case .swap: .swap
        case .ecr: .ecr
        case .cp: .cp
        case .rzz: .rzz
        case .rxx: .rxx
        case .ryy: .ryy
        case .rzx: .rzx
        case .crz: .crz
        case .crx: .crx
        case .cry: .cry
        }
    }

    /// The angle after which the rotation is the identity, and whether it is −1 after half of that.
    var period: (angle: Double, isSignAtHalf: Bool) {
        switch self {
        case .cp: (2 * .pi, false)
        case .crz, .crx, .cry: (4 * .pi, false)
        default: (4 * .pi, true)
        }
    }
}
