import Circuits
import Hardware

@testable import Simulators

/// Compares unitary programs with their executables up to one global phase and the reported layout, on the simulators,
/// which know nothing of the compiler.
///
/// Sites that carry no program qubit start in |0⟩ and have to end there. The sites compared are the active ones: those
/// of the layouts and those that some instruction touches.
struct ProofJudge {
    let source: Circuit
    let executable: Executable
    /// Active sites, ascending; site `sites[k]` is wire k.
    let sites: [Int]
    private let wireOfSite: [Int: Int]

    init(_ source: Circuit, _ executable: Executable) {
        self.source = source
        self.executable = executable
        var active = Set((executable.initialLayout + executable.finalLayout).map(\.index))
        let body = executable.circuit.body
        for position in body.indices {
            if case .barrier = body.operation(at: position) { continue }
            for qubit in body.qubits(at: position) { active.insert(qubit.index) }
        }
        sites = active.sorted()
        wireOfSite = Dictionary(uniqueKeysWithValues: sites.enumerated().map { ($1, $0) })
    }

    private func wires(_ layout: [Site]) -> [Int] { layout.map { wireOfSite[$0.index]! } }

    /// What a layout that is no injection says about itself; nil for a sound one.
    private var layoutFault: String? {
        for (name, layout) in [("initial", executable.initialLayout), ("final", executable.finalLayout)] {
            if layout.count != source.qubitCount || Set(layout).count != layout.count {
                return "the \(name) layout \(layout.map(\.index)) does not place \(source.qubitCount) qubits"
            }
        }
        return nil
    }

    // MARK: The whole unitary

    /// The two unitaries entry by entry: each acts on one half of the maximally entangled state Σₖ |k⟩|k⟩/√2ⁿ (its Choi
    /// vector), whose other half keeps the input.
    ///
    /// - Returns: nil where they agree.
    func unitaryFault(tolerance: Double = 1e-5) throws -> String? {
        if let layoutFault { return layoutFault }
        let n = source.qubitCount, width = sites.count
        let initial = wires(executable.initialLayout), final = wires(executable.finalLayout)
        let scale = 1 / Double(1 << n).squareRoot()
        var start = Array(repeating: Complex.zero, count: 1 << (width + n))
        var wanted = start
        for input in 0..<1 << n { start[input << width | spread(input, initial)] = Complex(scale) }
        for input in 0..<1 << n { wanted[input << width | spread(input, final)] = Complex(scale) }
        let found = StateVector(amplitudes: start), expected = StateVector(amplitudes: wanted)
        try gates(of: executable.circuit) { found.apply(relabelled($0) { wireOfSite[$0]! }) }
        try gates(of: source) { expected.apply(relabelled($0) { final[$0] }) }
        return difference(expected, found, tolerance: tolerance * scale).map { "as unitaries: \($0)" }
    }

    // MARK: Random states

    /// The images of random input states.
    ///
    /// - Returns: nil where they agree.
    func stateFault(inputs: Int = 5, seed: UInt64, tolerance: Double = 1e-5) throws -> String? {
        if let layoutFault { return layoutFault }
        let n = source.qubitCount
        let initial = wires(executable.initialLayout), final = wires(executable.finalLayout)
        var generator = TestGenerator(seed)
        for input in 0..<inputs {
            let state = generator.state(qubits: n)
            let expected = StateVector(amplitudes: state)
            try gates(of: source) { expected.apply($0) }
            var start = Array(repeating: Complex.zero, count: 1 << sites.count)
            var wanted = start
            for k in 0..<1 << n { start[spread(k, initial)] = state[k] }
            for k in 0..<1 << n { wanted[spread(k, final)] = expected[k] }
            let found = StateVector(amplitudes: start)
            try gates(of: executable.circuit) { found.apply(relabelled($0) { wireOfSite[$0]! }) }
            let scale = 1 / Double(1 << n).squareRoot()
            if let fault = difference(StateVector(amplitudes: wanted), found, tolerance: tolerance * scale) {
                return "input state \(input): \(fault)"
            }
        }
        return nil
    }

