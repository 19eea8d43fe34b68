import Circuits

/// Gates under the names that vendors give them.
enum ForeignGates {
    /// A gate of the house that does what the vendor's does, up to a global phase.
    struct Meaning {
        var gate: StandardGate
        var angleRanges: [ClosedRange<Double>?]?
    }

    /// Nil for what is no gate of the house; case is ignored.
    static func meaning(_ name: String) -> Meaning? {
        let name = name.lowercased()
        switch name {
        case "cnot": return Meaning(gate: .cx)
        case "i": return Meaning(gate: .id)
        case "v": return Meaning(gate: .sx)
        case "vi": return Meaning(gate: .sxdg)
        case "si": return Meaning(gate: .sdg)
        case "ti": return Meaning(gate: .tdg)
        case "u1", "phaseshift", "phase": return Meaning(gate: .p)
        case "u3": return Meaning(gate: .u)
        case "prx", "phased_rx", "phased_xz", "phasedxz", "phasedx": return Meaning(gate: .r)
        // GPi2(φ) is a quarter turn about an axis in the plane; GPi(φ), a half turn, is two of them.
        case "gpi2": return Meaning(gate: .r, angleRanges: [(.pi / 2)...(.pi / 2), nil])
        case "ms": return Meaning(gate: .rxx, angleRanges: [0...(.pi / 2)])
        case "zz": return Meaning(gate: .rzz, angleRanges: nil)
        case "xx": return Meaning(gate: .rxx, angleRanges: nil)
        case "yy": return Meaning(gate: .ryy, angleRanges: nil)
        case "cphaseshift": return Meaning(gate: .cp)
        case "ccnot": return Meaning(gate: .ccx)
        case "xy": return Meaning(gate: .xxPlusYY)
        // √iSWAP is exp(+iπ/8 (XX + YY)).
        case "sqrt_iswap": return Meaning(gate: .xxPlusYY, angleRanges: [(-.pi / 2)...(-.pi / 2), 0...0])
        case "gphase": return nil
        default: return StandardGate(name: name).map { Meaning(gate: $0) }
        }
    }

    /// Statements that vendors list among their gates.
    static let statements: Set<String> = [
        "measure", "measure_2", "measure_ff", "reset", "reset_2", "delay", "barrier", "if_else", "for_loop",
        "while_loop", "switch_case", "cc_prx", "move", "wait", "gpi",
    ]
}
