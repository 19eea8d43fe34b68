import Circuits
import Hardware

/// Compares a source program with its executable, up to one global phase and the layout that the executable reports.
enum Equivalence {
    /// Nil when the two agree, else what differs.
    ///
    /// Up to 8 active sites every basis state is an input (the whole unitary); up to 16, five random states. Programs
    /// with measurements are compared outcome by outcome: the probability of each final bit pattern, and the state that
    /// goes with it where only one path leads there.
    static func difference(
        _ source: Circuit, _ executable: Executable, seed: UInt64 = 1, tolerance: Double = 1e-6
    ) throws -> String? {
        var active = Set(executable.initialLayout.map(\.index)).union(executable.finalLayout.map(\.index))
        collect(executable.circuit.body, &active)
        let sites = active.sorted()
        guard sites.count <= 16 else { return "\(sites.count) active sites are too many to check" }
        let n = source.qubitCount
        let wire = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1, $0) })
        let initial = executable.initialLayout.map { wire[$0.index]! }
        let final = executable.finalLayout.map { wire[$0.index]! }
        let isUnitary = !hasOutcomes(source.body)

        let judge = BranchingSimulator(source, wires: Array(0..<n))
        let compiled = BranchingSimulator(executable.circuit, wires: sites)
        let isExhaustive = isUnitary && sites.count <= 8 && n <= 6
        let inputs = isExhaustive ? 1 << n : isUnitary ? 5 : 2
        var generator = TestGenerator(seed)
        var phase: Complex?
        for input in 0..<inputs {
            var state = Array(repeating: Complex.zero, count: 1 << n)
            if isExhaustive {
                state[input] = .one
            } else if !isUnitary && input == 0 {
                state[0] = .one
            } else {
                state = generator.state(qubits: n)
            }
            let expected = try judge.run(from: state)
            let actual = try compiled.run(from: spread(state, onto: initial, of: sites.count))
            if isUnitary {
                let wanted = spread(expected[0].state, onto: final, of: sites.count)
                var overlap = Complex.zero
                for (a, b) in zip(wanted, actual[0].state) { overlap += a.conjugate * b }
                if abs(overlap.magnitude - 1) > tolerance { return "input \(input): overlap \(overlap.magnitude)" }
                if let phase, (phase - overlap).magnitude > tolerance * 10, isExhaustive {
                    return "input \(input): another phase, \(overlap) instead of \(phase)"
                }
                phase = phase ?? overlap
            } else if let fault = compare(
                expected, actual, final, sites.count, isExact: isPure(source.body), tolerance)
            {
                return "input \(input): \(fault)"
            }
        }
        return nil
    }

    /// The amplitudes of a state of n qubits on chosen wires of a larger one, the others in state 0.
    private static func spread(_ state: [Complex], onto wires: [Int], of count: Int) -> [Complex] {
        var result = Array(repeating: Complex.zero, count: 1 << count)
        for (k, amplitude) in state.enumerated() {
            var index = 0
            for (qubit, wire) in wires.enumerated() { index |= (k >> qubit & 1) << wire }
            result[index] = amplitude
        }
        return result
    }

    private static func compare(
        _ expected: [BranchingSimulator.Branch], _ actual: [BranchingSimulator.Branch], _ final: [Int], _ count: Int,
        isExact: Bool, _ tolerance: Double
    ) -> String? {
        var groups: [BitString: (wanted: Double, found: Double)] = [:]
        var states: [BitString: (wanted: [[Complex]], found: [[Complex]])] = [:]
        for branch in expected {
            groups[branch.environment.bits, default: (0, 0)].wanted += branch.probability
            states[branch.environment.bits, default: ([], [])].wanted.append(
                spread(branch.state, onto: final, of: count))
        }
        for branch in actual {
            groups[branch.environment.bits, default: (0, 0)].found += branch.probability
            states[branch.environment.bits, default: ([], [])].found.append(branch.state)
        }
        for (bits, figures) in groups where abs(figures.wanted - figures.found) > 1e-5 {
            return "P(\(bits)) is \(figures.found), should be \(figures.wanted)"
        }
        guard isExact else { return nil }
        for (bits, pair) in states where pair.wanted.count == 1 && pair.found.count == 1 {
            if (groups[bits]?.wanted ?? 0) < 1e-4 { continue }
            var overlap = Complex.zero
            for (a, b) in zip(pair.wanted[0], pair.found[0]) { overlap += a.conjugate * b }
            if abs(overlap.magnitude - 1) > tolerance * 10 {
                return "the state after \(bits) overlaps by \(overlap.magnitude)"
            }
        }
        return nil
    }

    private static func collect(_ block: Block, _ active: inout Set<Int>) {
        for position in block.indices {
            if case .barrier = block.operation(at: position) { continue }
            if case .controlFlow(let place) = block.operation(at: position) {
                for nested in block.controlFlow[place].blocks { collect(nested, &active) }
            } else {
                for qubit in block.qubits(at: position) { active.insert(qubit.index) }
            }
        }
    }

    private static func hasOutcomes(_ block: Block) -> Bool {
        block.indices.contains {
            switch block.operation(at: $0) {
            case .gate, .barrier, .delay: false
            case .controlFlow(let place):
                if case .box(_, let body) = block.controlFlow[place] { hasOutcomes(body) } else { true }
            default: true
            }
        }
    }

    /// Whether every path through the program leaves a pure state that the final bits name: no resets, no discarded or
    /// overwritten outcomes. (Diagonal gates removed before final measurements only change phases of collapsed qubits.)
    private static func isPure(_ block: Block) -> Bool {
        block.indices.allSatisfy {
            switch block.operation(at: $0) {
            case .reset, .measure(into: nil): false
            case .controlFlow: false
            default: true
            }
        }
    }
}

/// SplitMix64 for tests.
struct TestGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    /// Uniform in [0, 1).
    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }
    mutating func angle() -> Double {
        // Special angles as often as general ones.
        below(2) == 0 ? Double(below(17) - 8) * .pi / 4 : (uniform() * 2 - 1) * 2 * .pi
    }

    mutating func state(qubits: Int) -> [Complex] {
        var amplitudes = (0..<1 << qubits).map { _ in Complex(uniform() - 0.5, uniform() - 0.5) }
        let norm = amplitudes.reduce(0) { $0 + $1.norm }.squareRoot()
        for k in amplitudes.indices { amplitudes[k] = amplitudes[k] / norm }
        return amplitudes
    }

    mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
        var chosen: [Int] = []
        while chosen.count < count {
            let candidate = below(bound)
            if !chosen.contains(candidate) { chosen.append(candidate) }
        }
        return chosen
    }
}
