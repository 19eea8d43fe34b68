import Circuits

/// The gates that the language and its standard include files bring along.
enum StandardLibrary {
    /// Known without any include.
    static func builtins(version: Int) -> [(name: String, entry: GateEntry)] {
        version == 2
            ? [("U", GateEntry(.u)), ("CX", GateEntry(.cx))]
            : [("U", GateEntry(.u, rule: .halfTheta))]
    }

    /// Exactly the gates of OpenQASM 3's standard library ("Standard library", `stdgates.inc`).
    static let stdgates: [(name: String, entry: GateEntry)] =
        plain([
            .p, .x, .y, .z, .h, .s, .sdg, .t, .tdg, .sx, .rx, .ry, .rz, .cx, .cy, .cz, .cp, .crx, .cry, .crz, .ch,
            .swap,
            .ccx, .cswap, .cu, .id,
        ]) + [
            ("CX", GateEntry(.cx)), ("phase", GateEntry(.p)), ("cphase", GateEntry(.cp)), ("u1", GateEntry(.p)),
            ("u2", GateEntry(.u2, rule: .minusHalfPhiLambda)), ("u3", GateEntry(.u, rule: .minusHalfPhiLambda)),
        ]

    /// OpenQASM 2's `qelib1.inc` in the widest form in use, with the conventions of Qiskit's loader: `u3` has a real
    /// upper left element, `rz` and `rzz` are symmetric rotations. Gates that Qiskit's exporter defines in each file it
    /// writes are known too; a file's own definition takes their place.
    static let qelib1: [(name: String, entry: GateEntry)] =
        plain(StandardGate.allCases.filter { $0 != .gphase }) + [
            ("u3", GateEntry(.u)), ("u1", GateEntry(.p)), ("u0", GateEntry(.id, rule: .idle)), ("CX", GateEntry(.cx)),
            ("cu1", GateEntry(.cp)), ("cu3", GateEntry(.u3Controlled, rule: .controlledU3)),
            ("c3sqrtx", GateEntry(.c3sx)), ("phase", GateEntry(.p)), ("cphase", GateEntry(.cp)),
        ]

    private static func plain(_ gates: [StandardGate]) -> [(name: String, entry: GateEntry)] {
        gates.map { ($0.name, GateEntry($0)) }
    }

    /// The gates of an include file by its name; nil for a file that is not built in.
    static func gates(include file: String) -> [(name: String, entry: GateEntry)]? {
        switch file {
        case "stdgates.inc": stdgates
        case "qelib1.inc": qelib1
        default: nil
        }
    }

    /// Which standard gate a program's own definition of this name may turn out to be.
    static let byName: [String: GateEntry] = Dictionary(
        (stdgates + qelib1 + OpenQASMWriter.privateNames.map { ($0.value, GateEntry($0.key)) }),
        uniquingKeysWith: { _, new in new })

    /// The include file that has a gate of this name.
    static func include(with name: String) -> String? {
        if stdgates.contains(where: { $0.name == name }) { return "stdgates.inc" }
        return qelib1.contains { $0.name == name } ? "qelib1.inc" : nil
    }
}

extension StandardGate {
    /// What `cu3` is an instance of.
    fileprivate static var u3Controlled: StandardGate { .cu }
}
