import Circuits

/// Definitions of the standard gates that an include file lacks, for texts that other programs read.
///
/// Exact, phases included, in terms of `stdgates.inc`; without modifiers, so that OpenQASM 2 can say them too (up to a
/// phase there, which it cannot).
enum StandardDefinitions {
    /// Parameters, operands, and the body.
    static func definition(of gate: StandardGate, version: Int) -> (parameters: String, operands: String, body: String)?
    {
        switch gate {
        case .u: ("theta, phi, lambda", "a", "gphase(-theta / 2); U(theta, phi, lambda) a;")
        case .u2: ("phi, lambda", "a", "gphase(-pi / 4); U(pi / 2, phi, lambda) a;")
        case .sxdg: ("", "a", "inv @ sx a;")
        case .r: ("theta, phi", "a", "rz(-phi) a; rx(theta) a; rz(phi) a;")
        case .cs: ("", "a, b", "p(pi / 4) a; cx a, b; p(-pi / 4) b; cx a, b; p(pi / 4) b;")
        case .csdg: ("", "a, b", "p(-pi / 4) a; cx a, b; p(pi / 4) b; cx a, b; p(-pi / 4) b;")
        case .csx: ("", "a, b", "h b; cp(pi / 2) a, b; h b;")
        case .iswap: ("", "a, b", "s a; s b; h a; cx a, b; cx b, a; h b;")
        case .ecr:
            (
                "", "a, b",
                "h b; cx a, b; rz(pi / 4) b; cx a, b; h b; x a; h b; cx a, b; rz(-pi / 4) b; cx a, b; h b;"
            )
        case .dcx: ("", "a, b", "cx a, b; cx b, a;")
        case .rxx: ("theta", "a, b", "h a; h b; cx a, b; rz(theta) b; cx a, b; h a; h b;")
        case .ryy:
            (
                "theta", "a, b",
                "rx(pi / 2) a; rx(pi / 2) b; cx a, b; rz(theta) b; cx a, b; rx(-pi / 2) a; rx(-pi / 2) b;"
            )
        case .rzz: ("theta", "a, b", "cx a, b; rz(theta) b; cx a, b;")
        case .rzx: ("theta", "a, b", "h b; cx a, b; rz(theta) b; cx a, b; h b;")
        case .xxPlusYY:
            (
                "theta, beta", "a, b",
                "rz(beta) a; rz(-pi / 2) b; rx(pi / 2) b; rz(pi / 2) b; s a; cx b, a; ry(-theta / 2) b; ry(-theta / 2) a; "
                    + "cx b, a; sdg a; rz(-pi / 2) b; rx(-pi / 2) b; rz(pi / 2) b; rz(-beta) a;"
            )
        case .xxMinusYY:
            (
                "theta, beta", "a, b",
                "rz(-beta) b; rz(-pi / 2) a; rx(pi / 2) a; rz(pi / 2) a; s b; cx a, b; ry(theta / 2) a; ry(-theta / 2) b; "
                    + "cx a, b; sdg b; rz(-pi / 2) a; rx(-pi / 2) a; rz(pi / 2) a; rz(beta) b;"
            )
        case .ccz: ("", "a, b, c", "h c; ccx a, b, c; h c;")
        case .rccx: ("", "a, b, c", "h c; t c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; h c;")
        case .rc3x:
            (
                "", "a, b, c, d",
                "h d; t d; cx c, d; tdg d; h d; cx a, d; t d; cx b, d; tdg d; cx a, d; t d; cx b, d; tdg d; h d; t d; "
                    + "cx c, d; tdg d; h d;"
            )
        case .c3x: ("", "a, b, c, d", "ctrl(3) @ x a, b, c, d;")
        case .c3sx: ("", "a, b, c, d", "ctrl(3) @ sx a, b, c, d;")
        case .c4x: ("", "a, b, c, d, e", "ctrl(4) @ x a, b, c, d, e;")
        default: nil
        }
    }

    /// What `qelib1.inc` itself has, in the form that Qiskit ships.
    static let inVersion2: Set<StandardGate> = [
        .id, .x, .y, .z, .h, .s, .sdg, .t, .tdg, .sx, .sxdg, .rx, .ry, .rz, .p, .u2, .u, .cx, .cy, .cz, .ch, .csx, .cp,
        .crx,
        .cry, .crz, .cu, .swap, .rxx, .rzz, .ccx, .cswap, .rccx, .c3x, .c3sx, .rc3x, .c4x,
    ]

    static let inVersion3: Set<StandardGate> = Set(
        StandardLibrary.stdgates.compactMap { $0.entry.rule == .plain ? $0.entry.gate.standard : nil })
}
