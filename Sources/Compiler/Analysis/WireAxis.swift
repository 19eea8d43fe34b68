import Circuits

/// How a gate acts on one of its wires: built from the identity and one Pauli operator there, or in no such simple way.
///
/// Two gates commute if on every wire they share they have the same axis: both are then polynomials in commuting
/// products.
enum WireAxis: UInt8, Sendable {
    case none, x, y, z
}

extension StandardGate {
    /// The axis on operand k, for all parameters.
    func axis(on operand: Int) -> WireAxis {
        switch self {
        case .z, .s, .sdg, .t, .tdg, .rz, .p: .z
        case .x, .sx, .sxdg, .rx: .x
        case .y, .ry: .y
        case .cz, .cs, .csdg, .cp, .crz, .rzz, .ccz: .z
        case .cx, .csx, .crx, .rzx: operand == 0 ? .z : .x
        case .cy, .cry: operand == 0 ? .z : .y
        case .ch, .cu: operand == 0 ? .z : .none
        case .rxx: .x
        case .ryy: .y
        case .ecr: operand == 1 ? .x : .none
        case .ccx: operand == 2 ? .x : .z
        case .c3x: operand == 3 ? .x : .z
        case .c4x: operand == 4 ? .x : .z
        case .gphase, .id, .h, .r, .u2, .u, .swap, .iswap, .dcx, .xxPlusYY, .xxMinusYY, .cswap, .rccx, .c3sx, .rc3x:
            .none
        }
    }
}
