import Circuits

extension Block {
    /// Copies instruction `position` of `source` with each qubit replaced, nested blocks included.
    mutating func append(from source: Block, at position: Int, relabelling map: (Qubit) -> Qubit) {
        var instruction = source[position]
        switch instruction.operation {
        case .controlFlow(let place):
            append(
                source.controlFlow[place].mapBlocks { $0.relabelled(map) }, location: instruction.location)
        case .assign(let place): append(source.assignments[place], location: instruction.location)
        default:
            instruction.qubits = instruction.qubits.mapped(map)
            append(instruction)
        }
        if !source.annotations.isEmpty {
            for annotation in source.annotations(at: position) { annotateLast(annotation) }
        }
    }

    /// The block with each qubit replaced, nested blocks included.
    func relabelled(_ map: (Qubit) -> Qubit) -> Block {
        var result = Block()
        result.reserve(instructions: count, operands: 2 * count, parameters: count)
        for position in indices { result.append(from: self, at: position, relabelling: map) }
        return result
    }
}
