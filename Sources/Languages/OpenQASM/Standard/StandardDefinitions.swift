import Circuits

/// Definitions of the standard gates that an include file lacks, for texts that other programs read.
///
/// Exact, phases included, in terms of `stdgates.inc`; without modifiers, so that OpenQASM 2 can say them too (up to a
/// phase there, which it cannot).
enum StandardDefinitions {
    typealias Definition = (parameters: String, operands: String, body: String)

    /// A gate in words of the version: of its include file's gates, or of the language's own where that file has it.
    static func definition(of gate: StandardGate, in version: OpenQASMWriter.Version) -> Definition? {
        let primitive = version == .version2 ? primitiveInVersion2(gate) : primitiveInVersion3(gate)
        return primitive ?? composite(gate)
    }

    /// Gates that no include file of version 3 has, in terms of those that it has.
    private static func composite(_ gate: StandardGate) -> Definition? {
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

// What a text needs.
extension StandardDefinitions {
    /// The names that the version's include file declares, in the widest form in use.
    static func included(in version: OpenQASMWriter.Version) -> Set<String> {
        if version == .version3 { return Set(StandardLibrary.stdgates.map(\.name)) }
        return Set(inVersion2.map { name(of: $0, in: .version2) } + inVersion2.map(\.name)).union([
            "u0", "u1", "cu1", "cu3",
        ])
    }

    /// The gates that a text has to define, each behind those that its definition calls.
    static func needed(
        by used: Set<StandardGate>, in version: OpenQASMWriter.Version, includesGates: Bool
    ) -> [StandardGate] {
        let included: Set<StandardGate> = !includesGates ? [] : version == .version2 ? inVersion2 : inVersion3
        var result: [StandardGate] = []
        var seen = included.union([.gphase])
        func add(_ gate: StandardGate) {
            guard seen.insert(gate).inserted else { return }
            for other in called(by: gate, in: version) { add(other) }
            result.append(gate)
        }
        for gate in StandardGate.allCases where used.contains(gate) { add(gate) }
        return result
    }

    /// The names of standard gates in a text that calls some of them.
    static func names(
        of used: Set<StandardGate>, in version: OpenQASMWriter.Version, includesGates: Bool
    ) -> Set<String> {
        let defined = needed(by: used, in: version, includesGates: includesGates)
        let names = Set((defined + used).map { name(of: $0, in: version) })
        return includesGates ? names.union(included(in: version)) : names
    }

    /// What a gate is called in a text.
    static func name(of gate: StandardGate, in version: OpenQASMWriter.Version) -> String {
        if version == .version2 { return gate == .u ? "u3" : gate == .c3sx ? "c3sqrtx" : gate.name }
        return OpenQASMWriter.privateNames[gate] ?? gate.name
    }

    private static func called(by gate: StandardGate, in version: OpenQASMWriter.Version) -> [StandardGate] {
        let words = definition(of: gate, in: version)?.body.split { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? []
        return StandardGate.allCases.filter { other in
            other != gate && words.contains { $0 == name(of: other, in: version) }
        }
    }
}

extension OpenQASMWriter.Version {
    /// The file with the version's standard gates.
    var include: String { self == .version2 ? "qelib1.inc" : "stdgates.inc" }
}
