import Circuits

extension DialectAdditions {
    /// Amazon Braket (developer guide, "Supported OpenQASM features"): its gates by its names, known without an include.
    ///
    /// `U` is the matrix with a real upper left element here, so that `ctrl @ U` differs from OpenQASM 3's by a phase of
    /// θ/2 on the control. Pragmas are in `BraketPragma.swift`.
    static let braket = DialectAdditions(
        gates: [
            ("U", GateEntry(.u)), ("i", GateEntry(.id)), ("x", GateEntry(.x)), ("y", GateEntry(.y)),
            ("z", GateEntry(.z)), ("h", GateEntry(.h)), ("s", GateEntry(.s)), ("si", GateEntry(.sdg)),
            ("t", GateEntry(.t)), ("ti", GateEntry(.tdg)), ("v", GateEntry(.sx)), ("vi", GateEntry(.sxdg)),
            ("rx", GateEntry(.rx)), ("ry", GateEntry(.ry)), ("rz", GateEntry(.rz)), ("phaseshift", GateEntry(.p)),
            ("prx", GateEntry(.r)), ("cnot", GateEntry(.cx)), ("cy", GateEntry(.cy)), ("cz", GateEntry(.cz)),
            ("cv", GateEntry(.csx)), ("cphaseshift", GateEntry(.cp)), ("swap", GateEntry(.swap)),
            ("iswap", GateEntry(.iswap)), ("ecr", GateEntry(.ecr)), ("xx", GateEntry(.rxx)), ("yy", GateEntry(.ryy)),
            ("zz", GateEntry(.rzz)), ("ccnot", GateEntry(.ccx)), ("cswap", GateEntry(.cswap)),
        ],
        definitions: definitions(
            """
            gate cphaseshift00(angle0) a, b { x a; x b; cp(angle0) a, b; x a; x b; }
            gate cphaseshift01(angle0) a, b { x a; cp(angle0) a, b; x a; }
            gate cphaseshift10(angle0) a, b { x b; cp(angle0) a, b; x b; }
            gate pswap(angle0) a, b { swap a, b; p(angle0) a; p(angle0) b; cp(-2 * angle0) a, b; }
            gate xy(angle0) a, b { xx_plus_yy(-angle0, 0) a, b; }
            gate gpi(angle0) a { gphase(pi / 2); r(pi, angle0) a; }
            gate gpi2(angle0) a { r(pi / 2, angle0) a; }
            gate ms(angle0, angle1, angle2) a, b {
              rz(-angle0) a; rz(-angle1) b; rxx(angle2) a, b; rz(angle0) a; rz(angle1) b;
            }
            """),
        versions: [3])
}
