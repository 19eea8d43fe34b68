import Circuits

/// Which qubits of a program interact, how often, and which are measured.
struct InteractionGraph: Sendable {
    let qubitCount: Int
    /// Partners of qubit q: `partners[starts[q]..<starts[q + 1]]`, ascending, each with the number of entangling gates.
    let starts: [Int]
    let partners: [Int32]
    let weights: [Double]
    /// Program qubits that are measured, with repetitions.
    let measured: [Int32]
    /// The connected component of each qubit.
    let component: [Int32]
    let componentSizes: [Int]

    init(_ block: Block, qubitCount: Int, weigh: RoutingGraph.Weigh) {
        var counts: [UInt64: Double] = [:]
        var measured: [Int32] = []
        Self.collect(block, weigh, &counts, &measured)
        self.qubitCount = qubitCount
        self.measured = measured
        var edges = counts.map { (UInt32($0.key >> 32), UInt32($0.key & 0xFFFF_FFFF), $0.value) }
        edges.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        var around = Array(repeating: [(Int32, Double)](), count: qubitCount)
        for (a, b, weight) in edges {
            around[Int(a)].append((Int32(b), weight))
            around[Int(b)].append((Int32(a), weight))
        }
        var starts = [0]
        var partners: [Int32] = []
        var weights: [Double] = []
        for list in around {
            for (other, weight) in list.sorted(by: { $0.0 < $1.0 }) {
                partners.append(other)
                weights.append(weight)
            }
            starts.append(partners.count)
        }
        self.starts = starts
        self.partners = partners
        self.weights = weights
        var component = Array(repeating: Int32(-1), count: qubitCount)
        var sizes: [Int] = []
        for root in 0..<qubitCount where component[root] < 0 {
            var queue = [root]
            component[root] = Int32(sizes.count)
            var head = 0
            while head < queue.count {
                for k in starts[queue[head]]..<starts[queue[head] + 1] where component[Int(partners[k])] < 0 {
                    component[Int(partners[k])] = Int32(sizes.count)
                    queue.append(Int(partners[k]))
                }
                head += 1
            }
            sizes.append(queue.count)
        }
        self.component = component
        componentSizes = sizes
    }

    func degree(_ qubit: Int) -> Int { starts[qubit + 1] - starts[qubit] }
    var edgeCount: Int { partners.count / 2 }

    private static func collect(
        _ block: Block, _ weigh: RoutingGraph.Weigh, _ counts: inout [UInt64: Double], _ measured: inout [Int32]
    ) {
        for position in block.indices {
            switch block.operation(at: position) {
            case .gate:
                let qubits = block.qubits(at: position)
                guard qubits.count == 2 else { continue }
                let (a, b) = (min(qubits[0], qubits[1]), max(qubits[0], qubits[1]))
                counts[UInt64(a.rawValue) << 32 | UInt64(b.rawValue), default: 0] +=
                    Double(max(weigh(block[position]).alone, 1))
            case .measure: measured.append(Int32(block.qubits(at: position)[0].index))
            case .controlFlow(let place):
                for nested in block.controlFlow[place].blocks { collect(nested, weigh, &counts, &measured) }
            default: break
            }
        }
    }
}
