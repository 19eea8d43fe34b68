import Circuits

/// Merges rotations and cancels gates with their inverses across everything they commute with, until nothing changes;
/// then leaves out what no measurement can see.
public struct CancellationPass: Pass {
    public let name = "commutative cancellation"
    /// Rounds after which to stop; each is linear in the program.
    static let rounds = 6

    public init() {}

    public func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        for _ in 0..<Self.rounds {
            var canceller = GateCanceller(unit.circuit)
            let body = canceller.simplified(unit.circuit.body)
            if canceller.changes == 0 { break }
            let phase = canceller.arithmetic.combine(1, canceller.symbolicPhase, plus: canceller.phase)
            var circuit = canceller.arithmetic.circuit
            circuit.body = body
            circuit.addGlobalPhase(phase, &canceller.arithmetic)
            unit.circuit = circuit
        }
        unit.circuit.body = unit.circuit.body.withoutMeasuredDiagonals()
    }
}

extension Block {
    /// Without diagonal gates all of whose qubits are measured next: they change no probability, and after the outcome
    /// no more than a global phase.
    func withoutMeasuredDiagonals() -> Block {
        let highest = usedQubits.max()?.index ?? -1
        var isMeasuredNext = Array(repeating: false, count: highest + 1)
        var isGone = Array(repeating: false, count: count)
        var changes = !controlFlow.isEmpty
        for position in indices.reversed() {
            switch operation(at: position) {
            case .gate(.standard(let gate)):
                let qubits = qubits(at: position)
                if gate.isDiagonal, !qubits.isEmpty, qubits.allSatisfy({ isMeasuredNext[$0.index] }) {
                    isGone[position] = true
                    changes = true
                } else {
                    for qubit in qubits { isMeasuredNext[qubit.index] = false }
                }
            case .measure: isMeasuredNext[qubits(at: position)[0].index] = true
            case .assign: break
            default: for qubit in qubits(at: position) { isMeasuredNext[qubit.index] = false }
            }
            if case .break = operation(at: position) { isMeasuredNext = isMeasuredNext.map { _ in false } }
            if case .continue = operation(at: position) { isMeasuredNext = isMeasuredNext.map { _ in false } }
        }
        if !changes { return self }
        var result = Block()
        result.reserve(instructions: count, operands: 2 * count, parameters: count)
        for position in indices where !isGone[position] {
            if case .controlFlow(let place) = operation(at: position) {
                result.append(
                    controlFlow[place].mapBlocks { $0.withoutMeasuredDiagonals() }, location: location(at: position))
                for annotation in annotations(at: position) { result.annotateLast(annotation) }
            } else {
                result.append(from: self, at: position)
            }
        }
        return result
    }
}
