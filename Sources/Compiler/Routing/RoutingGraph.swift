import Circuits

/// What must happen in which order, reduced to what matters for routing.
///
/// A node is a run of instructions that needs one pair of qubits side by side (consecutive gates on the same pair and
/// whatever stands between them are one node), or a point where several wires meet without an interaction (barriers,
/// control flow, classical steps). Everything else is attached to the node it follows. All tables are flat.
struct RoutingGraph: Sendable {
    let qubitCount: Int
    /// The pair of node k; −1 where it needs none.
    private(set) var first: [Int32] = []
    private(set) var second: [Int32] = []
    /// How many entangling gates the node costs by itself, and with a swap on the same pair merged into it.
    private(set) var weight: [UInt8] = []
    private(set) var weightWithSwap: [UInt8] = []
    /// Successors of node k: `successors[successorStarts[k]..<successorStarts[k + 1]]`.
    private(set) var successorStarts: [Int32] = [0]
    private(set) var successors: [Int32] = []
    private(set) var predecessorCounts: [Int32] = []
    /// Instructions before any node, then those of node k in source order.
    private(set) var leading: [Int32] = []
    private(set) var instructionStarts: [Int32] = [0]
    private(set) var instructions: [Int32] = []

    var nodeCount: Int { first.count }
    /// Nodes that need a pair.
    private(set) var interactionCount = 0

    /// How many entangling gates an interaction costs, alone and merged with a swap.
    typealias Weigh = (Instruction) -> (alone: UInt8, withSwap: UInt8)

    /// - Precondition: no gate on more than two qubits.
    init(_ block: Block, in circuit: Circuit, weigh: Weigh) {
        qubitCount = circuit.qubitCount
        var builder = Builder(circuit: circuit, written: ClassicalAccess.of(block, in: circuit).writes)
        for position in block.indices { builder.add(block, at: position, weigh: weigh) }
        finish(builder)
    }

    /// The interactions of a block with those of its nested blocks laid out one after the other: what a layout is
    /// searched for.
    init(flattening block: Block, in circuit: Circuit, weigh: Weigh) {
        qubitCount = circuit.qubitCount
        var builder = Builder(circuit: circuit, written: [])
        builder.flatten(block, weigh: weigh)
        finish(builder)
    }

    private mutating func finish(_ builder: Builder) {
        first = builder.first
        second = builder.second
        weight = builder.weight
        weightWithSwap = builder.weightWithSwap
        leading = builder.leading
        interactionCount = first.count { $0 >= 0 }
        predecessorCounts = Array(repeating: 0, count: nodeCount)
        var counts = Array(repeating: Int32(0), count: nodeCount + 1)
        for edge in builder.edges {
            counts[Int(edge.from) + 1] += 1
            predecessorCounts[Int(edge.to)] += 1
        }
        for k in 0..<nodeCount { counts[k + 1] += counts[k] }
        successorStarts = counts
        successors = Array(repeating: 0, count: builder.edges.count)
        for edge in builder.edges {
            successors[Int(counts[Int(edge.from)])] = edge.to
            counts[Int(edge.from)] += 1
        }
        var starts = Array(repeating: Int32(0), count: nodeCount + 1)
        for owner in builder.owners { starts[Int(owner.node) + 1] += 1 }
        for k in 0..<nodeCount { starts[k + 1] += starts[k] }
        instructionStarts = starts
        instructions = Array(repeating: 0, count: builder.owners.count)
        for owner in builder.owners {
            instructions[Int(starts[Int(owner.node)])] = owner.instruction
            starts[Int(owner.node)] += 1
        }
    }

    /// The graph with time running backwards; it carries no instructions.
    var reversed: RoutingGraph {
        var result = self
        result.leading = []
        result.instructions = []
        result.instructionStarts = Array(repeating: 0, count: nodeCount + 1)
        result.predecessorCounts = (0..<nodeCount).map { successorStarts[$0 + 1] - successorStarts[$0] }
        var counts = Array(repeating: Int32(0), count: nodeCount + 1)
        for k in 0..<nodeCount { counts[k + 1] = counts[k] + predecessorCounts[k] }
        result.successorStarts = counts
        for node in 0..<nodeCount {
            for k in successorStarts[node]..<successorStarts[node + 1] {
                let successor = Int(successors[Int(k)])
                result.successors[Int(counts[successor])] = Int32(node)
                counts[successor] += 1
            }
        }
        return result
    }
}

extension RoutingGraph {
    /// Grows the graph one instruction at a time.
    private struct Builder {
        let circuit: Circuit
        /// Classical places that the block writes; those it only reads order nothing.
        let written: Set<Int>
        var first: [Int32] = []
        var second: [Int32] = []
        var weight: [UInt8] = []
        var weightWithSwap: [UInt8] = []
        var edges: [(from: Int32, to: Int32)] = []
        var owners: [(node: Int32, instruction: Int32)] = []
        var leading: [Int32] = []
        /// The last node on each qubit and on each classical place; −1 for none.
        var lastOnQubit: [Int32]
        var lastOnPlace: [Int32]
        /// The node after which everything comes (`break`, `continue`, `end`).
        var fence: Int32 = -1

