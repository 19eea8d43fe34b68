import Circuits

// Gates of the include files in terms of `U`, `gphase` and modifiers, or of `U` and `CX`: for texts in which the program
// itself has given a name of the file to something else, so that the file cannot be included.
extension StandardDefinitions {
    /// The gates of `stdgates.inc`, exact.
    static func primitiveInVersion3(_ gate: StandardGate) -> Definition? {
        switch gate {
        case .id: ("", "a", "")
        case .x: ("", "a", "U(pi, 0, pi) a; gphase(-pi / 2);")
        case .y: ("", "a", "U(pi, pi / 2, pi / 2) a; gphase(-pi / 2);")
        case .z: ("", "a", "U(0, 0, pi) a;")
        case .h: ("", "a", "U(pi / 2, 0, pi) a; gphase(-pi / 4);")
        case .s: ("", "a", "U(0, 0, pi / 2) a;")
        case .sdg: ("", "a", "U(0, 0, -pi / 2) a;")
        case .t: ("", "a", "U(0, 0, pi / 4) a;")
        case .tdg: ("", "a", "U(0, 0, -pi / 4) a;")
        case .sx: ("", "a", "U(pi / 2, -pi / 2, pi / 2) a;")
        case .p: ("lambda", "a", "U(0, 0, lambda) a;")
        case .rx: ("theta", "a", "U(theta, -pi / 2, pi / 2) a; gphase(-theta / 2);")
        case .ry: ("theta", "a", "U(theta, 0, 0) a; gphase(-theta / 2);")
        case .rz: ("theta", "a", "U(0, 0, theta) a; gphase(-theta / 2);")
        case .cx: ("", "a, b", "ctrl @ U(pi, 0, pi) a, b; U(0, 0, -pi / 2) a;")
        case .cy: ("", "a, b", "ctrl @ U(pi, pi / 2, pi / 2) a, b; U(0, 0, -pi / 2) a;")
        case .cz: ("", "a, b", "ctrl @ U(0, 0, pi) a, b;")
        case .ch: ("", "a, b", "ctrl @ U(pi / 2, 0, pi) a, b; U(0, 0, -pi / 4) a;")
        case .cp: ("lambda", "a, b", "ctrl @ U(0, 0, lambda) a, b;")
        case .crx: ("theta", "a, b", "ctrl @ U(theta, -pi / 2, pi / 2) a, b; U(0, 0, -theta / 2) a;")
        case .cry: ("theta", "a, b", "ctrl @ U(theta, 0, 0) a, b; U(0, 0, -theta / 2) a;")
        case .crz: ("theta", "a, b", "ctrl @ U(0, 0, theta) a, b; U(0, 0, -theta / 2) a;")
        case .cu:
            (
                "theta, phi, lambda, gamma", "a, b",
                "U(0, 0, gamma - theta / 2) a; ctrl @ U(theta, phi, lambda) a, b;"
            )
        case .swap: ("", "a, b", "cx a, b; cx b, a; cx a, b;")
        case .ccx: ("", "a, b, c", "ctrl(2) @ U(pi, 0, pi) a, b, c; ctrl @ U(0, 0, -pi / 2) a, b;")
        case .cswap: ("", "a, b, c", "cx c, b; ccx a, b, c; cx c, b;")
        default: nil
        }
    }

