public import Circuits
import Kernel

/// Families of programs that the literature measures schedulers with, each made from its definition.
public enum ProgramKind: String, Hashable, Sendable, Codable, CaseIterable {
    /// Greenberger–Horne–Zeilinger state by a line of CNOT gates.
    case ghz
    /// Bernstein–Vazirani with a random secret; one qubit is the oracle's.
    case bernsteinVazirani
    /// W state by a line of controlled rotations.
    case wState
    /// Quantum Fourier transform of a random basis state, undone by a product of rotations before it.
    case fourier
    /// QAOA of depth 1 for MaxCut on a ring with random chords.
    case qaoa
    /// Hardware-efficient ansatz of two layers with a linear entangler.
    case ansatz
    /// Three Trotter steps of the transverse-field Ising chain.
    case isingChain
    /// Ripple-carry addition of two random numbers (Cuccaro et al.).
    case adder
    /// Random Clifford layers and their inverse (mirror circuit): the ideal outcome is one known string.
    case mirror

    /// The program on so many qubits; angles and secrets come from the seed.
    ///
    /// - Precondition: at least 2 qubits; an adder takes the largest even number within.
    public func circuit(qubits n: Int, seed: UInt64) -> Circuit {
        precondition(n >= 2, "a \(rawValue) program needs two qubits")
        var random = SplitMix(seed: seed)
        var circuit = Circuit(name: "\(rawValue)-\(n)", qubitCount: n)
        switch self {
        case .ghz:
            circuit.append(.h, [0])
            for q in 1..<n { circuit.append(.cx, [q - 1, q]) }
        case .bernsteinVazirani: Self.bernsteinVazirani(&circuit, n, &random)
        case .wState: Self.wState(&circuit, n)
        case .fourier: Self.fourier(&circuit, n, &random)
        case .qaoa: Self.qaoa(&circuit, n, &random)
        case .ansatz:
            for _ in 0..<2 {
                for q in 0..<n { circuit.append(.ry, [q], [random.uniform() * 2 * .pi]) }
                for q in 1..<n { circuit.append(.cx, [q - 1, q]) }
            }
            for q in 0..<n { circuit.append(.ry, [q], [random.uniform() * 2 * .pi]) }
        case .isingChain:
            let (coupling, field) = (random.uniform(), random.uniform())
            for _ in 0..<3 {
                for q in 1..<n { circuit.append(.rzz, [q - 1, q], [coupling]) }
                for q in 0..<n { circuit.append(.rx, [q], [field]) }
            }
        case .adder: Self.adder(&circuit, n, &random)
        case .mirror: Self.mirror(&circuit, n, &random)
        }
        circuit.measureAll()
        return circuit
    }

    private static func bernsteinVazirani(_ circuit: inout Circuit, _ n: Int, _ random: inout SplitMix) {
        let oracle = n - 1
        circuit.append(.x, [oracle])
        for q in 0..<n { circuit.append(.h, [q]) }
        // At least one bit of the secret is set, or there is nothing to find.
        let sure = random.below(n - 1)
        for q in 0..<(n - 1) where q == sure || random.below(2) == 1 { circuit.append(.cx, [q, oracle]) }
        for q in 0..<n { circuit.append(.h, [q]) }
    }

    private static func wState(_ circuit: inout Circuit, _ n: Int) {
        circuit.append(.x, [0])
        for q in 1..<n {
            // The excitation stays at q − 1 with probability 1/(n − q + 1) and moves on otherwise.
            let stay = 1 / Double(n - q + 1)
            let angle = 2 * arcCosine(stay.squareRoot())
            circuit.append(.cry, [q - 1, q], [angle])
            circuit.append(.cx, [q, q - 1])
        }
    }

    private static func fourier(_ circuit: inout Circuit, _ n: Int, _ random: inout SplitMix) {
        let value = random.below(1 << min(n, 20))
        // The inverse transform of the state e^(2πi·value·k/2ⁿ) leads back to |value⟩.
        for q in 0..<n {
            circuit.append(.h, [q])
            circuit.append(.p, [q], [2 * .pi * Double(value) / Double(1 << (n - q))])
        }
        for q in (0..<n).reversed() {
            let top = n - 1 - q
            for other in 0..<top {
                circuit.append(.cp, [n - 1 - other, q], [-Double.pi / Double(1 << (top - other))])
            }
            circuit.append(.h, [q])
        }
    }

    private static func qaoa(_ circuit: inout Circuit, _ n: Int, _ random: inout SplitMix) {
        var edges = (0..<n).map { [$0, ($0 + 1) % n].sorted() }
        for _ in 0..<(n / 4) {
            let a = random.below(n), b = random.below(n)
            if a != b, !edges.contains([min(a, b), max(a, b)]) { edges.append([min(a, b), max(a, b)]) }
        }
        if n == 2 { edges = [[0, 1]] }
        for q in 0..<n { circuit.append(.h, [q]) }
        for edge in edges { circuit.append(.rzz, edge, [0.6]) }
        for q in 0..<n { circuit.append(.rx, [q], [0.8]) }
    }

    private static func adder(_ circuit: inout Circuit, _ n: Int, _ random: inout SplitMix) {
        // carry in, then (b, a) pairs, then carry out: 2·bits + 2 qubits.
        let bits = (n - 2) / 2
        guard bits > 0 else { return circuit.append(.cx, [0, 1]) }
        let a = { 2 + 2 * $0 }, b = { 1 + 2 * $0 }
        for k in 0..<bits {
            if random.below(2) == 1 { circuit.append(.x, [a(k)]) }
            if random.below(2) == 1 { circuit.append(.x, [b(k)]) }
        }
        func majority(_ c: Int, _ b: Int, _ a: Int) {
            circuit.append(.cx, [a, b])
            circuit.append(.cx, [a, c])
            circuit.append(.ccx, [c, b, a])
        }
        func unmajority(_ c: Int, _ b: Int, _ a: Int) {
            circuit.append(.ccx, [c, b, a])
            circuit.append(.cx, [a, c])
            circuit.append(.cx, [c, b])
        }
        for k in 0..<bits { majority(k == 0 ? 0 : a(k - 1), b(k), a(k)) }
        circuit.append(.cx, [a(bits - 1), 2 * bits + 1])
        for k in (0..<bits).reversed() { unmajority(k == 0 ? 0 : a(k - 1), b(k), a(k)) }
    }

    private static func mirror(_ circuit: inout Circuit, _ n: Int, _ random: inout SplitMix) {
        let single: [StandardGate] = [.h, .s, .sx, .x, .y, .z]
        var layers: [[(StandardGate, [Int])]] = []
        for layer in 0..<4 {
            var gates: [(StandardGate, [Int])] = (0..<n).map { (single[random.below(single.count)], [$0]) }
            for q in stride(from: layer % 2, to: n - 1, by: 2) { gates.append((.cx, [q, q + 1])) }
            layers.append(gates)
        }
        for layer in layers { for (gate, qubits) in layer { circuit.append(gate, qubits) } }
        circuit.barrier(Array(0..<n))
        for q in 0..<n where random.below(2) == 1 { circuit.append(.x, [q]) }
        circuit.barrier(Array(0..<n))
        for layer in layers.reversed() {
            for (gate, qubits) in layer.reversed() {
                let inverse: StandardGate =
                    switch gate {
                    case .s: .sdg
                    case .sx: .sxdg
                    default: gate
                    }
                circuit.append(inverse, qubits)
            }
        }
    }
}
