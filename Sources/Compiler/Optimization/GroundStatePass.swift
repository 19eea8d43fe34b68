import Circuits

/// Uses that a program starts with all qubits in |0⟩: leaves out resets of fresh qubits, and gates that do nothing to
/// them but a phase (diagonal gates on |0⟩, controlled gates whose control is |0⟩).
///
/// The result means the same only from the ground state, in which devices start; so this is for programs that are run,
/// not for subroutines.
public struct GroundStatePass: Pass {
    public let name = "gates on fresh qubits"

    public init() {}

    public func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        let block = unit.circuit.body
        var isFresh = Array(repeating: true, count: unit.circuit.qubitCount)
        var result = Block()
        result.reserve(instructions: block.count, operands: 2 * block.count, parameters: block.count)
        var changes = false
        for position in block.indices {
            let qubits = block.qubits(at: position)
            switch block.operation(at: position) {
            case .reset:
                if isFresh[qubits[0].index] {
                    changes = true
                    continue
                }
                isFresh[qubits[0].index] = true
            case .gate(.standard(let gate)):
                if gate.doesNothing(onFresh: qubits.map { isFresh[$0.index] }) {
                    changes = true
                    continue
                }
                if gate == .swap {
                    isFresh.swapAt(qubits[0].index, qubits[1].index)
                } else {
                    // Controls and diagonal operands in |0⟩ have been dealt with; the rest may leave it.
                    for (k, qubit) in qubits.enumerated() where !gate.commutesWithZ(onOperand: k) {
                        isFresh[qubit.index] = false
                    }
                }
            case .barrier, .delay, .assign: break
            case .measure, .gate(.defined), .controlFlow, .break, .continue, .end:
                for qubit in qubits { isFresh[qubit.index] = false }
            }
            result.append(from: block, at: position)
        }
        if changes { unit.circuit.body = result }
    }
}

extension StandardGate {
    /// Whether the gate is the identity where the operands marked are |0⟩ and the others anything.
    fileprivate func doesNothing(onFresh isFresh: [Bool]) -> Bool {
        switch self {
        case .gphase: return false
        case .z, .s, .sdg, .t, .tdg, .p: return isFresh[0]
        // A phase known only with its angle would be lost from the global phase.
        case .rz, .rzz: return false
        case .cz, .cs, .csdg, .cp, .ccz: return isFresh.contains(true)
        case .swap: return isFresh[0] && isFresh[1]
        default:
            guard let (count, _) = controlled else { return false }
            return isFresh.prefix(count).contains(true)
        }
    }
}
