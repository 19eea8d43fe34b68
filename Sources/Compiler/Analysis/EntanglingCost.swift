import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How many of a machine's entangling gates a two-qubit gate takes, alone and merged with a swap of the same pair.
///
/// From the Weyl chamber (Zhang, Vala, Sastry, Whaley, arXiv:quant-ph/0209120): the class of CX takes one CX, one
/// interaction coefficient takes two, the swap three. A swap adds (π/4, π/4, π/4) and mirrors the class.
struct EntanglingCost: Sendable {
    /// Whether the machine has an interaction of any angle (`rzz`, `rxx`, `cp`…), so that one coefficient takes one.
    let hasContinuousGate: Bool

    init(_ target: Target) {
        hasContinuousGate = target.twoQubitGates.contains { gate in
            gate.parameterCount == 1 && gate != .cu && target.supports(gate)
        }
    }

    func callAsFunction(_ instruction: Instruction) -> (alone: UInt8, withSwap: UInt8) {
        guard case .gate(.standard(let gate)) = instruction.operation else { return (3, 3) }
        switch gate {
        case .cx, .cy, .cz, .ecr, .ch: return (1, 2)
        case .swap: return (3, 0)
        case .iswap, .dcx: return (2, 1)
        case .cs, .csdg, .csx: return (hasContinuousGate ? 1 : 2, 3)
        case .cp, .crx, .cry, .crz: return rotation(instruction, quarterTurn: .pi)
        case .rxx, .ryy, .rzz, .rzx: return rotation(instruction, quarterTurn: .pi / 2)
        case .cu: return (hasContinuousGate ? 1 : 2, 3)
        case .xxPlusYY, .xxMinusYY: return (2, 3)
        default: return (3, 3)
        }
    }

    private func rotation(_ instruction: Instruction, quarterTurn: Double) -> (alone: UInt8, withSwap: UInt8) {
        if let angle = instruction.parameters.first?.constant,
            abs(remainder(abs(angle), 2 * quarterTurn) / quarterTurn).distance(to: 1).magnitude < 1e-9
        {
            return (1, 2)
        }
        return (hasContinuousGate ? 1 : 2, 3)
    }
}
