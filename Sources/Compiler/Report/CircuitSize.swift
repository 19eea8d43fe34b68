public import Circuits

/// How large a circuit is. Nested blocks count once, wherever they stand; alternatives count together in gates and by
/// the deepest in depth.
public struct CircuitSize: Codable, Hashable, Sendable {
    /// Gates, measurements and resets; barriers, delays and classical steps do not count.
    public var gates = 0
    /// Gates on two qubits or more.
    public var twoQubitGates = 0
    public var depth = 0
    /// Depth over gates on two qubits or more.
    public var twoQubitDepth = 0

    public init(_ circuit: Circuit) {
        var levels = Array(repeating: 0, count: circuit.qubitCount + circuit.bitCount)
        var entangling = Array(repeating: 0, count: circuit.qubitCount)
        add(circuit.body, of: circuit, &levels, &entangling)
        depth = levels.max() ?? 0
        twoQubitDepth = entangling.max() ?? 0
    }

    private mutating func add(
        _ block: Block, of circuit: Circuit, _ levels: inout [Int], _ entangling: inout [Int]
    ) {
        for position in block.indices {
            let operation = block.operation(at: position)
            let qubits = block.qubits(at: position)
            switch operation {
            case .gate(let gate):
                let width = qubits.count
                if width == 0 || gate == .standard(.id) { continue }
                gates += 1
                if width > 1 {
                    twoQubitGates += 1
                    Self.raise(&entangling, qubits, by: 1)
                }
                Self.raise(&levels, qubits, by: 1)
            case .measure(let bit):
                gates += 1
                let qubit = qubits[0].index
                var level = levels[qubit]
                if let bit { level = max(level, levels[circuit.qubitCount + bit.index]) }
                levels[qubit] = level + 1
                if let bit { levels[circuit.qubitCount + bit.index] = level + 1 }
            case .reset:
                gates += 1
                Self.raise(&levels, qubits, by: 1)
            case .barrier:
                Self.raise(&levels, qubits, by: 0)
                Self.raise(&entangling, qubits, by: 0)
            case .controlFlow(let place):
                // Alternatives start together; what follows starts after the deepest.
                Self.raise(&levels, qubits, by: 0)
                Self.raise(&entangling, qubits, by: 0)
                let (startLevels, startEntangling) = (levels, entangling)
                for nested in block.controlFlow[place].blocks {
                    var (branchLevels, branchEntangling) = (startLevels, startEntangling)
                    add(nested, of: circuit, &branchLevels, &branchEntangling)
                    for k in levels.indices { levels[k] = max(levels[k], branchLevels[k]) }
                    for k in entangling.indices { entangling[k] = max(entangling[k], branchEntangling[k]) }
                }
            case .delay, .assign, .break, .continue, .end: break
            }
        }
    }

    private static func raise(_ levels: inout [Int], _ qubits: Operands, by step: Int) {
        var top = 0
        for qubit in qubits { top = max(top, levels[qubit.index]) }
        for qubit in qubits { levels[qubit.index] = top + step }
    }
}
