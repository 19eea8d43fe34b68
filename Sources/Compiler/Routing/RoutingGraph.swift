import Circuits

/// What must happen in which order, reduced to what matters for routing.
///
/// A node is a run of instructions that needs one pair of qubits side by side (consecutive gates on the same pair and
/// whatever stands between them are one node), or a point where several wires meet without an interaction (barriers,
/// control flow, classical steps). Everything else is attached to the node it follows. All tables are flat.
///
/// Gates that commute on a wire (`WireAxis`) are not ordered on it: the router may take them as they come.
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

    /// - Parameter commuting: whether gates that commute on a wire are left unordered.
    /// - Precondition: no gate on more than two qubits.
    init(_ block: Block, in circuit: Circuit, commuting: Bool, weigh: Weigh) {
        qubitCount = circuit.qubitCount
        var builder = Builder(
            circuit: circuit, written: ClassicalAccess.of(block, in: circuit).writes, commuting: commuting)
        for position in block.indices { builder.add(block, at: position, weigh: weigh) }
        finish(builder)
    }

    /// The interactions of a block with those of its nested blocks laid out one after the other: what a layout is
    /// searched for.
    init(flattening block: Block, in circuit: Circuit, commuting: Bool, weigh: Weigh) {
        qubitCount = circuit.qubitCount
        var builder = Builder(circuit: circuit, written: [], commuting: commuting)
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
        let commuting: Bool
        var first: [Int32] = []
        var second: [Int32] = []
        var weight: [UInt8] = []
        var weightWithSwap: [UInt8] = []
        var edges: [(from: Int32, to: Int32)] = []
        var owners: [(node: Int32, instruction: Int32)] = []
        var leading: [Int32] = []
        var wires: [Wire]
        /// The last node on each classical place; −1 for none.
        var lastOnPlace: [Int32]
        /// The node after which everything comes (`break`, `continue`, `end`).
        var fence: Int32 = -1

        /// A qubit's wire: the node that all further ones follow, and the commuting nodes since.
        struct Wire {
            var base: Int32 = -1
            var members: [Int32] = []
            var axis = WireAxis.none
        }

        init(circuit: Circuit, written: Set<Int>, commuting: Bool) {
            self.circuit = circuit
            self.commuting = commuting
            self.written = written
            wires = Array(repeating: Wire(), count: circuit.qubitCount)
            lastOnPlace = Array(repeating: -1, count: circuit.bitCount + circuit.variables.count)
        }

        mutating func add(_ block: Block, at position: Int, weigh: Weigh) {
            let operation = block.operation(at: position)
            switch operation {
            case .break, .continue, .end: addFence(position)
            default:
                let qubits = block.qubits(at: position)
                var places: [Int] = []
                if !written.isEmpty, ClassicalAccess.isPossible(block, at: position) {
                    let access = ClassicalAccess.of(block, at: position, in: circuit)
                    places = access.reads.union(access.writes).intersection(written).sorted()
                }
                var gate: StandardGate?
                var isFlow = false
                switch operation {
                case .gate(let kind):
                    if places.isEmpty { gate = kind.standard }
                    if qubits.count == 2 {
                        addInteraction(block[position], position, weigh, gate, places: places)
                        return
                    }
                case .controlFlow: isFlow = true
                default: break
                }
                if qubits.count == 1, let gate {
                    addLocal(position, qubits[0].index, gate.axis(on: 0))
                } else {
                    addPassive(position, qubits, places, forced: isFlow)
                }
            }
        }

        /// The node that an instruction of this axis follows on a wire; the commuting run ends if it has another axis.
        private mutating func enter(_ wire: Int, _ wanted: WireAxis) -> Int32 {
            let axis = commuting ? wanted : .none
            if axis != .none && axis == wires[wire].axis { return wires[wire].base }
            let members = wires[wire].members
            if members.count == 1 {
                wires[wire].base = members[0]
            } else if members.count > 1 {
                let point = appendPoint()
                for member in members { edges.append((member, point)) }
                wires[wire].base = point
            }
            if !members.isEmpty { wires[wire].members.removeAll(keepingCapacity: true) }
            wires[wire].axis = axis
            return wires[wire].base
        }

        private mutating func addLocal(_ position: Int, _ wire: Int, _ axis: WireAxis) {
            let base = enter(wire, axis)
            if base >= 0 { owners.append((base, Int32(position))) } else { leading.append(Int32(position)) }
        }

        private mutating func addInteraction(
            _ instruction: Instruction, _ position: Int, _ weigh: Weigh, _ gate: StandardGate?, places: [Int] = []
        ) {
            let (a, b) = (instruction.qubits[0].index, instruction.qubits[1].index)
            let baseA = enter(a, gate?.axis(on: 0) ?? .none)
            let baseB = enter(b, gate?.axis(on: 1) ?? .none)
            let cost = weigh(instruction)
            if let twin = twin(a, b, baseA, baseB),
                places.allSatisfy({ lastOnPlace[$0] == twin || lastOnPlace[$0] < 0 })
            {
                weight[Int(twin)] = min(3, weight[Int(twin)] + cost.alone)
                weightWithSwap[Int(twin)] = 3
                if position >= 0 { owners.append((twin, Int32(position))) }
                for place in places { lastOnPlace[place] = twin }
                return
            }
            let node = Int32(first.count)
            first.append(Int32(a))
            second.append(Int32(b))
            weight.append(cost.alone)
            weightWithSwap.append(cost.withSwap)
            if position >= 0 { owners.append((node, Int32(position))) }
            if places.isEmpty && fence < 0 {
                if baseA >= 0 { edges.append((baseA, node)) }
                if baseB >= 0 && baseB != baseA { edges.append((baseB, node)) }
            } else {
                var predecessors: [Int32] = []
                for last in [baseA, baseB, fence] + places.map({ lastOnPlace[$0] })
                where last >= 0 && !predecessors.contains(last) {
                    predecessors.append(last)
                    edges.append((last, node))
                }
            }
            for wire in [a, b] {
                if wires[wire].axis == .none {
                    wires[wire].base = node
                } else {
                    wires[wire].members.append(node)
                }
            }
            for place in places { lastOnPlace[place] = node }
        }

        /// A node on the same pair that nothing has to follow before this instruction.
        private func twin(_ a: Int, _ b: Int, _ baseA: Int32, _ baseB: Int32) -> Int32? {
            func isPair(_ node: Int32) -> Bool {
                let (p, q) = (first[Int(node)], second[Int(node)])
                return (p == Int32(a) && q == Int32(b)) || (p == Int32(b) && q == Int32(a))
            }
            if baseA >= 0, baseA == baseB || wires[b].members.suffix(16).contains(baseA), isPair(baseA) { return baseA }
            if baseB >= 0, wires[a].members.suffix(16).contains(baseB), isPair(baseB) { return baseB }
            for node in wires[a].members.suffix(16).reversed() where isPair(node) {
                if wires[b].members.suffix(16).contains(node) { return node }
            }
            return nil
        }

        private mutating func addPassive(_ position: Int, _ qubits: Operands, _ places: [Int], forced: Bool) {
            var predecessors: [Int32] = []
            for qubit in qubits {
                let last = enter(qubit.index, .none)
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
            for qubit in qubits { wires[qubit.index].base = node }
            for place in places { lastOnPlace[place] = node }
        }

        private mutating func addFence(_ position: Int) {
            var predecessors = Set(lastOnPlace)
            for wire in wires.indices { predecessors.insert(enter(wire, .none)) }
            predecessors.insert(fence)
            let node = appendPoint()
            for predecessor in predecessors.sorted() where predecessor >= 0 { edges.append((predecessor, node)) }
            owners.append((node, Int32(position)))
            for k in wires.indices { wires[k].base = node }
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
                    if block.qubits(at: position).count == 2 {
                        let instruction = block[position]
                        addInteraction(instruction, -1, weigh, instruction.standardGate)
                    } else if block.qubits(at: position).count == 1 {
                        _ = enter(
                            block.qubits(at: position)[0].index, block[position].standardGate?.axis(on: 0) ?? .none)
                    }
                case .controlFlow(let place):
                    for nested in block.controlFlow[place].blocks { flatten(nested, weigh: weigh) }
                case .measure, .reset, .barrier, .delay:
                    // Wires end their commuting runs as in the full graph; points are made where several meet.
                    if block.qubits(at: position).count == 1 {
                        _ = enter(block.qubits(at: position)[0].index, .none)
                    } else {
                        addPassive(0, block.qubits(at: position), [], forced: false)
                    }
                case .assign, .break, .continue, .end: break
                }
            }
        }
    }
}
