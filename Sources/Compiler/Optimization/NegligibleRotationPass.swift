import Circuits

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Drops rotations so small that leaving them out costs less average fidelity than `CompilerOptions.approximation`.
///
/// For a gate with eigenphases ±θ/2 in equal parts, 1 − F = d/(d + 1) · sin²(θ/2); for a controlled one with a single
/// rotated quarter, d/(d + 1) · (3/8)(1 − cos θ) (from F = (d + |tr U|²/d)/(d + 1), Horodecki, Nielsen). Wide Fourier
/// transforms lose most of their gates this way: the smallest angle of 64 qubits is 10⁻¹⁹.
struct NegligibleRotationPass: Pass {
    let name = "negligible rotations"

    func run(_ unit: inout CompilationUnit, in context: CompilationContext) throws(CompilerError) {
        let limit = context.options.approximation
        guard limit > 0 else { return }
        if let body = pruned(unit.circuit.body, limit) { unit.circuit.body = body }
    }

    /// Nil where nothing changes.
    private func pruned(_ source: Block, _ limit: Double) -> Block? {
        var nested: [ControlFlow] = []
        var changed = false
        for statement in source.controlFlow {
            nested.append(
                statement.mapBlocks { block in
                    guard let replacement = pruned(block, limit) else { return block }
                    changed = true
                    return replacement
                })
        }
        guard changed || source.indices.contains(where: { infidelity(source, $0).map { $0 < limit } ?? false }) else {
            return nil
        }
        var result = Block()
        result.reserve(instructions: source.count, operands: 2 * source.count, parameters: source.count)
        for position in source.indices {
            if let loss = infidelity(source, position), loss < limit { continue }
            if case .controlFlow(let place) = source.operation(at: position) {
                result.append(nested[place], location: source.location(at: position))
                for annotation in source.annotations(at: position) { result.annotateLast(annotation) }
            } else {
                result.append(from: source, at: position)
            }
        }
        return result
    }

    /// What leaving the gate out costs, up to a phase; nil for gates without an angle of their own.
    private func infidelity(_ block: Block, _ position: Int) -> Double? {
        guard case .gate(.standard(let gate)) = block.operation(at: position),
            let angle = block.parameters(at: position).first?.constant
        else { return nil }
        let half = sin(angle / 2)
        switch gate {
        case .rx, .ry, .rz, .p: return 2.0 / 3 * half * half
        case .rxx, .ryy, .rzz, .rzx: return 0.8 * half * half
        case .cp: return 0.8 * 0.75 * half * half
        case .crx, .cry, .crz:
            // tr = 2 + 2 cos(θ/2): unlike the others the identity only at θ = 0 mod 4π.
            let overlap = (1 + cos(angle / 2)) / 2
            return 0.8 * (1 - overlap * overlap)
        default: return nil
        }
    }
}
