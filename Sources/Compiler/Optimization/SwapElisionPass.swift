import Circuits

/// Turns the swaps of a program into names: what follows a swap acts on the other qubit. The layout then says where
/// each qubit of the program ends.
///
/// Swaps inside control flow stay, because they may not happen.
struct SwapElisionPass: Pass {
    let name = "swaps as relabelling"

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        precondition(!unit.isPlaced, "swaps are elided before the layout")
        let source = unit.circuit.body
        guard source.indices.contains(where: { source.operation(at: $0) == .gate(.standard(.swap)) }) else { return }
        var carrier = (0..<unit.circuit.qubitCount).map { Qubit($0) }
        var result = Block()
        result.reserve(instructions: source.count, operands: 2 * source.count, parameters: source.count)
        for position in source.indices {
            if source.operation(at: position) == .gate(.standard(.swap)) {
                let qubits = source.qubits(at: position)
                carrier.swapAt(qubits[0].index, qubits[1].index)
            } else {
                result.append(from: source, at: position, relabelling: { carrier[$0.index] })
            }
        }
        unit.circuit.body = result
        unit.permutation = unit.permutation.map { carrier[$0.index] }
    }
}