    // MARK: Stabilizers

    /// Clifford programs of any width: each program qubit starts in a Bell pair with a reference, the executable acts,
    /// the inverse of the source undoes it where the final layout says, the pairs are taken apart; everything must be
    /// |0⟩ for certain.
    ///
    /// A unitary that fixes one half of a maximally entangled state is the identity up to a phase, so this stands for
    /// all stabilizer inputs at once, and by linearity for all inputs.
    ///
    /// - Returns: nil where they agree.
    func stabilizerFault() throws -> String? {
        if let layoutFault { return layoutFault }
        let n = source.qubitCount, width = sites.count
        let initial = wires(executable.initialLayout), final = wires(executable.finalLayout)
        let tableau = StabilizerTableau(qubitCount: width + n)
        var clifford = CliffordBlocks(tableau)
        for qubit in 0..<n {
            tableau.apply(.h(width + qubit))
            tableau.apply(.cx(width + qubit, initial[qubit]))
        }
        try gates(of: executable.circuit) { clifford.append(relabelled($0) { wireOfSite[$0]! }) }
        clifford.flush()
        var undo: [ElementaryGate] = []
        try gates(of: source) { undo.append(relabelled($0.inverted) { final[$0] }) }
        for gate in undo.reversed() { clifford.append(gate) }
        clifford.flush()
        if let gate = clifford.foreign { return "no Clifford gate: \(gate)" }
        for qubit in 0..<n {
            tableau.apply(.cx(width + qubit, final[qubit]))
            tableau.apply(.h(width + qubit))
        }
        for wire in 0..<width + n {
            let name = wire < width ? "site \(sites[wire])" : "the reference of qubit \(wire - width)"
            if tableau.isRandom(wire) { return "\(name) ends in a random state" }
            if tableau.determinedOutcome(wire) { return "\(name) ends in |1⟩" }
        }
        return nil
    }

    // MARK: Common ground

    /// The basis state of the active wires that holds bit k of `index` on `wires[k]`, 0 elsewhere.
    private func spread(_ index: Int, _ wires: [Int]) -> Int {
        var result = 0
        for (k, wire) in wires.enumerated() { result |= (index >> k & 1) << wire }
        return result
    }

    private func relabelled(_ gate: ElementaryGate, _ wire: (Int) -> Int) -> ElementaryGate {
        var result = gate
        result.targets = gate.targets.map { Qubit(wire($0.index)) }
        result.controls = gate.controls.map { Qubit(wire($0.index)) }
        return result
    }

    /// The elementary gates of a circuit in order; global phases are left out.
    private func gates(of circuit: Circuit, _ visit: (ElementaryGate) throws -> Void) throws {
        let environment = Environment(of: circuit)
        for instruction in circuit.body {
            switch instruction.operation {
            case .barrier, .delay: continue
            case .gate(let gate):
                let values = try circuit.values(of: instruction.parameters, in: environment)
                for step in try circuit.expand(gate, values, on: Array(instruction.qubits))
                where !step.qubits.isEmpty {
                    try visit(step)
                }
            default: throw NotUnitary(operation: instruction.operation)
            }
        }
    }

    struct NotUnitary: Error { var operation: Circuits.Operation }

    /// Compares all amplitudes after turning `found` to the phase of `expected`.
    private func difference(_ expected: StateVector, _ found: StateVector, tolerance: Double) -> String? {
        var overlap = Complex.zero
        for k in 0..<expected.count { overlap += found[k].conjugate * expected[k] }
        guard overlap.magnitude > 0.5 else { return "overlap \(overlap.magnitude)" }
        let phase = overlap / overlap.magnitude
        var worst = 0.0
        for k in 0..<expected.count { worst = max(worst, (expected[k] - phase * found[k]).norm) }
        if worst.squareRoot() <= tolerance { return nil }
        return "overlap \(overlap.magnitude), an amplitude differs by \(worst.squareRoot()), allowed are \(tolerance)"
    }
}
