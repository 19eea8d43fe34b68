public import Circuits

/// What the allocator needs to know of a program, counted once at submission.
public struct ProgramProfile: Hashable, Sendable, Codable {
    /// Qubits that some instruction touches.
    public var width = 0
    /// Physical gates, a gate on three or more qubits counted as the two-qubit gates that it takes.
    public var oneQubitGates = 0
    public var twoQubitGates = 0
    public var measurements = 0
    /// Two-qubit gates and one-qubit gates on the longest path.
    public var twoQubitDepth = 0
    public var oneQubitDepth = 0
    /// Distinct pairs that interact.
    public var pairs = 0
    /// Whether the pairs form open lines, so that no routing is needed where a line of sites is free.
    public var isLinear = true
    /// Control flow that depends on outcomes; such programs run alone in their executable.
    public var isDynamic = false
    /// Qubits that the program leaves in turn to a neighbour within a shot, if its tenancy says so.
    public var helpers = 0

    public init() {}

    /// A program of which only the width is known: a line of gates, everything measured.
    public init(width: Int) {
        self.width = width
        oneQubitGates = 2 * width
        twoQubitGates = max(0, width - 1)
        measurements = width
        twoQubitDepth = twoQubitGates
        oneQubitDepth = 2
        pairs = twoQubitGates
    }

    /// Counts a program. Loops count one turn, alternatives all together: an upper estimate of one turn.
    public init(_ circuit: Circuit) {
        var tally = Tally(circuit)
        tally.visit(circuit.body)
        self = tally.profile
    }

    /// The worse of two programs in every respect: what a place must offer that is to take both, one after the other.
    public mutating func formMaximum(_ other: ProgramProfile) {
        width = max(width, other.width)
        oneQubitGates = max(oneQubitGates, other.oneQubitGates)
        twoQubitGates = max(twoQubitGates, other.twoQubitGates)
        measurements = max(measurements, other.measurements)
        twoQubitDepth = max(twoQubitDepth, other.twoQubitDepth)
        oneQubitDepth = max(oneQubitDepth, other.oneQubitDepth)
        pairs = max(pairs, other.pairs)
        isLinear = isLinear && other.isLinear
        isDynamic = isDynamic || other.isDynamic
        helpers = max(helpers, other.helpers)
    }

    /// Moves per two-qubit gate that routing adds in a region whose sites are `distance` couplers apart on average, so
    /// many of them beside the line along which it grew.
    func swaps(atDistance distance: Double, branches: Double) -> Double {
        if width < 3 { return 0 }
        // A line of qubits that must go out to a site beside the line and back has one pair there that is a move apart.
        if isLinear { return branches / Double(width - 1) }
        // Routers bring partners together that interact often: a fraction of the way that random pairs would take.
        return 0.35 * max(0, distance - 1)
    }

    private struct Tally {
        let circuit: Circuit
        var profile = ProgramProfile()
        private var used: Set<UInt32> = []
        private var partners: [UInt32: Set<UInt32>] = [:]
        private var parent: [UInt32: UInt32] = [:]
        private var hasCycle = false
        private var depths: [UInt32: (two: Int, one: Int)] = [:]

        init(_ circuit: Circuit) { self.circuit = circuit }

        mutating func visit(_ block: Block) {
            for position in block.indices {
                let qubits = block.qubits(at: position).map(\.rawValue)
                switch block.operation(at: position) {
                case .gate(let gate): visit(gate, qubits)
                case .measure, .reset:
                    if case .measure = block.operation(at: position) { profile.measurements += 1 }
                    used.formUnion(qubits)
                case .controlFlow(let place):
                    if case .box = block.controlFlow[place] {} else { profile.isDynamic = true }
                    for inner in block.controlFlow[place].blocks { visit(inner) }
                default: break
                }
            }
            profile.width = used.count
            profile.pairs = partners.values.reduce(0) { $0 + $1.count } / 2
            profile.isLinear = !hasCycle && partners.values.allSatisfy { $0.count <= 2 }
            for depth in depths.values {
                profile.twoQubitDepth = max(profile.twoQubitDepth, depth.two)
                profile.oneQubitDepth = max(profile.oneQubitDepth, depth.one)
            }
        }

        private mutating func visit(_ gate: Gate, _ qubits: [UInt32]) {
            used.formUnion(qubits)
            switch qubits.count {
            case 0: return
            case 1:
                profile.oneQubitGates += 1
                depths[qubits[0], default: (0, 0)].one += 1
            default:
                // Two for a controlled rotation, six for a Toffoli gate, and so on: 2ᵏ − 2, at least 1, at most 64.
                let cost = qubits.count == 2 ? Self.entanglers(gate) : min(64, (1 << min(qubits.count, 6)) - 2)
                profile.twoQubitGates += cost
                var deepest = (two: 0, one: 0)
                for q in qubits {
                    let depth = depths[q] ?? (0, 0)
                    deepest = (max(deepest.two, depth.two), max(deepest.one, depth.one))
                }
                for q in qubits { depths[q] = (deepest.two + cost, deepest.one + 1) }
                profile.oneQubitGates += 2 * cost
                for (k, a) in qubits.enumerated() {
                    for b in qubits[(k + 1)...] { join(a, b) }
                }
            }
        }

        private static func entanglers(_ gate: Gate) -> Int {
            guard case .standard(let gate) = gate else { return 2 }
            switch gate {
            case .cx, .cz, .cy, .ch, .ecr, .iswap: return 1
            case .swap: return 3
            default: return 2
            }
        }

        private mutating func join(_ a: UInt32, _ b: UInt32) {
            guard partners[a, default: []].insert(b).inserted else { return }
            partners[b, default: []].insert(a)
            let (x, y) = (root(a), root(b))
            if x == y { hasCycle = true } else { parent[x] = y }
        }

        private func root(_ q: UInt32) -> UInt32 {
            var place = q
            while let above = parent[place] { place = above }
            return place
        }
    }
}
