import Circuits

/// Gathers neighbouring gates into blocks on a few qubits, so that the state is read and written less often.
///
/// Each gate goes into the last block that touches one of its qubits when the union stays narrow and one pass of the
/// fused block costs less than separate passes; blocks that only precede it are drawn in.
struct GateFusion {
    /// Time of a dense pass in units of one dense one-qubit gate, by width; between what was measured within the cache on
    /// one thread (1, 3.2, 5.8, 11.6) and beyond it on two (1, 1.5, 2.6, 5), at the x86-64 baseline.
    private static let denseCost = [0.5, 1.0, 2.0, 3.8, 7.5, 15]

    private struct Block {
        var qubits: [Int]
        var matrix: Matrix
        /// The single gate it consists of so far.
        var single: ElementaryGate?
        var cost: Double
        var isAlive = true
    }

    let width: Int
    private var blocks: [Block] = []
    private var last: [Int]

    init(qubitCount: Int, width: Int) {
        self.width = width
        last = Array(repeating: -1, count: qubitCount)
    }

    static func cost(_ gate: ElementaryGate) -> Double {
        let controls = Double(gate.controls.count)
        let scale = 0.15 + 0.85 * Double(sign: .plus, exponent: -Int(controls), significand: 1)
        if case .standard(let standard, _) = gate.kernel {
            switch standard {
            case .id: return 0
            case .x: return 0.5 * scale
            case .z, .s, .sdg, .t, .tdg, .p, .cz, .cs, .csdg, .cp, .cx: return 0.3 * scale
            case .rz, .rzz: return 0.5 * scale
            case .crz, .cy, .ch, .csx, .crx, .cry, .cu: return 0.5 * scale
            case .ccx, .ccz, .c3x, .c3sx, .c4x: return 0.2 * scale
            default: break
            }
        }
        return denseCost[min(gate.targets.count, 5)] * scale
    }

    mutating func append(_ gate: ElementaryGate) {
        let qubits = gate.qubits.map(\.index)
        let cost = Self.cost(gate)
        if qubits.isEmpty || qubits.count > width { return push(gate, qubits, cost) }
        let candidate = qubits.reduce(-1) { max($0, last[$1]) }
        guard candidate >= 0, blocks[candidate].qubits.count <= width, blocks[candidate].isAlive else {
            return push(gate, qubits, cost)
        }
        var union = blocks[candidate].qubits
        for qubit in qubits where !union.contains(qubit) { union.append(qubit) }
        guard union.count <= width else { return push(gate, qubits, cost) }
        // Blocks that only precede the gate and touch nothing else.
        var drawn: [Int] = []
        var separate = blocks[candidate].cost + cost
        for qubit in qubits {
            let index = last[qubit]
            guard index >= 0, index != candidate, !drawn.contains(index), blocks[index].isAlive,
                blocks[index].qubits.allSatisfy({ union.contains($0) && last[$0] == index })
            else { continue }
            drawn.append(index)
            separate += blocks[index].cost
        }
        guard Self.denseCost[union.count] <= separate + 1e-9 || union.count == blocks[candidate].qubits.count else {
            return push(gate, qubits, cost)
        }
        var matrix = Matrix(identity: 1 << union.count)
        for index in drawn + [candidate] {
            let block = blocks[index]
            let local = block.qubits.map { Qubit(union.firstIndex(of: $0)!) }
            matrix.apply(ElementaryGate(.matrix(block.matrix), targets: local))
        }
        var local = gate
        local.targets = gate.targets.map { Qubit(union.firstIndex(of: $0.index)!) }
        local.controls = gate.controls.map { Qubit(union.firstIndex(of: $0.index)!) }
        matrix.apply(local)
        for index in drawn { blocks[index].isAlive = false }
        blocks[candidate] = Block(
            qubits: union, matrix: matrix, single: nil, cost: min(separate, Self.denseCost[union.count]))
        for qubit in union where last[qubit] < candidate || drawn.contains(last[qubit]) { last[qubit] = candidate }
    }

    private mutating func push(_ gate: ElementaryGate, _ qubits: [Int], _ cost: Double) {
        let matrix = qubits.count <= width ? gate.matrix : Matrix(identity: 1)
        blocks.append(Block(qubits: qubits, matrix: matrix, single: gate, cost: cost))
        for qubit in qubits { last[qubit] = blocks.count - 1 }
    }

    /// The fused gates in order of application.
    func finish() -> [ElementaryGate] {
        blocks.compactMap { block in
            guard block.isAlive else { return nil }
            if let single = block.single {
                if case .standard(.id, _) = single.kernel { return nil }
                return single
            }
            return ElementaryGate(.matrix(block.matrix), targets: block.qubits.map { Qubit($0) })
        }
    }

    static func fuse(_ gates: [ElementaryGate], qubitCount: Int, width: Int) -> [ElementaryGate] {
        if width <= 1 && gates.count <= 1 { return gates }
        var fusion = GateFusion(qubitCount: qubitCount, width: width)
        for gate in gates { fusion.append(gate) }
        return fusion.finish()
    }
}