        init(circuit: Circuit, written: Set<Int>) {
            self.circuit = circuit
            self.written = written
            lastOnQubit = Array(repeating: -1, count: circuit.qubitCount)
            lastOnPlace = Array(repeating: -1, count: circuit.bitCount + circuit.variables.count)
        }

        mutating func add(_ block: Block, at position: Int, weigh: Weigh) {
            let operation = block.operation(at: position)
            switch operation {
            case .break, .continue, .end: addFence(position)
            case .gate where block.qubits(at: position).count == 2 && !ClassicalAccess.isPossible(block, at: position):
                addInteraction(block[position], position, weigh)
            default:
                let qubits = block.qubits(at: position)
                var places: [Int] = []
                if !written.isEmpty, ClassicalAccess.isPossible(block, at: position) {
                    let access = ClassicalAccess.of(block, at: position, in: circuit)
                    places = access.reads.union(access.writes).intersection(written).sorted()
                }
                var isGate = false
                if case .gate = operation { isGate = true }
                if isGate && qubits.count == 2 {
                    addInteraction(block[position], position, weigh, places: places)
                } else {
                    var isFlow = false
                    if case .controlFlow = operation { isFlow = true }
                    addPassive(position, qubits, places, forced: isFlow)
                }
            }
        }

        private mutating func addInteraction(
            _ instruction: Instruction, _ position: Int, _ weigh: Weigh, places: [Int] = []
        ) {
            let (a, b) = (instruction.qubits[0].index, instruction.qubits[1].index)
            let (lastA, lastB) = (lastOnQubit[a], lastOnQubit[b])
            let cost = weigh(instruction)
            if lastA >= 0, lastA == lastB, places.allSatisfy({ lastOnPlace[$0] == lastA || lastOnPlace[$0] < 0 }) {
                let node = Int(lastA)
                if (first[node] == Int32(a) && second[node] == Int32(b))
                    || (first[node] == Int32(b) && second[node] == Int32(a))
                {
                    weight[node] = min(3, weight[node] + cost.alone)
                    weightWithSwap[node] = 3
                    if position >= 0 { owners.append((lastA, Int32(position))) }
                    for place in places { lastOnPlace[place] = lastA }
                    return
                }
            }
            let node = Int32(first.count)
            first.append(Int32(a))
            second.append(Int32(b))
            weight.append(cost.alone)
            weightWithSwap.append(cost.withSwap)
            if position >= 0 { owners.append((node, Int32(position))) }
            var predecessors: [Int32] = []
            for last in [lastA, lastB, fence] + places.map({ lastOnPlace[$0] })
            where last >= 0 && !predecessors.contains(last) {
                predecessors.append(last)
                edges.append((last, node))
            }
            lastOnQubit[a] = node
            lastOnQubit[b] = node
            for place in places { lastOnPlace[place] = node }
        }

        private mutating func addPassive(_ position: Int, _ qubits: Operands, _ places: [Int], forced: Bool) {
            var predecessors: [Int32] = []
            for qubit in qubits {
                let last = lastOnQubit[qubit.index]
                if last >= 0 && !predecessors.contains(last) { predecessors.append(last) }
            }
            for place in places {
                let last = lastOnPlace[place]
                if last >= 0 && !predecessors.contains(last) { predecessors.append(last) }
            }
            if fence >= 0 && !predecessors.contains(fence) { predecessors.append(fence) }
            var node: Int32
            if predecessors.isEmpty && !forced {
                leading.append(Int32(position))
                return
            } else if predecessors.count == 1 && !forced {
                node = predecessors[0]
            } else {
                node = appendPoint()
                for predecessor in predecessors { edges.append((predecessor, node)) }
            }
            owners.append((node, Int32(position)))
            for qubit in qubits { lastOnQubit[qubit.index] = node }
            for place in places { lastOnPlace[place] = node }
        }

        private mutating func addFence(_ position: Int) {
            var predecessors = Set(lastOnQubit).union(lastOnPlace)
            predecessors.insert(fence)
            let node = appendPoint()
            for predecessor in predecessors.sorted() where predecessor >= 0 { edges.append((predecessor, node)) }
            owners.append((node, Int32(position)))
            for k in lastOnQubit.indices { lastOnQubit[k] = node }
            for k in lastOnPlace.indices { lastOnPlace[k] = node }
            fence = node
        }

        private mutating func appendPoint() -> Int32 {
            first.append(-1)
            second.append(-1)
            weight.append(0)
            weightWithSwap.append(0)
            return Int32(first.count - 1)
        }

        mutating func flatten(_ block: Block, weigh: Weigh) {
            for position in block.indices {
                switch block.operation(at: position) {
                case .gate:
                    if block.qubits(at: position).count == 2 { addInteraction(block[position], -1, weigh) }
                case .controlFlow(let place):
                    for nested in block.controlFlow[place].blocks { flatten(nested, weigh: weigh) }
                default: break
                }
            }
        }
    }
}
