import Circuits

/// Qiskit's classes of gates that are standard gates of Kelvin, parameters and operands alike.
///
/// Source: Qiskit's circuit library, `qiskit.circuit.library.standard_gates`.
enum GateClasses {
    static let standard: [String: StandardGate] = [
        "GlobalPhaseGate": .gphase, "IGate": .id, "XGate": .x, "YGate": .y, "ZGate": .z, "HGate": .h, "SGate": .s,
        "SdgGate": .sdg, "TGate": .t, "TdgGate": .tdg, "SXGate": .sx, "SXdgGate": .sxdg, "RXGate": .rx, "RYGate": .ry,
        "RZGate": .rz, "PhaseGate": .p, "U1Gate": .p, "RGate": .r, "U2Gate": .u2, "UGate": .u, "U3Gate": .u,
        "CXGate": .cx, "CYGate": .cy, "CZGate": .cz, "CHGate": .ch, "CSGate": .cs, "CSdgGate": .csdg, "CSXGate": .csx,
        "CPhaseGate": .cp, "CU1Gate": .cp, "CRXGate": .crx, "CRYGate": .cry, "CRZGate": .crz, "CUGate": .cu,
        "SwapGate": .swap, "iSwapGate": .iswap, "ECRGate": .ecr, "DCXGate": .dcx, "RXXGate": .rxx, "RYYGate": .ryy,
        "RZZGate": .rzz, "RZXGate": .rzx, "XXPlusYYGate": .xxPlusYY, "XXMinusYYGate": .xxMinusYY, "CCXGate": .ccx,
        "CCZGate": .ccz, "CSwapGate": .cswap, "RCCXGate": .rccx, "C3XGate": .c3x, "C3SXGate": .c3sx, "RC3XGate": .rc3x,
        "C4XGate": .c4x,
    ]

    /// The class of each standard gate.
    static let names: [StandardGate: String] = {
        // Where several classes are one gate here, the plain one.
        let preferred: [StandardGate: String] = [.p: "PhaseGate", .u: "UGate", .cp: "CPhaseGate"]
        return Dictionary(standard.map { ($0.value, $0.key) }, uniquingKeysWith: { a, b in a }).merging(preferred) {
            $1
        }
    }()

    /// Classes whose number of controls is told by the instruction, with the gate under them.
    static let multiplyControlled: [String: StandardGate] = [
        "MCXGate": .x, "MCXGrayCode": .x, "MCXRecursive": .x, "MCXVChain": .x, "MCPhaseGate": .p, "MCU1Gate": .p,
    ]

    /// How many of the operands of a standard gate are controls in Qiskit, foremost.
    static func controlCount(of gate: StandardGate) -> Int {
        switch gate {
        case .cx, .cy, .cz, .ch, .cs, .csdg, .csx, .cp, .crx, .cry, .crz, .cu, .cswap: 1
        case .ccx, .ccz: 2
        case .c3x, .c3sx: 3
        case .c4x: 4
        default: 0
        }
    }
}
