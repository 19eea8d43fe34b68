import Circuits
import Hardware

/// Refuses a placed program with a gate on two sites that no coupler joins: where nothing is routed, it cannot run.
struct CoupledPairsCheck: Pass {
    let name = "coupled pairs"
    var stage: CompilationStage { .mapping }

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        if context.target.isAllToAll { return }
        try check(unit.circuit.body, context.target)
    }

    private func check(_ block: Block, _ target: Target) throws(CompilerError) {
        for position in block.indices {
            guard case .gate(let gate) = block.operation(at: position) else { continue }
            let qubits = block.qubits(at: position)
            guard qubits.count == 2 else { continue }
            let (a, b) = (Site(qubits[0].index), Site(qubits[1].index))
            guard target.coupler(a, b) == nil else { continue }
            throw CompilerError(
                .invalidOption,
                "no working coupler of \(target.description.id) joins sites \(a.index) and \(b.index), which "
                    + "\(gate.standard?.name ?? "a gate") needs, and a program taken word for word is not routed",
                cure: "choose neighbouring sites", location: block.location(at: position))
        }
        for statement in block.controlFlow {
            for nested in statement.blocks { try check(nested, target) }
        }
    }
}
