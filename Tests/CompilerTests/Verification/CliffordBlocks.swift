import Circuits

@testable import Simulators

/// Feeds a tableau with gates of which only products need to be Clifford.
///
/// Compiled Clifford programs hold rotations by any angle that cancel across an entangling gate: the decomposition of a
/// two-qubit gate has such a freedom. So gates on one pair of wires are multiplied until a gate on another pair comes.
struct CliffordBlocks {
    private struct Product {
        var wires: [Int]
        var matrix: Matrix
    }

    let tableau: StabilizerTableau
    private var recognizer = CliffordRecognizer()
    private var open: [Product?]
    /// The first product that is no Clifford operator.
    private(set) var foreign: String?

    init(_ tableau: StabilizerTableau) {
        self.tableau = tableau
        open = Array(repeating: nil, count: tableau.qubitCount)
    }

    mutating func append(_ gate: ElementaryGate) {
        let qubits = gate.qubits.map(\.index)
        if qubits.count > 2 {
            for qubit in qubits { close(qubit) }
            apply(gate)
            return
        }
        // A product stays open under a gate within it, and takes in products within the gate.
        if let product = open[qubits[0]], qubits.allSatisfy(product.wires.contains) {
            multiply(qubits[0], gate)
            return
        }
        for qubit in qubits { if let product = open[qubit], product.wires.count == 2 { close(qubit) } }
        var product = Product(wires: qubits, matrix: Matrix(identity: 1 << qubits.count))
        for qubit in qubits {
            guard let single = open[qubit] else { continue }
            let place = Qubit(qubits.firstIndex(of: qubit)!)
            product.matrix.apply(ElementaryGate(.matrix(single.matrix), targets: [place]))
        }
        for qubit in qubits { open[qubit] = product }
        multiply(qubits[0], gate)
    }

    mutating func flush() {
        for wire in open.indices { close(wire) }
    }

    private mutating func multiply(_ wire: Int, _ gate: ElementaryGate) {
        var product = open[wire]!
        var local = gate
        local.targets = gate.targets.map { Qubit(product.wires.firstIndex(of: $0.index)!) }
        local.controls = gate.controls.map { Qubit(product.wires.firstIndex(of: $0.index)!) }
        product.matrix.apply(local)
        for wire in product.wires { open[wire] = product }
    }

    private mutating func close(_ wire: Int) {
        guard let product = open[wire] else { return }
        for wire in product.wires { open[wire] = nil }
        apply(ElementaryGate(.matrix(product.matrix), targets: product.wires.map { Qubit($0) }))
    }

    private mutating func apply(_ gate: ElementaryGate) {
        guard let steps = recognizer.steps(for: gate) else {
            foreign = foreign ?? "\(gate)"
            return
        }
        for step in steps { tableau.apply(step) }
    }
}