    /// The gates of `qelib1.inc` as that file defines them (arXiv:1707.03429, and what Qiskit has added): up to a phase.
    static func primitiveInVersion2(_ gate: StandardGate) -> Definition? {
        switch gate {
        case .id: ("", "a", "U(0, 0, 0) a;")
        case .x: ("", "a", "U(pi, 0, pi) a;")
        case .y: ("", "a", "U(pi, pi / 2, pi / 2) a;")
        case .z: ("", "a", "U(0, 0, pi) a;")
        case .h: ("", "a", "U(pi / 2, 0, pi) a;")
        case .s: ("", "a", "U(0, 0, pi / 2) a;")
        case .sdg: ("", "a", "U(0, 0, -pi / 2) a;")
        case .t: ("", "a", "U(0, 0, pi / 4) a;")
        case .tdg: ("", "a", "U(0, 0, -pi / 4) a;")
        case .sx: ("", "a", "U(pi / 2, -pi / 2, pi / 2) a;")
        case .sxdg: ("", "a", "U(-pi / 2, -pi / 2, pi / 2) a;")
        case .p: ("lambda", "a", "U(0, 0, lambda) a;")
        case .u2: ("phi, lambda", "a", "U(pi / 2, phi, lambda) a;")
        case .u: ("theta, phi, lambda", "a", "U(theta, phi, lambda) a;")
        case .rx: ("theta", "a", "U(theta, -pi / 2, pi / 2) a;")
        case .ry: ("theta", "a", "U(theta, 0, 0) a;")
        case .rz: ("theta", "a", "U(0, 0, theta) a;")
        case .cx: ("", "a, b", "CX a, b;")
        case .cy: ("", "a, b", "U(0, 0, -pi / 2) b; CX a, b; U(0, 0, pi / 2) b;")
        case .cz: ("", "a, b", "U(pi / 2, 0, pi) b; CX a, b; U(pi / 2, 0, pi) b;")
        case .ch: ("", "a, b", "h b; sdg b; cx a, b; h b; t b; cx a, b; t b; h b; s b; x b; s a;")
        case .cp:
            (
                "lambda", "a, b",
                "U(0, 0, lambda / 2) a; CX a, b; U(0, 0, -lambda / 2) b; CX a, b; U(0, 0, lambda / 2) b;"
            )
        case .crx:
            (
                "theta", "a, b",
                "U(0, 0, pi / 2) b; CX a, b; U(-theta / 2, 0, 0) b; CX a, b; U(theta / 2, -pi / 2, 0) b;"
            )
        case .cry: ("theta", "a, b", "U(theta / 2, 0, 0) b; CX a, b; U(-theta / 2, 0, 0) b; CX a, b;")
        case .crz: ("theta", "a, b", "U(0, 0, theta / 2) b; CX a, b; U(0, 0, -theta / 2) b; CX a, b;")
        case .cu:
            (
                "theta, phi, lambda, gamma", "a, b",
                "U(0, 0, gamma) a; U(0, 0, (lambda + phi) / 2) a; U(0, 0, (lambda - phi) / 2) b; CX a, b; "
                    + "U(-theta / 2, 0, -(phi + lambda) / 2) b; CX a, b; U(theta / 2, phi, 0) b;"
            )
        case .swap: ("", "a, b", "CX a, b; CX b, a; CX a, b;")
        case .ccx:
            (
                "", "a, b, c",
                "h c; cx b, c; tdg c; cx a, c; t c; cx b, c; tdg c; cx a, c; t b; t c; h c; cx a, b; t a; tdg b; cx a, b;"
            )
        case .cswap: ("", "a, b, c", "cx c, b; ccx a, b, c; cx c, b;")
        case .c3x:
            (
                "", "a, b, c, d",
                "h d; p(pi / 8) a; p(pi / 8) b; p(pi / 8) c; p(pi / 8) d; cx a, b; p(-pi / 8) b; cx a, b; cx b, c; "
                    + "p(-pi / 8) c; cx a, c; p(pi / 8) c; cx b, c; p(-pi / 8) c; cx a, c; cx c, d; p(-pi / 8) d; "
                    + "cx b, d; p(pi / 8) d; cx c, d; p(-pi / 8) d; cx a, d; p(pi / 8) d; cx c, d; p(-pi / 8) d; "
                    + "cx b, d; p(pi / 8) d; cx c, d; p(-pi / 8) d; cx a, d; h d;"
            )
        case .c3sx:
            (
                "", "a, b, c, d",
                "h d; cp(pi / 8) a, d; h d; cx a, b; h d; cp(-pi / 8) b, d; h d; cx a, b; h d; cp(pi / 8) b, d; h d; "
                    + "cx b, c; h d; cp(-pi / 8) c, d; h d; cx a, c; h d; cp(pi / 8) c, d; h d; cx b, c; h d; "
                    + "cp(-pi / 8) c, d; h d; cx a, c; h d; cp(pi / 8) c, d; h d;"
            )
        case .c4x:
            (
                "", "a, b, c, d, e",
                "h e; cp(pi / 2) d, e; h e; c3x a, b, c, d; h e; cp(-pi / 2) d, e; h e; c3x a, b, c, d; "
                    + "c3sqrtx a, b, c, e;"
            )
        default: nil
        }
    }
}
