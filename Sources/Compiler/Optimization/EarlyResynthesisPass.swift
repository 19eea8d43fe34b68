import Circuits

/// Resynthesis before the layout, kept only where it saves entangling gates.
///
/// A program written in CX ladders shrinks here, and what is shorter routes better. A program of rotations that commute
/// (Ising, QAOA, Fourier) would only lose the names by which the router knows that they commute.
struct EarlyResynthesisPass: Pass {
    let name = "early resynthesis"
    /// The share of entangling gates that has to go.
    let worthwhile = 0.02

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        precondition(!unit.isPlaced, "early resynthesis comes before the layout")
        let cost = EntanglingCost(context.target)
        let before = Self.weight(unit.circuit.body, cost)
        guard before > 0 else { return }
        var candidate = unit
        try ResynthesisPass().run(&candidate, in: context)
        if Double(Self.weight(candidate.circuit.body, cost)) <= (1 - worthwhile) * Double(before) { unit = candidate }
    }

    /// Entangling gates, nested blocks included.
    private static func weight(_ block: Block, _ cost: EntanglingCost) -> Int {
        var total = block.controlFlow.reduce(0) { $0 + $1.blocks.reduce(0) { $0 + weight($1, cost) } }
        for position in block.indices {
            if case .gate = block.operation(at: position), block.qubits(at: position).count == 2 {
                total += Int(cost(block[position]).alone)
            }
        }
        return total
    }
}
