import Circuits

/// Gathers neighbouring gates and channels into superoperators on one or two qubits where that saves work.
struct SuperoperatorFusion {
    private struct Block {
        var qubits: [Int]
        /// Row bits low, column bits high; nil for gates too wide to be gathered.
        var superoperator: Matrix?
        /// The unitary, while no channel has joined.
        var gate: ElementaryGate?
        var cost: Double
    }

    private let qubitCount: Int
    private var blocks: [Block] = []
    private var last: [Int]
    /// A machine has few channels, and programs meet them thousands of times.
    private var superoperators: [NoiseChannel: Matrix] = [:]

    init(qubitCount: Int) {
        self.qubitCount = qubitCount
        last = Array(repeating: -1, count: qubitCount)
    }

    /// Reading and writing the state, in multiplications per element.
    private static let passCost = 3.0

    private static func cost(of matrix: Matrix) -> Double {
        passCost + Double(matrix.elements.count { $0 != .zero }) / Double(matrix.dimension)
    }

    mutating func append(_ gate: ElementaryGate) {
        if gate.targets.isEmpty { return }
        let qubits = gate.qubits.map(\.index)
        guard qubits.count <= 2 else { return push(Block(qubits: qubits, gate: gate, cost: 0)) }
        let matrix = gate.matrix
        let conjugation = matrix.conjugation
        append(
            Block(
                qubits: qubits, superoperator: conjugation, gate: gate,
                cost: min(2 * Self.cost(of: matrix), Self.cost(of: conjugation))))
    }

    mutating func append(_ channel: NoiseChannel, on qubits: [Int]) {
        let matrix = superoperators[channel] ?? channel.superoperator
        superoperators[channel] = matrix
        append(Block(qubits: qubits, superoperator: matrix, cost: Self.cost(of: matrix)))
    }

    private mutating func push(_ block: Block) {
        blocks.append(block)
        for qubit in block.qubits { last[qubit] = blocks.count - 1 }
    }

    private mutating func append(_ block: Block) {
        let candidate = block.qubits.reduce(-1) { max($0, last[$1]) }
        guard candidate >= 0, let earlier = blocks[candidate].superoperator, let added = block.superoperator else {
            return push(block)
        }
        var union = blocks[candidate].qubits
        for qubit in block.qubits where !union.contains(qubit) { union.append(qubit) }
        guard union.count <= 2 else { return push(block) }
        let grows = union.count > blocks[candidate].qubits.count
        var merged = grows ? Matrix(identity: 1 << (2 * union.count)) : earlier
        func apply(_ matrix: Matrix, _ qubits: [Int]) {
            let places = qubits.map { union.firstIndex(of: $0)! }
            merged.apply(
                ElementaryGate(.matrix(matrix), targets: (places + places.map { $0 + union.count }).map { Qubit($0) }))
        }
        if grows { apply(earlier, blocks[candidate].qubits) }
        apply(added, block.qubits)
        var cost = Self.cost(of: merged)
        var gate: ElementaryGate?
        if let first = blocks[candidate].gate, let second = block.gate {
            var unitary = Matrix(identity: 1 << union.count)
            for step in [first, second] {
                var local = step
                local.targets = step.targets.map { Qubit(union.firstIndex(of: $0.index)!) }
                local.controls = step.controls.map { Qubit(union.firstIndex(of: $0.index)!) }
                unitary.apply(local)
            }
            gate = ElementaryGate(.matrix(unitary), targets: union.map { Qubit($0) })
            cost = min(cost, 2 * Self.cost(of: unitary))
        }
        guard cost <= blocks[candidate].cost + block.cost else { return push(block) }
        blocks[candidate] = Block(qubits: union, superoperator: merged, gate: gate, cost: cost)
        for qubit in block.qubits { last[qubit] = candidate }
    }

    func finish() -> [StateVectorKernel] {
        blocks.flatMap { block -> [StateVectorKernel] in
            if let gate = block.gate,
                block.superoperator == nil || 2 * Self.cost(of: gate.matrix) <= Self.cost(of: block.superoperator!)
            {
                return DensityMatrix.kernels(gate, qubitCount: qubitCount)
            }
            return [DensityMatrix.kernel(block.superoperator!, block.qubits, qubitCount: qubitCount)]
        }
    }
}
